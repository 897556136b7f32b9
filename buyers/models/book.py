"""An exporter's own view of a buyer: the only way from an exporter's page to a buyer."""

from typing import ClassVar

from django.conf import settings
from django.db import connection, models
from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.buyer import Buyer
from buyers.models.columnar import array_of
from buyers.watching import ALL, NONE, SERIOUS, WORSE

IN_SOME_BOOK = """
    SELECT DISTINCT buyer_id FROM buyers_bookentry WHERE archived_at IS NULL AND buyer_id = ANY(%s::bigint[])
"""


class Watch(models.TextChoices):
    """What is told by mail (buyers/watching.py)."""

    ALL = ALL, _("Everything that happens")
    WORSE = WORSE, _("When it gets worse")
    SERIOUS = SERIOUS, _("Only what is serious")
    NONE = NONE, _("Nothing – we look in the portal")


class BookEntryQuerySet(OfExporterQuerySet):
    def about(self, pk: int) -> "BookEntryQuerySet":
        """Those of the buyer that `pk` is today: itself, or the one it was merged into (merges make no chains)."""
        merged = Buyer.objects.filter(pk=pk).values("merged_into")
        return self.filter(buyer=Coalesce(Subquery(merged), pk))

    def current(self) -> "BookEntryQuerySet":
        """Those not archived."""
        return self.filter(archived_at__isnull=True)

    def standing(self) -> bool:
        """Whether one of them is current, which is then kept from being laid aside until the transaction ends."""
        return self.current().select_for_update(no_key=True, of=("self",)).first() is not None

    @staticmethod
    def in_some_book(buyers: NDArray) -> set[int]:
        """Of many buyers, those that anybody has in their book now."""
        with connection.cursor() as cursor:
            cursor.execute(IN_SOME_BOOK, [array_of(buyers)])
            return {row[0] for row in cursor.fetchall()}


class BookEntry(models.Model):
    """A buyer in an exporter's book: own reference, notes, whether it is an affiliate, what is told of it by mail."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="book", verbose_name=_("Exporter"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="book_entries", verbose_name=_("Buyer"))
    own_reference = models.CharField(_("Your reference"), max_length=60, blank=True)
    notes = models.TextField(_("Notes"), max_length=4000, blank=True)
    affiliate = models.BooleanField(_("Affiliate"), default=False)
    watch = models.CharField(_("Told by mail"), max_length=10, choices=Watch.choices, default=Watch.WORSE)
    sort_key = models.CharField(max_length=500, editable=False)  # the buyer's, so that a book sorts by one index
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Added by"))
    archived_at = models.DateTimeField(null=True, blank=True)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Laid aside by"),
    )

    objects: ClassVar = BookEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("Book entry")
        verbose_name_plural = _("Book entries")
        constraints = [
            models.UniqueConstraint(fields=["exporter", "buyer"], name="one_book_entry"),
            models.CheckConstraint(condition=Q(watch__in=Watch.values), name="watch_level_known"),
            models.CheckConstraint(
                condition=Q(added_at__isnull=False, added_by__isnull=False), name="book_added_at_by"
            ),
            paired("archived_at", "archived_by", "book_archived_at_by"),
        ]
        indexes = [
            models.Index(
                fields=["exporter", "sort_key", "id"], condition=Q(archived_at__isnull=True), name="book_by_name"
            ),
            models.Index(
                fields=["exporter", "own_reference", "id"],
                condition=Q(archived_at__isnull=True),
                name="book_by_reference",
            ),
            models.Index(fields=["buyer", "exporter"], condition=Q(archived_at__isnull=True), name="book_by_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.exporter_id} · {self.buyer_id}"

    def facts(self) -> dict[str, bool]:
        """What the rule of excluded buyers asks about this one (buyers/exclusions.py)."""
        return {
            "public_body": self.buyer.public_body,
            "private_person": self.buyer.private_person,
            "affiliate": self.affiliate,
        }
