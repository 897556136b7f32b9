"""The policy administrator's pages: binding a policy, changing its terms, suspending, cancelling; appetite."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.clock import today_in
from accounts.forms import show_refusals
from accounts.models import Exporter
from accounts.models.roles import POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER
from accounts.views.office_page import office_page
from accounts.wording import said_of
from kernel.references import row_number
from kernel.refusals import Refused
from policies.actions import policy as actions
from policies.actions.appetite import set_appetite as set_appetite_action
from policies.forms import AppetiteForm, BindForm, TermsForm
from policies.lifecycle import POLICY
from policies.models import Policy, PolicyTerms
from policies.views.terms import groups_of
from policies.wording import WORDS


@staff(POLICY_ADMINISTRATOR)
def bind_policy(request: HttpRequest) -> HttpResponse:
    """A policy with its first terms; `?exporter=` opens the form for a firm, with the working days of its country."""
    firm = Exporter.objects.filter(pk=row_number(request.GET.get("exporter", ""))).first()
    known = {"exporter": firm.pk, "calendar_country": firm.country.code} if firm else {}
    bind, terms = BindForm(request.POST or None, initial=known), TermsForm(request.POST or None)
    if request.method == "POST" and bind.is_valid() & terms.is_valid():
        try:
            made = actions.bind_policy(by=request.user.pk, **bind.values(), terms=terms.cleaned_data)
        except Refused as refused:
            _show(bind, terms, refused)
        else:
            messages.success(request, _("Policy %(number)s is bound.") % {"number": made.number})
            return redirect("admin:administer_policy", made.pk)
    shown = {"title": _("Bind a policy"), "bind": bind, "terms": terms}
    return office_page(request, "policies/office/bind_policy.html", **shown)


@staff(POLICY_ADMINISTRATOR)
def administer_policy(request: HttpRequest, pk: int) -> HttpResponse:
    """What the policy says today, and what can be done with it; the button pressed is named by `act`."""
    policy = get_object_or_404(Policy.objects.select_related("exporter"), pk=pk)
    if request.method == "POST":
        try:
            _do(request, pk)
        except Refused as refused:
            for refusal in refused.refusals:
                messages.error(request, said_of(WORDS, refusal))
        else:
            messages.success(request, _("Done, and the exporter has been told."))
        return redirect("admin:administer_policy", pk)
    today = today_in(policy.time_zone)
    now = PolicyTerms.objects.terms_on(pk, today)
    shown = {
        "title": _("Policy %(number)s") % {"number": policy.number},
        "policy": policy,
        "terms": now,
        "groups": groups_of(now, policy.currency) if now else [],
        "moves": {move.name for move in POLICY.moves_from(policy.stage, "policy administrator")},
        "all_terms": PolicyTerms.objects.filter(policy=policy).order_by("-valid_from"),
        "today": today,
    }
    return office_page(request, "policies/office/administer_policy.html", **shown)


@staff(POLICY_ADMINISTRATOR)
def change_terms(request: HttpRequest, pk: int) -> HttpResponse:
    """Another row of terms, from a day on."""
    policy = get_object_or_404(Policy, pk=pk)
    last = PolicyTerms.objects.filter(policy=policy).latest("valid_from")
    form = TermsForm(request.POST or None, instance=last, dated=True)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_terms(by=request.user.pk, policy=pk, **form.change())
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("The terms are changed, and the exporter has been told."))
            return redirect("admin:administer_policy", pk)
    shown = {"title": _("Change the terms of policy %(number)s") % {"number": policy.number}, "terms": form}
    return office_page(request, "policies/office/change_terms.html", policy=policy, **shown)


@staff(SENIOR_UNDERWRITER)
def set_appetite(request: HttpRequest) -> HttpResponse:
    """How much the insurer wants on any one buyer of a grade or a country, or on one buyer."""
    form = AppetiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_appetite_action(by=request.user.pk, **form.values())
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("The appetite is set."))
            return redirect("admin:policies_appetite_changelist")
    shown = {"title": _("Set an appetite"), "form": form}
    return office_page(request, "policies/office/set_appetite.html", **shown)


def _do(request: HttpRequest, pk: int) -> None:
    act, by = request.POST.get("act"), request.user.pk
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:200]
    acts: dict[str, Any] = {
        "suspend": lambda: actions.suspend_policy(by=by, policy=pk, reason=reason),  # type: ignore[arg-type]
        "resume": lambda: actions.resume_policy(by=by, policy=pk),  # type: ignore[arg-type]
        "cancel": lambda: actions.cancel_policy(by=by, policy=pk, reason=reason),  # type: ignore[arg-type]
    }
    if act in acts:
        acts[act]()


def _show(bind: BindForm, terms: TermsForm, refused: Refused) -> None:
    """Each refusal at the form that has its field."""
    for refusal in refused.refusals:
        show_refusals(terms if refusal.about in terms.fields else bind, Refused([refusal]), WORDS)
