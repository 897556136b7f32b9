"""What a policy says, from a day to a day. Every number of domain.md §4 is a column here, none a constant in code."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models.columns import AmountField, PercentField, in_order
from policies.models.policy import Policy


class DayKind(models.TextChoices):
    DAYS = "days", _("Calendar days")
    WORKING_DAYS = "working_days", _("Working days")
    MONTHS = "months", _("Months")


class TermsQuerySet(models.QuerySet["PolicyTerms"]):
    def in_force_on(self, day: date) -> "TermsQuerySet":
        """The terms of that day: at most one per policy (an exclusion constraint sees to it)."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)

    def terms_on(self, policy: int, day: date) -> "PolicyTerms | None":
        """What the policy says on `day`; None on a day it says nothing about."""
        return self.in_force_on(day).filter(policy_id=policy).first()


class PolicyTerms(models.Model):
    """Terms from `valid_from` to `valid_to` (included; empty = until changed). Amounts in the policy's currency."""

    policy = models.ForeignKey(Policy, models.PROTECT, related_name="terms", verbose_name=_("Policy"))
    valid_from = models.DateField(_("From"))
    valid_to = models.DateField(_("To"), null=True, blank=True)
    edition = models.CharField(_("Wording edition"), max_length=20)
    # Percentages
    insured_percentage = PercentField(_("Insured percentage"))
    unnamed_percentage = PercentField(_("Insured percentage, unnamed buyers"), null=True, blank=True)
    # Payment terms and invoicing
    standard_terms_days = models.PositiveSmallIntegerField(_("Standard payment terms, days"), default=60)
    maximum_terms_days = models.PositiveSmallIntegerField(_("Maximum payment terms, days"))
    invoicing_period_days = models.PositiveSmallIntegerField(_("Invoicing period, days"), default=30)
    # Limits
    limit_lifetime_months = models.PositiveSmallIntegerField(_("Limits last, months"), default=12)
    limit_notice_days = models.PositiveSmallIntegerField(_("Notice before a reduction, days"), default=0)
    appeal_days = models.PositiveSmallIntegerField(_("Appeal within, days"), default=30)
    machine_limit_maximum = AmountField(_("Largest limit without a person"))
    discretionary_limit = AmountField(_("Discretionary limit"), default=0)
    # Overdues
    maximum_extension_days = models.PositiveSmallIntegerField(_("Maximum extension period, days"))
    report_overdue_number = models.PositiveSmallIntegerField(_("Report overdues within"), default=30)
    report_overdue_unit = models.CharField(max_length=12, choices=DayKind.choices, default=DayKind.DAYS)
    stop_ignores_below = AmountField(_("Rests that do not stop shipment"), default=0)
    # Claims
    waiting_number = models.PositiveSmallIntegerField(_("Waiting period"))
    waiting_unit = models.CharField(max_length=12, choices=DayKind.choices, default=DayKind.DAYS)
    file_claim_number = models.PositiveSmallIntegerField(
        _("File a claim within, after the extension period"), default=90
    )
    file_claim_unit = models.CharField(max_length=12, choices=DayKind.choices, default=DayKind.DAYS)
    decide_claim_number = models.PositiveSmallIntegerField(_("Claims are decided within"), default=30)
    decide_claim_unit = models.CharField(max_length=12, choices=DayKind.choices, default=DayKind.WORKING_DAYS)
    threshold = AmountField(_("Threshold (NQL)"), default=0)
    deductible = AmountField(_("Each-and-every deductible"), default=0)
    aggregate_first_loss = AmountField(_("Aggregate first loss"), default=0)
    minimum_retention = AmountField(_("Minimum retention"), default=0)
    maximum_liability = AmountField(_("Maximum liability"), null=True, blank=True)
    # Premium
    premium_rate = PercentField(_("Premium rate, in percent of turnover"))
    minimum_premium = AmountField(_("Minimum premium"), default=0)

    objects: ClassVar = TermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("Policy terms")
        verbose_name_plural = _("Policy terms")
        constraints = [
            in_order("valid_from", "valid_to", "terms_end_after_start"),
            models.CheckConstraint(condition=Q(insured_percentage__range=(0, 100)), name="insured_percentage_0_to_100"),
            models.CheckConstraint(
                condition=Q(standard_terms_days__lte=F("maximum_terms_days")), name="standard_terms_within_maximum"
            ),
            ExclusionConstraint(
                name="one_terms_per_day",
                expressions=[
                    ("policy", RangeOperators.EQUAL),
                    (Func("valid_from", "valid_to", Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.valid_from}"
