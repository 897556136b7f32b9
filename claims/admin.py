"""Claims in the admin: rows to look at, and the claims handler's own pages."""

from django.contrib import admin
from django.urls import URLPattern, path

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from accounts.models.roles import CLAIMS_HANDLER
from claims.models import Claim, ClaimItem, ClaimPaper, PaperRequest
from claims.views import office


class ItemInline(ReadOnlyInline):
    """Its invoices."""

    model = ClaimItem
    fields = readonly_fields = ("invoice", "added_at", "removed_at")


class PaperInline(ReadOnlyInline):
    """Its papers."""

    model = ClaimPaper
    fields = readonly_fields = ("kind", "document", "removed_at")


class PaperRequestInline(ReadOnlyInline):
    """What was asked for."""

    model = PaperRequest
    fields = readonly_fields = ("kind", "words", "asked_at", "asked_by", "answer", "answered_at", "answered_by")


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Everything that was filed; decided on the page of its own. Drafts are the firm's own and not shown."""

    seen_by = (CLAIMS_HANDLER,)
    list_display = ("__str__", "exporter", "buyer", "cause", "stage", "decide_by", "handler", "filed_at")
    list_filter = ("stage", "cause")
    list_select_related = ("exporter", "buyer", "handler")
    search_fields = ("exporter__name", "buyer__name", "own_reference")
    ordering = ("-pk",)
    inlines = (ItemInline, PaperInline, PaperRequestInline)

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        """Without drafts."""
        return super().get_queryset(request).exclude(filed_at__isnull=True)

    def get_urls(self) -> list[URLPattern]:
        """The worklist and the decision page with its buttons."""
        wrap = self.admin_site.admin_view
        return [
            path("worklist/", wrap(office.claims_worklist), name="claims_worklist"),
            path("<int:pk>/decide/", wrap(office.decide_claim), name="claims_claim_decide"),
            path("<int:pk>/take/", wrap(office.take_claim), name="claims_claim_take"),
            path("<int:pk>/ask/", wrap(office.ask_for_papers), name="claims_claim_ask"),
            path("<int:pk>/assess/", wrap(office.assess_claim), name="claims_claim_assess"),
            *super().get_urls(),
        ]
