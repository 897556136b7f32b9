"""What stands on a buyer of a book, read from the rows of all floors at once."""

from datetime import date

from django.db.models import Min, Q, Sum

from buyers.models import BookEntry, Buyer
from claims.laying_aside import HeldAmount, Holds
from claims.models.claim import Claim, ClaimStage
from policies.models import CreditLimit, LimitRequest
from policies.models.limit_request import OPEN_STAGES
from receivables.models import Invoice

# A claim that waits for nobody: taken back, or assessed, with which this edition's handling ends.
CLOSED = (ClaimStage.WITHDRAWN, ClaimStage.ASSESSED)


def holds_on(entry: BookEntry, today: date) -> Holds:
    """Requests are read before limits: the one turns into the other while somebody decides, and must be met once."""
    about = Q(exporter=entry.exporter_id, buyer__in=Buyer.objects.same_firm(entry.buyer_id).values("pk"))
    requests = LimitRequest.objects.filter(about, stage__in=OPEN_STAGES).order_by("pk")
    limits = CreditLimit.objects.in_force_on(today).filter(about).order_by("pk")
    claims = Claim.objects.filter(about).exclude(stage__in=CLOSED).order_by("pk")
    late = Invoice.objects.with_open_amount().filter(about, open_gross__gt=0, due_on__lt=today)
    overdue = late.values("currency").annotate(sum=Sum("open_gross"), since=Min("due_on")).order_by("currency")
    return Holds(
        requests=[str(row.reference) for row in requests],
        limits=[HeldAmount(row.amount, row.currency) for row in limits],
        claims=[str(row.reference) for row in claims],
        overdue=[HeldAmount(row["sum"], row["currency"], row["since"]) for row in overdue],
    )
