"""A buyer as one exporter sees it: who it is, its grade, the limit, what is owed, what happened, what to do next."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import select_template
from django.utils.translation import gettext_lazy as _

from accounts.access import reads
from accounts.clock import today_in
from accounts.models.roles import MAY_WRITE
from buyers.exclusions import excluded
from buyers.models import Alert, BookEntry, Buyer, Score
from buyers.models.alert import AlertKind
from buyers.models.buyer import BuyerStatus
from claims.models import Claim
from claims.models.claim import ClaimStage
from policies.models import CreditLimit, LimitRequest, Policy
from policies.models.limit_request import OPEN_STAGES
from portal.next_step import Situation, next_step
from portal.shell import address
from portal.views.standing import NOTHING, open_invoices
from portal.views.timeline import timeline_of

INVOICES_SHOWN, ALERTS_SHOWN, CLAIMS_SHOWN = 6, 4, 4
EVENTS_SHOWN, EVENTS_AT_MOST = 10, 200
SCORES_IN_TREND = 40
CLOSED_CLAIMS = (ClaimStage.DRAFT, ClaimStage.WITHDRAWN)


@reads
def buyer(request: HttpRequest, pk: int) -> HttpResponse:
    """The buyer's page, for buyers in the firm's book; 404 for every other, whether the directory knows it or not."""
    present = present_id(pk)
    book = BookEntry.objects.visible_to(request.user).of(request.firm).select_related("buyer", "exporter")
    entry = get_object_or_404(book, buyer=present)
    if present != pk:
        return redirect("buyer", pk=present)
    policy = Policy.objects.of(request.firm).order_by("-ends_on", "-id").first()
    today = today_in(policy.time_zone if policy else "UTC")
    context = {
        "entry": entry,
        "buyer": entry.buyer,
        "identifiers": [shown_identifier(i) for i in entry.buyer.identifiers.order_by("scheme")],
        "policy": policy,
        "today": today,
        "may_write": request.membership.role in MAY_WRITE,
        "exclusions": exclusions_of(entry),
        "grade_panel": select_template(["buyers/_grade_panel.html", "portal/grade_brief.html"]),
        **grade_of(entry.buyer),
        **limit_of(entry, today),
        **owed_by(entry, today),
        **alerts_and_claims(entry),
    }
    context["free"] = free_of(context)
    context["step"] = step_of(context, today)
    context["events"] = timeline_of(entry, EVENTS_AT_MOST if "all" in request.GET else EVENTS_SHOWN + 1)
    context["more_events"] = "all" not in request.GET and len(context["events"]) > EVENTS_SHOWN
    if context["more_events"]:
        context["events"].pop()
    return render(request, "portal/buyer.html", context)


def present_id(pk: int) -> int:
    """The entry of the directory that `pk` is today: merges are followed (seams.md), their history is not rewritten."""
    seen = {pk}
    while (into := Buyer.objects.filter(pk=pk).values_list("merged_into", flat=True).first()) and into not in seen:
        seen.add(pk := into)
    return pk


def shown_identifier(identifier: Any) -> dict[str, Any]:
    """An identifier in groups of four, as one reads it aloud; national numbers as they are."""
    value = identifier.value
    grouped = " ".join(value[i : i + 4] for i in range(0, len(value), 4)) if identifier.scheme == "LEI" else value
    return {"scheme": identifier.scheme, "value": grouped, "warned": identifier.check_digits_fail}


def exclusions_of(entry: BookEntry) -> tuple[Any, ...]:
    """Why the buyer is not insured at all, empty when it can be."""
    buyer = entry.buyer
    return tuple(
        excluded(
            public_body=buyer.public_body,
            private_person=buyer.private_person,
            affiliate=entry.affiliate,
            political_cover=False,
        )
    )


def grade_of(buyer: Buyer) -> dict[str, Any]:
    """The last score and the trend before it, oldest first."""
    scores = list(Score.objects.filter(buyer=buyer).order_by("-id")[:SCORES_IN_TREND])
    trend = [(score.scored_at.date(), score.grade) for score in reversed(scores)]
    return {"score": scores[0] if scores else None, "trend": trend}


def limit_of(entry: BookEntry, today: date) -> dict[str, Any]:
    """The limit in force, the open request, and whether the limit waits for a review after a regrade."""
    own = {"buyer": entry.buyer_id}
    row = CreditLimit.objects.of(entry.exporter).filter(**own).select_related("decision").order_by("-id").first()
    ended = row is not None and row.valid_to is not None and row.valid_to < today
    open_request = LimitRequest.objects.of(entry.exporter).filter(**own, stage__in=OPEN_STAGES).first()
    regraded = entry.buyer.regraded_at
    return {
        "limit": None if row is None or ended or not row.amount else row,
        "last_limit": row,
        "limit_ended": ended,
        "open_request": open_request,
        "last_request": LimitRequest.objects.of(entry.exporter).filter(**own).order_by("-id").first(),
        "under_review": bool(row and row.amount and not ended and regraded and row.reviewed_at < regraded),
    }


def owed_by(entry: BookEntry, today: date) -> dict[str, Any]:
    """Open invoices by due date, the first few, and their sums by currency."""
    invoices = open_invoices(entry.exporter).filter(buyer=entry.buyer_id)
    shown = list(invoices.order_by("due_on", "id")[:INVOICES_SHOWN])
    sums = list(invoices.values("currency").annotate(amount=Sum("open_gross")).order_by("-amount"))
    late = dict(invoices.filter(due_on__lt=today).values_list("currency").annotate(Sum("open_gross")).order_by())
    return {
        "invoices": [{"row": i, "days_late": (today - i.due_on).days} for i in shown],
        "invoices_number": len(shown) if len(shown) < INVOICES_SHOWN else invoices.count(),
        "owed": [{**row, "overdue": late.get(row["currency"], NOTHING.value)} for row in sums],
    }


def free_of(context: dict[str, Any]) -> dict[str, Any] | None:
    """Used and free of the limit in force, in its currency; debts in other currencies are named beside, not added."""
    limit = context["limit"]
    if not limit:
        return None
    used = next((row["amount"] for row in context["owed"] if row["currency"] == limit.currency), Decimal(0))
    return {"used": used, "free": max(limit.amount - used, Decimal(0)), "over": max(used - limit.amount, Decimal(0))}


def alerts_and_claims(entry: BookEntry) -> dict[str, Any]:
    """The firm's open alerts and its claims on this buyer."""
    alerts = Alert.objects.of(entry.exporter).filter(buyer=entry.buyer_id, done_at__isnull=True).select_related("score")
    claims = Claim.objects.of(entry.exporter).filter(buyer=entry.buyer_id).exclude(stage=ClaimStage.WITHDRAWN)
    return {
        "alerts": list(alerts.order_by("-id")[:ALERTS_SHOWN]),
        "claims": list(claims.order_by("-id")[:CLAIMS_SHOWN]),
    }


