"""The lives of a proposed buyer, of accounts an exporter sends in, of a sanctions hit. Only actions walk them."""

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

SENT_ACCOUNTS = Lifecycle(
    "sending of accounts",
    (
        Move("send", (), "sent", "editor"),
        Move("confirm", ("sent",), "confirmed", "underwriter", "exporter"),
        Move("hand_back", ("sent",), "handed_back", "underwriter", "exporter"),
        Move("withdraw", ("sent",), "withdrawn", "editor"),
    ),
)

# Whatever becomes of a hit, no exporter is told: only that an underwriter looks.
SANCTIONS_HIT = Lifecycle(
    "sanctions hit",
    (
        Move("find", (), "open", "machine"),
        Move("confirm", ("open",), "confirmed", "underwriter"),
        Move("clear", ("open",), "cleared", "underwriter"),
        Move("lift", ("confirmed",), "cleared", "underwriter"),
        Move("withdraw", ("open", "confirmed"), "withdrawn", "machine"),
    ),
)

# A grade beside the scorecard's takes two underwriters; to return to the card's takes one, or the day it ends.
GRADE_OVERRIDE = Lifecycle(
    "grade override",
    (
        Move("propose", (), "proposed", "underwriter"),
        Move("confirm", ("proposed",), "in_force", "second underwriter", "exporter"),
        Move("refuse", ("proposed",), "refused", "second underwriter"),
        Move("withdraw", ("proposed",), "withdrawn", "underwriter"),
        Move("end", ("in_force",), "ended", "underwriter", "exporter"),
        Move("lapse", ("in_force",), "lapsed", "machine", "exporter"),
    ),
)

CUSTOMER_LIST = Lifecycle(
    "customer list",
    (
        Move("hand in", (), "uploaded", "editor"),
        Move("confirm columns", ("uploaded",), "confirmed", "editor"),
        Move("read", ("confirmed",), "matching", "machine"),
        Move("turn away", ("confirmed",), "given_up", "machine", "exporter"),
        Move("match", ("matching",), "ready", "machine", "exporter"),
        Move("choose", ("ready",), "ready", "editor"),
        Move("choose", ("added",), "added", "editor"),
        Move("add", ("ready", "added"), "added", "editor"),
        Move("give up", ("uploaded", "confirmed", "matching", "ready"), "given_up", "editor"),
    ),
)
