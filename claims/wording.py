"""Sentences of this floor, keyed by code; the words of the floors below come along."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.wording import said
from claims.models.paper import PaperKind
from receivables import wording as below

WORDS: dict[str, Any] = {
    **below.WORDS,
    # Kinds of paper
    **{f"paper_{kind.value}": kind.label for kind in PaperKind},
    # Overdues
    "not_overdue_yet": _("%(due_on)s has not passed yet: nothing is overdue on its due date."),
    # Filing
    "no_invoice_claimed": _("Add at least one invoice: a claim is made for invoices."),
    "event_in_future": _("This day lies in the future. A claim is made for what has happened."),
    "invoice_of_another_buyer": _("Invoice %(number)s is on another buyer. Take it out; it needs a claim of its own."),
    "invoice_under_another_policy": _("Invoice %(number)s is under another policy. Take it out and claim it there."),
    "invoice_in_another_currency": _(
        "Invoice %(number)s is in %(currency)s, this claim is in %(claimed)s. Start a claim for each currency."
    ),
    "invoice_already_paid": _("Invoice %(number)s has been paid. Take it out."),
    "invoice_not_due_yet": _(
        "Invoice %(number)s is due on %(due_on)s only. For protracted default it has to be overdue; for an insolvency "
        "choose that cause."
    ),
    "delivered_outside_policy": _(
        "Invoice %(number)s was delivered on %(delivered_on)s, outside the days this policy covers (%(starts_on)s to "
        "%(ends_on)s). Take it out."
    ),
    "filing_not_open_yet": _(
        "The oldest invoice is still within its maximum extension period. A claim for protracted default can be filed "
        "from %(opens_on)s."
    ),
    "claim_filed_already": _("This claim is no longer a draft, so this cannot be changed any more."),
    "claim_takes_no_papers": _("This claim takes no more papers at its present stage."),
    "invoice_claimed_already": _("Invoice %(number)s is already part of claim %(reference)s."),
    # Papers asked for
    "no_paper_asked_for": _("Choose at least one paper to ask for."),
    "paper_asked_already": _("One of these papers is asked for already and not yet answered."),
    "answer_day_out_of_range": _("Choose a day from tomorrow on, within a year."),
    "answer_is_empty": _("Choose a file or write what there is to say. An empty answer helps nobody."),
    "paper_request_answered_already": _("A colleague has answered this meanwhile. Reload the page to see how."),
    # Handling
    "claim_not_on_the_desk": _("This claim does not wait for the insurer."),
    "claim_taken_already": _("A colleague has taken this claim meanwhile."),
    # Laying a buyer aside
    "held_by_request": _("A request for a limit is open: %(reference)s. Wait for its decision, or withdraw it first."),
    "held_by_limit": _("There is a limit in force: %(amount)s. End it first."),
    "held_by_claim": _("A claim is open: %(reference)s. It must be closed first."),
    "held_by_overdue_debt": _("%(amount)s is overdue since %(since_on)s. Enter what was paid first."),
    "assessment_needs_words": _("Write what the assessment found: the exporter reads it."),
    # The timeline
    "claim_started": _("Draft begun"),
    "invoice_claimed": _("Invoice %(number)s added: %(amount)s"),
    "invoice_taken_out": _("Invoice %(number)s taken out"),
    "paper_added": _("%(paper)s added: %(name)s"),
    "paper_taken_away": _("%(paper)s taken away: %(name)s"),
    "claim_awaits_review": _("Handed to a colleague to be sent"),
    "claim_handed_back": _("Given back by a colleague"),
    "claim_taken_back": _("Taken back before it was sent"),
    "claim_filed": _("Claim filed; decision due by %(decide_on)s"),
    "claim_taken": _("A claims handler has taken the claim"),
    "paper_asked_for": _("Paper asked for: %(paper)s. The insurer’s clock rests."),
    "paper_request_answered": _("Answered: %(paper)s"),
    "papers_complete": _("All papers answered; the clock runs again, decision due by %(decide_on)s"),
    "claim_assessed": _("Assessment closed"),
    "claim_withdrawn": _("Claim withdrawn"),
    # The trail
    "audit_lay_buyer_aside": _("Laid a buyer aside, nothing being open on it"),
    "audit_start_claim": _("Began a claim"),
    "audit_amend_claim": _("Changed a claim"),
    "audit_add_claim_invoice": _("Added an invoice to a claim"),
    "audit_add_ledger_invoice": _("Added an invoice of the ledger to a claim"),
    "audit_remove_claim_invoice": _("Took an invoice out of a claim"),
    "audit_attach_paper": _("Added a paper to a claim"),
    "audit_remove_paper": _("Took a paper out of a claim"),
    "audit_file_claim": _("Filed a claim"),
    "audit_report_overdue": _("Reported an overdue"),
    "audit_hand_back_claim": _("Handed a claim back to a colleague"),
    "audit_withdraw_claim": _("Withdrew a claim"),
    "audit_take_claim": _("Took a claim"),
    "audit_ask_for_papers": _("Asked for papers"),
    "audit_answer_paper_request": _("Answered what was asked for"),
    "audit_assess_claim": _("Closed the assessment of a claim"),
}


def event_said(code: str, facts: Mapping[str, Any]) -> str:
    """What happened to a claim, in words: a kind of paper among the facts is said too."""
    paper = {"paper": said(WORDS, facts["paper"])} if "paper" in facts else {}
    return said(WORDS, code, {**facts, **paper})
