"""A request with its decision, and what the firm may do with it."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from accounts.access import reads, writes
from accounts.clock import today_in
from accounts.models.roles import MAY_WRITE
from accounts.wording import said_of
from kernel.refusals import Refused
from policies.actions import request as actions
from policies.appealing import Appealed, appeal_refused
from policies.lifecycle import LIMIT_REQUEST
from policies.limits import NEUTRAL
from policies.models import CreditLimit, LimitDecision, LimitRequest
from policies.models.limit_request import RequestStage
from policies.wording import WORDS

RETURNED_WORDS = 1000


@reads
def limit_request(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked, where it stands; decided: by whom, when, on which facts, why, for how long, how to appeal."""
    found = _own(request, pk)
    decision = LimitDecision.objects.filter(request=found).select_related("decided_by").first()
    today = today_in(found.policy.time_zone)
    limit = CreditLimit.objects.on_firm(found.policy_id, found.buyer_id).first()
    may_write = request.membership.role in MAY_WRITE
    context = {
        "row": found,
        "buyer": found.buyer.firm,
        "decision": decision,
        "limit": limit,
        "today": today,
        "shown_reasons": shown_reasons(found),
        "with_underwriter": found.stage in (RequestStage.REFERRED, RequestStage.COUNTERSIGN),
        "events": _timeline(found, decision),
        "papers": found.papers.select_related("document").order_by("pk"),
        "identifiers": list(found.buyer.firm.identifiers.order_by("scheme", "id")),
        "present": CreditLimit.objects.in_force_on(today).on_firm(found.policy_id, found.buyer_id).first(),
        "may_write": may_write,
        "may_withdraw": may_write and LIMIT_REQUEST.may_move("withdraw", found.stage),
        "may_send": may_write and found.stage == RequestStage.AWAITING_REVIEW and found.created_by != request.user,
        "may_appeal": may_write and decision is not None and may_appeal(decision, today),
        "may_repeat": may_write and found.stage in (RequestStage.DRAFT, RequestStage.WITHDRAWN),
    }
    return render(request, "policies/limit_request.html", context)


@require_POST
@writes
def withdraw_limit_request(request: HttpRequest, pk: int) -> HttpResponse:
    """The firm no longer wants an answer."""
    return _done(request, pk, actions.withdraw_limit_request, _("Request %(reference)s is withdrawn."))


@require_POST
@writes
def send_reviewed_request(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague's request is sent."""
    return _done(request, pk, actions.send_reviewed_request, _("Request %(reference)s is sent."))


@require_POST
@writes
def hand_back_request(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague's request goes back to be mended."""
    words = request.POST.get("words", "").replace("\0", "")[:RETURNED_WORDS]
    act = partial(actions.hand_back_request, words=words)
    return _done(request, pk, act, _("Request %(reference)s is handed back."))


def shown_reasons(found: LimitRequest) -> list[dict[str, Any]]:
    """Why it is with an underwriter, as far as the exporter may know; neutral where every reason is for staff only."""
    shown = [r for r in found.referral_reasons if not r.get("staff_only")]
    return shown or [{"code": NEUTRAL, "facts": {}}]


def may_appeal(decision: LimitDecision, today: Any) -> bool:
    """Whether the button stands there: the same rule as the action's, given words to come."""
    if decision.outcome == "approved":
        return False
    again = LimitRequest.objects.filter(appeals=decision).exclude(stage=RequestStage.WITHDRAWN).exists()
    return not appeal_refused(Appealed(decision.appeal_by, again), "…", today)


def _own(request: HttpRequest, pk: int) -> LimitRequest:
    rows = LimitRequest.objects.visible_to(request.user).of(request.firm)
    found: LimitRequest = get_object_or_404(
        rows.select_related("buyer__merged_into", "policy", "created_by", "asked_by", "exporter", "appeals__request"),
        pk=pk,
    )
    return found


def _done(request: HttpRequest, pk: int, act: Any, words: str) -> HttpResponse:
    found = _own(request, pk)
    try:
        act(by=request.user.pk, request=found.pk)
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, said_of(WORDS, refusal))
    else:
        messages.success(request, words % {"reference": found.reference})
    return redirect("limit_request", pk=pk)


def _timeline(found: LimitRequest, decision: LimitDecision | None) -> list[dict[str, Any]]:
    """What happened, newest first. What waits for a countersignature looks like waiting: nothing is known yet."""
    events = [{"title": _("Entered"), "at": found.created_at, "by": found.created_by.name}]
    if found.asked_at and found.asked_by:
        events.append({"title": pgettext("request", "Asked"), "at": found.asked_at, "by": found.asked_by.name})
    if found.asked_at and (found.referral_reasons or (decision and decision.decided_by_id)):
        events.append({"title": _("Handed to an underwriter"), "at": found.asked_at, "by": _("the portal")})
    if decision:
        by = _("an underwriter") if decision.decided_by_id else _("the rule, automatically")
        events.append({"title": decision.get_outcome_display(), "at": decision.decided_at, "by": by})
    if found.stage == RequestStage.WITHDRAWN and found.closed_at:
        events.append({"title": _("Withdrawn"), "at": found.closed_at})
    return events[::-1]
