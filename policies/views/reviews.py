"""Limits whose buyer was regraded since anybody looked at them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.clock import today_in
from accounts.forms import show_refusals
from accounts.paging import keyset_page
from accounts.views.office_page import office_page
from kernel.refusals import Refused
from policies.actions import review as actions
from policies.edition import edition
from policies.forms import ReviewForm
from policies.models import CreditLimit, PolicyTerms
from policies.models.office import asked_anew, buyer_facts, exposure_facts
from policies.validity import cut_takes_effect
from policies.views.office import UNDERWRITERS
from policies.wording import WORDS


@staff(*UNDERWRITERS)
def limit_reviews(request: HttpRequest) -> HttpResponse:
    """The longest waiting first."""
    rows = CreditLimit.objects.to_review().select_related("buyer__merged_into", "exporter", "policy")
    page = keyset_page(request, rows, order=("regraded_at", "id"))
    shown = {"page": page, "title": _("Reviews after regrade")}
    return office_page(request, "policies/office/limit_reviews.html", **shown)


@staff(*UNDERWRITERS)
def review_limit(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep, reduce or withdraw one limit."""
    rows = CreditLimit.objects.select_related("buyer__merged_into", "exporter", "policy", "decision", "upcoming")
    limit = get_object_or_404(rows, pk=pk)
    buyer = limit.buyer.firm
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data: dict[str, Any] = {**form.cleaned_data, "reasons": tuple(form.cleaned_data["reasons"])}
        try:
            actions.review_limit(by=request.user.pk, limit=pk, **data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("The limit on %(buyer)s is reviewed.") % {"buyer": buyer.name})
            follows = CreditLimit.objects.to_review().values_list("pk", flat=True).first()
            return redirect("admin:review_limit", follows) if follows else redirect("admin:limit_reviews")
    today = today_in(limit.policy.time_zone)
    terms = PolicyTerms.objects.terms_on(limit.policy_id, today)
    facts, exposure = buyer_facts(buyer, today), exposure_facts(buyer, today)
    score, room = facts["score"], exposure["cap"].room(exposure["issued"] - limit.house_amount)
    shown = {
        "title": _("Review of the limit on %(buyer)s") % {"buyer": buyer.name},
        "limit": limit,
        "buyer": buyer,
        "form": form,
        "today": today,
        "terms": terms,
        "effective": cut_takes_effect(today, terms.limit_notice_days if terms else 0),
        "explanation": score.for_staff() if score else None,
        "anew": asked_anew(limit, terms, facts["standing"], room, today),
        "edition": edition().name,
        **facts,
        **exposure,
    }
    return office_page(request, "policies/office/review_limit.html", **shown)
