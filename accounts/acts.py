"""Acts that a firm may put under two-step review (domain.md §2: a switch per exporter).

The names are those of actions on higher floors ("app.verb"); they are only compared here, never called. The floor whose
act it is asks `exporter.reviewed_acts` before it acts.
"""

from typing import Any

REVIEWABLE_ACTS = ("policies.ask_for_limit", "claims.file_claim")

# What the portal does alongside the acts of people and decisions on limits: notices, mails, files, the desk's own
# bookkeeping. A firm's trail shows them only when all acts are asked for.
ACTS_ALONGSIDE = frozenset(
    {"tell", "tell_firms", "read_notices", "set_duty", "close_duty", "lapse_duty"}
    | {"keep_document", "remove_document", "open_review", "decide_review", "drop_review"}
    | {"draw_invitation_link", "claim_mail", "settle_mail", "give_up_lost_mails", "send_mail_again", "mark_mail_sent"}
)


def act_code(act: str) -> str:
    """The code under which wording.py words an act."""
    return "act_" + act.replace(".", "_")


def act_words(act: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
    """What a template says of an act of the trail with the words of all floors, and `plain` when none knows it."""
    return {"said": {"code": f"audit_{act}", "facts": details or {}}, "plain": act.replace("_", " ")}
