"""Where the rail leads: the places of the portal in the order of a working day, and which of them a page belongs to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER_GROUPS
from buyers.models import AccountsSubmission, BuyerProposal, GradeOverride, ScreeningHit
from buyers.models.override import OverrideStage
from claims.models import Claim
from policies.models import CreditLimit, LimitRequest


@dataclass(frozen=True)
class Place:
    """An entry of the rail: the URL name it leads to, its word, its icon."""

    name: str
    label: str | Promise
    icon: str


PLACES = (
    Place("home", _("Home"), "house"),
    Place("buyers", _("Buyers"), "building-2"),
    Place("alerts", _("Alerts"), "siren"),
    Place("countries", _("Countries"), "globe"),
    Place("limits", _("Limits"), "gauge"),
    Place("ledger", _("Ledger"), "notebook-text"),
    Place("claims", _("Overdues & claims"), "life-buoy"),
    Place("policy", _("Policy"), "scroll-text"),
    Place("reports", _("Reports"), "chart-column"),
    Place("help", _("Help"), "circle-question-mark"),
)
# What staff see of the portal while they are not in the office: the way there.
OFFICE = (Place("admin:index", _("Office"), "briefcase"), Place("help", _("Help"), "circle-question-mark"))


@dataclass(frozen=True)
class Worklist:
    """An entry of the office's bar: the URL name it leads to, its word, whose work it is, what waits there, and what
    narrows a list of everything down to that."""

    name: str
    label: str | Promise
    groups: frozenset[str]
    waiting: Callable[[], QuerySet[Any]]
    query: str = ""


WORKLISTS = (
    Worklist(
        "admin:referred_limits",
        _("Referred"),
        UNDERWRITER_GROUPS,
        lambda: LimitRequest.objects.with_underwriters(),
    ),
    Worklist(
        "admin:limit_reviews", _("Reviews after regrade"), UNDERWRITER_GROUPS, lambda: CreditLimit.objects.to_review()
    ),
    Worklist(
        "admin:proposed_buyers",
        _("Proposed buyers"),
        UNDERWRITER_GROUPS,
        lambda: BuyerProposal.objects.filter(stage="proposed"),
    ),
    Worklist("admin:sanctions_hits", _("Sanctions hits"), UNDERWRITER_GROUPS, lambda: ScreeningHit.objects.to_decide()),
    Worklist(
        "admin:buyers_gradeoverride_changelist",
        _("Grades to confirm"),
        UNDERWRITER_GROUPS,
        lambda: GradeOverride.objects.to_confirm(),
        f"?stage__exact={OverrideStage.PROPOSED}",
    ),
    Worklist(
        "admin:sent_accounts",
        _("Accounts sent in"),
        UNDERWRITER_GROUPS,
        lambda: AccountsSubmission.objects.filter(stage="sent"),
    ),
    Worklist("admin:claims_worklist", _("Claims"), frozenset({CLAIMS_HANDLER}), lambda: Claim.objects.on_the_desk()),
)


def address(name: str, *args: object) -> str:
    """The path of a URL name, '' while no app has a page of that name."""
    if not args:
        return fixed_address(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=1000)
def fixed_address(name: str, urlconf: str, prefix: str) -> str:
    """The same for an address without arguments, kept under all it depends on: a page's frame has two dozen of them."""
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""


def current(path: str, addresses: Iterable[str]) -> str:
    """The one of `addresses` that `path` lies under, the longest; '' when none ('/' is only itself)."""
    above = [a for a in addresses if path == a or (a != "/" and path.startswith(a))]
    return max(above, key=len, default="")
