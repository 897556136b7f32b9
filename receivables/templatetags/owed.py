"""What is owed, for pages of the floors below this one."""

from datetime import date
from typing import Any

from django import template
from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce

from accounts.models import Exporter
from buyers.models import Buyer
from receivables.models import Invoice

register = template.Library()


@register.inclusion_tag("receivables/owed.html")
def owed(exporter: Exporter, buyer: Buyer, today: date) -> dict[str, Any]:
    """Open invoices of the firm on the buyer, summed by currency; of it overdue on `today`."""
    same = Buyer.objects.same_firm(buyer.pk).values("pk")
    open_ones = Invoice.objects.of(exporter).with_open_amount().filter(buyer__in=same, open_gross__gt=0)
    nothing = Value(0, output_field=DecimalField(max_digits=19, decimal_places=4))
    late = Coalesce(Sum("open_gross", filter=Q(due_on__lt=today)), nothing)
    sums = open_ones.values("currency").annotate(amount=Sum("open_gross"), overdue=late).order_by("-amount", "currency")
    return {"sums": sums}
