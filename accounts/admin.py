"""The office: who among staff sees which rows, and how little of them is changed there.

Rows that carry insured facts are read-only in the admin; each decision has its own page that calls the same action as
everything else. Views of decisions go through `OfficeAdmin.get_office_urls`.
"""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts.models.roles import STAFF_GROUPS


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
    """Rows below their parent, shown to whoever may see the parent."""

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
