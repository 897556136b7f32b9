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
    # A buyer's report (portal/views/report.py).
    "report_not_graded": _(
        "There are no accounts and no payment experience to grade this buyer from. Requests for a limit are decided by "
        "an underwriter."
    ),
    "report_without_accounts": _("There are no accounts of this buyer."),
    "report_send_accounts": _(
        "Send the latest annual accounts you have of it: once an underwriter has confirmed them, it is graded."
    ),
    "report_without_events": _("Nothing is known to have happened."),
    "report_events_come": _("As soon as something does, it stands here and your firm is alerted."),
    "report_disclaimer": _(
        "This report is for the firm it was made for and for the day it bears. It is no promise of cover: only the "
        "policy and its credit limits say what is insured."
    ),
    "payment_is_hidden": _("Payment experience counts, but is shown only once three policyholders have reported."),
    "payment_unknown": _(
        "No policyholder has reported how this buyer pays. Invoices and receipts that you enter in the ledger count."
    ),
    "strengths_explained": _(
        "Between the worst and the best that the scorecard knows, by what is known of each group. Steps, not weights: "
        "groups count differently in the grade."
    ),
    "pulls_explained": _(
        "To the left what lowers the grade, to the right what supports it, in five steps: the strongest has five."
    ),
    "strength_1": _("At the weak end"),
    "strength_2": _("Below the middle"),
    "strength_3": _("In the middle"),
    "strength_4": _("Above the middle"),
    "strength_5": _("At the strong end"),
    "strength_unknown": _("Nothing known"),
    # The recommended maximum credit (buyers/recommended_credit.py).
    "credit_by_equity": _("%(share_percent)s of the equity of %(base_amount)s"),
    "credit_by_working_capital": _("%(share_percent)s of current assets less current liabilities, %(base_amount)s"),
    "credit_by_purchases": _("%(share_percent)s of what it buys in a month, %(base_amount)s"),
    "credit_by_sales": _(
        "%(share_percent)s of what it sells in a month, %(base_amount)s, as its purchases are not known"
    ),
    "credit_smallest": _("The smallest of these"),
    "credit_grade_factor": _("× %(factor)s for grade %(grade)s"),
    "credit_confidence_factor": _("× %(factor)s for a confidence of %(confidence_percent)s"),
    "credit_missing_factor": _("× %(factor)s as one of the three shares is not known"),
    "credit_unaudited_factor": _("× %(factor)s as the accounts are not audited"),
    "credit_old_factor": _("× %(factor)s as the accounts are old (year to %(ended_on)s)"),
    "credit_recommended": _("Rounded down to %(digits)s digits: the recommended maximum"),
    "credit_without_accounts": _("No amount is recommended: there are no accounts of this buyer."),
    "credit_without_grade": _("No amount is recommended: the buyer is not graded."),
    "credit_accounts_too_old": _("No amount is recommended: the latest accounts (year to %(ended_on)s) are too old."),
    "credit_too_little_known": _("No amount is recommended: too few lines of the accounts are known."),
    "credit_funds_used_up": _(
        "Nothing on open account: equity or working capital is used up. Ask for payment in advance or for security."
    ),
    "credit_grade_too_weak": _(
        "Nothing on open account at grade %(grade)s. Ask for payment in advance or for security."
    ),
    "credit_is_advice": _(
        "What a careful supplier would let this buyer owe at most, by its accounts and its grade alone. Advice, no "
        "cover: what is insured is the credit limit."
    ),
    # The quick look at a grade (portal/views/lookup.py).
    "too_many_lookups": _(
        "Your firm has looked up %(number)s buyers within a day, which is the most. Take those you trade with into "
        "your book, or go on tomorrow."
    ),
    "audit_look_up_grade": _("Looked up a grade"),
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
