"""The firm's policy in words: what it says today, and what changes when."""

from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import reads
from accounts.clock import today_in
from policies.models import Policy, PolicyTerms
from policies.views.terms import changes_between, groups_of


@reads
def policy(request: HttpRequest) -> HttpResponse:
    """All policies of the firm, the one that runs longest first; `number` in the address chooses another."""
    rows = list(Policy.objects.visible_to(request.user).of(request.firm).order_by("-ends_on", "-id")[:50])
    chosen = next((row for row in rows if row.number == request.GET.get("number")), rows[0] if rows else None)
    context: dict[str, Any] = {"policies": rows, "policy": chosen}
    if chosen:
        today = today_in(chosen.time_zone)
        terms = list(PolicyTerms.objects.filter(policy=chosen).order_by("valid_from"))
        now = next((t for t in terms if t.valid_from <= today and (t.valid_to is None or t.valid_to >= today)), None)
        context |= {
            "today": today,
            "terms": now,
            "groups": groups_of(now, chosen.currency) if now else [],
            "changes": [
                {"day": later.valid_from, "lines": changes_between(former, later, chosen.currency)}
                for former, later in pairwise(terms)
                if later.valid_from > today
            ],
            "former": [t for t in reversed(terms) if t.valid_to is not None and t.valid_to < today],
            "suspensions": list(chosen.suspensions.order_by("-starts_on")[:10]),
            "now": timezone.now(),
        }
    return render(request, "policies/policy.html", context)
