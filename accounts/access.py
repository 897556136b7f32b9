"""Who may: the one place that answers for pages and for actions.

A page states its access by a decorator (`@anyone`, `@person`, `@reads`, `@writes`, `@owns`, `@staff(...)`), which law 5
reads from every address. An action asks `require_role` / `require_group` again, since pages are not its only callers.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Membership, User
from accounts.models.roles import MAY_READ, MAY_WRITE, Role
from kernel.refusals import NotAllowed

View = Callable[..., HttpResponse]


def role_of(user: int, exporter: int) -> str | None:
    """The person's present role in the firm, None when it has none."""
    found = Membership.objects.filter(user_id=user, exporter_id=exporter, ended_at__isnull=True, user__is_active=True)
    return found.values_list("role", flat=True).first()


def require_role(by: int, exporter: int, roles: frozenset[str] = MAY_WRITE) -> None:
    """NotAllowed unless `by` is a member of `exporter` in one of `roles`."""
    if role_of(by, exporter) not in roles:
        raise NotAllowed(f"person {by} may not do this for exporter {exporter}")


def require_group(by: int, groups: frozenset[str]) -> User:
    """The member of staff, when in one of `groups` (or the operator); else NotAllowed."""
    user = User.objects.get(pk=by)
    if not (user.is_active and user.is_staff and (user.is_superuser or user.staff_groups() & groups)):
        raise NotAllowed(f"person {by} is not of {sorted(groups)}")
    return user


def anyone(view: View) -> View:
    """Open without signing in."""
    return _marked(login_not_required(view), "anyone")


def person(view: View) -> View:
    """For everyone signed in, with or without a firm."""
    return _marked(view, "person")


def _for_members(view: View, roles: frozenset[str], name: str) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.firm is None:  # type: ignore[attr-defined]
            # Staff have their own house; a person whose last membership ended is told so there.
            return redirect("admin:index" if request.user.is_staff else "no_firm")
        if request.membership.role not in roles:  # type: ignore[attr-defined]
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return _marked(guarded, name)


def reads(view: View) -> View:
    """For every member of the chosen firm."""
    return _for_members(view, MAY_READ, "reader")


def writes(view: View) -> View:
    """For owners and editors of the chosen firm."""
    return _for_members(view, MAY_WRITE, "editor")


def owns(view: View) -> View:
    """For owners of the chosen firm."""
    return _for_members(view, frozenset({Role.OWNER}), "owner")


def staff(*groups: str) -> Callable[[View], View]:
    """For staff in one of `groups` (any staff when none is named); the operator always."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_staff or not (user.is_superuser or not groups or user.staff_groups() & set(groups)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _marked(guarded, "staff")

    return mark


def _marked(view: View, name: str) -> View:
    view.access = name  # type: ignore[attr-defined]
    return view
