"""Coming in by an invitation: the link of the mail, then a page that says what will happen.

The link's secret goes into the session at once and out of the address, so that it stands in no browser's bar and in no
referrer. Opening changes nothing: mail scanners open links too.
"""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import anyone, person
from accounts.actions.invitation import accept_invitation, join_by_invitation
from accounts.forms import JoinForm, show_refusals
from accounts.invitation import for_this_person, hash_of, usable
from accounts.models import Invitation, Membership, User
from accounts.wording import WORDS, said_of
from kernel.refusals import Refused, refusal


@anyone
@never_cache
def open_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the mail."""
    request.session["invitation"] = token
    return redirect("invitation")


@anyone
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest) -> HttpResponse:
    """What one is invited to, and the way in: a new account, one's own account, or why not."""
    token = request.session.get("invitation", "")
    row = Invitation.objects.select_related("exporter", "invited_by").filter(token_sha256=hash_of(token)).first()
    if row is None:
        return _closed(request, said_of(WORDS, refusal("invitation_unknown")), status=404)
    signed_in = request.user if request.user.is_authenticated else None
    if signed_in and row.accepted_by_id == signed_in.pk and _is_member(row, signed_in):
        return _enter(request, row)
    refused = usable(row.facts(), timezone.now())
    if refused:
        return _closed(request, said_of(WORDS, refused[0]), status=410)
    if signed_in:
        return _for_someone_known(request, row, signed_in, token)
    if User.objects.filter(email__iexact=row.email).exists():
        return render(request, "accounts/invitation.html", {"invitation": row, "way": "sign_in"})
    return _for_someone_new(request, row, token)


@person
@require_POST
def change_person(request: HttpRequest) -> HttpResponse:
    """Signs out whoever is signed in here and comes back to the invitation."""
    token = request.session.get("invitation", "")
    logout(request)
    request.session["invitation"] = token
    return redirect("invitation")


def _for_someone_known(request: HttpRequest, row: Invitation, user: User, token: str) -> HttpResponse:
    wrong = for_this_person(row.email, user.email, user.is_staff, user.is_active)
    if wrong:
        sentence = said_of(WORDS, wrong[0])
        return render(request, "accounts/invitation.html", {"invitation": row, "way": "other", "why": sentence})
    if request.method == "POST":
        try:
            accept_invitation(by=user.pk, token=token)
        except Refused as refused:
            return _closed(request, said_of(WORDS, refused.refusals[0]), status=410)
        return _enter(request, row)
    return render(request, "accounts/invitation.html", {"invitation": row, "way": "join"})


def _for_someone_new(request: HttpRequest, row: Invitation, token: str) -> HttpResponse:
    form = JoinForm(request.POST if request.method == "POST" else None, initial={"name": row.name})
    if form.is_valid():
        try:
            membership = join_by_invitation(
                by=None,
                token=token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                language=get_language() or "",
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            return _sign_in(request, membership)
    return render(request, "accounts/invitation.html", {"invitation": row, "way": "new", "form": form})


def _sign_in(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The way every sign-in takes, so that sessions are listed and the second factor stays possible."""
    request.session.pop("invitation", None)
    request.session["firm"] = membership.exporter_id
    user = membership.user
    return perform_password_login(request, {"email": user.email}, Login(user=user, email=user.email))


def _enter(request: HttpRequest, row: Invitation) -> HttpResponse:
    request.session.pop("invitation", None)
    request.session["firm"] = row.exporter_id
    messages.success(request, _("You now work for %(firm)s.") % {"firm": row.exporter.name})
    return redirect("home")


def _closed(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return render(request, "accounts/invitation.html", {"way": "closed", "why": sentence}, status=status)


def _is_member(row: Invitation, user: User) -> bool:
    return Membership.objects.current().filter(exporter_id=row.exporter_id, user=user).exists()
