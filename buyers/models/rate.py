"""What currencies were worth: reference rates against one base, by day. On this floor because capacity and the size of
a buyer are counted in the house currency (docs/adr)."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import connection, models
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models.columns import CurrencyField
from buyers.rates import OLDEST, PIVOT, Published, Quotation, crossed, euro, quotation_refused
from kernel.money import Rate
from kernel.refusals import refuse

KEEP = """
    INSERT INTO buyers_exchangerate AS kept (currency, day, value, source)
    SELECT currency, day, value, %s FROM published
    ON CONFLICT (currency, day) DO UPDATE SET value = EXCLUDED.value, source = EXCLUDED.source
    WHERE (kept.value, kept.source) IS DISTINCT FROM (EXCLUDED.value, EXCLUDED.source)
"""


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    """Reference rates, by day."""

    def quotation_on(self, currency: str, day: date) -> Quotation | None:
        """The last quotation of `currency` up to `day`, with the last day its source published anything."""
        if currency == PIVOT:
            return euro(day)
        published = (
            ExchangeRate.objects.filter(source=OuterRef("source"), day__lte=day)
            .order_by()
            .values("source")
            .annotate(last=Max("day"))
            .values("last")
        )
        row = (
            self.filter(currency=currency, day__lte=day)
            .annotate(published=Subquery(published))
            .order_by("-day")
            .values_list("currency", "value", "day", "source", "published")
            .first()
        )
        return Quotation(*row) if row else None

    def rate_on(self, base: str, quote: str, day: date) -> Rate:
        """What one unit of `base` was worth in `quote` on `day` (last quoted day up to it), cross rates via the euro.

        Refuses (Refused) currencies not quoted, series ended, and quotations older than buyers.rates.OLDEST.
        """
        if base == quote:
            return Rate(base, quote, Decimal(1), day, "")
        found = {currency: self.quotation_on(currency, day) for currency in (base, quote)}
        refuse(no for currency, quotation in found.items() for no in quotation_refused(currency, quotation, day))
        return crossed(found[base], found[quote], day)  # type: ignore[arg-type]

    def rates_into(self, quote: str, day: date) -> dict[str, Rate]:
        """The rate into `quote` of every currency that may be converted on `day`; those refused are left out."""
        recent = self.filter(day__lte=day, day__gte=day - OLDEST)
        published = dict(recent.values_list("source").annotate(Max("day")).order_by())
        found = {PIVOT: euro(day)}
        for row in recent.order_by("currency", "-day").distinct("currency"):
            found[row.currency] = Quotation(row.currency, row.value, row.day, row.source, published[row.source])
        usable = {code: q for code, q in found.items() if not quotation_refused(code, q, day)}
        if quote not in usable:
            return {}
        return {code: crossed(quotation, usable[quote], day) for code, quotation in usable.items()}

    @staticmethod
    def copy_in(rows: list[Published], source: str) -> int:
        """Add and correct quotations in bulk; how many were new or different."""
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.published")
            cursor.execute("CREATE TEMPORARY TABLE published (currency text, day date, value numeric) ON COMMIT DROP")
            with cursor.copy("COPY published FROM STDIN") as copy:
                copy.write("".join(f"{row.currency}\t{row.day}\t{row.value:f}\n" for row in rows))
            cursor.execute(KEEP, [source])
            return cursor.rowcount


class ExchangeRate(models.Model):
    """`value` units of `currency` for one EUR on `day` (the ECB's way of quoting)."""

    currency = CurrencyField(_("Currency"))
    day = models.DateField(_("Day"))
    value = models.DecimalField(_("For one euro"), max_digits=18, decimal_places=8)
    source = models.CharField(_("Source"), max_length=40)

    objects: ClassVar = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = _("Exchange rate")
        verbose_name_plural = _("Exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="one_rate_per_day"),
            models.CheckConstraint(condition=Q(value__gt=0), name="rate_positive"),
        ]
        indexes = [models.Index(fields=["source", "-day"], name="rates_by_source_and_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.day} {self.value}"
