"""The form for a limit on a buyer, and what the machine would likely answer to it."""

import uuid
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import writes
from accounts.clock import today_in
from accounts.forms import show_refusals
from accounts.models.prepared import Given, prepared
from buyers.models import BookEntry, Buyer
from kernel.currencies import is_currency
from kernel.money import rounded
from kernel.references import row_number
from kernel.refusals import Refused
from policies.actions.request import ask_for_limit
from policies.edition import edition
from policies.forms import AskForm
from policies.limits import LESS, NEW, Answer, Question, answered
from policies.models import CreditLimit, LimitRequest, Policy, PolicyTerms
from policies.models.facts import capacity_on, house_rate, in_house, setting_under, standing_of, with_limit
from policies.models.limit_request import RequestStage
from policies.need import Need, need
from policies.requesting import KINDS, Setting, Wanted, refused
from policies.wording import WORDS


@dataclass(frozen=True)
class Asked:
    """Who asks about whom, under what: what form and preview both start from."""

    entry: BookEntry
    policy: Policy
    terms: PolicyTerms | None
    today: date
    limit: CreditLimit | None

    @property
    def buyer(self) -> Buyer:
        """The buyer of the book entry."""
        return self.entry.buyer

    def setting(self, currency: str) -> Setting:
        """As the rule for requests wants it."""
        asked_in = currency if is_currency(currency) else ""
        setting = setting_under(self.policy, self.terms, self.buyer, self.entry, self.today, asked_in)
        return with_limit(setting, self.policy, self.buyer, self.limit)

    def form(self, data: Any = None, initial: dict[str, Any] | None = None) -> AskForm:
        """The form, with what is known already filled in."""
        return AskForm(
            data,
            present=self.limit,
            policy_currency=self.policy.currency,
            initial={
                "kind": "increase" if self.limit else NEW,
                "currency": self.limit.currency if self.limit else self.policy.currency,
                "terms_days": self.terms.standard_terms_days if self.terms else 60,
                "own_reference": self.entry.own_reference,
                **(initial or {}),
            },
        )


@writes
def ask_limit(request: HttpRequest, buyer: int) -> HttpResponse:
    """Ask for a limit. Sending the same form twice leads to the one request it made."""
    asked = _asked(request, buyer)
    if asked is None:
        return render(request, "policies/no_policy.html", {"buyer": buyer})
    if request.method != "POST":
        form = asked.form(initial=_initial(request, asked))
        return _page(request, asked, form, None)
    if made := _made_already(request):
        return redirect("limit_request", pk=made.pk)
    form = asked.form(request.POST)
    if "preview" in request.POST:
        return _page(request, asked, form, _likely(asked, form))
    if form.is_valid():
        try:
            made = ask_for_limit(
                by=request.user.pk, policy=asked.policy.pk, buyer=asked.buyer.pk, **form.wanted(), **form.said()
            )
        except Refused as refusals:
            show_refusals(form, refusals, WORDS)
        else:
            messages.success(request, _sent(made))
            return redirect("limit_request", pk=made.pk)
    return _page(request, asked, form, None)


@require_POST
@writes
def limit_preview(request: HttpRequest, buyer: int) -> HttpResponse:
    """The likely answer to the form as it is filled in now; writes nothing."""
    asked = _asked(request, buyer)
    if asked is None:
        raise Http404
    return render(request, "policies/_preview.html", _likely(asked, asked.form(request.POST)))


def _asked(request: HttpRequest, buyer: int) -> Asked | None:
    """None when the firm has no policy at all; 404 for a buyer that is not in its book."""
    whose = {"member": request.user, "firm": request.firm}
    entry = entries_about.first(**whose, buyer=buyer)
    if entry is None:
        raise Http404
    policy = policy_to_ask_under.first(**whose)
    if policy is None:
        return None
    today = today_in(policy.time_zone)
    terms = terms_of_day.first(policy=policy, day=today)
    return Asked(entry, policy, terms, today, limits_of_day.first(policy=policy, buyer=entry.buyer_id, day=today))


@prepared
def entries_about(member: Given, firm: Given, buyer: Given) -> QuerySet:
    """The buyer in the firm's book."""
    book = BookEntry.objects.visible_to(member).of(firm).current()
    return book.about(buyer).select_related("buyer")[:1]


@prepared
def policy_to_ask_under(member: Given, firm: Given) -> QuerySet:
    """The firm's policy that is bound and ends last; when none is bound, the last of the others."""
    bound = ExpressionWrapper(Q(stage="bound"), output_field=BooleanField())
    return Policy.objects.visible_to(member).of(firm).order_by(bound.desc(), "-ends_on", "-id")[:1]


@prepared
def terms_of_day(policy: Given, day: Given) -> QuerySet:
    """The policy's terms on a day: at most one row."""
    return PolicyTerms.objects.in_force_on(day).filter(policy=policy)


