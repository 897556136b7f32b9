"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext_lazy

from claims import wording as below

WORDS: dict[str, Any] = {
    **below.WORDS,
    # The next sensible step with a buyer (portal/next_step.py).
    "send_papers_asked_for": _(
        "The claims handler waits for papers. The time for deciding your claim rests until they are there."
    ),
    "file_claim_for_insolvency": _(
        "The buyer is insolvent and owes you money. File a claim; there is no waiting period."
    ),
    "sell_without_cover": _(
        "This buyer cannot be insured under your policy. Ask for payment in advance or a security."
    ),
    "deal_with_downgrade": _(
        "The grade fell and nobody in your firm has looked at it yet. Read why, and decide what to ship."
    ),
    "chase_what_is_overdue": _("Invoices are past their due date. Remind the buyer before you ship again."),
    "await_decision_on_limit": _("Your request is being decided. You will be told here and by mail."),
    "await_policy": _("Limits can be asked for once a policy is in force."),
    "stop_selling_on_credit": _("The buyer is insolvent. Goods you ship on credit now are not covered."),
    "under_review": _(
        "The buyer’s grade has changed, and an underwriter will look at the limit. Until you hear from us it holds as "
        "it is; think twice before you ship more."
    ),
    "ask_for_first_limit": _(
        "There is no limit on this buyer, so what you ship on credit is not covered. Ask for one."
    ),
    "ask_for_higher_limit": _(
        "More is owed than the limit covers. Ask for an increase, or wait for payments before shipping."
    ),
    "ask_to_prolong_limit": _("The limit ends soon. Ask for it again in time, so that cover does not lapse."),
    "nothing_to_do_now": _("Nothing is waiting. The limit is in force and what is owed lies within it."),
}

# Words of the admin and of Celery's tables that have no Chinese of their own; our catalogue goes before theirs.
BORROWED = (
    gettext_noop("Model name"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Celery Results"),
    gettext_noop("task results"),
    gettext_noop("group results"),
    # These have; but it is not how the house speaks to its readers.
    gettext_noop("Your password can’t be too similar to your other personal information."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("Your password can’t be entirely numeric."),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
        "min_length",
    ),
)
