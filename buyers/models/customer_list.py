"""An exporter's customers as a file gives them, matched to the directory row by row: list, rows, ranges of the work."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.buyer import Buyer
from buyers.models.proposal import CAME_TO_NOTHING, BuyerProposal
from desk.models import Document

# What fails this often is left alone; a list that cannot be read is given up by the machine.
MOST_ATTEMPTS = 5

# A claim is one statement: whoever updates the row first has it (as in models/score_run.py).
CLAIM = """
    UPDATE {table}
    SET claimed_by = %(worker)s, claimed_until = %(until)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM {table}
        WHERE done_at IS NULL AND attempts < %(most)s AND (claimed_until IS NULL OR claimed_until < %(now)s)
        ORDER BY {turn} LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""
CLAIM_LIST = """
    UPDATE buyers_customerlist SET claimed_until = %(until)s, attempts = attempts + 1
    WHERE id = (
        SELECT id FROM buyers_customerlist
        WHERE stage = 'confirmed' AND attempts <= %(most)s AND (claimed_until IS NULL OR claimed_until < %(now)s)
        ORDER BY id LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id
"""


class ListStage(models.TextChoices):
    UPLOADED = "uploaded", _("Columns to confirm")
    CONFIRMED = "confirmed", _("Waiting to be read")
    MATCHING = "matching", _("Being matched")
    READY = "ready", _("Ready to review")
    ADDED = "added", _("Added to your book")
    GIVEN_UP = "given_up", _("Given up")


class Outcome(models.TextChoices):
    """What the match of a row came to (buyers/matching.py)."""

    CERTAIN = "certain", pgettext_lazy("match", "Certain")
    CHOOSE = "choose", pgettext_lazy("match", "To choose")
    UNKNOWN = "unknown", pgettext_lazy("match", "Unknown")
    REFUSED = "refused", pgettext_lazy("match", "Refused")


class CustomerListQuerySet(OfExporterQuerySet):
    """Lists, as pages and workers ask for them."""

    def of_the_same_file(self, row: "CustomerList") -> Self:
        """Those handed in before `row` with the very same file and not dropped, the latest first."""
        same = self.filter(exporter=row.exporter_id, document__sha256=row.document.sha256, pk__lt=row.pk)
        return same.exclude(stage=ListStage.GIVEN_UP).order_by("-pk")

    def claim_next(self, lease: timedelta) -> int | None:
        """Claim the first list that waits to be read; its id, or None when there is none."""
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_LIST, {"until": now + lease, "now": now, "most": MOST_ATTEMPTS})
            row = cursor.fetchone()
        return row[0] if row else None


