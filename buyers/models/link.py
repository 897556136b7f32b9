"""Who belongs to whom, and who lives on whom: links between companies, with their days and their sources."""

from collections.abc import Iterable
from typing import ClassVar

import pgtrigger
from celery import signature
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.columns import in_order
from buyers.models.buyer import Buyer


class Relation(models.TextChoices):
    """What the other company is to the buyer. A subsidiary is the other end of PARENT."""

    PARENT = "parent", _("Parent")
    MAIN_CUSTOMER = "main_customer", _("Main customer")
    MAIN_SUPPLIER = "main_supplier", _("Main supplier")


# Links of merged entries are links of the firm they were merged into. A chain longer than this is a fault in the data.
DEEPEST_GROUP = 50
# By its name: the task calls actions that wake it.
LOOK_FOR_LINKED_TROUBLE = "buyers.feeds.tasks.look_for_linked_trouble"
_UP = """
    WITH RECURSIVE above (id, depth) AS (
        SELECT %(buyer)s::bigint, 0
        UNION
        SELECT COALESCE(parent.merged_into_id, parent.id), above.depth + 1
        FROM above
        JOIN buyers_buyer entry ON entry.id = above.id OR entry.merged_into_id = above.id
        JOIN buyers_buyerlink link ON link.buyer_id = entry.id AND link.relation = 'parent' AND link.ended_at IS NULL
        JOIN buyers_buyer parent ON parent.id = link.other_id
        WHERE above.depth < %(deepest)s
    )
    SELECT id FROM above ORDER BY depth
"""
_DOWN = """
    WITH RECURSIVE below (id, depth) AS (
        SELECT %(buyer)s::bigint, 0
        UNION
        SELECT COALESCE(child.merged_into_id, child.id), below.depth + 1
        FROM below
        JOIN buyers_buyer entry ON entry.id = below.id OR entry.merged_into_id = below.id
        JOIN buyers_buyerlink link ON link.other_id = entry.id AND link.relation = 'parent' AND link.ended_at IS NULL
        JOIN buyers_buyer child ON child.id = link.buyer_id
        WHERE below.depth < %(deepest)s
    )
    SELECT id FROM below ORDER BY depth, id
"""


class BuyerLinkQuerySet(models.QuerySet["BuyerLink"]):
    """Links, as pages and rules ask for them."""

    def current(self) -> "BuyerLinkQuerySet":
        """Those that nobody ended."""
        return self.filter(ended_at__isnull=True)

    def of_firm(self, buyer: int) -> "BuyerLinkQuerySet":
        """Those of the buyer, at either end, also of entries merged into it."""
        same = Buyer.objects.same_firm(buyer).values("pk")
        return self.filter(Q(buyer__in=same) | Q(other__in=same))

    def to_any(self, buyers: Iterable[int]) -> "BuyerLinkQuerySet":
        """Those whose other end is one of `buyers`, or an entry merged into one of them."""
        ends = list(buyers)
        return self.filter(Q(other__in=ends) | Q(other__merged_into__in=ends))

    def wake_the_linked(self, troubled: Iterable[int]) -> None:
        """Once the transaction stands, have what befell `troubled` looked for at who is linked to them, if anybody."""
        if self.current().to_any(troubled).exists():
            transaction.on_commit(signature(LOOK_FOR_LINKED_TROUBLE).delay, robust=True)

    @staticmethod
    def above(buyer: int) -> list[int]:
        """The buyer, its parent, its parent's parent, …: present entries, up to the head of the group."""
        return _walk(_UP, buyer)

    @staticmethod
    def group_of(buyer: int) -> list[int]:
        """Every company of the buyer's group, the head first; the buyer alone when it has no links."""
        return _walk(_DOWN, _walk(_UP, buyer)[-1])


def _walk(query: str, buyer: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"buyer": buyer, "deepest": DEEPEST_GROUP})
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


class BuyerLink(models.Model):
    """`other` is `relation` of `buyer` from `since` on. Never overwritten: a link ends, and another begins."""

    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="links", verbose_name=_("Buyer"))
    relation = models.CharField(_("Relation"), max_length=14, choices=Relation.choices)
    other = models.ForeignKey(Buyer, models.PROTECT, related_name="links_to_it", verbose_name=_("Other company"))
    since = models.DateField(pgettext_lazy("link", "Since"), null=True, blank=True)
    source = models.CharField(_("Source"), max_length=60)
    recorded_at = models.DateTimeField(_("Recorded"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Recorded by")
    )
    ended_on = models.DateField(pgettext_lazy("link", "Until"), null=True, blank=True)
    ended_at = models.DateTimeField(pgettext_lazy("link", "Ended"), null=True, blank=True)
    end_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Ended by")
    )
    end_source = models.CharField(_("Source of the end"), max_length=60, blank=True)

    objects: ClassVar = BuyerLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("Link between companies")
        verbose_name_plural = _("Links between companies")
        triggers = [
            pgtrigger.Protect(name="links_stay", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="links_keep_what_they_say",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "buyer", "relation", "other", "since", "source", "recorded_at", "recorded_by"
                ),
            ),
            pgtrigger.Protect(
                name="links_end_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(buyer=F("other")), name="link_to_another"),
            in_order("since", "ended_on", "link_ends_after_it_began"),
            models.UniqueConstraint(
                fields=["buyer", "relation", "other"], condition=Q(ended_at__isnull=True), name="one_current_link"
            ),
            models.UniqueConstraint(
                fields=["buyer"], condition=Q(ended_at__isnull=True, relation="parent"), name="one_current_parent"
            ),
        ]
        indexes = [models.Index(fields=["other", "relation"], name="links_by_other")]

    def __str__(self) -> str:
        return f"{self.buyer_id} {self.relation} {self.other_id}"
