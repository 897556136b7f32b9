"""The directory in the admin: companies to look at, proposals to decide, files to import."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path

from accounts.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER
from buyers.models import Buyer, BuyerProposal, DirectoryImport, Identifier
from buyers.search import find_buyers
from buyers.views import office_imports, office_proposals

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


class IdentifierInline(ReadOnlyInline):
    """Its numbers."""

    model = Identifier
    fields = readonly_fields = ("scheme", "value", "check_digits_fail")


@admin.register(Buyer)
class BuyerAdmin(ReadOnlyAdmin):
    """Every entry of the directory, found as exporters find it."""

    seen_by = (*UNDERWRITERS, CLAIMS_HANDLER, POLICY_ADMINISTRATOR)
    list_display = ("name", "country", "category", "status", "grade", "scored_at", "merged_into")
    list_select_related = ("merged_into",)
    search_fields = ("name",)  # only to show the box: see get_search_results
    ordering = ("sort_key", "id")
    inlines = (IdentifierInline,)
    change_form_template = "buyers/office/buyer.html"
    fields = readonly_fields = (
        "name", "country", "category", "status", "address", "city", "sector", "founded_on", "public_body",
        "private_person", "fictitious", "merged_into", "source", "added_at", "grade", "confidence", "scored_at",
        "regraded_at",
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Buyer], search_term: str
    ) -> tuple[QuerySet[Buyer], bool]:
        """By number, name or part of one, through the indexes."""
        if not search_term:
            return queryset, False
        return queryset.filter(pk__in=[row.buyer.pk for row in find_buyers(text=search_term).rows]), False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        """With the button that merges, for those who may."""
        kwargs["extra_context"] = {"may_merge": self.in_groups(request, UNDERWRITERS)}
        return super().change_view(request, object_id, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        """The page that merges two entries."""
        page = self.admin_site.admin_view(office_proposals.merge_entries)
        return [path("<int:pk>/merge/", page, name="merge_entries"), *super().get_urls()]


@admin.register(BuyerProposal)
class BuyerProposalAdmin(ReadOnlyAdmin):
    """Every proposal ever made; those that wait are on the worklist."""

    seen_by = UNDERWRITERS
    list_display = ("reference", "name", "country", "exporter", "stage", "proposed_at", "decided_by")
    list_select_related = ("exporter", "decided_by")
    list_filter = ("stage",)
    search_fields = ("name", "=value", "exporter__name")
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        """The worklist, and the page one proposal is decided on."""
        wrap = self.admin_site.admin_view
        return [
            path("worklist/", wrap(office_proposals.proposed_buyers), name="proposed_buyers"),
            path("<int:pk>/decide/", wrap(office_proposals.decide_proposal), name="decide_proposal"),
            *super().get_urls(),
        ]


@admin.register(DirectoryImport)
class DirectoryImportAdmin(OfficeAdmin):
    """Imports of companies: the button "add" hands in a file; an import's own page shows how it goes."""

    seen_by = added_by = (*UNDERWRITERS, POLICY_ADMINISTRATOR)
    list_display = ("file_name", "stage", "rows_read", "accepted", "added", "changed", "refused", "started_at")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "file_name", "shape", "encoding", "stage", "rows_read", "accepted", "added", "changed", "refused", "warned",
        "started_at", "started_by", "finished_at",
    )  # fmt: skip
    change_form_template = "buyers/office/import.html"

    def get_urls(self) -> list[URLPattern]:
        """Hand in, progress and result, the file of refused rows."""
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(office_imports.import_companies), name="buyers_directoryimport_add"),
            path("<int:pk>/progress/", wrap(office_imports.directory_import), name="directory_import"),
            path("<int:pk>/refused.csv", wrap(office_imports.refused_rows), name="refused_rows"),
            *super().get_urls(),
        ]
