"""Every name by which a buyer can be found, with its terms (see buyers/terms.py), and how frequent each term is."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from buyers.models.buyer import Buyer
from buyers.names import LONGEST_CORE


class NameKind(models.TextChoices):
    CURRENT = "current", pgettext_lazy("name", "Current")
    FORMER = "former", pgettext_lazy("name", "Former")
    OTHER = "other", pgettext_lazy("name", "Other")  # a trade name, a translation


class Name(models.Model):
    """A name of a buyer. The current one repeats Buyer.name; it is kept by buyers/search/keeping.py, never edited."""

    buyer = models.ForeignKey(Buyer, models.CASCADE, related_name="names", db_index=False, verbose_name=_("Buyer"))
    text = models.CharField(_("Name"), max_length=500)
    kind = models.CharField(_("Kind"), max_length=8, choices=NameKind.choices, default=NameKind.CURRENT)
    core = models.CharField(max_length=LONGEST_CORE, db_collation="C")  # folded, without the legal form
    country = models.CharField(max_length=2, blank=True)  # the buyer's, so that one index narrows by it
    terms = ArrayField(models.IntegerField())
    until = models.DateTimeField(_("Until"), null=True, blank=True)  # when a former name stopped to be the current one

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("Name of a buyer")
        verbose_name_plural = _("Names of buyers")
        constraints = [
            models.UniqueConstraint(fields=["buyer"], condition=Q(kind="current"), name="one_current_name"),
        ]
        indexes = [
            models.Index(fields=["buyer"], condition=~Q(kind="current"), name="further_names"),
            models.Index(fields=["core"], name="names_by_core"),
            models.Index(fields=["country", "core"], name="names_by_country"),
            GinIndex(fields=["terms"], name="names_by_terms"),
        ]

    def __str__(self) -> str:
        return self.text


class TermFrequency(models.Model):
    """How many names have a term, at the last count; terms that few have are left out. Term 0: names in all."""

    ALL_NAMES = 0

    term = models.IntegerField(primary_key=True)
    names = models.PositiveIntegerField()
    examples = ArrayField(models.BigIntegerField(), default=list, db_default=[])  # of names, where very many have it

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("Term frequency")
        verbose_name_plural = _("Term frequencies")

    def __str__(self) -> str:
        return f"{self.term}: {self.names}"
