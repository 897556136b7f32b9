"""Acts that a firm may put under two-step review (domain.md §2: a switch per exporter).

The names are those of actions on higher floors ("app.verb"); they are only compared here, never called. The floor whose
act it is asks `exporter.reviewed_acts` before it acts.
"""

from typing import Any

REVIEWABLE_ACTS = ("policies.ask_for_limit", "claims.file_claim")


def act_code(act: str) -> str:
    """The code under which wording.py words an act."""
    return "act_" + act.replace(".", "_")


def act_words(act: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a template says of an act of the trail with the words of all floors, and `plain` when none knows it."""
    return {"said": {"code": f"audit_{act}", "facts": details or {}}, "plain": act.replace("_", " ")}
