"""What every request carries: a language, a correlation id, a firm, and for staff a second factor."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import translation

from accounts.audit import circumstances
from accounts.models import Membership
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
    """A person's own choice goes before the browser's."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


class CorrelationMiddleware:
    """Everything one request records shares a correlation id; an action's NotAllowed is a 403."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with circumstances(address=request.META.get("REMOTE_ADDR") or None) as around:
            response = self.get_response(request)
            response.headers["X-Correlation-Id"] = str(around.correlation)
            return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Turn the kernel's "may not" into Django's."""
        if isinstance(exception, NotAllowed):
            raise PermissionDenied from exception


# Where staff may go before the second factor stands: to set it up, to sign out, to change the language.
OPEN_TO_STAFF = ("account_", "mfa_", "set_language", "usersessions_", "javascript_catalog", "healthz", "readyz")


class SecondFactorMiddleware:
    """Staff without a second factor are sent to set one up, whatever page they ask for."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.is_staff and not self._may_pass(request) and not is_mfa_enabled(user):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def _may_pass(request: HttpRequest) -> bool:
        if request.path.startswith(settings.STATIC_URL):
            return True
        try:
            name = resolve(request.path_info).url_name or ""
        except Resolver404:
            return True
        return name.startswith(OPEN_TO_STAFF)


class FirmMiddleware:
    """`request.firm` and `request.membership`: the exporter chosen in the switch, else the person's first one."""

    def __init__(self, get_response: Answer):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.firm = request.membership = None  # type: ignore[attr-defined]
        request.firms = []  # type: ignore[attr-defined]
        if request.user.is_authenticated and not request.user.is_staff:
            self._choose(request)
        return self.get_response(request)

    @staticmethod
    def _choose(request: HttpRequest) -> None:
        found = list(
            Membership.objects.filter(user=request.user, ended_at__isnull=True)
            .select_related("exporter")
            .order_by("exporter__name", "id")
        )
        chosen = request.session.get("firm")
        membership = next((m for m in found if m.exporter_id == chosen), found[0] if found else None)
        request.firms = [m.exporter for m in found]  # type: ignore[attr-defined]
        if membership:
            request.membership = membership  # type: ignore[attr-defined]
            request.firm = membership.exporter  # type: ignore[attr-defined]
