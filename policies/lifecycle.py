"""The lives of a policy and of a request for a limit. Only actions walk them."""

from kernel.lifecycle import Lifecycle, Move

OPEN = ("awaiting_review", "asked", "referred", "countersign")

LIMIT_REQUEST = Lifecycle(
    "limit request",
    (
        Move("ask", (), "asked", "editor"),
        Move("hand_in", (), "awaiting_review", "editor", "colleagues"),
        Move("hand_in", ("draft",), "awaiting_review", "editor", "colleagues"),
        Move("ask", ("draft",), "asked", "editor"),
        Move("send", ("awaiting_review",), "asked", "another editor"),
        Move("hand_back", ("awaiting_review",), "draft", "another editor", "the colleague who entered it"),
        Move("answer", ("asked",), "decided", "machine", "exporter"),
        Move("refer", ("asked",), "referred", "machine"),
        Move("decide", ("referred",), "decided", "underwriter", "exporter"),
        Move("propose", ("referred",), "countersign", "underwriter"),
        Move("countersign", ("countersign",), "decided", "senior underwriter", "exporter"),
        Move("return", ("countersign",), "referred", "senior underwriter"),
        Move("withdraw", ("draft", *OPEN), "withdrawn", "editor"),
    ),
)

POLICY = Lifecycle(
    "policy",
    (
        Move("bind", (), "bound", "policy administrator", "exporter"),
        Move("suspend", ("bound",), "suspended", "policy administrator", "exporter"),
        Move("resume", ("suspended",), "bound", "policy administrator", "exporter"),
        Move("cancel", ("bound", "suspended"), "cancelled", "policy administrator", "exporter"),
        Move("expire", ("bound", "suspended"), "expired", "machine"),
    ),
)