# Step -> (label of its button, URL name it leads to, what of the page it is about, whether it presses).
WAYS_ON: dict[str, tuple[Any, str, str, bool]] = {
    "send_papers_asked_for": (_("To the claim"), "claim", "claim", True),
    "file_claim_for_insolvency": (_("File a claim"), "file_claim", "", True),
    "deal_with_downgrade": (_("See the alert"), "alert", "alert", True),
    "chase_what_is_overdue": (_("To the ledger"), "ledger", "", False),
    "await_decision_on_limit": (_("See your request"), "limit_request", "open_request", False),
    "ask_for_first_limit": (_("Ask for a limit"), "ask_limit", "buyer", True),
    "ask_for_higher_limit": (_("Ask for an increase"), "ask_limit", "buyer", True),
    "ask_to_prolong_limit": (_("Ask for the limit again"), "ask_limit", "buyer", False),
}


def step_of(context: dict[str, Any], today: date) -> dict[str, Any]:
    """The next sensible step with its button; readers get the words without the buttons that change something."""
    code = next_step(situation(context, today))
    label, page, about, pressing = WAYS_ON.get(code, ("", "", "", False))
    row = {
        "claim": next((c for c in context["claims"] if c.stage == ClaimStage.PAPERS_ASKED), None),
        "alert": next((a for a in context["alerts"] if a.kind == AlertKind.DOWNGRADE), None),
        "open_request": context["open_request"],
        "buyer": context["buyer"],
    }.get(about)
    writing = page in ("ask_limit", "file_claim")
    url = "" if not page or (writing and not context["may_write"]) else address(page, *([row.pk] if row else []))
    if url and page in ("file_claim", "ledger"):
        url += f"?buyer={context['buyer'].pk}"
    return {"code": code, "label": label, "url": url, "pressing": pressing}


def situation(context: dict[str, Any], today: date) -> Situation:
    """The facts the rule about the next step asks for."""
    limit, claims = context["limit"], context["claims"]
    currency = limit.currency if limit else ""
    in_currency = [row for row in context["owed"] if row["currency"] == currency or not currency]
    policy = context["policy"]
    return Situation(
        excluded=bool(context["exclusions"]),
        insolvent=context["buyer"].status == BuyerStatus.INSOLVENT,
        has_policy=bool(policy and policy.starts_on <= today <= policy.ends_on),
        claim_open=any(claim.stage not in CLOSED_CLAIMS for claim in claims),
        papers_asked=any(claim.stage == ClaimStage.PAPERS_ASKED for claim in claims),
        request_open=context["open_request"] is not None,
        fell=any(alert.kind == AlertKind.DOWNGRADE for alert in context["alerts"]),
        limit=limit.amount if limit else None,
        limit_ends_in=(limit.valid_to - today).days if limit and limit.valid_to else None,
        owed=sum((row["amount"] for row in in_currency), Decimal(0)),
        overdue=sum((row["overdue"] for row in context["owed"]), Decimal(0)),
    )
