"""What awaits a second pair of eyes in the firm."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import reads
from accounts.acts import act_code
from accounts.paging import keyset_page
from desk.models import Review
from desk.models.review import ReviewOutcome


@reads
def reviews(request: HttpRequest) -> HttpResponse:
    """Open reviews, the oldest first; each leads to the page on which it is sent or given back."""
    found = Review.objects.visible_to(request.user).of(request.firm).filter(outcome=ReviewOutcome.OPEN)
    page = keyset_page(request, found.select_related("asked_by"), order=("id",))
    rows = [{"review": review, "act": act_code(review.act)} for review in page.rows]
    return render(request, "desk/reviews.html", {"page": page, "rows": rows})