@prepared
def limits_of_day(policy: Given, buyer: Given, day: Given) -> QuerySet:
    """The limit in force on the firm the buyer is an entry of: the first."""
    return CreditLimit.objects.in_force_on(day).on_firm(policy, buyer).select_related("upcoming")[:1]


def _made_already(request: HttpRequest) -> LimitRequest | None:
    """The request this very form has made: a double click, a resend. Looked for after what the form depends on was
    read, since with the first click's limit in force the second one's form would no longer be valid."""
    try:
        key = uuid.UUID(request.POST.get("form_key", ""))
    except ValueError:
        return None
    rows = LimitRequest.objects.visible_to(request.user).of(request.firm)
    return rows.filter(form_key=key).exclude(stage=RequestStage.DRAFT).first()


def _initial(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What a former request said, when the form is opened from it: a draft handed back, one withdrawn."""
    former = row_number(request.GET.get("from", ""))
    if former is None:
        # The buyer's page leads here with what it proposes: an increase, a reduction.
        return {"kind": request.GET["kind"]} if request.GET.get("kind") in KINDS else {}
    rows = LimitRequest.objects.visible_to(request.user).of(request.firm).on_firm(asked.policy.pk, asked.buyer.pk)
    row = rows.filter(pk=former).first()
    if row is None:
        return {}
    draft = {"form_key": row.form_key, "kind": row.kind} if row.stage == RequestStage.DRAFT else {}
    return draft | {
        "amount": rounded(row.amount, row.currency) if row.amount else None,
        "currency": row.currency,
        "terms_days": row.terms_days,
        "until": row.wanted_until,
        "turnover": rounded(row.expected_turnover, row.currency) if row.expected_turnover else None,
        "comment": row.comment,
        "own_reference": row.own_reference,
    }


def _page(request: HttpRequest, asked: Asked, form: AskForm, likely: dict[str, Any] | None) -> HttpResponse:
    setting = asked.setting("")
    closed = refused(Wanted("reduction" if asked.limit else NEW, Decimal(1), asked.policy.currency, 0), setting)
    context = {
        "entry": asked.entry,
        "buyer": asked.buyer,
        "policy": asked.policy,
        "terms": asked.terms,
        "limit": asked.limit,
        "today": asked.today,
        "form": form,
        "warnings": [r for r in closed if r.about in ("policy", "buyer")],
        **(likely or {}),
    }
    return render(request, "policies/ask_limit.html", context)


def _likely(asked: Asked, form: AskForm) -> dict[str, Any]:
    """What the preview shows: the need, why it could not be asked, or the answer to expect with its working."""
    form.is_valid()
    values = {"preview_shown": True, "currency": form.value("currency") or asked.policy.currency}
    found = _need(form)
    if found:
        values["need"] = found
    typed = form.value("amount")
    amount = typed if typed is not None else found.amount if found else None
    if form.value("kind") is None or (amount is None and form.value("kind") != "cancellation"):
        return values
    wanted = Wanted(
        form.value("kind"), amount or Decimal(0), values["currency"], form.value("terms_days") or 0, form.value("until")
    )
    values["refusals"] = refused(wanted, asked.setting(wanted.currency))
    if not values["refusals"]:
        values |= {"answer": _answer(asked, wanted, form), "wanted": wanted, "less": wanted.kind in LESS}
    return values


def _need(form: AskForm) -> Need | None:
    """The proposed need, when turnover, terms and currency are filled in so that it can be worked out."""
    turnover, days, currency = form.value("turnover"), form.value("terms_days"), form.value("currency")
    if turnover is None or days is None or not is_currency(currency or "") or turnover <= 0:
        return None
    return need(turnover, days, currency, edition().need_roundings)


def _answer(asked: Asked, wanted: Wanted, form: AskForm) -> Answer:
    """The rule's answer without the capacity and without what other policyholders reported: a preview must not tell."""
    rule, terms = edition(), asked.terms
    assert terms is not None  # requesting.refused
    standing = standing_of(asked.buyer, timezone.now(), asked.today, rule, capacity_on(asked.buyer, asked.today, rule))
    present = asked.limit
    return answered(
        Question(
            kind=wanted.kind,
            amount=wanted.amount,
            currency=wanted.currency,
            terms_days=wanted.terms_days,
            rate=house_rate(wanted.currency, asked.today),
            standing=standing.as_exporters_know_it(),
            standard_terms_days=terms.standard_terms_days,
            machine_maximum=in_house(terms.machine_limit_maximum, asked.policy.currency, asked.today),
            comment_given=bool((form.value("comment") or "").strip()),
            present=present.amount if present else Decimal(0),
        ),
        rule,
    )


def _sent(made: LimitRequest) -> str:
    """What the clerk reads after sending."""
    if made.stage == RequestStage.AWAITING_REVIEW:
        return _("Request %(reference)s waits for a colleague to send it.") % {"reference": made.reference}
    if made.stage == RequestStage.DECIDED:
        return _("Request %(reference)s is decided.") % {"reference": made.reference}
    return _("Request %(reference)s is with an underwriter.") % {"reference": made.reference}
