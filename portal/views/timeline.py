"""Everything that happened between one firm and one buyer, newest first: the firm's own rows and the buyer's grades."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models.prepared import Given, prepared
from accounts.wording import amount_shown
from buyers.models import Alert
from claims.models import ClaimEvent
from claims.wording import event_said
from policies.models import LimitDecision, LimitRequest
from policies.models.limit_request import RequestKind
from portal.views.panels import Graded, Shown, own_rows

Item = dict[str, Any]


@dataclass(frozen=True)
class Past:
    """What the page has read already, and what it is about."""

    shown: Shown
    history: list[Graded]
    requests: list[LimitRequest]  # the latest that were sent are among them
    ever_claimed: bool


def timeline_of(past: Past, number: int) -> list[Item]:
    """At most `number` items. Each source is read that far and no further, so a long history costs no more.

    Scores are the buyer's and anyone with the buyer in the book sees them; every other row is the firm's own.
    """
    items = [*_grades(past.history), *_requests(past.requests)]
    items += [*_decisions(past.shown, number), *_alerts(past.shown, number)]
    items += _claims(past.shown, number) if past.ever_claimed else ()
    return sorted(items, key=lambda item: item["at"], reverse=True)[:number]


def _item(at: datetime, title: str, text: str = "", by: Any = "", url: str = "") -> Item:
    return {"at": at, "title": title, "text": text, "by": str(by) if by else "", "url": url}


def _grades(history: list[Graded]) -> Iterator[Item]:
    """Scores that changed the grade; one that confirms it is no event."""
    for score in history:
        if score.grade != score.former_grade:
            confidence = _("confidence %(percent)s %%") % {"percent": score.confidence}
            yield _item(score.scored_at, _grade_moved(score), confidence)


def _grade_moved(score: Graded) -> str:
    if score.former_grade is None:
        return _("First grade: %(grade)s") % {"grade": score.grade}
    facts = {"former": score.former_grade, "grade": score.grade}
    if score.grade > score.former_grade:
        return _("Grade fell from %(former)s to %(grade)s") % facts
    return _("Grade rose from %(former)s to %(grade)s") % facts


def _requests(requests: list[LimitRequest]) -> Iterator[Item]:
    for row in requests:
        if row.asked_at is None:
            continue
        amount = amount_shown(row.amount, row.currency)
        title = (
            _("Cancellation asked for")
            if row.kind == RequestKind.CANCELLATION
            else _("%(kind)s asked for: %(amount)s") % {"kind": row.get_kind_display(), "amount": amount}
        )
        yield _item(row.asked_at, title, str(row.reference), row.asked_by, reverse("limit_request", args=[row.pk]))


def _decisions(shown: Shown, number: int) -> Iterator[Item]:
    """By an underwriter or the machine: which of the insurer's people it was is not said, here as on other pages."""
    for row in decision_rows(number, **shown.whose):
        facts = {"outcome": row.get_outcome_display(), "amount": amount_shown(row.amount, row.currency)}
        what = _("Limit decided · %(outcome)s: %(amount)s") if row.amount else _("Limit decided · %(outcome)s")
        url = reverse("limit_request", args=[row.request_id]) if row.request_id else ""
        by = _("an underwriter") if row.decided_by_id else pgettext("who decided", "the machine")
        yield _item(row.decided_at, what % facts, "", by, url)


@prepared
def decision_rows(number: int, *, firm: Given, same: Given) -> QuerySet:
    """The last decisions, without their working."""
    return own_rows(LimitDecision, firm, same).defer("working", "reasons", "staff_reasons").order_by("-id")[:number]


def _alerts(shown: Shown, number: int) -> Iterator[Item]:
    """Only how they ended: that they were raised stands there as the grade that moved."""
    for row in settled_alerts(number, **shown.whose):
        yield _item(row.done_at, _("Alert dealt with") + f" · {row.get_kind_display()}", "", row.done_by)


@prepared
def settled_alerts(number: int, *, firm: Given, same: Given) -> QuerySet:
    """The last alerts that were dealt with."""
    rows = own_rows(Alert, firm, same).filter(done_at__isnull=False)
    return rows.select_related("done_by").order_by("-done_at", "-id")[:number]


def _claims(shown: Shown, number: int) -> Iterator[Item]:
    for row in claim_events(number, **shown.whose):
        yield _item(
            row.at,
            event_said(row.code, row.facts),
            str(row.claim.reference),
            row.by,
            reverse("claim", args=[row.claim_id]),
        )


@prepared
def claim_events(number: int, *, firm: Given, same: Given) -> QuerySet:
    """What last happened to the firm's claims on a buyer."""
    rows = ClaimEvent.objects.filter(claim__exporter=firm, claim__buyer__in=same)
    return rows.select_related("claim", "by").order_by("-id")[:number]
