"""Everything that must be done, by date: the whole of Home's first list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import reads
from accounts.clock import today_in
from accounts.paging import keyset_page
from policies.models import Policy
from portal.views.home import open_duties, pressing
from portal.views.words import worded


@reads
def duties(request: HttpRequest) -> HttpResponse:
    """The firm's open duties, paged."""
    policy = Policy.objects.of(request.firm).order_by("-ends_on", "-id").first()
    today = today_in(policy.time_zone if policy else "UTC")
    page = keyset_page(request, open_duties(request), order=("due_on", "id"))
    rows = [{"worded": worded(duty), "shape": pressing(duty.due_on, today)} for duty in page.rows]
    return render(request, "portal/duties.html", {"page": page, "duties": rows, "policy": policy, "today": today})
