"""Puts the people, firms and policies of the demo into the database."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import Group
from django.utils.crypto import get_random_string

from accounts.models import Exporter, Membership, StaffAuthority, User
from demo.clock import Story, set_to
from demo.people import AUTHORITIES, FIRMS, OPERATOR, PEOPLE, STAFF, Firm, Someone
from kernel.periods import plus_months
from kernel.references import POLICY, Reference
from policies.actions.policy import bind_policy, change_terms

# Terms that differ by firm: each number is one of domain.md's ranges, in the policy's currency.
TERMS: dict[str, dict[str, Any]] = {
    "lanhai": {
        "insured_percentage": "90", "unnamed_percentage": "60", "standard_terms_days": 60, "maximum_terms_days": 120,
        "machine_limit_maximum": "400000", "discretionary_limit": "20000", "maximum_extension_days": 60,
        "report_overdue_number": 30, "waiting_number": 120, "file_claim_number": 90, "threshold": "500",
        "aggregate_first_loss": "50000", "minimum_retention": "1000", "maximum_liability": "6000000",
        "premium_rate": "0.28", "minimum_premium": "42000",
    },
    "wiesen": {
        "insured_percentage": "85", "standard_terms_days": 45, "maximum_terms_days": 90,
        "machine_limit_maximum": "250000", "discretionary_limit": "10000", "maximum_extension_days": 30,
        "report_overdue_number": 15, "waiting_number": 4, "waiting_unit": "months", "file_claim_number": 4,
        "file_claim_unit": "months", "deductible": "2500", "limit_notice_days": 14, "maximum_liability": "4000000",
        "premium_rate": "0.22", "minimum_premium": "30000",
    },
    "lourido": {
        "insured_percentage": "95", "standard_terms_days": 90, "maximum_terms_days": 180,
        "machine_limit_maximum": "150000", "maximum_extension_days": 60, "report_overdue_number": 5,
        "report_overdue_unit": "working_days", "waiting_number": 120, "threshold": "250",
        "aggregate_first_loss": "20000", "maximum_liability": "2500000", "premium_rate": "0.35",
        "minimum_premium": "18000",
    },
}  # fmt: skip
# What all three policies say alike.
CONTRACT = {"edition": "2026-1"}
POLICY_BEGAN, TERMS_CHANGED = 14, 2  # months ago
POLICY_LASTS = 36  # months, so that a demo kept for long still has cover


def make_staff(story: Story) -> dict[str, User]:
    """The insurer's staff by group, each with a second factor of their own and their authority."""
    made = {}
    with set_to(story.moment(900)):
        for someone in STAFF:
            user = made[someone.group] = _person(someone, is_staff=True, is_superuser=someone.group == OPERATOR)
            if someone.group != OPERATOR:
                user.groups.add(Group.objects.get_or_create(name=someone.group)[0])
            TOTP.activate(user, generate_totp_secret())
            if someone.email in AUTHORITIES:
                amount, currency, best, worst = AUTHORITIES[someone.email]
                StaffAuthority.objects.create(
                    user=user, amount=Decimal(amount), currency=currency, best_grade=best, worst_grade=worst
                )
    return made


def make_firms(story: Story, administrator: User) -> dict[str, Exporter]:
    """The exporters by key, each with its policy."""
    made = {}
    with set_to(story.moment(story_days(story, POLICY_BEGAN))):
        for firm in FIRMS:
            made[firm.key] = Exporter.objects.create(
                name=firm.name,
                country=firm.country,
                registration=firm.registration,
                reviewed_acts=list(firm.reviewed_acts),
                created_by=administrator,
            )
            _policy(story, firm, made[firm.key], administrator)
    return made


def story_days(story: Story, months_ago: int) -> int:
    """So many months, counted in days back from today."""
    return (story.today - plus_months(story.today, -months_ago)).days


def _policy(story: Story, firm: Firm, exporter: Exporter, administrator: User) -> None:
    """One policy with two rows of terms: what was agreed at first, and five days more for reporting since lately."""
    begins = plus_months(story.today, -POLICY_BEGAN)
    terms = {**CONTRACT, **_decimals(TERMS[firm.key])}
    policy = bind_policy(
        by=administrator.pk,
        exporter=exporter.pk,
        number=str(Reference(POLICY, begins.year, firm.policy_serial)),
        currency=firm.currency,
        time_zone=firm.time_zone,
        calendar_country=firm.country,
        starts_on=begins,
        ends_on=plus_months(begins, POLICY_LASTS) - timedelta(days=1),
        terms=terms,
    )
    with set_to(story.moment(story_days(story, TERMS_CHANGED) + 20)):
        change_terms(
            by=administrator.pk,
            policy=policy.pk,
            valid_from=plus_months(story.today, -TERMS_CHANGED),
            changes={"report_overdue_number": terms["report_overdue_number"] + 5},
        )


def _decimals(terms: dict[str, Any]) -> dict[str, Any]:
    return {name: Decimal(value) if isinstance(value, str) and value[0].isdigit() else value
            for name, value in terms.items()}  # fmt: skip


def make_people(story: Story, firms: dict[str, Exporter]) -> dict[str, User]:
    """The firms' people by e-mail, with their memberships."""
    made = {}
    with set_to(story.moment(story_days(story, POLICY_BEGAN), hour=10)):
        for someone in PEOPLE:
            user = made[someone.email] = _person(someone, seen_changes_at=story.moment(4))
            for firm, role in someone.roles:
                Membership.objects.create(exporter=firms[firm], user=user, role=role)
    return made


def _person(someone: Someone, **columns: Any) -> User:
    # Everybody may read these passwords, so hashing them slowly protects nothing; the first sign-in does it anyway.
    quick = PBKDF2PasswordHasher().encode(someone.password, get_random_string(22), iterations=1000)
    return User.objects.create(
        email=someone.email, password=quick, name=someone.name, language=someone.language, **columns
    )
