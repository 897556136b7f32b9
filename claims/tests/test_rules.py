"""The rules of claims, by tables worked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from claims.deadlines import (
    ClaimTerms,
    days_left,
    decide_by,
    extension_ends_on,
    file_by,
    moved,
    opens_on,
)
from claims.filing import (
    INSOLVENCY,
    POLITICAL,
    PROTRACTED_DEFAULT,
    ClaimFacts,
    ItemFacts,
    event_refused,
    filing_refused,
)
from claims.papers import checklist, edition, edition_of, editions, missing_papers
from kernel.periods import Period

TERMS = ClaimTerms(60, Period(90), Period(30, "working_days"), "DE")
EDITION = edition("papers-2026-1")


# --- papers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cause", "needed"),
    [
        (INSOLVENCY, ("contract", "invoice", "delivery", "statement", "insolvency_proof")),
        (PROTRACTED_DEFAULT, ("contract", "invoice", "delivery", "statement", "dunning")),
        (POLITICAL, ("contract", "invoice", "delivery", "statement", "political_proof")),
    ],
)
def test_each_cause_needs_its_own_papers(cause: str, needed: tuple[str, ...]):
    assert missing_papers(cause, [], EDITION) == needed
    assert missing_papers(cause, needed, EDITION) == ()
    assert missing_papers(cause, needed[1:], EDITION) == ("contract",)


def test_a_checklist_counts_and_never_misses_what_is_optional():
    lines = {line.kind: line for line in checklist(INSOLVENCY, ["invoice", "invoice", "guarantee"], EDITION)}
    assert (lines["invoice"].count, lines["invoice"].missing) == (2, False)
    assert (lines["guarantee"].count, lines["guarantee"].required) == (1, False)
    assert (lines["dunning"].count, lines["dunning"].missing) == (0, False)
    assert lines["contract"].missing


def test_a_claim_keeps_the_edition_of_its_day():
    assert edition_of(date(2026, 6, 1)) is editions()[-1]
    assert edition_of(date(1999, 1, 1)) is editions()[0]


# --- days -------------------------------------------------------------------------------------------------------------


def test_the_extension_period_starts_the_day_after_due():
    # domain.md §8, case 14: due 16 July, 60 days: runs from 17 July, ends 14 September.
    assert extension_ends_on(date(2026, 7, 16), TERMS) == date(2026, 9, 14)
    assert opens_on([date(2026, 8, 1), date(2026, 7, 16)], TERMS) == date(2026, 9, 15)


@pytest.mark.parametrize(
    ("within", "day"),
    [
        (Period(90), date(2026, 12, 13)),
        (Period(4, "months"), date(2027, 1, 14)),
        (Period(5, "working_days"), date(2026, 9, 21)),  # Tue 15 to Fri 18, Mon 21
    ],
)
def test_the_oldest_invoice_says_by_when_to_file(within: Period, day: date):
    terms = replace(TERMS, file_within=within)
    assert file_by([date(2026, 7, 16), date(2026, 8, 30)], terms) == day


@pytest.mark.parametrize(
    ("within", "day"),
    [
        (Period(30, "working_days"), date(2026, 12, 14)),  # six weeks from Mon 2 November, no holiday between
        (Period(30), date(2026, 12, 2)),
        (Period(1, "months"), date(2026, 12, 2)),
    ],
)
def test_a_claim_is_decided_within_the_policys_term(within: Period, day: date):
    assert decide_by(date(2026, 11, 2), replace(TERMS, decide_within=within)) == day


@pytest.mark.parametrize(
    ("within", "stopped", "resumed", "day"),
    [
        (Period(30, "working_days"), date(2026, 11, 9), date(2026, 11, 9), date(2026, 12, 14)),
        (Period(30, "working_days"), date(2026, 11, 9), date(2026, 11, 10), date(2026, 12, 15)),
        # Friday to Monday is one working day.
        (Period(30, "working_days"), date(2026, 11, 6), date(2026, 11, 9), date(2026, 12, 15)),
        # Over a weekend that ends on a Sunday: none.
        (Period(30, "working_days"), date(2026, 11, 6), date(2026, 11, 8), date(2026, 12, 14)),
        # Ten working days lead over Christmas (25th Friday): 15 to 24 Dec are 8, then 28 and 29.
        (Period(30, "working_days"), date(2026, 11, 9), date(2026, 11, 23), date(2026, 12, 29)),
        (Period(30), date(2026, 11, 6), date(2026, 11, 9), date(2026, 12, 17)),
        (Period(1, "months"), date(2026, 11, 6), date(2026, 11, 16), date(2026, 12, 24)),
    ],
)
def test_the_clock_moves_by_the_days_it_rested(within: Period, stopped: date, resumed: date, day: date):
    assert moved(date(2026, 12, 14), stopped, resumed, replace(TERMS, decide_within=within)) == day


def test_days_left_stand_still_while_the_clock_rests():
    decide_on = date(2026, 12, 14)
    assert days_left(decide_on, date(2026, 11, 2), None, TERMS) == 30
    assert days_left(decide_on, date(2026, 12, 11), None, TERMS) == 1
    assert days_left(decide_on, decide_on, None, TERMS) == 0
    assert days_left(decide_on, date(2026, 12, 16), None, TERMS) == -2
    assert days_left(decide_on, date(2027, 3, 1), date(2026, 12, 7), TERMS) == 5
    assert days_left(decide_on, date(2026, 12, 4), None, replace(TERMS, decide_within=Period(30))) == 10


# --- filing -----------------------------------------------------------------------------------------------------------

TODAY = date(2026, 11, 20)
ITEM = ItemFacts("26-1", 1, 2, "EUR", date(2026, 6, 1), date(2026, 7, 31), Decimal(100))
CLAIM = ClaimFacts(
    buyer=1, policy=2, cause=PROTRACTED_DEFAULT, event_on=date(2026, 8, 1), currency="EUR", items=(ITEM,),
    cover_starts_on=date(2026, 1, 1), cover_ends_on=date(2026, 12, 31), terms=TERMS,
)  # fmt: skip


def refused(claim: ClaimFacts, today: date = TODAY) -> list[str]:
    return [refusal.code for refusal in filing_refused(claim, today)]


def with_item(cause: str = PROTRACTED_DEFAULT, **changes: object) -> ClaimFacts:
    return replace(CLAIM, cause=cause, items=(replace(ITEM, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claim", "codes"),
    [
        (CLAIM, []),
        (replace(CLAIM, items=()), ["no_invoice_claimed"]),
        (replace(CLAIM, items=(), event_on=date(2026, 11, 21)), ["event_in_future", "no_invoice_claimed"]),
        (replace(CLAIM, event_on=TODAY), []),
        (replace(CLAIM, event_on=date(2026, 11, 21)), ["event_in_future"]),
        (with_item(buyer=9), ["invoice_of_another_buyer"]),
        (with_item(policy=9), ["invoice_under_another_policy"]),
        (with_item(currency="USD"), ["invoice_in_another_currency"]),
        (with_item(open_amount=Decimal(0)), ["invoice_already_paid"]),
        (with_item(open_amount=Decimal("0.01")), []),
        # Protracted default: overdue, and past the extension period (due + 60 < today).
        (with_item(due_on=TODAY), ["invoice_not_due_yet"]),
        (with_item(due_on=date(2026, 11, 19)), ["filing_not_open_yet"]),
        (with_item(due_on=date(2026, 9, 21)), ["filing_not_open_yet"]),  # extension ends today
        (with_item(due_on=date(2026, 9, 20)), []),
        # An insolvency is filed at once, for debts not yet due as well.
        (with_item(INSOLVENCY, due_on=date(2026, 12, 24)), []),
        (with_item(POLITICAL, due_on=date(2026, 12, 24)), []),
        # Cover: first and last day count.
        (with_item(delivered_on=date(2025, 12, 31)), ["delivered_outside_policy"]),
        (with_item(delivered_on=date(2026, 1, 1)), []),
        (replace(CLAIM, cover_ends_on=date(2026, 6, 1)), []),
        (replace(CLAIM, cover_ends_on=date(2026, 5, 31)), ["delivered_outside_policy"]),
        (
            with_item(buyer=9, currency="USD", open_amount=Decimal(-1)),
            ["invoice_of_another_buyer", "invoice_in_another_currency", "invoice_already_paid"],
        ),
    ],
)
def test_a_claim_may_be_filed_or_says_why_not(claim: ClaimFacts, codes: list[str]):
    assert refused(claim) == codes


def test_every_invoice_is_looked_at_and_the_oldest_opens_the_door():
    younger = replace(ITEM, number="26-2", due_on=date(2026, 11, 1))
    assert refused(replace(CLAIM, items=(ITEM, younger))) == []
    both = replace(CLAIM, items=(replace(ITEM, buyer=8), replace(younger, buyer=9)))
    assert [r.facts["number"] for r in filing_refused(both, TODAY)] == ["26-1", "26-2"]


def test_the_day_filing_opens_is_said():
    [only] = filing_refused(with_item(due_on=date(2026, 9, 21)), TODAY)
    assert only.facts == {"opens_on": date(2026, 11, 21)}


def test_what_has_happened_lies_in_the_past():
    assert event_refused(TODAY, TODAY) == ()
    assert event_refused(date(2026, 11, 21), TODAY)[0].about == "event_on"
