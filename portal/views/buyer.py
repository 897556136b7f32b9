"""A buyer as one exporter sees it: who it is, its grade, the limit, what is owed, what happened, what to do next."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from accounts.access import reads
from accounts.clock import today_in
from accounts.models.roles import MAY_WRITE
from buyers.models.buyer import BuyerStatus
from buyers.sectors import sector_shown
from claims.models.claim import ClaimStage
from portal.next_step import Situation, next_step
from portal.shell import address
from portal.views import panels
from portal.views.standing import latest_policy
from portal.views.timeline import Past, timeline_of

EVENTS_SHOWN, EVENTS_AT_MOST = 10, 200
INSOLVENT_GRADE = 10


@reads
def buyer(request: HttpRequest, pk: int) -> HttpResponse:
    """The buyer's page, for buyers in the firm's book; 404 for every other, whether the directory knows it or not."""
    entry = panels.entries_about.first(member=request.user, firm=request.firm, pk=pk)
    if entry is None:
        raise Http404
    if entry.buyer_id != pk:
        return redirect("buyer", pk=entry.buyer_id)
    policy = latest_policy.first(firm=request.firm)
    everything = "all" in request.GET
    number = EVENTS_AT_MOST if everything else EVENTS_SHOWN + 1
    shown = panels.Shown(entry, tuple(entry.same), today_in(policy.time_zone if policy else "UTC"))
    requests = panels.requests_of(shown, number)
    context = {
        "entry": entry,
        "buyer": entry.buyer,
        "policy": policy,
        "today": shown.today,
        "sector": sector_shown(entry.buyer.sector),
        "may_write": request.membership.role in MAY_WRITE,
        "identifiers": panels.identifiers_of(shown),
        "exclusions": panels.exclusions_of(shown),
        "land": panels.land_of(shown),
        **panels.grade_of(shown),
        **panels.limit_of(shown, requests),
        **panels.owed_by(shown),
        **panels.alerts_and_claims(shown),
    }
    context["use"] = panels.use_of(context["limit"], context["owed"])
    context["step"] = step_of(context)
    facts = situation(context)
    # Which button presses: while the buyer worries the insurer, less cover or a claim goes before more.
    context["careful"] = facts.under_review or facts.insolvent
    context["claim_first"] = facts.insolvent and facts.owed > 0 and not facts.claim_open
    events = timeline_of(Past(shown, context["history"], requests, context["ever_claimed"]), number)
    context["more_events"] = not everything and len(events) > EVENTS_SHOWN
    context["events"] = events if everything else events[:EVENTS_SHOWN]
    return render(request, "portal/buyer.html", context)


# Step -> (label of its button, URL name it leads to, what of the page it is about, whether it presses).
WAYS_ON: dict[str, tuple[Any, str, str, bool]] = {
    "send_papers_asked_for": (_("To the claim"), "claim", "claim", True),
    "file_claim_for_insolvency": (_("File a claim"), "file_claim", "buyer", True),
    "deal_with_downgrade": (_("See the alert"), "alert", "alert", True),
    "chase_what_is_overdue": (_("To the ledger"), "ledger", "", False),
    "await_decision_on_limit": (_("See your request"), "limit_request", "open_request", False),
    "under_review": (_("See the limit"), "limit", "limit", False),
    "ask_for_first_limit": (_("Ask for a limit"), "ask_limit", "buyer", True),
    "ask_for_higher_limit": (_("Ask for an increase"), "ask_limit", "buyer", True),
    "ask_to_prolong_limit": (_("Ask for the limit again"), "ask_limit", "buyer", False),
}
FOR_WRITERS = ("ask_limit", "file_claim")


def step_of(context: dict[str, Any]) -> dict[str, Any]:
    """The next sensible step with its button; readers get the words without a button that changes something."""
    code = next_step(situation(context))
    label, page, about, pressing = WAYS_ON.get(code, ("", "", "", False))
    row = {
        "claim": next((c for c in context["claims"] if c.stage == ClaimStage.PAPERS_ASKED), None),
        "alert": next((a for a in context["alerts"] if a.fell), None),
        "open_request": context["open_request"],
        "limit": context["limit"],
        "buyer": context["buyer"],
    }.get(about)
    if not page or (page in FOR_WRITERS and not context["may_write"]):
        return {"code": code, "url": ""}
    url = address(page, *([row.pk] if row else []))
    query = f"?state=open&buyer={context['buyer'].pk}" if page == "ledger" else ""
    return {"code": code, "label": label, "url": url and url + query, "pressing": pressing}


def situation(context: dict[str, Any]) -> Situation:
    """The facts the rule about the next step asks for."""
    limit, claims, policy, today = context["limit"], context["claims"], context["policy"], context["today"]
    filed = [claim for claim in claims if claim.stage != ClaimStage.DRAFT]
    return Situation(
        excluded=bool(context["exclusions"]),
        insolvent=context["buyer"].status == BuyerStatus.INSOLVENT or context["buyer"].grade == INSOLVENT_GRADE,
        has_policy=bool(policy and policy.starts_on <= today <= policy.ends_on),
        claim_open=bool(filed),
        papers_asked=any(claim.stage == ClaimStage.PAPERS_ASKED for claim in filed),
        request_open=context["open_request"] is not None,
        fell=any(alert.fell for alert in context["alerts"]),
        limit=limit.amount if limit else None,
        under_review=context["under_review"],
        limit_ends_in=days_until(limit.valid_to, today) if limit else None,
        # Without a limit any debt counts, in whatever currency: the rule only asks whether there is one.
        owed=context["use"]["used"] if context["use"] else sum((row["amount"] for row in context["owed"]), Decimal(0)),
        overdue=sum((row["overdue"] for row in context["owed"]), Decimal(0)),
    )


def days_until(end: date | None, today: date) -> int | None:
    """Days left until `end`; None without one."""
    return (end - today).days if end else None
