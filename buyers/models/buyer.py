"""A buyer: the registered legal entity, shared by all exporters, found by its identifiers."""

from typing import ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField


class BuyerCategory(models.TextChoices):
    """What kind of entity it is (GLEIF's categories; a plain company is GENERAL)."""

    GENERAL = "GENERAL", _("Company")
    FUND = "FUND", _("Fund")
    BRANCH = "BRANCH", _("Branch")
    RESIDENT_GOVERNMENT_ENTITY = "RESIDENT_GOVERNMENT_ENTITY", _("Public body")
    INTERNATIONAL_ORGANIZATION = "INTERNATIONAL_ORGANIZATION", _("International organisation")


class BuyerStatus(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("company", "Active")
    INSOLVENT = "insolvent", _("Insolvent")
    DISSOLVED = "dissolved", _("Dissolved")


class BuyerQuerySet(models.QuerySet["Buyer"]):
    """The directory is shared: everyone signed in may search it, but sees what it holds for their own firms only."""

    def listed(self) -> Self:
        """Those that can be chosen: not merged into another, not persons."""
        return self.filter(merged_into__isnull=True, private_person=False)

    def present(self, pk: int) -> "Buyer":
        """The entry that `pk` is today: itself, or the one it was merged into (merges make no chains)."""
        found = self.select_related("merged_into").get(pk=pk)
        return found.merged_into or found

    def same_firm(self, pk: int) -> Self:
        """All entries that are the firm of entry `pk`: the one it is today and those merged into it. Their history was
        not rewritten."""
        firm = Coalesce(Subquery(Buyer.objects.filter(pk=pk).values("merged_into")), pk)
        return self.filter(Q(pk=firm) | Q(merged_into=firm))


class Buyer(models.Model):
    """One legal entity. What one exporter thinks of it stands in its BookEntry, never here."""

    name = models.CharField(_("Name"), max_length=500)
    sort_key = models.CharField(max_length=500, editable=False)  # see buyers/names.py: pinyin, accents folded
    country = CountryField(_("Country"))
    category = models.CharField(
        _("Category"), max_length=30, choices=BuyerCategory.choices, default=BuyerCategory.GENERAL
    )
    status = models.CharField(_("Status"), max_length=12, choices=BuyerStatus.choices, default=BuyerStatus.ACTIVE)
    address = models.CharField(_("Address"), max_length=500, blank=True)
    city = models.CharField(_("City"), max_length=120, blank=True)
    sector = models.CharField(_("Sector"), max_length=60, blank=True)
    founded_on = models.DateField(_("Founded"), null=True, blank=True)
    public_body = models.BooleanField(_("Public body"), default=False)
    private_person = models.BooleanField(_("Private person"), default=False)
    fictitious = models.BooleanField(_("Fictitious"), default=False)  # invented for the demo; says so on its page
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", verbose_name=_("Merged into")
    )
    source = models.CharField(_("Source"), max_length=40, blank=True)
    added_at = models.DateTimeField(default=timezone.now)
    # The last score, repeated here so that lists sort by it; Score rows are the truth.
    grade = models.PositiveSmallIntegerField(_("Grade"), null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(_("Confidence, %"), null=True, blank=True)
    scored_at = models.DateTimeField(_("Scored"), null=True, blank=True)
    regraded_at = models.DateTimeField(_("Regraded"), null=True, blank=True)
    next_score_on = models.DateField(null=True, blank=True)  # null: nothing to score it from
    # By which edition that score was made, and a mark of all it says: the same again writes no row of history.
    score_edition = models.CharField(max_length=20, blank=True, default="", db_default="", editable=False)
    score_mark = models.BigIntegerField(null=True, blank=True, editable=False)

    objects: ClassVar = BuyerQuerySet.as_manager()

    class Meta:
        verbose_name = _("Buyer")
        verbose_name_plural = _("Buyers")
        # Whoever is new or renamed is to be screened (models/screening.py). One statement for a whole import; a refresh
        # of grades touches no name and pays nothing.
        triggers = [
            pgtrigger.Trigger(
                name="screen_the_new",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="newcomers"),
                func="INSERT INTO buyers_screeningdue (buyer_id) SELECT id FROM newcomers "
                "WHERE merged_into_id IS NULL ON CONFLICT DO NOTHING; RETURN NULL;",
            ),
            pgtrigger.Trigger(
                name="screen_the_renamed",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("name", "country"),
                condition=pgtrigger.AnyChange("name", "country"),
                func="INSERT INTO buyers_screeningdue (buyer_id) VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NULL;",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__range=(1, 10)), name="buyer_grade_1_to_10"
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="buyer_not_merged_into_itself"),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="buyers_by_name"),
            models.Index(fields=["country", "sort_key", "id"], name="buyers_by_country"),
            models.Index(
                fields=["next_score_on", "id"], condition=Q(next_score_on__isnull=False), name="buyers_to_score"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def firm(self) -> "Buyer":
        """The entry that speaks for the firm today: itself, or the one it was merged into."""
        return self.merged_into or self


class Identifier(models.Model):
    """A number by which a register knows the buyer, normalised (no blanks or marks, capitals)."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="identifiers", verbose_name=_("Buyer"))
    scheme = models.CharField(_("Kind"), max_length=12)  # LEI, VAT, USCC, … see buyers/identity.py
    value = models.CharField(_("Number"), max_length=60)
    check_digits_fail = models.BooleanField(default=False)  # issued all the same: warned about, not refused

    class Meta:
        verbose_name = _("Identifier")
        verbose_name_plural = _("Identifiers")
        # The number first: a search by number does not say of which kind it is.
        constraints = [models.UniqueConstraint(fields=["value", "scheme"], name="identifier_of_one_buyer")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"
