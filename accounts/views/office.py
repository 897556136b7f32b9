"""Pages of the admin where staff act on firms, people and authorities; each calls one action."""

from allauth.account.internal.flows.password_reset import request_password_reset
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import staff
from accounts.actions import staff as acts
from accounts.actions.exporter import create_exporter as create_exporter_action
from accounts.forms import AppointForm, AuthorityForm, CreateExporterForm, show_refusals
from accounts.models import StaffAuthority, User
from accounts.models.roles import POLICY_ADMINISTRATOR
from accounts.views.office_page import office_page
from accounts.wording import WORDS, said_of
from kernel.references import row_number
from kernel.refusals import Refused

OPERATOR = "operator"  # no group has this name: superusers alone pass


@staff(POLICY_ADMINISTRATOR)
def create_exporter(request: HttpRequest) -> HttpResponse:
    """A new firm and its first owner."""
    form = CreateExporterForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            firm = create_exporter_action(by=request.user.pk, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, _about_owner(refused), WORDS)
        else:
            messages.success(request, _("The firm is created and its owner is invited by mail."))
            return redirect("admin:accounts_exporter_change", firm.pk)
    return _page(request, form, _("Create a firm"), back="admin:accounts_exporter_changelist")


@staff(POLICY_ADMINISTRATOR)
def set_authority(request: HttpRequest, object_id: str | None = None) -> HttpResponse:
    """How far a member of staff decides alone."""
    row = get_object_or_404(StaffAuthority, pk=row_number(object_id)) if object_id else None
    columns = ("user", "amount", "best_grade", "worst_grade")
    shown = {name: getattr(row, name) for name in columns} if row else {}
    form = AuthorityForm(request.POST if request.method == "POST" else None, initial=shown)
    if form.is_valid():
        person = form.cleaned_data.pop("user")
        try:
            acts.set_authority(
                by=request.user.pk, user=person.pk, currency=settings.HOUSE_CURRENCY, **form.cleaned_data
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("The authority of %(person)s is set.") % {"person": person})
            return redirect("admin:accounts_staffauthority_changelist")
    return _page(request, form, _("Set an authority"), back="admin:accounts_staffauthority_changelist")


@staff(OPERATOR)
def appoint_staff(request: HttpRequest) -> HttpResponse:
    """A new member of staff, or other groups for one; a new one gets the mail for setting a password."""
    known = User.objects.filter(pk=row_number(request.GET.get("person", "")), is_staff=True).first()
    shown = {"email": known.email, "name": known.name, "groups": list(known.staff_groups())} if known else {}
    form = AppointForm(request.POST if request.method == "POST" else None, initial=shown)
    if form.is_valid():
        try:
            person = acts.appoint_staff(by=request.user.pk, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            if not person.has_usable_password():
                request_password_reset(request, person.email, [person], None)
            messages.success(request, _("%(person)s is appointed.") % {"person": person})
            return redirect("admin:accounts_user_change", person.pk)
    return _page(request, form, _("Appoint staff"), back="admin:accounts_user_changelist")


@staff(OPERATOR)
@require_POST
def act_on_person(request: HttpRequest, object_id: str) -> HttpResponse:
    """One of the buttons of a person's page."""
    person = get_object_or_404(User, pk=row_number(object_id))
    buttons = {
        "reset_second_factor": (acts.reset_second_factor, _("The second factor is taken away.")),
        "close_account": (acts.close_account, _("The account is closed.")),
        "reopen_account": (acts.reopen_account, _("The account is open again.")),
    }
    act, words = buttons.get(request.POST.get("act", ""), (None, ""))
    if act is not None:
        try:
            act(by=request.user.pk, user=person.pk)
        except Refused as refused:
            for refusal in refused.refusals:
                messages.error(request, said_of(WORDS, refusal))
        else:
            messages.success(request, words)
    return redirect("admin:accounts_user_change", person.pk)


def _about_owner(refused: Refused) -> Refused:
    """On this page the invited address is the owner's."""
    return Refused(type(r)(r.code, {"email": "owner_email"}.get(r.about, r.about), r.facts) for r in refused.refusals)


def _page(request: HttpRequest, form: forms.Form, title: str, back: str) -> HttpResponse:
    return office_page(request, "accounts/office/form.html", form=form, title=title, back=back)
