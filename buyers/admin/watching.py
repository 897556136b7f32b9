"""What is watched about buyers in the admin: publishers' files, sanctions lists and hits, links between companies."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, number
from accounts.models.roles import CLAIMS_HANDLER, SENIOR_UNDERWRITER, UNDERWRITER
from buyers.models import BuyerLink, FeedRun, HitDecision, SanctionsEntry, SanctionsName, ScreeningHit, ScreeningRun
from buyers.views import office_feeds, office_screening

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


@admin.register(FeedRun)
class FeedRunAdmin(OfficeAdmin):
    """Publishers' files: "add" hands one in; a run's own page shows how it goes."""

    seen_by = added_by = UNDERWRITERS
    list_display = (
        "file_name", "kind", "edition", "stage", number("rows_read", _("Rows read")), number("taken_in", _("Taken in")),
        number("refused", _("Refused")), number("signals", _("New signals")), "started_at",
    )  # fmt: skip
    list_filter = ("kind", "stage")
    ordering = ("-pk",)

    def change_view(self, request: HttpRequest, object_id: str, *args: object, **kwargs: object) -> HttpResponse:
        """The page with progress and refusals."""
        return redirect("admin:feed", object_id) if object_id.isdigit() else redirect("admin:buyers_feedrun_changelist")

    def get_urls(self) -> list[URLPattern]:
        """Hand in, progress and result, the file of refused rows."""
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(office_feeds.hand_in_file), name="buyers_feedrun_add"),
            path("<int:pk>/progress/", wrap(office_feeds.feed), name="feed"),
            path("<int:pk>/refused.csv", wrap(office_feeds.refused_feed_rows), name="refused_feed_rows"),
            *super().get_urls(),
        ]


class NameInline(ReadOnlyInline):
    """The entry's names."""

    model = SanctionsName
    fields = readonly_fields = ("name", "quality")


@admin.register(SanctionsEntry)
class SanctionsEntryAdmin(ReadOnlyAdmin):
    """The lists as they were taken in."""

    seen_by = (*UNDERWRITERS, CLAIMS_HANDLER)
    list_display = ("name", "sanctions_list", "source_id", "kind", "programs", "edition", "removed_on")
    list_filter = ("sanctions_list", "kind")
    search_fields = ("name", "=source_id")
    ordering = ("name", "id")
    fields = readonly_fields = (
        "sanctions_list", "source_id", "kind", "name", "programs", "countries", "listed_on", "details", "version",
        "first_edition", "edition", "removed_on",
    )  # fmt: skip
    inlines = (NameInline,)


class DecisionInline(ReadOnlyInline):
    """What was decided on the hit."""

    model = HitDecision
    fields = readonly_fields = ("decided_at", "decided_by", "outcome", "reason")


@admin.register(ScreeningHit)
class ScreeningHitAdmin(ReadOnlyAdmin):
    """Every hit ever found; those that wait are on the worklist."""

    seen_by = UNDERWRITERS
    list_display = ("buyer_name", "list_name", "likeness", "country", "stage", "found_at")
    list_filter = ("stage", "country")
    search_fields = ("buyer_name", "list_name")
    ordering = ("-id",)
    inlines = (DecisionInline,)

    def get_urls(self) -> list[URLPattern]:
        """The worklist, and the page one hit is decided on."""
        wrap = self.admin_site.admin_view
        return [
            path("worklist/", wrap(office_screening.sanctions_hits), name="sanctions_hits"),
            path("<int:pk>/decide/", wrap(office_screening.decide_sanctions_hit), name="decide_sanctions_hit"),
            *super().get_urls(),
        ]


@admin.register(ScreeningRun)
class ScreeningRunAdmin(ReadOnlyAdmin):
    """Screenings: how many buyers, how many hits."""

    seen_by = UNDERWRITERS
    list_display = ("started_at", "finished_at", "screened", "hits", "entries")
    ordering = ("-id",)


@admin.register(BuyerLink)
class BuyerLinkAdmin(ReadOnlyAdmin):
    """Links between companies, present and ended."""

    seen_by = (*UNDERWRITERS, CLAIMS_HANDLER)
    list_display = ("buyer", "relation", "other", "since", "ended_on", "source")
    list_select_related = ("buyer", "other")
    list_filter = ("relation",)
    search_fields = ("buyer__name", "other__name")
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        """A buyer's links on one page, and the end of one."""
        wrap = self.admin_site.admin_view
        return [
            path("of/<int:pk>/", wrap(office_screening.buyer_links), name="buyer_links"),
            path("<int:pk>/end/", wrap(office_screening.end_buyer_link), name="end_buyer_link"),
            *super().get_urls(),
        ]
