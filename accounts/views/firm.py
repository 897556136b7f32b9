"""An owner's pages of the firm itself: acts in two steps, and the trail of everything done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.access import owns
from accounts.actions.exporter import set_reviewed_acts
from accounts.acts import ACTS_ALONGSIDE, act_words
from accounts.forms import FirmForm, TrailFilter, show_refusals
from accounts.models import AuditEvent, User
from accounts.paging import keyset_page
from accounts.wording import WORDS, details_shown
from kernel.refusals import Refused

THE_MACHINE = "0"


@owns
def firm(request: HttpRequest) -> HttpResponse:
    """The firm's facts, and the switches of two-step review."""
    form = FirmForm(
        request.POST if request.method == "POST" else None, initial={"reviewed_acts": request.firm.reviewed_acts}
    )
    if form.is_valid():
        try:
            set_reviewed_acts(by=request.user.pk, exporter=request.firm.pk, acts=form.cleaned_data["reviewed_acts"])
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("Saved."))
            return redirect("firm")
    return render(request, "accounts/firm.html", {"form": form})


@owns
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Who did what, when; the newest first; by person and by act.

    Without what the portal does alongside (accounts/acts.py), unless all of it or one such act is asked for.
    """
    events = AuditEvent.objects.visible_to(request.user).of(request.firm)
    acts, people = events.acts_of(request.firm), events.people_of(request.firm)
    named = list(User.objects.filter(pk__in=people).order_by("name", "pk"))
    chosen = TrailFilter(request.GET)
    chosen.fields["person"].choices = [("", _("Everybody")), *_people(named)]
    chosen.fields["act"].choices = [("", _("Everything")), *((act, act) for act in acts)]
    chosen.full_clean()
    if person := chosen.cleaned_data.get("person"):
        events = events.filter(by=None if person == THE_MACHINE else int(person))
    everything = bool(chosen.cleaned_data.get("all"))
    if act := chosen.cleaned_data.get("act"):
        events = events.filter(action=act)
    elif not everything:
        events = events.exclude(action__in=ACTS_ALONGSIDE)
    page = keyset_page(request, events.select_related("by"), order=("-at", "-id"))
    return render(
        request,
        "accounts/audit_trail.html",
        {
            "page": page,
            "rows": [_row(event) for event in page.rows],
            "people": _people(named),
            "acts": [
                {"name": name, **act_words(name)}
                for name in acts
                if everything or name == act or name not in ACTS_ALONGSIDE
            ],
            "person": person,
            "act": act,
            "everything": everything,
        },
    )


def _people(named: list[User]) -> list[tuple[str, str]]:
    return [*((str(person.pk), str(person)) for person in named), (THE_MACHINE, _("The portal"))]


def _row(event: AuditEvent) -> dict[str, Any]:
    insurers = bool(event.by and event.by.is_staff)
    return {
        "event": event,
        "insurers": insurers,
        "address": "" if insurers else event.address or "",  # whose desk staff sit at is not the firm's business
        "details": details_shown(event.details),
        **act_words(event.action, event.details),
    }
