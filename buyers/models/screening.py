"""Sanctions screening: the entries of the lists, which buyers are to be screened, and the likenesses found.

For staff's eyes: an exporter never reads of a hit, whatever becomes of it.
"""

import json
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.columns import AppendOnlyQuerySet, only_added
from buyers.models.buyer import Buyer
from buyers.models.feed import FeedRun


class SanctionsList(models.TextChoices):
    OFAC_SDN = "ofac_sdn", "OFAC SDN"
    UN = "un", _("UN Security Council")


class EntryKind(models.TextChoices):
    ENTITY = "entity", _("Entity")
    INDIVIDUAL = "individual", _("Individual")
    VESSEL = "vessel", _("Vessel")
    AIRCRAFT = "aircraft", _("Aircraft")


class NameQuality(models.TextChoices):
    PRIMARY = "primary", pgettext_lazy("name on a list", "Name")
    STRONG = "strong", _("Alias")
    WEAK = "weak", _("Weak alias")


class SanctionsEntry(models.Model):
    """One entry of a list as its publisher has it. `version` rises whenever what identifies it changes: its names, its
    countries, its kind. An entry that is taken off a list stays, with the day of the edition that lacked it."""

    sanctions_list = models.CharField(pgettext_lazy("sanctions", "List"), max_length=12, choices=SanctionsList.choices)
    source_id = models.CharField(_("Number on the list"), max_length=40)
    kind = models.CharField(_("Kind"), max_length=12, choices=EntryKind.choices)
    name = models.CharField(_("Name"), max_length=500)
    programs = models.CharField(_("Programmes"), max_length=200, blank=True)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True, verbose_name=_("Countries"))
    listed_on = models.DateField(_("Listed"), null=True, blank=True)
    details = models.JSONField(_("Details"), default=dict, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    version = models.PositiveIntegerField(_("Version"), default=1)
    first_edition = models.DateField(_("First seen in the edition of"))
    edition = models.DateField(_("Last changed in the edition of"))
    removed_on = models.DateField(_("Off the list since the edition of"), null=True, blank=True)
    run = models.ForeignKey(FeedRun, models.PROTECT, related_name="entries", verbose_name=_("Feed"))

    class Meta:
        verbose_name = _("Sanctions list entry")
        verbose_name_plural = _("Sanctions list entries")
        constraints = [
            models.UniqueConstraint(fields=["sanctions_list", "source_id"], name="one_entry_per_list_number")
        ]

    def __str__(self) -> str:
        return f"{self.get_sanctions_list_display()} {self.source_id}: {self.name}"


class SanctionsName(models.Model):
    """A name of an entry: its first, its aliases, and those its publisher calls weak."""

    entry = models.ForeignKey(SanctionsEntry, models.CASCADE, related_name="names", verbose_name=_("Entry"))
    source_key = models.CharField(max_length=40)  # the publisher's own number of the alias; "" for the first name
    name = models.CharField(_("Name"), max_length=500)
    quality = models.CharField(_("Quality"), max_length=8, choices=NameQuality.choices)

    class Meta:
        verbose_name = _("Name on a sanctions list")
        verbose_name_plural = _("Names on sanctions lists")
        constraints = [models.UniqueConstraint(fields=["entry", "source_key"], name="one_name_per_entry_and_key")]

    def __str__(self) -> str:
        return self.name


# Batches are claimed by deleting their rows in the transaction that screens them: a worker that dies leaves them.
TAKE = """
    DELETE FROM buyers_screeningdue WHERE buyer_id IN (
        SELECT buyer_id FROM buyers_screeningdue ORDER BY buyer_id LIMIT %(size)s FOR UPDATE SKIP LOCKED)
    RETURNING buyer_id
"""

QUEUE_ALL = """
    INSERT INTO buyers_screeningdue (buyer_id)
    SELECT id FROM buyers_buyer WHERE merged_into_id IS NULL ORDER BY id
    ON CONFLICT DO NOTHING
"""


class ScreeningDueQuerySet(models.QuerySet["ScreeningDue"]):
    """What is to be screened."""

    @staticmethod
    def take(size: int) -> list[int]:
        """Claim up to `size` buyers for this transaction; other workers pass them over."""
        with connection.cursor() as cursor:
            cursor.execute(TAKE, {"size": size})
            return sorted(row[0] for row in cursor.fetchall())

    @staticmethod
    def queue_all() -> int:
        """Everybody, since a list changed; how many were not waiting anyway."""
        with connection.cursor() as cursor:
            cursor.execute(QUEUE_ALL)
            return cursor.rowcount


class ScreeningDue(models.Model):
    """A buyer to be screened: new, renamed, or all of them when a list changed. Triggers on the directory fill it, so
    that no way into the directory forgets to; a task empties it."""

    # No constraint in the database: it would be checked row by row while hundreds of thousands of companies come in.
    buyer = models.OneToOneField(Buyer, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)

    objects: ClassVar = ScreeningDueQuerySet.as_manager()

    class Meta:
        verbose_name = _("Buyer to be screened")
        verbose_name_plural = _("Buyers to be screened")

    def __str__(self) -> str:
        return str(self.buyer_id)


class HitStage(models.TextChoices):
    OPEN = "open", pgettext_lazy("sanctions hit", "To decide")
    CONFIRMED = "confirmed", pgettext_lazy("sanctions hit", "Confirmed")
    CLEARED = "cleared", pgettext_lazy("sanctions hit", "Cleared")
    WITHDRAWN = "withdrawn", pgettext_lazy("sanctions hit", "Off the list")


SEVERITY = {
    HitStage.OPEN: "warn", HitStage.CONFIRMED: "bad", HitStage.CLEARED: "ok", HitStage.WITHDRAWN: "info",
}  # fmt: skip


class CountryLikeness(models.TextChoices):
    SAME = "same", _("Same country")
    UNKNOWN = "unknown", _("The list names no country")
    OTHER = "other", _("Another country")


# A pair that stands (open or confirmed) is not found twice; one that was cleared comes back when the entry changed.
ADD_HITS = """
    INSERT INTO buyers_screeninghit
        (buyer_id, entry_id, entry_version, buyer_name, list_name, likeness, country, stage, found_at)
    SELECT hit.buyer, entry.id, entry.version, hit.buyer_name, hit.list_name, hit.likeness, hit.country, 'open', %(now)s
    FROM jsonb_to_recordset(%(hits)s::jsonb) AS hit (
        buyer bigint, entry bigint, buyer_name text, list_name text, likeness int, country text)
    JOIN buyers_sanctionsentry entry ON entry.id = hit.entry
    WHERE NOT EXISTS (
        SELECT FROM buyers_screeninghit known
        WHERE known.buyer_id = hit.buyer AND known.entry_id = hit.entry
            AND (known.stage IN ('open', 'confirmed') OR known.entry_version = entry.version))
    ON CONFLICT (buyer_id, entry_id, entry_version) DO NOTHING
    RETURNING id
"""


class ScreeningHitQuerySet(models.QuerySet["ScreeningHit"]):
    """Hits, as the worklist and the rules ask for them."""

    def to_decide(self) -> "ScreeningHitQuerySet":
        """Those an underwriter has yet to look at."""
        return self.filter(stage=HitStage.OPEN)

    def decided_before(self) -> "ScreeningHitQuerySet":
        """Each with `was_decided`: whether the pair was decided on before, when its entry was an older version."""
        same_pair = HitDecision.objects.filter(hit__buyer=OuterRef("buyer"), hit__entry=OuterRef("entry"))
        return self.annotate(was_decided=Exists(same_pair))

    @staticmethod
    def add_found(hits: list[dict[str, Any]]) -> list[int]:
        """Keep likenesses found ({buyer, entry, buyer_name, list_name, likeness, country}); the ids of the new ones."""
        if not hits:
            return []
        with connection.cursor() as cursor:
            cursor.execute(ADD_HITS, {"hits": json.dumps(hits), "now": timezone.now()})
            return [row[0] for row in cursor.fetchall()]

    def standing_on(self, buyer: Buyer) -> tuple[bool, bool]:
        """(confirmed, to be decided): whether the firm stands on a list, and whether it may. For staff's eyes."""
        same = Buyer.objects.same_firm(buyer.merged_into_id or buyer.pk).values("pk")
        stages = set(self.filter(buyer__in=same).values_list("stage", flat=True))
        return HitStage.CONFIRMED in stages, HitStage.OPEN in stages


class ScreeningHit(models.Model):
    """A buyer whose name is like one on a list. Confirmed or cleared by an underwriter, with a reason."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="screening_hits", verbose_name=_("Buyer"))
    entry = models.ForeignKey(SanctionsEntry, models.PROTECT, related_name="hits", verbose_name=_("Entry"))
    entry_version = models.PositiveIntegerField(_("Version of the entry"))
    buyer_name = models.CharField(_("Buyer’s name"), max_length=500)
    list_name = models.CharField(_("Name on the list"), max_length=500)
    likeness = models.PositiveSmallIntegerField(_("Likeness, %"))
    country = models.CharField(_("Country"), max_length=8, choices=CountryLikeness.choices)
    stage = models.CharField(_("Stage"), max_length=10, choices=HitStage.choices, default=HitStage.OPEN)
    found_at = models.DateTimeField(_("Found"), default=timezone.now)

    objects: ClassVar = ScreeningHitQuerySet.as_manager()

    class Meta:
        verbose_name = _("Sanctions hit")
        verbose_name_plural = _("Sanctions hits")
        triggers = [
            pgtrigger.Protect(name="hits_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="hits_keep_what_was_found",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "buyer", "entry", "entry_version", "buyer_name", "list_name", "likeness", "country", "found_at"
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["buyer", "entry", "entry_version"], name="one_hit_per_pair_and_version"),
            models.CheckConstraint(condition=Q(likeness__lte=100), name="likeness_0_to_100"),
        ]
        indexes = [models.Index(fields=["-likeness", "id"], condition=Q(stage="open"), name="hits_to_decide")]

    def __str__(self) -> str:
        return f"{self.buyer_name} ~ {self.list_name}"

    @property
    def severity(self) -> str:
        """How its stage is marked."""
        return SEVERITY[HitStage(self.stage)]

    @property
    def country_kind(self) -> str:
        """How it is marked whether the countries agree: the same one speaks for the hit."""
        return "warn" if self.country == CountryLikeness.SAME else "info"


class HitDecisionQuerySet(AppendOnlyQuerySet):
    """Decisions, as the page of a hit asks for them."""

    def of_pair(self, hit: ScreeningHit) -> "HitDecisionQuerySet":
        """Those on the same buyer and the same entry, whichever version of it."""
        return self.filter(hit__buyer=hit.buyer_id, hit__entry=hit.entry_id)


class HitDecision(models.Model):
    """What somebody decided on a hit, and why. Only ever added to; the last one counts."""

    hit = models.ForeignKey(ScreeningHit, models.PROTECT, related_name="decisions", verbose_name=_("Sanctions hit"))
    outcome = models.CharField(_("Outcome"), max_length=10, choices=HitStage.choices)
    reason = models.TextField(_("Reason"))
    decided_at = models.DateTimeField(_("Decided"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Decided by")
    )

    objects: ClassVar = HitDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Decision on a sanctions hit")
        verbose_name_plural = _("Decisions on sanctions hits")
        triggers = only_added()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="hit_decision_has_a_reason"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False, decided_by__isnull=False), name="hit_decided_at_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hit_id}: {self.outcome}"

    @property
    def kind(self) -> str:
        """How its outcome is marked."""
        return SEVERITY[HitStage(self.outcome)]


class ScreeningRun(models.Model):
    """A sweep over everybody to be screened: how far it is, what it found."""

    started_at = models.DateTimeField(_("Started"), default=timezone.now)
    finished_at = models.DateTimeField(_("Finished"), null=True, blank=True)
    screened = models.PositiveIntegerField(_("Screened"), default=0)
    hits = models.PositiveIntegerField(_("Hits"), default=0)
    entries = models.PositiveIntegerField(_("Names screened against"), default=0)
    failure = models.TextField(blank=True)

    class Meta:
        verbose_name = _("Screening")
        verbose_name_plural = _("Screenings")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def rate(self) -> int:
        """Buyers a second."""
        seconds = max(((self.finished_at or timezone.now()) - self.started_at).total_seconds(), 0.001)
        return round(self.screened / seconds)
