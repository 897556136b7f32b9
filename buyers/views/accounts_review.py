"""What is shown of a year's accounts before they are kept: hints, ratios, the year before beside it."""

from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.forms import show_refusals
from accounts.wording import MINUS, amount_shown, said
from buyers.intake.compared import DAYS, DIGITS, PERCENT, TIMES, YEARS, Ratio, Year, compared
from buyers.intake.forms import ReviewedForm
from buyers.models import Buyer, FinancialStatement
from buyers.statements import LINES, statement_hints, statement_refused
from buyers.wording import WORDS
from kernel.currencies import is_currency
from kernel.refusals import Refused


def judged(form: ReviewedForm, today: Any) -> bool:
    """Whether the form's accounts can stand; what is wrong stands at the field concerned."""
    if form.is_valid():
        facts = form.said()
        found = statement_refused(facts["lines"], facts["currency"], facts["period_end"], facts["months"], today)
        if found:
            show_refusals(form, Refused(found), WORDS)
    return form.is_valid() and not form.errors


def review_of(form: ReviewedForm, buyer: Buyer) -> dict[str, Any]:
    """As much as the fields that can be read allow; writes nothing."""
    year = form.year() if form.is_bound else None
    if year is None:
        return {"hints": [], "ratios": [], "before": None}
    hints = statement_hints(year.lines, year.currency) if is_currency(year.currency) else ()
    errors = [(form[name].label, found) for name, found in form.errors.items() if name in form.fields]
    return {"hints": hints, "errors": errors, **_beside_the_year_before(year, buyer)}


def ratios_of(row: FinancialStatement) -> dict[str, Any]:
    """The ratios of accounts that are kept."""
    return _beside_the_year_before(_as_year(row), row.buyer)


def _beside_the_year_before(year: Year, buyer: Buyer) -> dict[str, Any]:
    before = year_before(buyer, year)
    ratios = [_shown(ratio) for ratio in compared(year, _as_year(before) if before else None)]
    return {"ratios": ratios, "before": before, "year_end": year.period_end}


def year_before(buyer: Buyer, year: Year) -> FinancialStatement | None:
    """The accounts the scorecard would set beside these: the latest of an earlier year, audited ones first."""
    current = buyer.statements.filter(superseded_at__isnull=True, period_end__lt=year.period_end)
    return current.order_by("-period_end", "-audited", "-received_at", "-id").first()


def known_as(buyer: Buyer, form: ReviewedForm) -> FinancialStatement | None:
    """What the portal has of this year from this source."""
    current = buyer.statements.filter(superseded_at__isnull=True, source=form.told_by())
    return current.filter(period_end=form.cleaned_data["period_end"]).first()


def changed_lines(known: FinancialStatement, form: ReviewedForm) -> list[dict[str, Any]]:
    """Lines that would say something else than they do now."""
    return [
        {"label": form[name].label, "now": getattr(known, name), "then": amount}
        for name, amount in form.lines().items()
        if getattr(known, name) != amount
    ]


def changed_since(row: FinancialStatement) -> list[tuple[Any, Any, Any]]:
    """What a version of accounts says otherwise than the one before it, of the same year and source: (what, it said,
    it says); nothing of the first."""
    versions = FinancialStatement.objects.filter(buyer=row.buyer_id, period_end=row.period_end, source=row.source)
    before = versions.filter(pk__lt=row.pk).order_by("-pk").first()
    if before is None:
        return []
    fields = [FinancialStatement._meta.get_field(name) for name in ("currency", "months", "audited", *LINES)]
    pairs = [(field.verbose_name, getattr(before, field.name), getattr(row, field.name)) for field in fields]
    return [
        (label, _plainly(said, before.currency), _plainly(says, row.currency))
        for label, said, says in pairs
        if said != says
    ]


def _plainly(value: Any, currency: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return amount_shown(value, currency) if isinstance(value, Decimal) else str(value)


def _as_year(row: FinancialStatement) -> Year:
    return Year(row.period_end, row.months, row.currency, {name: getattr(row, name) for name in LINES})


def _shown(ratio: Ratio) -> dict[str, str]:
    label = said(WORDS, f"{ratio.code}_missing")
    return {"label": label, "now": _number(ratio.now, ratio.unit), "before": _number(ratio.before, ratio.unit)}


def _number(value: Any, unit: str) -> str:
    if value is None:
        return "–"
    if not value.is_finite():
        return _("without bound")
    number = number_format(value, DIGITS[unit], use_l10n=True, force_grouping=True).replace("-", MINUS)
    words = {PERCENT: "%(n)s %%", TIMES: _("%(n)s×"), DAYS: _("%(n)s days"), YEARS: _("%(n)s years")}
    return words[unit] % {"n": number}
