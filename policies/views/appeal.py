"""Appealing against a decision: a new request that names it and goes to a person."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import writes
from accounts.clock import today_in
from accounts.forms import show_refusals
from desk.views.uploads import limits_uploads
from kernel.money import rounded
from kernel.refusals import Refused, refuse
from policies.actions.request import ask_for_limit
from policies.forms import AppealForm
from policies.limits import INCREASE, NEW, TEMPORARY
from policies.models import CreditLimit, LimitDecision
from policies.wording import WORDS


@limits_uploads
@writes
def appeal_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Until its day, with documents or without; the former decision holds until a new one takes its place."""
    rows = LimitDecision.objects.visible_to(request.user).of(request.firm)
    decision = get_object_or_404(rows.select_related("request", "buyer__merged_into", "policy", "supersedes"), pk=pk)
    asked = decision.request  # None: the insurer's own cut
    former = asked or decision.supersedes or decision
    initial = {"form_key": uuid.uuid4(), "amount": rounded(former.amount, former.currency)}
    form = AppealForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            refuse(request.files_refused)  # type: ignore[attr-defined]
            made = ask_for_limit(
                by=request.user.pk,
                policy=decision.policy_id,
                buyer=decision.buyer_id,
                kind=_kind(decision),
                currency=former.currency,
                terms_days=former.terms_days,
                until=asked.wanted_until if asked else None,
                turnover=asked.expected_turnover if asked else None,
                own_reference=asked.own_reference if asked else "",
                appeals=decision.pk,
                uploads=said.pop("files"),
                **said,
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(
                request, _("Your appeal %(reference)s is with an underwriter.") % {"reference": made.reference}
            )
            return redirect("limit_request", pk=made.pk)
    return render(request, "policies/appeal_decision.html", {"decision": decision, "row": asked, "form": form})


def _kind(decision: LimitDecision) -> str:
    """An appeal asks for more than what holds now: new where nothing does."""
    today = today_in(decision.policy.time_zone)
    limit = CreditLimit.objects.in_force_on(today).on_firm(decision.policy_id, decision.buyer_id)
    if not limit.exists():
        return NEW
    return TEMPORARY if decision.request and decision.request.kind == TEMPORARY else INCREASE
