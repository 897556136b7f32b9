"""Scores in the admin: rows to look at, accounts to type in, the refreshes to watch."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.formats import number_format
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.admin import OfficeAdmin, ReadOnlyAdmin, money
from accounts.models.roles import CLAIMS_HANDLER, SENIOR_UNDERWRITER, UNDERWRITER
from buyers.models import (
    AccountsSubmission,
    Alert,
    CountryGovernance,
    CountryRisk,
    ExchangeRate,
    FinancialStatement,
    PaymentExperience,
    Score,
    ScoreRun,
    Signal,
)
from buyers.models.accounts import LINES
from buyers.views import office_accounts, office_scores, office_sent_accounts
from buyers.views.accounts_review import changed_since, ratios_of

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


@admin.register(FinancialStatement)
class FinancialStatementAdmin(OfficeAdmin):
    """Annual accounts; "add" leads to the page of the action, and none is ever changed."""

    seen_by = added_by = UNDERWRITERS
    list_display = (
        "buyer",
        "period_end",
        money("sales", _("Sales")),
        money("equity", _("Equity")),
        "audited",
        "source",
        "superseded_at",
    )
    change_list_template = "buyers/office/statements.html"
    list_select_related = ("buyer",)
    search_fields = ("buyer__name",)
    ordering = ("-id",)
    # Amounts as readers see amounts, not as the database keeps them.
    fields = readonly_fields = (
        "buyer", "period_end", "months", "currency", "audited", "source", "received_at", "superseded_at", "changed",
        *(money(name, FinancialStatement._meta.get_field(name).verbose_name) for name in LINES),
    )  # fmt: skip
    change_form_template = "buyers/office/statement.html"

    @admin.display(description=_("Changed against the version before"))
    def changed(self, row: FinancialStatement) -> str:
        """Each line that the version before it of the year and source said otherwise: old → new."""
        lines = ((label, said, says) for label, said, says in changed_since(row))
        return format_html_join(mark_safe("<br>"), "{}: {} → {}", lines) or "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the ratios made of them, beside those of the year before."""
        row = self.get_object(request, object_id)
        context = ratios_of(row) if row else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})

    def get_urls(self) -> list[URLPattern]:
        """The page of the action, and the files of many years' accounts."""
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(office_accounts.record_accounts), name="buyers_financialstatement_add"),
            path("check/<int:buyer>/", wrap(office_accounts.check_accounts), name="check_accounts"),
            path("import/", wrap(office_accounts.import_accounts), name="import_accounts"),
            path("imports/<int:pk>/", wrap(office_accounts.accounts_import), name="accounts_import"),
            path("imports/<int:pk>/refused.csv", wrap(office_accounts.refused_accounts), name="refused_accounts"),
            *super().get_urls(),
        ]


@admin.register(AccountsSubmission)
class AccountsSubmissionAdmin(ReadOnlyAdmin):
    """Accounts that exporters ever sent in; those that wait are on the worklist."""

    seen_by = UNDERWRITERS
    list_display = ("reference", "buyer", "period_end", "exporter", "stage", "sent_at", "decided_by")
    list_select_related = ("buyer", "exporter", "decided_by")
    list_filter = ("stage",)
    search_fields = ("buyer__name", "exporter__name")
    ordering = ("-pk",)

    def get_urls(self) -> list[URLPattern]:
        """The worklist, and the page one sending is decided on."""
        wrap = self.admin_site.admin_view
        return [
            path("worklist/", wrap(office_sent_accounts.sent_accounts), name="sent_accounts"),
            path("<int:pk>/decide/", wrap(office_sent_accounts.decide_accounts), name="decide_accounts"),
            path("<int:pk>/pages/<int:number>.png", wrap(office_sent_accounts.accounts_page), name="accounts_page"),
            *super().get_urls(),
        ]


