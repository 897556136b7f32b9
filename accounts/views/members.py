"""An owner's page of colleagues: who works here, who is invited, and the ways to change that."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import owns, reads
from accounts.actions import invitation as invitations
from accounts.actions import membership as memberships
from accounts.forms import InviteForm, show_refusals
from accounts.models import Invitation, Membership
from accounts.models.roles import Role
from accounts.tasks import MOST_ATTEMPTS
from accounts.wording import WORDS, said_of
from kernel.refusals import Refused

OWNERS_FIRST = Case(
    *(When(role=role, then=Value(place)) for place, role in enumerate(Role.values)), output_field=IntegerField()
)


@owns
def members(request: HttpRequest) -> HttpResponse:
    """Colleagues and open invitations."""
    now = timezone.now()
    found = Membership.objects.visible_to(request.user).of(request.firm).current().select_related("user")
    open_ones = Invitation.objects.visible_to(request.user).of(request.firm).unanswered().order_by("-id")
    return render(
        request,
        "accounts/members.html",
        {
            "members": found.order_by(OWNERS_FIRST, "id"),
            "invitations": [(row, _state(row, now)) for row in open_ones],
            "roles": Role.choices,
        },
    )


@owns
def invite_member(request: HttpRequest) -> HttpResponse:
    """The form that sends an invitation."""
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"language": get_language()})
    if form.is_valid():
        try:
            row = invitations.invite_member(by=request.user.pk, exporter=request.firm.pk, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": row.email})
            return redirect("members")
    return render(request, "accounts/invite_member.html", {"form": form, "days": settings.INVITATION_DAYS})


@owns
@require_POST
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role for a colleague."""
    row = get_object_or_404(Membership.objects.visible_to(request.user).of(request.firm).current(), pk=pk)
    role = request.POST.get("role", "")
    return _done(
        request,
        lambda: memberships.change_role(by=request.user.pk, membership=row.pk, role=role),
        _("The role is changed."),
    )


@owns
def end_membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, then ends a colleague's membership."""
    row = get_object_or_404(Membership.objects.visible_to(request.user).of(request.firm).current(), pk=pk)
    if request.method != "POST":
        return render(request, "accounts/end_membership.html", {"row": row, "own": row.user_id == request.user.pk})
    words = _("%(person)s no longer works for %(firm)s here.") % {"person": row.user, "firm": request.firm.name}
    return _done(request, lambda: memberships.end_membership(by=request.user.pk, membership=row.pk), words)


@reads
def leave_firm(request: HttpRequest) -> HttpResponse:
    """Asks, then ends one's own membership."""
    if request.method != "POST":
        return render(request, "accounts/end_membership.html", {"row": request.membership, "own": True})
    words = _("You no longer work for %(firm)s here.") % {"firm": request.firm.name}
    return _done(
        request,
        lambda: memberships.end_membership(by=request.user.pk, membership=request.membership.pk),
        words,
        "profile",
    )


@owns
@require_POST
def resend_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Another mail with a new link."""
    row = get_object_or_404(Invitation.objects.visible_to(request.user).of(request.firm), pk=pk)
    words = _("A new link is on its way to %(email)s. The former one no longer works.") % {"email": row.email}
    return _done(request, lambda: invitations.resend_invitation(by=request.user.pk, invitation=row.pk), words)


@owns
@require_POST
def revoke_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """The link no longer works."""
    row = get_object_or_404(Invitation.objects.visible_to(request.user).of(request.firm), pk=pk)
    words = _("The invitation to %(email)s is withdrawn.") % {"email": row.email}
    return _done(request, lambda: invitations.revoke_invitation(by=request.user.pk, invitation=row.pk), words)


def _done(request: HttpRequest, act: Callable[[], Any], words: str, back: str = "members") -> HttpResponse:
    try:
        act()
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, said_of(WORDS, refusal))
    else:
        messages.success(request, words)
    return redirect(back)


def _state(row: Invitation, now: Any) -> tuple[str, str]:
    """How an unanswered invitation stands: the kind of its mark, and the word."""
    if row.expires_at <= now:
        return "off", _("Expired")
    if row.sent_at is None:
        failed = row.mail_attempts >= MOST_ATTEMPTS
        return ("bad", _("The mail could not be sent")) if failed else ("info", _("The mail is being sent"))
    return "info", _("Waiting for an answer")
