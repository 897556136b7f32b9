"""Something that happened to a buyer, reported or observed, that may change what it is worth."""

import json
from itertools import pairwise
from typing import Any, ClassVar

from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import AppendOnlyQuerySet, only_added
from buyers.models.buyer import Buyer
from buyers.models.country import CountryRisk
from buyers.models.score import Score
from buyers.signals import Seen, Told, catalogue, country_worsened, kind_of, seen_by_exporters, seen_by_staff

TIMELINE_SHOWN = 100


class SignalKind(models.TextChoices):
    """The kinds of the catalogue (buyers/signals.py) of which rows tell; downgrades stand in the scores."""

    OVERDUE_REPORTED = "overdue_reported", _("Overdue reported")
    INSOLVENCY_FILED = "insolvency_filed", _("Insolvency filed")
    CLAIM_FILED = "claim_filed", _("Claim filed")
    ACCOUNTS_RECEIVED = "accounts_received", _("Accounts received")
    ACCOUNTS_LATE = "accounts_late", _("Accounts late")
    COURT_CASE = "court_case", _("Court case")
    DISSOLVED = "dissolved", _("Company dissolved")
    STRIKE_OFF_PROPOSED = "strike_off_proposed", _("Strike-off proposed")
    REGISTER_STATUS_RESTORED = "register_status_restored", _("Status in the register restored")
    MANAGEMENT_CHANGE = "management_change", _("Management changed")
    ADDRESS_CHANGE = "address_change", _("Address changed")
    NAME_CHANGE = "name_change", _("Name changed")
    SANCTIONS_HIT = "sanctions_hit", _("Sanctions hit confirmed")
    LINKED_TROUBLE = "linked_trouble", _("Trouble at a linked company")


# Events of buyers that were merged go to the one that stands. The same event of a source twice is once.
APPEND = """
    INSERT INTO buyers_signal (buyer_id, kind, happened_on, recorded_at, source, key, reporter_id, staff_only, facts)
    SELECT COALESCE(buyer.merged_into_id, buyer.id), event.kind, event.happened_on, %(now)s, event.source, event.key,
           event.reporter, event.staff_only, event.facts
    FROM jsonb_to_recordset(%(events)s::jsonb) AS event (
        buyer bigint, kind text, happened_on date, source text, key text, reporter bigint, staff_only boolean,
        facts jsonb)
    JOIN buyers_buyer buyer ON buyer.id = event.buyer
    ON CONFLICT (source, key) WHERE key <> '' DO NOTHING
    RETURNING id, buyer_id, kind
"""


class SignalQuerySet(AppendOnlyQuerySet):
    """Signals, as reports, rules and importers ask for them."""

    def of_firm(self, buyer: int) -> "SignalQuerySet":
        """Those about the buyer, also from when it stood in the directory as another entry."""
        return self.filter(buyer__in=Buyer.objects.same_firm(buyer).values("pk"))

    def append(self, events: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
        """Append events given as JSON-safe rows; (id, buyer, kind) of those that were new."""
        if not events:
            return []
        with connection.cursor() as cursor:
            cursor.execute(APPEND, {"events": json.dumps(events), "now": timezone.now()})
            return list(cursor.fetchall())

    def timeline(self, buyer: int, for_exporters: bool = True, shown: int = TIMELINE_SHOWN) -> list[Seen]:
        """What happened to the buyer, the latest first: signals, downgrades, downgrades of its country.

        For exporters: nothing that is for staff, no reporter, and reports of policyholders only by month and from as
        many of them as the catalogue wants (seams.md, "Who reported a signal?").
        """
        firm = Buyer.objects.present(buyer)
        found = self.of_firm(firm.pk).select_related("reporter").order_by("-happened_on", "-id")[:shown]
        told = [row.told() for row in found]
        lines = seen_by_exporters(told, catalogue()) if for_exporters else seen_by_staff(told)
        lines += [*_downgrades(firm.pk, shown), *_country_downgrades(firm.country.code)]
        return sorted(lines, key=lambda line: line.happened_on, reverse=True)[:shown]


def _downgrades(buyer: int, shown: int) -> list[Seen]:
    worse = Score.objects.filter(buyer=buyer, former_grade__isnull=False, grade__gt=F("former_grade"))
    rows = worse.order_by("-id").values_list("scored_for", "former_grade", "grade")[:shown]
    return [Seen(kind_of("downgrade"), day, facts={"former_grade": old, "grade": new}) for day, old, new in rows]


def _country_downgrades(country: str) -> list[Seen]:
    ratings = CountryRisk.objects.history(country)
    return [
        Seen(
            kind_of("country_downgrade"),
            new.valid_from,
            new.source,
            {"country": country, "former_rating": old.rating, "rating": new.rating},
        )
        for old, new in pairwise(ratings)
        if country_worsened(
            (old.house_grade, old.house_level, old.oecd_class), (new.house_grade, new.house_level, new.oecd_class)
        )
    ]  # fmt: skip


class Signal(models.Model):
    """One signal. `reporter` is for staff only: no exporter may learn which firm reported."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="signals", verbose_name=_("Buyer"))
    kind = models.CharField(_("Kind"), max_length=30, choices=SignalKind.choices)
    happened_on = models.DateField(_("On"))
    recorded_at = models.DateTimeField(_("Recorded"), default=timezone.now)
    source = models.CharField(_("Source"), max_length=60)
    # The source's own key of the event; empty where the source has none and somebody vouches that it is told once.
    key = models.CharField(_("Key of the source"), max_length=160, blank=True, default="")
    reporter = models.ForeignKey(
        Exporter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Reported by")
    )
    staff_only = models.BooleanField(_("For staff only"), default=False)
    facts = models.JSONField(_("Facts"), default=dict, blank=True)

    objects: ClassVar = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("Signal")
        verbose_name_plural = _("Signals")
        triggers = only_added()
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], condition=~Q(key=""), name="one_signal_per_event")
        ]
        indexes = [models.Index(fields=["buyer", "-happened_on"], name="signals_by_buyer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.buyer_id}"

    def told(self) -> Told:
        """The row as the timeline's rule reads it."""
        return Told(
            self.kind, self.happened_on, self.source, self.facts, self.staff_only, self.reporter_id,
            self.reporter.name if self.reporter else "",
        )  # fmt: skip
