"""What a buyer is scored from comes in: annual accounts from an underwriter, payment experience from the ledger."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts.access import require_group, require_role
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.alert import raise_signal_alerts
from buyers.actions.score import score_buyer
from buyers.models import Buyer, FinancialStatement, PaymentExperience, Signal
from buyers.models.accounts import LINES
from buyers.models.signal import SignalKind
from buyers.statements import statement_refused
from kernel.refusals import refusal, refuse


@action
def record_statement(
    *,
    by: int,
    buyer: int,
    period_end: date,
    currency: str,
    source: str,
    lines: Mapping[str, Decimal | None],
    today: date,
    months: int = 12,
    audited: bool = False,
    replaces: int | None = None,
    reporter: int | None = None,
) -> FinancialStatement:
    """Keep a year's accounts of `buyer` and score it again at once. For underwriters.

    `lines` are amounts in `currency` by the names in buyers.models.accounts.LINES; those left out are not known.
    The same year from the same source is kept once: the same again is a repetition. Other figures take the place of
    those known only where `replaces` names them (the person has looked at both); the older ones stay as they were,
    superseded. `reporter`: the exporter who sent them in, for staff's eyes only.
    """
    require_group(by, UNDERWRITER_GROUPS)
    refuse(statement_refused(lines, currency, period_end, months, today))
    concerned = Buyer.objects.select_for_update().get(pk=Buyer.objects.present(buyer).pk)
    told = {name: lines.get(name) for name in LINES} | {"currency": currency, "months": months, "audited": audited}
    current = FinancialStatement.objects.filter(superseded_at__isnull=True)
    known = current.filter(buyer=concerned, period_end=period_end, source=source).first()
    if known:
        if all(getattr(known, name) == value for name, value in told.items()):
            record(by=by, subject=known, buyer=concerned.pk, outcome="repeated")
            return known
        refuse([] if known.pk == replaces else [refusal("statement_known", period_end_on=period_end, source=source)])
        current.filter(pk=known.pk).update(superseded_at=timezone.now())
    statement = FinancialStatement.objects.create(buyer=concerned, period_end=period_end, source=source, **told)
    signal = Signal.objects.create(
        buyer=concerned, kind=SignalKind.ACCOUNTS_RECEIVED, happened_on=today, source=source, reporter_id=reporter,
        facts={"statement": statement.pk, "period_end_on": period_end.isoformat()},
    )  # fmt: skip
    record(
        by=by, subject=statement, exporter=reporter, buyer=concerned.pk, period_end=period_end.isoformat(),
        source=source, replaces=known.pk if known else None,
    )  # fmt: skip
    raise_signal_alerts(by=None, signals=[signal.pk])  # before the score, so that its regrade joins them
    score_buyer(by=by, buyer=concerned.pk, today=today)
    return statement


@action
def record_experience(
    *,
    by: int | None,
    buyer: int,
    reporter: int,
    month: date,
    days_beyond_terms: int,
    share_overdue: Decimal,
    invoices: int,
) -> PaymentExperience:
    """Keep how `reporter` (an exporter's id) was paid by `buyer` in a month, in place of what it reported before.

    `days_beyond_terms` is an average weighted by amount, `share_overdue` a percentage of what was owed. The buyer is
    due for the next refresh. `by` None is the machine, else someone who may write for the reporter.
    """
    if by is not None:
        require_role(by, reporter)
    concerned = Buyer.objects.select_for_update().get(pk=Buyer.objects.present(buyer).pk)
    experience, new = PaymentExperience.objects.update_or_create(
        buyer=concerned,
        reporter_id=reporter,
        month=month.replace(day=1),
        defaults={"days_beyond_terms": days_beyond_terms, "share_overdue": share_overdue, "invoices": invoices},
    )
    Buyer.objects.filter(pk=concerned.pk).update(next_score_on=timezone.now().date())
    record(by=by, subject=experience, exporter=reporter, buyer=concerned.pk, outcome="added" if new else "replaced")
    return experience
