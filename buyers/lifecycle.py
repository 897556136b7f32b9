"""The life of a proposed buyer. Only actions walk it."""

from kernel.lifecycle import Lifecycle, Move

PROPOSED_BUYER = Lifecycle(
    "proposed buyer",
    (
        Move("propose", (), "proposed", "editor"),
        Move("confirm", ("proposed",), "confirmed", "underwriter", "exporter"),
        Move("merge", ("proposed",), "merged", "underwriter", "exporter"),
        Move("refuse", ("proposed",), "refused", "underwriter", "exporter"),
        Move("withdraw", ("proposed",), "withdrawn", "editor"),
    ),
)
