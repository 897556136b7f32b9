"""What every request carries: a language, a correlation id, a firm, and for staff a second factor."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from accounts.adapters import second_factor_given
from accounts.audit import circumstances
from accounts.forms import keep_unsent, own_path, page_of_form
from accounts.models import Membership, User
from accounts.models.prepared import Given, prepared
from kernel.refusals import NotAllowed

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """Until somebody has chosen: the cookie of the language switch, else what the browser asks for."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or language)
            return response


class PersonLanguageMiddleware:
    """A person's own choice goes before the browser's; who chose none gets mails in what the browser asked for last."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        elif request.user.is_authenticated and request.user.browser_language != request.LANGUAGE_CODE:
            # A preference and not an act, so the trail is not told.
            User.objects.filter(pk=request.user.pk).update(browser_language=request.LANGUAGE_CODE)
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page asks for sign-in unless it says otherwise; what was typed into a form meanwhile is kept.

    A session may end while somebody fills in a form. The fields go into the (anonymous) session, and after sign-in
    `unsent_form` offers to send them. Files and passwords are not kept.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponse]) -> HttpResponse:
        """To the sign-in page and back; a part of a page (htmx) sends the whole page there.

        But not a part that is worked out from a form: to lead away from it would lose what is being typed.
        """
        if request.headers.get("HX-Request") and request.method == "POST":
            # Its answer may come after the whole form was sent and kept in a new session: it must not take that
            # session's cookie away, as Django does when the cookie it was sent belongs to no session any more.
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
            return render(request, "accounts/session_ended.html")
        if request.headers.get("HX-Request"):
            page = own_path(request, request.headers.get("HX-Current-URL", "")) or reverse("home")
            return HttpResponse(headers={"HX-Redirect": f"{reverse('account_login')}?{urlencode({'next': page})}"})
        if request.method == "POST" and keep_unsent(request):
            return redirect(f"{reverse('account_login')}?{urlencode({'next': reverse('unsent_form')})}")
        if request.method == "POST":
            return redirect(f"{reverse('account_login')}?{urlencode({'next': page_of_form(request)})}")
        return super().handle_no_permission(request, view_func)


class CorrelationMiddleware:
    """Everything one request records shares a correlation id; an action's NotAllowed is a 403."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with circumstances(address=get_client_ip(request)) as around:
            response = self.get_response(request)
            response.headers["X-Correlation-Id"] = str(around.correlation)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Turn the kernel's "may not" into Django's."""
        if isinstance(exception, NotAllowed):
            raise PermissionDenied from exception


# Where staff may go before the second factor stands: to set it up or give it, to sign out, to change the language.
# Names in a namespace ("admin:…") never count, or the admin's pages of allauth's own tables would be open.
OPEN_TO_STAFF = frozenset(
    {"account_logout", "account_reauthenticate", "mfa_activate_totp", "mfa_reauthenticate", "set_language"}
    | {"javascript_catalog", "healthz", "readyz"}
)


class SecondFactorMiddleware:
    """Staff without a second factor set one up; staff whose session did not give it, give it; before any other page.

    A session can lack it though the person has one: made by something else than the sign-in page, or older than their
    appointment to staff.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.is_staff and not second_factor_given(request) and not _is_open(request):
            page = "mfa_reauthenticate" if is_mfa_enabled(user) else "mfa_activate_totp"
            target = request.get_full_path() if request.method == "GET" else reverse("admin:index")
            return redirect(f"{reverse(page)}?{urlencode({'next': target})}")
        return self.get_response(request)


def _is_open(request: HttpRequest) -> bool:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        return True  # there is nothing to guard at such an address
    return not found.namespaces and found.url_name in OPEN_TO_STAFF


class FirmMiddleware:
    """`request.firm` and `request.membership`: the exporter chosen in the switch, else the person's first one."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.firm = request.membership = None  # type: ignore[attr-defined]
        request.firms = []  # type: ignore[attr-defined]
        request.memberships = []  # type: ignore[attr-defined]
        if request.user.is_authenticated and not request.user.is_staff:
            self._choose(request)
        return self.get_response(request)

    @staticmethod
    def _choose(request: HttpRequest) -> None:
        found = present_memberships(person=request.user)
        chosen = request.session.get("firm")
        membership = next((m for m in found if m.exporter_id == chosen), found[0] if found else None)
        request.memberships = found  # type: ignore[attr-defined]
        request.firms = [m.exporter for m in found]  # type: ignore[attr-defined]
        if membership:
            request.membership = membership  # type: ignore[attr-defined]
            request.firm = membership.exporter  # type: ignore[attr-defined]


@prepared
def present_memberships(person: Given) -> QuerySet:
    """The person's memberships with their firms, in the order of the firms' names."""
    return Membership.objects.current().filter(user=person).select_related("exporter").order_by("exporter__name", "id")


# Seconds for which a session that was just noted is not noted again: the list of sessions shows minutes.
NOTED_SECONDS = 60


class SessionNotesMiddleware:
    """Notes where a session is used from, for the page that lists them: once a minute, and at once from elsewhere.

    allauth's own middleware does so at every request, in a transaction of three statements. Whether a session still
    holds is never asked here: one that was ended is gone from the table of sessions, and nobody is signed in by it.
    """

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and request.session.session_key:
            self._note(request)
        return self.get_response(request)

    @staticmethod
    def _note(request: HttpRequest) -> None:
        noted = caches["process"]
        key = f"session:{request.session.session_key}"
        place = (request.user.pk, get_client_ip(request), request.META.get("HTTP_USER_AGENT", ""))
        if noted.get(key) != place:
            UserSession.objects.create_from_request(request)
            noted.set(key, place, NOTED_SECONDS)