class CustomerList(models.Model):
    """A file of customers, which columns of it mean what, and how far it is. Counts are of its rows, by outcome."""

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="customer_lists", verbose_name=_("Exporter"))
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name=_("File"))
    file_name = models.CharField(_("File"), max_length=255)
    sheet = models.CharField(_("Sheet"), max_length=120, blank=True)  # of a spreadsheet; empty: CSV
    encoding = models.CharField(_("Characters"), max_length=20, blank=True)
    header = models.JSONField(default=list)  # the names of its columns, each once
    sample = models.JSONField(default=list)  # its first rows, for the page that confirms the columns
    columns = models.JSONField(default=list)  # what each column means (buyers/customer_lists/columns.py)
    country = CountryField(_("Country where the list gives none"), blank=True)
    stage = models.CharField(_("Stage"), max_length=10, choices=ListStage.choices, default=ListStage.UPLOADED)
    rows_read = models.PositiveIntegerField(_("Rows"), default=0)
    certain = models.PositiveIntegerField(default=0)
    to_choose = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)  # entries new in the book, or taken back into it
    failure = models.CharField(max_length=40, blank=True)  # code, worded in buyers/wording.py
    failure_facts = models.JSONField(default=dict, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)  # by a worker that reads it
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    uploaded_at = models.DateTimeField(_("Uploaded"), default=timezone.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Uploaded by")
    )
    matched_at = models.DateTimeField(_("Matched"), null=True, blank=True)
    added_at = models.DateTimeField(_("Added on"), null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Added by")
    )
    form_key = models.UUIDField(null=True, blank=True, unique=True, editable=False)  # a double click is one list

    objects: ClassVar = CustomerListQuerySet.as_manager()

    class Meta:
        verbose_name = _("Customer list")
        verbose_name_plural = _("Customer lists")
        constraints = [
            models.CheckConstraint(
                condition=Q(uploaded_at__isnull=False, uploaded_by__isnull=False), name="list_uploaded_at_by"
            ),
            paired("added_at", "added_by", "list_added_at_by"),
            models.CheckConstraint(condition=Q(stage__in=ListStage.values), name="list_stage_known"),
        ]
        indexes = [
            models.Index(fields=["exporter", "-id"], name="lists_by_exporter"),
            models.Index(fields=["id"], condition=Q(stage="confirmed"), name="lists_to_read"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def counts(self) -> dict[str, int]:
        """Rows by outcome, in the order of the page."""
        numbers = (self.certain, self.to_choose, self.unknown, self.refused)
        return dict(zip(Outcome.values, numbers, strict=True))


class CustomerRowQuerySet(models.QuerySet["CustomerRow"]):
    """Rows, as pages and actions ask for them."""

    def to_add(self) -> "CustomerRowQuerySet":
        """Those with a buyer that are not in the book through this list yet."""
        return self.filter(chosen__isnull=False, done=False)

    def undecided(self) -> "CustomerRowQuerySet":
        """Those to be chosen that nobody has said anything of."""
        return self.filter(outcome="choose", chosen__isnull=True, by_hand=False, done=False).filter(
            Q(proposal__isnull=True) | Q(proposal__stage__in=CAME_TO_NOTHING)
        )

    def only_namesakes(self) -> "CustomerRowQuerySet":
        """Those whose name one company in their country bears, with nothing else for or against it."""
        return self.filter(outcome="choose", reason="match_name_alone")


class CustomerRow(models.Model):
    """A row of a list: what it says, what the match came to and why, and which buyer it is taken to be."""

    customer_list = models.ForeignKey(
        CustomerList, models.CASCADE, related_name="rows", db_index=False, verbose_name=_("Customer list")
    )
    number = models.PositiveIntegerField(_("Row"))  # as the file counts, its first line being 1
    cells = models.JSONField(default=list)  # the texts as they stand in the file
    unread = models.JSONField(default=list)  # places of formulas without a value
    name = models.CharField(_("Name"), max_length=500, blank=True)
    country = models.CharField(_("Country"), max_length=2, blank=True)
    facts = models.JSONField(default=dict)  # address, city, reference, numbers, as they were read
    outcome = models.CharField(_("Outcome"), max_length=8, choices=Outcome.choices, blank=True)  # empty: not yet
    reason = models.CharField(max_length=40, blank=True)  # code, worded in buyers/wording.py
    reason_facts = models.JSONField(default=dict, blank=True)
    candidates = models.JSONField(default=list)  # [{"buyer": id, "reasons": [code, …], "likeness": %}], likeliest first
    chosen = models.ForeignKey(
        Buyer, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("Buyer")
    )
    by_hand = models.BooleanField(default=False)  # a person decided, not the rule
    done = models.BooleanField(default=False)  # its buyer is in the book
    proposal = models.ForeignKey(
        BuyerProposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("Proposal"),
    )  # what came of it, when the directory did not have it

    objects: ClassVar = CustomerRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("Row of a customer list")
        verbose_name_plural = _("Rows of customer lists")
        constraints = [
            models.UniqueConstraint(fields=["customer_list", "number"], name="one_row_per_number"),
            models.CheckConstraint(condition=Q(outcome="") | Q(outcome__in=Outcome.values), name="outcome_known"),
            # The machine takes a buyer for certain only; whatever else is taken was chosen by a person.
            models.CheckConstraint(
                condition=Q(chosen__isnull=True) | Q(outcome="certain") | Q(by_hand=True),
                name="chosen_by_hand_or_certain",
            ),
            models.CheckConstraint(condition=Q(done=False) | Q(chosen__isnull=False), name="done_with_a_buyer"),
        ]
        indexes = [
            models.Index(fields=["customer_list", "outcome", "number"], name="rows_by_outcome"),
            models.Index(fields=["chosen"], condition=Q(chosen__isnull=False), name="rows_by_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"

    @property
    def decision(self) -> str:
        """What stands for it, as the page of choices sends it: a buyer's id, "none" of those found, "": nobody said."""
        return str(self.chosen_id) if self.chosen_id else "none" if self.by_hand else ""


class WorkQuerySet(models.QuerySet[Any]):
    """Work, as workers and the pages that show their progress ask for it."""

    def to_do(self) -> Self:
        """Neither done nor given up."""
        return self.filter(done_at__isnull=True, attempts__lt=MOST_ATTEMPTS)

    def claimable(self) -> Self:
        """To do, and nobody's, or of a worker whose lease has run out."""
        return self.to_do().filter(Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now()))

    def given_up(self) -> Self:
        """Tried too often, and nobody is at it."""
        return self.filter(done_at__isnull=True, attempts__gte=MOST_ATTEMPTS, claimed_until__lt=timezone.now())

    def held(self) -> Self:
        """Being worked on, as far as leases tell."""
        return self.filter(done_at__isnull=True, claimed_until__gte=timezone.now())

    def claim_next(self, worker: str, lease: timedelta) -> int | None:
        """Claim what is next in turn for `worker`; its id, or None when there is nothing to do."""
        now = timezone.now()
        statement = CLAIM.format(table=self.model._meta.db_table, turn=self.model.TURN)
        with connection.cursor() as cursor:
            cursor.execute(statement, {"worker": worker, "until": now + lease, "now": now, "most": MOST_ATTEMPTS})
            row = cursor.fetchone()
        return row[0] if row else None


class Work(models.Model):
    """What one worker does at a time: its own until `claimed_until`; beat sweeps what is left."""

    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = WorkQuerySet.as_manager()

    class Meta:
        abstract = True


class CustomerRange(Work):
    """Rows `first`..`last` (their numbers) of a list."""

    # Every list moves on by a range in turn: one of ten rows does not wait for one of 200,000.
    TURN = "first, id"

    customer_list = models.ForeignKey(
        CustomerList, models.CASCADE, related_name="ranges", verbose_name=_("Customer list")
    )
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    failure = models.TextField(blank=True)

    class Meta:
        verbose_name = _("Range of a customer list")
        verbose_name_plural = _("Ranges of customer lists")
        constraints = [
            models.UniqueConstraint(fields=["customer_list", "first"], name="one_range_per_first_row"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="rows_in_order"),
        ]
        indexes = [models.Index(fields=["first", "id"], condition=Q(done_at__isnull=True), name="ranges_in_turn")]

    def __str__(self) -> str:
        return f"{self.customer_list_id}: {self.first}-{self.last}"


class ListResult(Work):
    """The file of what all rows of a long list came to. It goes when a choice makes it untrue, or after a day."""

    TURN = "id"
    KINDS = [("csv", "CSV"), ("xlsx", "Excel")]

    customer_list = models.ForeignKey(
        CustomerList, models.CASCADE, related_name="results", verbose_name=_("Customer list")
    )
    kind = models.CharField(_("Type"), max_length=4, choices=KINDS)
    language = models.CharField(_("Language"), max_length=10)
    key = models.CharField(max_length=200, blank=True, editable=False)  # in private storage, once it is written
    size = models.PositiveBigIntegerField(_("Size"), default=0)

    class Meta:
        verbose_name = _("Result file of a customer list")
        verbose_name_plural = _("Result files of customer lists")
        constraints = [
            models.UniqueConstraint(fields=["customer_list", "kind", "language"], name="one_result_per_kind"),
            models.CheckConstraint(condition=Q(done_at__isnull=True) | ~Q(key=""), name="result_written_once_done"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_list_id}: {self.kind}, {self.language}"

    @property
    def at_work(self) -> bool:
        """Waiting for a worker, or being written."""
        return self.done_at is None and not self.failed

    @property
    def failed(self) -> bool:
        """Tried too often."""
        lost = self.claimed_until is not None and self.claimed_until < timezone.now()
        return self.done_at is None and self.attempts >= MOST_ATTEMPTS and lost
