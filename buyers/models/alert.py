"""A warning to one exporter about one buyer in its book; shared by the firm's people."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.buyer import Buyer
from buyers.models.score import Score
from buyers.models.signal import Signal, SignalKind
from buyers.signals import STAFF, kind_of


class AlertKind(models.TextChoices):
    """What a score says. An alert that hangs on a signal has the signal's kind."""

    DOWNGRADE = "downgrade", _("Downgrade")
    UPGRADE = "upgrade", _("Upgrade")
    FIRST_GRADE = "first_grade", _("First grade")


def kind_labels() -> dict[str, Any]:
    """What alerts are called, by kind: of scores, and of the signals that exporters may see."""
    told = {code: label for code, label in SignalKind.choices if kind_of(code).seen_by != STAFF}
    return {**dict(AlertKind.choices), **told}


# To every firm with the buyer in its book now; not to a firm whose own report is all that happened since the last score
# (seams.md, "Who reported a signal?").
RAISE = """
    WITH raised AS (
        INSERT INTO buyers_alert (exporter_id, buyer_id, score_id, kind, facts, raised_at)
        SELECT entry.exporter_id, score.buyer_id, score.id,
               CASE WHEN score.former_grade IS NULL THEN 'first_grade'
                    WHEN score.grade > score.former_grade THEN 'downgrade' ELSE 'upgrade' END,
               news.facts, score.scored_at
        FROM jsonb_to_recordset(%(news)s::jsonb) AS news (score bigint, since timestamptz, facts jsonb)
        JOIN buyers_score score ON score.id = news.score
        JOIN buyers_bookentry entry ON entry.buyer_id = score.buyer_id AND entry.archived_at IS NULL
        WHERE NOT COALESCE((
            SELECT bool_and(signal.reporter_id IS NOT DISTINCT FROM entry.exporter_id)
            FROM buyers_signal signal
            WHERE signal.buyer_id = score.buyer_id AND signal.recorded_at > COALESCE(news.since, '-infinity')
        ), false)
        ORDER BY entry.exporter_id, score.id
        ON CONFLICT (exporter_id, score_id) DO NOTHING
        RETURNING id, exporter_id, buyer_id, kind, facts
    )
    SELECT raised.id, raised.exporter_id, raised.kind, raised.facts, buyer.name, entry.watch
    FROM raised
    JOIN buyers_buyer buyer ON buyer.id = raised.buyer_id
    JOIN buyers_bookentry entry ON entry.buyer_id = raised.buyer_id AND entry.exporter_id = raised.exporter_id
    ORDER BY raised.id
"""

# The same for signals: to every firm with the buyer in its book, except the one that reported it. What a policyholder
# reported is told to others only once enough have reported the like within a year (seams.md, "Payment experience"), and
# then not again for a month: who counts alerts shall not count reports.
RAISE_FOR_SIGNALS = """
    WITH raised AS (
        INSERT INTO buyers_alert (exporter_id, buyer_id, signal_id, kind, facts, raised_at)
        SELECT entry.exporter_id, signal.buyer_id, signal.id, signal.kind, news.facts, %(now)s
        FROM jsonb_to_recordset(%(news)s::jsonb) AS news (signal bigint, enough int, facts jsonb)
        JOIN buyers_signal signal ON signal.id = news.signal
        JOIN buyers_bookentry entry ON entry.buyer_id = signal.buyer_id AND entry.archived_at IS NULL
        WHERE signal.reporter_id IS DISTINCT FROM entry.exporter_id AND (news.enough = 0 OR news.enough <= (
            SELECT count(DISTINCT other.reporter_id) FROM buyers_signal other
            WHERE other.buyer_id = signal.buyer_id AND other.kind = signal.kind
              AND other.happened_on > signal.happened_on - 365
        )) AND (signal.reporter_id IS NULL OR NOT EXISTS (
            SELECT FROM buyers_alert told
            WHERE told.exporter_id = entry.exporter_id AND told.buyer_id = signal.buyer_id AND told.kind = signal.kind
              AND told.raised_at > %(now)s - interval '30 days'
        ))
        ORDER BY entry.exporter_id, signal.id
        ON CONFLICT (exporter_id, signal_id) DO NOTHING
        RETURNING id, exporter_id, buyer_id, kind, facts
    )
    SELECT raised.id, raised.exporter_id, raised.kind, raised.facts, buyer.name, entry.watch
    FROM raised
    JOIN buyers_buyer buyer ON buyer.id = raised.buyer_id
    JOIN buyers_bookentry entry ON entry.buyer_id = raised.buyer_id AND entry.exporter_id = raised.exporter_id
    ORDER BY raised.id
"""


