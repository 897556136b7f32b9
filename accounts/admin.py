"""The office: who among staff sees which rows, and how little of them is changed there.

Rows that carry insured facts are read-only in the admin; each decision has its own page that calls the same action as
everything else.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.admin import EmailAddress
from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.admin import Group
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.acts import act_words
from accounts.models import AuditEvent, Exporter, Invitation, Membership, StaffAuthority, User
from accounts.models.roles import GROUP_LABELS, POLICY_ADMINISTRATOR, STAFF_GROUPS
from accounts.views import office
from accounts.wording import amount_shown, detail_shown, whole_shown


def money(name: str, label: Any, currency: str = "currency") -> Callable[[models.Model], str]:
    """A list's column: an amount as readers see amounts, in the currency that the row's column `currency` names."""

    @admin.display(description=label, ordering=name)
    def shown(row: models.Model) -> str:
        amount = getattr(row, name)
        return "–" if amount is None else amount_shown(amount, getattr(row, currency, currency))

    shown.__name__ = name  # Django makes the cell's class of it
    return shown


def number(name: str, label: Any) -> Callable[[models.Model], str]:
    """A list's column: a whole number as readers see numbers."""

    @admin.display(description=label, ordering=name)
    def shown(row: models.Model) -> str:
        return whole_shown(getattr(row, name))

    shown.__name__ = f"{name} num"  # Django makes the cell's class of it
    return shown


class OfficeAdmin(admin.ModelAdmin):
    """Access by staff group instead of Django's permission rows: `seen_by` look, `changed_by` may edit.

    The operator (superuser) sees everything and, where editing is open at all, edits. Nothing is ever deleted.
    """

    seen_by: tuple[str, ...] = STAFF_GROUPS
    added_by: tuple[str, ...] = ()
    changed_by: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False

    @staticmethod
    def in_groups(request: HttpRequest, groups: tuple[str, ...]) -> bool:
        """Whether the person asking is staff of one of `groups` (or the operator)."""
        user = request.user
        if not (user.is_active and user.is_staff):
            return False
        return user.is_superuser or bool(user.staff_groups() & set(groups))  # type: ignore[union-attr]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, headed by what it is a list of."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The app is listed for those who may see one of its tables."""
        return self.in_groups(request, self.seen_by)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """`seen_by` and whoever may change."""
        return self.in_groups(request, self.seen_by + self.changed_by)

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """`added_by`; nobody unless named, since rows are born in actions."""
        return bool(self.added_by) and self.in_groups(request, self.added_by)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """`changed_by`; nobody unless named."""
        return bool(self.changed_by) and self.in_groups(request, self.changed_by)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing that carries history is deleted, by the operator neither."""
        return False


class ReadOnlyAdmin(OfficeAdmin):
    """Rows one looks at: no add, no change, no delete, whoever asks. Set `seen_by` to the groups that may look."""

    added_by = changed_by = ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No bulk act on rows that are not edited here."""
        return {}


class ReadOnlyInline(admin.TabularInline):
    """Rows below their parent, shown to whoever may see the parent: a plain table without columns for editing."""

    template = "accounts/office/rows.html"
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """As the page around it."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never here."""
        return False


def allauth_password_page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
    """One page for passwords, with its throttle and its mail, instead of the admin's own."""
    return redirect("account_change_password")


