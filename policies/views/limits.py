"""The list of limits and requests, and a limit with everything that ever set it."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import reads
from accounts.clock import today_in
from accounts.models.roles import MAY_WRITE
from accounts.paging import keyset_page
from buyers.models import Buyer
from policies.models import CreditLimit, LimitDecision, LimitRequest, Policy
from policies.models.limit_request import OPEN_STAGES, RequestStage
from policies.views.request import may_appeal

VIEWS = ("in_force", "requests")
STAGES = {
    "open": OPEN_STAGES,
    "decided": (RequestStage.DECIDED,),
    "withdrawn": (RequestStage.WITHDRAWN,),
    "draft": (RequestStage.DRAFT,),
}


@reads
def limits(request: HttpRequest) -> HttpResponse:
    """Limits in force, or requests; filters live in the address (`view`, `stage`, `q`)."""
    view = request.GET.get("view") if request.GET.get("view") in VIEWS else VIEWS[0]
    query = request.GET.get("q", "").replace("\0", "").strip()[:100]
    page = (_requests if view == "requests" else _in_force)(request, query)
    own = LimitRequest.objects.visible_to(request.user).of(request.firm)
    context = {
        "view": view,
        "page": page,
        "query": query,
        "stage": request.GET.get("stage", ""),
        "stages": STAGES,
        "open_count": own.filter(stage__in=OPEN_STAGES).count(),
        "filtered": bool(query or request.GET.get("stage") in STAGES),
        "may_write": request.membership.role in MAY_WRITE,
    }
    return render(request, "policies/limits.html", context)


@reads
def limit(request: HttpRequest, pk: int) -> HttpResponse:
    """One limit: what holds today, what changes when, and every decision that set it."""
    rows = CreditLimit.objects.visible_to(request.user).of(request.firm)
    found = get_object_or_404(rows.select_related("buyer__merged_into", "policy", "decision", "upcoming"), pk=pk)
    same = Buyer.objects.same_firm(found.buyer_id).values("pk")
    history = LimitDecision.objects.of(request.firm).filter(policy=found.policy_id, buyer__in=same)
    context = {
        "limit": found,
        "buyer": found.buyer.firm,
        "today": today_in(found.policy.time_zone),
        "page": keyset_page(request, history.select_related("request"), order=("-id",), size=25),
        "may_write": request.membership.role in MAY_WRITE,
        "may_appeal": found.upcoming is not None and may_appeal(found.upcoming, today_in(found.policy.time_zone)),
    }
    return render(request, "policies/limit.html", context)


def _in_force(request: HttpRequest, query: str) -> Any:
    policy = Policy.objects.of(request.firm).order_by("-ends_on", "-id").first()
    today = today_in(policy.time_zone) if policy else timezone.now().date()
    rows = CreditLimit.objects.visible_to(request.user).of(request.firm).in_force_on(today)
    found = _named(rows, query).select_related("buyer__merged_into", "policy", "decision", "upcoming")
    return keyset_page(request, found, order=("-amount", "id"))


def _requests(request: HttpRequest, query: str) -> Any:
    rows = LimitRequest.objects.visible_to(request.user).of(request.firm)
    if request.GET.get("stage") in STAGES:
        rows = rows.filter(stage__in=STAGES[request.GET["stage"]])
    found = _named(rows, query).select_related("buyer__merged_into", "policy").prefetch_related("decisions")
    return keyset_page(request, found, order=("-id",))


def _named(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Those on buyers that are or were called so."""
    named = Q(buyer__name__icontains=query) | Q(buyer__merged_into__name__icontains=query)
    return rows.filter(named) if query else rows
