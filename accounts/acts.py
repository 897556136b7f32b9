"""Acts that a firm may put under two-step review (domain.md §2: a switch per exporter).

The names are those of actions on higher floors ("app.verb"); they are only compared here, never called. The floor whose
act it is asks `exporter.reviewed_acts` before it acts.
"""

REVIEWABLE_ACTS = ("policies.ask_for_limit", "claims.file_claim")


def act_code(act: str) -> str:
    """The code under which wording.py words an act."""
    return "act_" + act.replace(".", "_")
