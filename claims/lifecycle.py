"""The life of a claim, as far as this edition goes: from draft to assessment."""

from kernel.lifecycle import Lifecycle, Move

FIRM, HANDLER, MACHINE = "editor", "claims handler", "machine"

CLAIM = Lifecycle(
    "claim",
    (
        Move("start", (), "draft", FIRM),
        Move("file", ("draft",), "filed", FIRM, "claims handlers"),
        Move("ask_for_papers", ("filed", "papers_asked", "papers_received"), "papers_asked", HANDLER, "exporter"),
        Move("complete_papers", ("papers_asked",), "papers_received", FIRM, "the claim's handler"),
        Move("assess", ("filed", "papers_received"), "assessed", HANDLER, "exporter"),
        Move("withdraw", ("draft", "filed", "papers_asked", "papers_received"), "withdrawn", FIRM, "claims handlers"),
    ),
)

# Stages at which the firm may still add papers, asked for or not.
TAKES_PAPERS = ("draft", "filed", "papers_asked", "papers_received")
# Stages that wait for the insurer, by days left.
ON_THE_DESK = ("filed", "papers_asked", "papers_received")
