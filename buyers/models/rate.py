"""What currencies were worth: reference rates against one base, by day. On this floor because capacity and the size of
a buyer are counted in the house currency (docs/adr)."""

from django.db import models
from django.db.models import Q

from accounts.models.columns import CurrencyField


class ExchangeRate(models.Model):
    """`value` units of `currency` for one EUR on `day` (the ECB's way of quoting)."""

    currency = CurrencyField()
    day = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="one_rate_per_day"),
            models.CheckConstraint(condition=Q(value__gt=0), name="rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.day} {self.value}"
