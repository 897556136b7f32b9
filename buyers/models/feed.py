"""A publisher's file taken in: what was in it, what became of its rows, what was refused and why; can be run again."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from buyers.models.buyer import Buyer
from buyers.models.file_run import FileRefusal, FileRun, ImportStage


class FeedKind(models.TextChoices):
    """Whose format a file is in; one module of buyers/feeds for each publisher."""

    COMPANIES_HOUSE = "companies_house", _("UK company register (Companies House, CSV)")
    ACCOUNTS = "accounts", _("Annual accounts of buyers (CSV)")
    EVENTS = "events", _("Events about buyers (CSV or JSON lines)")
    OFAC_SDN = "ofac_sdn", _("OFAC SDN list (sdn.csv)")
    OFAC_ALT = "ofac_alt", _("OFAC aliases (alt.csv)")
    OFAC_ADD = "ofac_add", _("OFAC addresses (add.csv)")
    UN_CONSOLIDATED = "un_consolidated", _("UN Security Council consolidated list (XML)")
    GROUP_LINKS = "group_links", _("Links between companies (CSV)")
    OECD_COUNTRIES = "oecd_countries", _("OECD country risk classes (CSV)")
    WORLD_BANK_GOVERNANCE = "world_bank_governance", _("World Bank governance indicators (CSV)")


class FeedRunQuerySet(models.QuerySet["FeedRun"]):
    """Runs, as the sweep and the office ask for them."""

    def waiting(self) -> "FeedRunQuerySet":
        """Uploads of publishers' files that are not through: whose worker was killed, or whose message was lost."""
        return self.filter(stage=ImportStage.RUNNING).exclude(stored_as="").exclude(kind=FeedKind.ACCOUNTS)

    def waiting_accounts(self) -> "FeedRunQuerySet":
        """The same of files of annual accounts, which have a way in of their own (buyers/intake)."""
        return self.filter(stage=ImportStage.RUNNING, kind=FeedKind.ACCOUNTS).exclude(stored_as="")


class FeedRun(FileRun):
    """One run over one file. rows read = taken in + repeated + not ours + refused.

    Repeated: known already, as told before. Not ours: about a company that is not in the directory.
    """

    kind = models.CharField(_("Format"), max_length=24, choices=FeedKind.choices)
    edition = models.DateField(_("State of"), null=True, blank=True)  # null until read off the file
    taken_in = models.PositiveIntegerField(_("Taken in"), default=0)
    repeated = models.PositiveIntegerField(_("Known already"), default=0)
    not_ours = models.PositiveIntegerField(_("Not in the directory"), default=0)
    signals = models.PositiveIntegerField(_("New signals"), default=0)
    removed = models.PositiveIntegerField(_("No longer listed"), default=0)

    objects: ClassVar = FeedRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("Feed")
        verbose_name_plural = _("Feeds")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.file_name}"

    def add(self, read: int, taken_in: int, repeated: int, refused: Sequence["FeedRefusal"], **more: int) -> None:
        """Add a block's counts to those of the run, and keep its refused rows; `more`: signals, not_ours, removed."""
        for row in refused:
            row.run = self
        FeedRefusal.objects.bulk_create(refused, batch_size=1_000)
        counts = {"rows_read": read, "taken_in": taken_in, "repeated": repeated, "refused": len(refused), **more}
        FeedRun.objects.filter(pk=self.pk).update(**{name: models.F(name) + n for name, n in counts.items()})

    @property
    def rate(self) -> int:
        """Rows a second, so far."""
        seconds = max(((self.finished_at or timezone.now()) - self.started_at).total_seconds(), 0.001)
        return round(self.rows_read / seconds)


class FeedRefusal(FileRefusal):
    """A row that was not taken in."""

    run = models.ForeignKey(FeedRun, models.CASCADE, related_name="refused_rows", verbose_name=_("Feed"))
    facts = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("Refused row of a feed")
        verbose_name_plural = _("Refused rows of feeds")
        indexes = [models.Index(fields=["run", "line"], name="feed_refusals_by_line")]

    @property
    def reason(self) -> dict[str, Any]:
        """Code and facts, for the words."""
        return {"code": self.code, "facts": self.facts}


class RegisterEntry(models.Model):
    """What a register last said of a company of ours: the next edition is compared with it, not with the directory,
    whose name and address may come from elsewhere and be written differently."""

    source = models.CharField(max_length=20)  # companies_house
    number = models.CharField(max_length=60)
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="register_entries")
    name = models.CharField(max_length=500)
    address = models.CharField(max_length=500, blank=True)
    status = models.CharField(max_length=80, blank=True)
    edition = models.DateField()

    class Meta:
        verbose_name = _("Entry of a register")
        verbose_name_plural = _("Entries of registers")
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="one_entry_per_register_number")]

    def __str__(self) -> str:
        return f"{self.source} {self.number}"