@dataclass(frozen=True)
class Raised:
    """An alert just raised, as the notices about it need it."""

    alert: int
    exporter: int
    kind: str
    facts: dict[str, Any]
    buyer_name: str
    watch: str  # buyers/watching.py


class AlertQuerySet(OfExporterQuerySet):
    """Alerts, as pages and the refresh ask for them."""

    def open(self) -> "AlertQuerySet":
        """Those nobody of the firm has ticked off."""
        return self.filter(done_at__isnull=True)

    def done(self) -> "AlertQuerySet":
        """Those somebody of the firm has ticked off."""
        return self.filter(done_at__isnull=False)

    @staticmethod
    def raise_for(news: list[dict[str, Any]]) -> list[Raised]:
        """Raise the alerts of regrades in one statement. `news`: {score: id, since: when the former score was made or
        None, facts}; the same score raises nothing twice."""
        return _raised(RAISE, {"news": json.dumps(news)})

    @staticmethod
    def raise_for_signals(news: list[dict[str, Any]]) -> list[Raised]:
        """Raise the alerts of signals in one statement; the same signal raises nothing twice, and nothing to the firm
        that reported it. `news`: {signal: id, facts: what an exporter may read of it, enough: how many policyholders
        must have reported the like within a year before others hear of it; 0 = it is public}.

        Which kinds are for exporters at all is not asked here: buyers.actions.alert.raise_signal_alerts does.
        """
        return _raised(RAISE_FOR_SIGNALS, {"news": json.dumps(news), "now": timezone.now()})


def _raised(statement: str, values: dict[str, Any]) -> list[Raised]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [Raised(a, e, k, f if isinstance(f, dict) else json.loads(f), n, w) for a, e, k, f, n, w in rows]


class Alert(models.Model):
    """Raised once per exporter and score, or per exporter and signal; it hangs on exactly one of the two.

    `facts` is what an exporter may read. Of a score: former_grade, grade, and reasons [{code, facts}]; of a signal:
    happened_on and what its kind says. Who of the firm opened it first is `read_by`; for the bell each person's own
    notice counts.
    """

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="alerts", verbose_name=_("Exporter"))
    buyer = models.ForeignKey(Buyer, models.PROTECT, related_name="alerts", verbose_name=_("Buyer"))
    score = models.ForeignKey(
        Score, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("Score")
    )
    signal = models.ForeignKey(
        Signal, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("Signal")
    )
    kind = models.CharField(_("Kind"), max_length=30)  # an AlertKind, or the signal's SignalKind
    facts = models.JSONField(_("Facts"), default=dict, blank=True)
    raised_at = models.DateTimeField(_("Raised"), default=timezone.now)
    read_at = models.DateTimeField(_("Read"), null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Read by")
    )
    done_at = models.DateTimeField(_("Done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Done by")
    )

    objects: ClassVar = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("Alert")
        verbose_name_plural = _("Alerts")
        constraints = [
            models.UniqueConstraint(fields=["exporter", "score"], name="one_alert_per_score"),
            models.UniqueConstraint(fields=["exporter", "signal"], name="one_alert_per_signal"),
            models.CheckConstraint(
                condition=Q(score__isnull=False, signal__isnull=True) | Q(score__isnull=True, signal__isnull=False),
                name="alert_of_score_or_signal",
            ),
            paired("read_at", "read_by", "alert_read_at_by"),
            paired("done_at", "done_by", "alert_done_at_by"),
        ]
        indexes = [
            models.Index(fields=["exporter", "-id"], name="alerts_by_exporter"),
            models.Index(fields=["exporter", "-id"], condition=Q(done_at__isnull=True), name="open_alerts"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.buyer_id} → {self.exporter_id}"

    def get_absolute_url(self) -> str:
        """The alert's own page."""
        return reverse("alert", args=[self.pk])

    def get_kind_display(self) -> str:
        """What it is called, in the reader's language."""
        return str(kind_labels().get(self.kind, self.kind))