@admin.register(Score)
class ScoreAdmin(ReadOnlyAdmin):
    """Every score; a score's own page shows each indicator with its points."""

    seen_by = UNDERWRITERS
    list_display = ("buyer", "scored_at", "grade", "former_grade", "points", "probability", "confidence")
    list_select_related = ("buyer",)
    list_filter = ("grade", "edition")
    search_fields = ("buyer__name",)
    ordering = ("-id",)
    fields = readonly_fields = (
        "buyer", "grade", "former_grade", "computed_grade", "points", "probability", "confidence", "edition",
        "reporters", "scored_at", "scored_for", "run",
    )  # fmt: skip
    change_form_template = "buyers/office/score.html"

    @admin.display(description=_("Probability of default"), ordering="default_probability")
    def probability(self, row: Score) -> str:
        """In percent, as the grades' bounds are told."""
        return f"{number_format(100 * row.default_probability, 2)} %"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the working: points by indicator, and what changed."""
        score = self.get_object(request, object_id)
        context = {"explanation": score.for_staff(), "base": score.facts().edition.base} if score else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **context})


@admin.register(ScoreRun)
class ScoreRunAdmin(ReadOnlyAdmin):
    """Refreshes; the list is a page of its own that shows how they go."""

    seen_by = UNDERWRITERS
    list_display = ("planned_for", "edition", "started_at", "finished_at")
    ordering = ("-id",)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The page with progress and failures."""
        return redirect("admin:score_refreshes")

    def get_urls(self) -> list[URLPattern]:
        """Progress, and the buttons on it."""
        wrap = self.admin_site.admin_view
        return [
            path("progress/", wrap(office_scores.score_refreshes), name="score_refreshes"),
            path("start/", wrap(office_scores.start_refresh), name="start_refresh"),
            path("everybody/", wrap(office_scores.start_rescore), name="start_rescore"),
            path("<int:pk>/resume/", wrap(office_scores.resume_run), name="resume_run"),
            *super().get_urls(),
        ]


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    """What happened to buyers, and who reported it: for staff's eyes only."""

    seen_by = (*UNDERWRITERS, CLAIMS_HANDLER)
    list_display = ("buyer", "kind", "happened_on", "source", "reporter", "recorded_at")
    list_select_related = ("buyer", "reporter")
    list_filter = ("kind", "staff_only", "source")
    search_fields = ("buyer__name",)
    ordering = ("-id",)


@admin.register(PaymentExperience)
class PaymentExperienceAdmin(ReadOnlyAdmin):
    """How exporters were paid: for staff's eyes only."""

    seen_by = UNDERWRITERS
    list_display = ("buyer", "month", "reporter", "days_beyond_terms", "share_overdue", "invoices")
    list_select_related = ("buyer", "reporter")
    search_fields = ("buyer__name",)
    ordering = ("-id",)


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What exporters were told of regrades."""

    seen_by = UNDERWRITERS
    list_display = ("raised_at", "exporter", "buyer", "kind", "done_at", "done_by")
    list_select_related = ("exporter", "buyer", "done_by")
    list_filter = ("kind",)
    search_fields = ("exporter__name", "buyer__name")
    ordering = ("-id",)


@admin.register(CountryRisk)
class CountryRiskAdmin(ReadOnlyAdmin):
    """Ratings of countries, with their history."""

    list_display = ("country", "valid_from", "oecd_class", "high_income", "house_grade", "house_level", "source")
    list_filter = ("oecd_class", "house_grade")
    ordering = ("country", "-valid_from")


@admin.register(CountryGovernance)
class CountryGovernanceAdmin(ReadOnlyAdmin):
    """How countries are governed, by year, as the World Bank's last table has it."""

    list_display = ("country", "indicator", "year", "estimate", "rank", "edition", "source")
    list_filter = ("indicator", "edition")
    search_fields = ("country",)
    ordering = ("country", "indicator", "-year")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ReadOnlyAdmin):
    """Euro reference rates."""

    list_display = ("day", "currency", "value", "source")
    list_filter = ("currency",)
    ordering = ("-day", "currency")
