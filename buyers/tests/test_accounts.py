"""What a score is made from: accounts an underwriter types in, experience the ledger reports."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import ProgrammingError
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER
from accounts.tests.factories import exporter, member, staff
from buyers.actions.accounts import record_experience, record_statement
from buyers.models import FinancialStatement, PaymentExperience, Score, Signal
from buyers.statements import sending_refused, statement_hints, statement_refused
from buyers.tests.factories import LINES, buyer, statement
from kernel.refusals import NotAllowed, Refused

TODAY = date(2026, 11, 21)
AMOUNTS = {name: Decimal(amount) for name, amount in LINES.items()}


# --- the rule --------------------------------------------------------------------------------------------------------


def refused(currency: str = "EUR", period_end: date = date(2025, 12, 31), months: int = 12, **lines) -> set[str]:
    found = statement_refused({**AMOUNTS, **lines}, currency, period_end, months, TODAY)
    return {f"{r.code} {r.about}".strip() for r in found}


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, set()),
        ({"currency": "XXX"}, {"unknown_currency currency"}),
        ({"period_end": TODAY}, set()),
        ({"period_end": date(2026, 11, 22)}, {"accounts_of_the_future period_end"}),
        ({"months": 0}, {"months_out_of_range months"}),
        ({"months": 24}, set()),
        ({"months": 25}, {"months_out_of_range months"}),
        ({"equity": Decimal(-5)}, set()),
        ({"net_profit": Decimal(-5), "operating_profit": Decimal(-5), "interest": Decimal(-1)}, set()),
        ({"sales": Decimal(-1)}, {"line_below_nothing sales"}),
        ({"cash": Decimal(6_000_001)}, {"part_exceeds_whole cash"}),
        ({"cash": Decimal(6_000_000)}, set()),
        ({"cash": Decimal(7_000_000), "current_assets": None}, set()),
        ({"equity": Decimal(10_000_001)}, {"part_exceeds_whole equity"}),
        ({"current_assets": Decimal(10_000_001)}, {"part_exceeds_whole current_assets"}),
        ({"fixed_assets": Decimal(10_000_001)}, {"part_exceeds_whole fixed_assets"}),
        ({"short_term_securities": Decimal(6_000_001)}, {"part_exceeds_whole short_term_securities"}),
        ({"long_term_debt": Decimal(6_500_001)}, {"part_exceeds_whole long_term_debt"}),
        ({"current_liabilities": Decimal(6_500_001)}, {"part_exceeds_whole current_liabilities"}),
        ({"current_liabilities": Decimal(6_500_001), "total_liabilities": None}, set()),
        ({"payables": Decimal(4_000_001)}, {"part_exceeds_whole payables"}),
        ({"short_term_debt": Decimal(4_000_001)}, {"part_exceeds_whole short_term_debt"}),
        ({"cost_of_sales": Decimal(14_100_001)}, {"part_exceeds_whole cost_of_sales"}),
        ({"total_liabilities": Decimal(12_000_000), "equity": Decimal(-2_000_000)}, set()),
        ({"retained_earnings": Decimal(-1), "profit_before_tax": Decimal(-1)}, set()),
        ({"share_capital": Decimal(-1)}, {"line_below_nothing share_capital"}),
        ({"operating_costs": Decimal(-1), "cost_of_sales": None}, {"line_below_nothing operating_costs"}),
        ({"sales": Decimal("1.001")}, {"too_many_decimals sales"}),
        ({"sales": Decimal(10) ** 15}, {"amount_too_large sales"}),
        ({"sales": Decimal("NaN")}, {"not_an_amount sales"}),
        ({"currency": "JPY", "sales": Decimal("1.5")}, {"too_many_decimals sales"}),
    ],
)
def test_accounts_obey_the_arithmetic_of_a_balance_sheet(changed: dict, codes: set[str]):
    assert refused(**changed) == codes


def test_accounts_without_a_line_are_refused():
    codes = [r.code for r in statement_refused(dict.fromkeys(AMOUNTS), "EUR", TODAY, 12, TODAY)]
    assert codes == ["accounts_are_empty"]


# --- the acts --------------------------------------------------------------------------------------------------------


def typed_in(**columns):
    return record_statement(
        **{
            "period_end": date(2025, 12, 31), "currency": "EUR", "source": "register", "lines": AMOUNTS, "today": TODAY,
            **columns,
        }
    )  # fmt: skip


@pytest.mark.django_db
def test_new_accounts_are_kept_and_the_buyer_is_scored_at_once():
    firm, by = buyer(), staff()
    row = typed_in(by=by.pk, buyer=firm.pk, audited=True)
    firm.refresh_from_db()
    assert (row.sales, row.audited, row.months) == (15_000_000, True, 12)
    assert firm.grade == Score.objects.get().grade
    assert Signal.objects.get().kind == "accounts_received"
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "record_statement", "raise_signal_alerts", "score_buyer",
    ]  # fmt: skip


@pytest.mark.django_db
def test_the_same_accounts_again_are_a_repetition_and_other_figures_are_refused():
    firm, by = buyer(), staff()
    first = typed_in(by=by.pk, buyer=firm.pk)
    assert typed_in(by=by.pk, buyer=firm.pk) == first
    assert Score.objects.count() == 1
    with pytest.raises(Refused) as refusal:
        typed_in(by=by.pk, buyer=firm.pk, lines={**AMOUNTS, "sales": Decimal(1)})
    assert [r.code for r in refusal.value.refusals] == ["statement_known"]
    assert typed_in(by=by.pk, buyer=firm.pk, source="register, corrected", lines={"sales": Decimal(1)}).equity is None
    assert FinancialStatement.objects.count() == 2


@pytest.mark.django_db
def test_other_figures_take_the_place_of_those_named_and_the_older_ones_stay():
    firm, by = buyer(), staff()
    first = typed_in(by=by.pk, buyer=firm.pk)
    second = typed_in(by=by.pk, buyer=firm.pk, lines={**AMOUNTS, "equity": Decimal(1)}, replaces=first.pk)
    first.refresh_from_db()
    assert (first.equity, first.superseded_at is None, second.superseded_at) == (AMOUNTS["equity"], False, None)
    assert Score.objects.latest("id").indicators != Score.objects.order_by("id").first().indicators
    with pytest.raises(Refused):  # somebody else has replaced it meanwhile
        typed_in(by=by.pk, buyer=firm.pk, lines={"sales": Decimal(1)}, replaces=first.pk)


@pytest.mark.django_db(transaction=True)
def test_figures_once_kept_cannot_be_changed():
    row = statement(buyer())
    with pytest.raises(ProgrammingError):
        FinancialStatement.objects.filter(pk=row.pk).update(sales=1)
    FinancialStatement.objects.filter(pk=row.pk).update(superseded_at=timezone.now())


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"fixed_assets": Decimal(4_100_000)}, []),  # 1 % of the whole
        ({"fixed_assets": Decimal(4_100_001)}, ["assets_do_not_add_up"]),
        ({"equity": Decimal(3_000_000)}, ["balance_does_not_balance"]),
        ({"long_term_debt": Decimal(2_000_000)}, ["debts_do_not_add_up"]),
        ({"long_term_debt": None, "equity": None, "fixed_assets": None}, []),
        ({"operating_profit": Decimal(15_000_001)}, ["profit_exceeds_sales"]),
        ({"operating_profit": Decimal(15_000_000)}, []),
        ({"total_assets": Decimal("NaN")}, []),
    ],
)
def test_sums_that_differ_are_hinted_at_and_refuse_nothing(changed: dict, codes: list[str]):
    assert [hint.code for hint in statement_hints({**AMOUNTS, **changed}, "EUR")] == codes


def test_accounts_that_come_with_their_file_need_no_line():
    day = date(2025, 12, 31)
    assert sending_refused({}, "EUR", day, 12, TODAY) == ()
    assert [no.code for no in sending_refused({"sales": Decimal(-1)}, "EUR", day, 12, TODAY)] == ["line_below_nothing"]


@pytest.mark.django_db
def test_accounts_of_a_merged_buyer_go_to_the_one_that_stands():
    stands = buyer()
    gone = buyer(merged_into=stands)
    assert typed_in(by=staff().pk, buyer=gone.pk).buyer == stands


@pytest.mark.django_db
def test_nothing_is_kept_of_accounts_that_are_refused():
    with pytest.raises(Refused):
        typed_in(by=staff().pk, buyer=buyer().pk, lines={})
    assert not FinancialStatement.objects.exists()


@pytest.mark.django_db
def test_only_underwriters_type_in_accounts():
    for person in (staff(CLAIMS_HANDLER), member(exporter())):
        with pytest.raises(NotAllowed):
            typed_in(by=person.pk, buyer=buyer().pk)


@pytest.mark.django_db
def test_experience_of_a_month_replaces_what_the_reporter_said_before_and_makes_the_buyer_due():
    firm, reporter = buyer(), exporter()
    by = member(reporter)
    for days in (5, 12):
        record_experience(
            by=by.pk, buyer=firm.pk, reporter=reporter.pk, month=date(2026, 10, 17), days_beyond_terms=days,
            share_overdue=Decimal("12.5"), invoices=4,
        )  # fmt: skip
    row = PaymentExperience.objects.get()
    assert (row.month, row.days_beyond_terms, row.share_overdue) == (date(2026, 10, 1), 12, Decimal("12.5"))
    firm.refresh_from_db()
    assert firm.next_score_on == timezone.now().date()
    outcomes = AuditEvent.objects.filter(action="record_experience").order_by("id")
    assert [e.details["outcome"] for e in outcomes] == ["added", "replaced"]


@pytest.mark.django_db
def test_nobody_reports_experience_for_a_rival():
    firm, mine, rival = buyer(), exporter(), exporter()
    told = {"buyer": firm.pk, "month": TODAY, "days_beyond_terms": 1, "share_overdue": Decimal(0), "invoices": 1}
    with pytest.raises(NotAllowed):
        record_experience(by=member(mine).pk, reporter=rival.pk, **told)
    assert record_experience(by=None, reporter=rival.pk, **told)
