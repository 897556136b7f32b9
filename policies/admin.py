"""Policies and limits in the office: rows to look at, and a page of its own for each decision."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.admin import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, money
from accounts.models.roles import POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER
from buyers.models import GradeOverride
from kernel.references import row_number
from policies.models import (
    Appetite,
    BuyerCapacity,
    CreditLimit,
    LimitDecision,
    LimitRequest,
    Policy,
    PolicyTerms,
    Suspension,
)
from policies.views import administration, office, overrides, reviews

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


class TermsInline(ReadOnlyInline):
    """Its dated terms."""

    model = PolicyTerms
    fields = readonly_fields = (
        "valid_from", "valid_to", "insured_percentage", "standard_terms_days", "maximum_terms_days",
        "machine_limit_maximum", "limit_notice_days", "premium_rate",
    )  # fmt: skip


class SuspensionInline(ReadOnlyInline):
    """When it did not cover."""

    model = Suspension
    fields = readonly_fields = ("starts_on", "ends_on", "reason")


@admin.register(Policy)
class PolicyAdmin(OfficeAdmin):
    """Policies; what is done with one is done on its own page."""

    seen_by = (POLICY_ADMINISTRATOR, UNDERWRITER, SENIOR_UNDERWRITER)
    added_by = (POLICY_ADMINISTRATOR,)
    list_display = ("number", "exporter", "currency", "stage", "starts_on", "ends_on")
    list_filter = ("stage", "currency")
    list_select_related = ("exporter",)
    search_fields = ("number", "exporter__name")
    ordering = ("-ends_on", "-pk")
    fields = readonly_fields = (
        "exporter", "number", "currency", "time_zone", "calendar_country", "stage", "stage_on", "starts_on", "ends_on",
        "bound_at", "bound_by",
    )  # fmt: skip
    inlines = (TermsInline, SuspensionInline)

    def get_urls(self) -> list[URLPattern]:
        """Binding, and the page from which a policy is administered."""
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(administration.bind_policy), name="policies_policy_add"),
            path("<int:pk>/administer/", wrap(administration.administer_policy), name="administer_policy"),
            path("<int:pk>/terms/", wrap(administration.change_terms), name="change_terms"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Administrators go straight to the page that can do something."""
        number = row_number(object_id)
        if number is not None and self.in_groups(request, (POLICY_ADMINISTRATOR,)):
            return redirect("admin:administer_policy", number)
        return super().change_view(request, object_id, form_url, extra_context)


@admin.register(LimitRequest)
class LimitRequestAdmin(ReadOnlyAdmin):
    """Requests that have left their firm. Drafts and what awaits a colleague are the firm's own."""

    seen_by = UNDERWRITERS
    list_display = ("__str__", "exporter", "buyer", "kind", money("amount", _("Amount asked for")), "stage", "asked_at")
    list_filter = ("stage", "kind")
    list_select_related = ("exporter", "buyer")
    search_fields = ("exporter__name", "buyer__name")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Those that were asked."""
        return super().get_queryset(request).exclude(asked_at__isnull=True)

    def get_urls(self) -> list[URLPattern]:
        """The worklist and the decision page."""
        wrap = self.admin_site.admin_view
        return [
            path("referred/", wrap(office.referred_limits), name="referred_limits"),
            path("<int:pk>/decide/", wrap(office.decide_limit), name="decide_limit"),
            path("<int:pk>/letter/", wrap(office.limit_letter), name="limit_letter"),
            path("<int:pk>/countersign/", wrap(office.countersign_limit), name="countersign_limit"),
            *super().get_urls(),
        ]


@admin.register(LimitDecision)
class LimitDecisionAdmin(ReadOnlyAdmin):
    """Every decision, as it was made."""

    seen_by = UNDERWRITERS
    list_display = ("decided_at", "exporter", "buyer", "outcome", money("amount", _("Limit")), "decided_by")
    list_filter = ("outcome",)
    list_select_related = ("exporter", "buyer", "decided_by")
    search_fields = ("exporter__name", "buyer__name")
    ordering = ("-pk",)


@admin.register(CreditLimit)
class CreditLimitAdmin(ReadOnlyAdmin):
    """Limits as they stand, and the list of those to review."""

    seen_by = UNDERWRITERS
    list_display = ("buyer", "exporter", money("amount", _("Limit")), "valid_to", "upcoming_on", "reviewed_at")
    list_select_related = ("exporter", "buyer")
    search_fields = ("exporter__name", "buyer__name")
    ordering = ("-amount", "pk")

    def get_urls(self) -> list[URLPattern]:
        """The review list and the page of one review."""
        wrap = self.admin_site.admin_view
        return [
            path("reviews/", wrap(reviews.limit_reviews), name="limit_reviews"),
            path("<int:pk>/review/", wrap(reviews.review_limit), name="review_limit"),
            *super().get_urls(),
        ]


@admin.register(GradeOverride)
class GradeOverrideAdmin(OfficeAdmin):
    """Grades set beside the scorecard's: "add" asks for one, a row's page decides it; none is ever changed.

    Here, because who may confirm one depends on the limits issued on the buyer.
    """

    seen_by = added_by = UNDERWRITERS
    list_display = ("buyer", "computed_grade", "grade", "until", "stage", "proposed_by", "decided_by")
    list_select_related = ("buyer", "proposed_by", "decided_by")
    list_filter = ("stage",)
    search_fields = ("buyer__name",)
    ordering = ("-id",)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page where it is decided."""
        row = self.get_object(request, object_id)
        return redirect("admin:decide_override", row.pk) if row else super().change_view(request, object_id)

    def get_urls(self) -> list[URLPattern]:
        """Ask, and decide."""
        wrap = self.admin_site.admin_view
        return [
            path("add/", wrap(overrides.propose_grade), name="buyers_gradeoverride_add"),
            path("<int:pk>/decide/", wrap(overrides.decide_override), name="decide_override"),
            *super().get_urls(),
        ]


@admin.register(BuyerCapacity)
class BuyerCapacityAdmin(ReadOnlyAdmin):
    """What is issued on each buyer."""

    seen_by = UNDERWRITERS
    list_display = ("buyer", money("issued", _("Limits issued"), settings.HOUSE_CURRENCY))
    list_select_related = ("buyer",)
    search_fields = ("buyer__name",)
    ordering = ("-issued", "pk")


@admin.register(Appetite)
class AppetiteAdmin(OfficeAdmin):
    """Caps, from when to when; set on a page of its own."""

    seen_by = UNDERWRITERS
    added_by = (SENIOR_UNDERWRITER,)
    list_display = (
        "grade",
        "country",
        "buyer",
        money("cap", _("Cap, house currency"), settings.HOUSE_CURRENCY),
        "off_cover",
        "valid_from",
        "valid_to",
        "set_by",
        "replaced_at",
    )
    list_display_links = None
    list_select_related = ("buyer", "set_by")
    ordering = ("-valid_from", "-pk")

    def get_urls(self) -> list[URLPattern]:
        """The button "add" leads to our own page."""
        page = self.admin_site.admin_view(administration.set_appetite)
        return [path("add/", page, name="policies_appetite_add"), *super().get_urls()]
