"""The underwriter's pages for a grade set beside the scorecard's: asked on one, decided on the other.

On the floor of the policies, since who may confirm depends on the limits that are issued on the buyer.
"""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import staff
from accounts.forms import show_refusals, tell_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.views.office_page import office_page
from accounts.wording import said_of
from buyers.actions.override import (
    confirm_override,
    end_override,
    propose_override,
    refuse_override,
    withdraw_override,
)
from buyers.lifecycle import GRADE_OVERRIDE
from buyers.models import Buyer, GradeOverride, Score
from buyers.models.override import OverrideStage
from buyers.overriding import BEST, WORST
from buyers.views.office_accounts import found_by_name
from kernel.references import row_number
from kernel.refusals import Refused
from policies.models.office import Confirming, issued_on, reach_of_grades
from policies.wording import WORDS

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


class OverrideForm(forms.Form):
    """What is asked: a grade, why, until when."""

    grade = forms.TypedChoiceField(
        label=gettext_lazy("Grade"),
        coerce=int,
        choices=[("", "–"), *((n, str(n)) for n in range(BEST, WORST + 1))],  # none is proposed
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Its last day, at most a year ahead. From the next day on the scorecard counts again."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        help_text=gettext_lazy("What you know that the scorecard cannot. Colleagues read it, exporters do not."),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput)


@staff(*UNDERWRITERS)
def propose_grade(request: HttpRequest) -> HttpResponse:
    """Ask that a buyer have another grade for a time: first the buyer is chosen (`?buyer=`)."""
    number = row_number(request.GET.get("buyer", ""))
    if number is None:
        return office_page(request, "buyers/office/choose_buyer.html", title=_("Set a grade"), **found_by_name(request))
    buyer = get_object_or_404(Buyer, pk=number, merged_into__isnull=True)
    issued = issued_on(buyer)
    form = OverrideForm(request.POST if request.method == "POST" else None, initial={"form_key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            row = propose_override(
                by=request.user.pk, buyer=buyer.pk, today=timezone.now().date(), at_stake=issued, **form.cleaned_data
            )  # fmt: skip
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("Asked. A second underwriter decides."))
            return redirect("admin:decide_override", row.pk)
    score = Score.objects.latest_of(buyer)
    return office_page(
        request, "policies/office/propose_grade.html", title=_("Set a grade"), buyer=buyer, form=form, score=score,
        explanation=score.for_staff() if score else None, issued=issued, house_currency=settings.HOUSE_CURRENCY,
        reach=reach_of_grades(request.user.pk, score.by_scorecard if score else None, issued),
    )  # fmt: skip


@staff(*UNDERWRITERS)
def decide_override(request: HttpRequest, pk: int) -> HttpResponse:
    """One asked for: confirmed or refused by a colleague, withdrawn by who asked, ended by any underwriter."""
    row = get_object_or_404(
        GradeOverride.objects.select_related("buyer__merged_into", "proposed_by", "decided_by"), pk=pk
    )
    if request.method == "POST":
        _act(request, row, request.POST.get("act", ""))
        return redirect("admin:decide_override", pk)
    moves = {move.name for move in GRADE_OVERRIDE.moves_from(row.stage) if move.who != "machine"}
    mine = row.proposed_by_id == request.user.pk
    score = Score.objects.latest_of(row.buyer)
    asked = Confirming(row, score.by_scorecard if score else None, issued_on(row.buyer.firm))
    waits = row.stage == OverrideStage.PROPOSED
    over = () if mine or not waits else asked.refused(request.user.pk)
    return office_page(
        request, "policies/office/decide_override.html", title=row.buyer.name, override=row, mine=mine, score=score,
        moves=moves - ({"confirm", "refuse"} if mine else {"withdraw"}) - ({"confirm"} if over else set()),
        over_authority=[said_of(WORDS, refusal) for refusal in over],
        may_confirm=asked.who_may() if waits and (mine or over) else [], issued=asked.issued,
        house_currency=settings.HOUSE_CURRENCY, explanation=score.for_staff() if score else None,
    )  # fmt: skip


def _act(request: HttpRequest, row: GradeOverride, act: str) -> None:
    by, today = request.user.pk, timezone.now().date()
    acts: dict[str, Any] = {
        "confirm": lambda: confirm_override(by=by, override=row.pk, today=today, at_stake=issued_on(row.buyer.firm)),
        "refuse": lambda: refuse_override(by=by, override=row.pk),
        "withdraw": lambda: withdraw_override(by=by, override=row.pk),
        "end": lambda: end_override(by=by, override=row.pk, today=today),
    }
    if act not in acts:
        return
    try:
        acts[act]()
    except Refused as refused:
        tell_refusals(request, refused, WORDS)
    else:
        messages.success(request, _("Done; it stands in the trail."))