# Signing in to the admin is signing in to the portal: throttled, with the second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = allauth_password_page  # type: ignore[method-assign, assignment]
# Tables of the sign-in libraries: their rows are secrets and sessions, of no use to look at and of harm to edit. The
# models are imported by way of their own admin modules, so that those do not register them after this.
for library_model in (Group, EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(library_model):
        admin.site.unregister(library_model)


class MembershipInline(ReadOnlyInline):
    """A firm's people."""

    model = Membership
    fk_name = "exporter"
    fields = readonly_fields = ("user", "role", "joined_at", "ended_at")


class InvitationInline(ReadOnlyInline):
    """A firm's invitations."""

    model = Invitation
    fields = readonly_fields = ("email", "role", "invited_at", "sent_at", "expires_at", "accepted_at", "revoked_at")


@admin.register(Exporter)
class ExporterAdmin(OfficeAdmin):
    """Firms. A policy administrator creates them; owners keep their people themselves."""

    added_by = (POLICY_ADMINISTRATOR,)
    list_display = ("name", "country", "registration", "created_at")
    search_fields = ("name", "registration")
    list_filter = (("country", admin.AllValuesFieldListFilter),)
    ordering = ("name",)
    fields = readonly_fields = ("name", "country", "registration", "acts_in_two_steps", "created_at", "created_by")
    inlines = (MembershipInline, InvitationInline)

    @admin.display(description=_("Acts in two steps"))
    def acts_in_two_steps(self, exporter: Exporter) -> str:
        """The acts in words."""
        return detail_shown("acts", exporter.reviewed_acts, {}) or "–"

    def get_urls(self) -> list[URLPattern]:
        """The button "add" leads to our own page."""
        page = self.admin_site.admin_view(office.create_exporter)
        return [path("add/", page, name="accounts_exporter_add"), *super().get_urls()]


class PersonsMemberships(ReadOnlyInline):
    """A person's firms."""

    model = Membership
    fk_name = "user"
    fields = readonly_fields = ("exporter", "role", "joined_at", "ended_at")


@admin.register(User)
class PersonAdmin(OfficeAdmin):
    """People. The operator appoints staff, closes accounts, and takes lost second factors away."""

    seen_by = (POLICY_ADMINISTRATOR,)
    list_display = ("email", "name", "is_staff", "is_active", "joined_at", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = readonly_fields = (
        "email", "name", "language", "is_staff", "in_groups_named", "is_active", "has_second_factor", "joined_at",
        "last_login",
    )  # fmt: skip
    inlines = (PersonsMemberships,)
    change_form_template = "accounts/office/person.html"

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """The operator appoints staff; everybody else is invited by a firm."""
        return request.user.is_superuser and request.user.is_active

    @admin.display(description=_("Groups"))
    def in_groups_named(self, person: User) -> str:
        """The staff groups in words."""
        return ", ".join(str(GROUP_LABELS[name]) for name in STAFF_GROUPS if name in person.staff_groups()) or "–"

    @admin.display(description=_("Second factor"), boolean=True)
    def has_second_factor(self, person: User) -> bool:
        """Whether an authenticator app is set up."""
        return is_mfa_enabled(person)

    def get_urls(self) -> list[URLPattern]:
        """The button "add", and the buttons of a person's page."""
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(office.appoint_staff), name="accounts_user_add"),
            path("<path:object_id>/act/", wrap(office.act_on_person), name="act_on_person"),
            *super().get_urls(),
        ]


@admin.register(StaffAuthority)
class StaffAuthorityAdmin(OfficeAdmin):
    """How far each member of staff decides alone; set by a colleague, on a page of its own."""

    added_by = changed_by = (POLICY_ADMINISTRATOR,)
    list_display = ("user", money("amount", _("Up to")), "best_grade", "worst_grade")
    list_select_related = ("user",)
    ordering = ("user__name",)
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """The buttons "add" and "change" lead to the page of the action."""
        page = self.admin_site.admin_view(office.set_authority)
        return [
            path("add/", page, name="accounts_staffauthority_add"),
            path("<path:object_id>/change/", page, name="accounts_staffauthority_change"),
            *super().get_urls(),
        ]


class ActFilter(admin.SimpleListFilter):
    """The acts of the trail, in the words of the floors whose acts they are."""

    title = _("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """In the order of their words."""
        acts = AuditEvent.objects.acts_of(None)
        worded = [(act, render_to_string("accounts/office/act.html", act_words(act))) for act in acts]
        return sorted(worded, key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        """Events of the act chosen."""
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The trail of everything, for staff."""

    list_display = ("at", "by", "act", "exporter", "subject", "address")
    list_select_related = ("by", "exporter")
    list_filter = (ActFilter,)
    search_fields = ("=subject", "=correlation", "by__email")
    date_hierarchy = None  # it would count the whole trail on every page
    ordering = ("-id",)
    fields = readonly_fields = ("at", "by", "act", "exporter", "subject", "details", "correlation", "address")

    @admin.display(description=_("Act"), ordering="action")
    def act(self, event: AuditEvent) -> str:
        """In the words of the floor whose act it is."""
        return render_to_string("accounts/office/act.html", act_words(event.action, event.details))
