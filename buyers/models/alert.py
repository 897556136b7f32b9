"""A warning to one exporter about one buyer in its book, or about a country it sells to; shared by the firm's people.

One alert for one cause: the regrade that a signal brings about joins the alert of that signal while it is open.
"""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Exporter
from accounts.models.columns import paired
from accounts.models.exporter import OfExporterQuerySet
from buyers.models.buyer import Buyer
from buyers.models.country import CountryRisk
from buyers.models.score import Score
from buyers.models.signal import Signal, SignalKind
from buyers.signals import STAFF, causes_of_a_regrade, kind_of
from buyers.watching import LEVELS


class AlertKind(models.TextChoices):
    """What a score or a country's rating says. An alert that hangs on a signal has the signal's kind."""

    DOWNGRADE = "downgrade", _("Downgrade")
    UPGRADE = "upgrade", _("Upgrade")
    FIRST_GRADE = "first_grade", _("First grade")
    COUNTRY_DOWNGRADE = "country_downgrade", _("Country downgrade")


REGRADES = (AlertKind.DOWNGRADE, AlertKind.UPGRADE, AlertKind.FIRST_GRADE)


def kind_labels() -> dict[str, Any]:
    """What alerts are called, by kind: of scores, of countries, and of the signals that exporters may see."""
    told = {code: label for code, label in SignalKind.choices if kind_of(code).seen_by != STAFF}
    return {**dict(AlertKind.choices), **told}


# To every firm with the buyer in its book now; not to a firm whose own report is all that happened since the last score
# (seams.md, "Who reported a signal?"). Where the firm has an open alert of what brought the regrade about (something
# that happened since the last score and has a buyer scored at once; of several the gravest, then the latest), that
# alert takes the regrade in: one cause, one alert. One that was ticked off before is not opened again.
RAISE = """
    WITH news AS (
        SELECT score.id AS score, score.buyer_id AS buyer, score.former_grade, score.grade, score.scored_at, row.facts,
               COALESCE(row.since, '-infinity') AS since,
               CASE WHEN score.grade < score.former_grade THEN %(lifting)s::text[] ELSE %(lowering)s::text[]
               END AS causes
        FROM jsonb_to_recordset(%(news)s::jsonb) AS row (score bigint, since timestamptz, facts jsonb)
        JOIN buyers_score score ON score.id = row.score
    ), cause AS (
        SELECT DISTINCT ON (alert.exporter_id, news.score)
               alert.id AS alert, alert.exporter_id AS exporter, news.score, news.facts
        FROM news
        JOIN buyers_signal signal ON signal.buyer_id = news.buyer AND signal.recorded_at > news.since
            AND signal.kind = ANY(news.causes)
        JOIN buyers_alert alert ON alert.signal_id = signal.id AND alert.score_id IS NULL AND alert.done_at IS NULL
        JOIN buyers_bookentry entry ON entry.buyer_id = news.buyer AND entry.exporter_id = alert.exporter_id
            AND entry.archived_at IS NULL
        WHERE NOT EXISTS (
            SELECT FROM buyers_alert told WHERE told.exporter_id = alert.exporter_id AND told.score_id = news.score
        )
        ORDER BY alert.exporter_id, news.score, array_position(news.causes, signal.kind::text), signal.id DESC
    ), joined AS (
        UPDATE buyers_alert alert SET score_id = cause.score, facts = alert.facts || cause.facts, changed_at = %(now)s
        FROM cause WHERE alert.id = cause.alert
        RETURNING alert.id, alert.exporter_id, alert.buyer_id, alert.kind, alert.facts, true AS joined
    ), raised AS (
        INSERT INTO buyers_alert (exporter_id, buyer_id, score_id, kind, facts, raised_at)
        SELECT entry.exporter_id, news.buyer, news.score,
               CASE WHEN news.former_grade IS NULL THEN 'first_grade'
                    WHEN news.grade > news.former_grade THEN 'downgrade' ELSE 'upgrade' END,
               news.facts, news.scored_at
        FROM news
        JOIN buyers_bookentry entry ON entry.buyer_id = news.buyer AND entry.archived_at IS NULL
        WHERE NOT EXISTS (SELECT FROM cause WHERE cause.exporter = entry.exporter_id AND cause.score = news.score)
          AND NOT COALESCE((
            SELECT bool_and(signal.reporter_id IS NOT DISTINCT FROM entry.exporter_id)
            FROM buyers_signal signal WHERE signal.buyer_id = news.buyer AND signal.recorded_at > news.since
        ), false)
        ORDER BY entry.exporter_id, news.score
        ON CONFLICT (exporter_id, score_id) DO NOTHING
        RETURNING id, exporter_id, buyer_id, kind, facts, false AS joined
    ), told AS (SELECT * FROM joined UNION ALL SELECT * FROM raised)
    SELECT told.id, told.exporter_id, told.kind, told.facts, buyer.name, entry.watch, told.joined
    FROM told
    JOIN buyers_buyer buyer ON buyer.id = told.buyer_id
    JOIN buyers_bookentry entry ON entry.buyer_id = told.buyer_id AND entry.exporter_id = told.exporter_id
    ORDER BY told.id
"""

# The same for signals: to every firm with the buyer in its book, except the one that reported it. What a policyholder
# reported is told to others only once enough have reported the like within a year (seams.md, "Payment experience"), and
# then not again for a month: who counts alerts shall not count reports. What is public and was told of the same day
# before, by a register or by a policyholder's papers, is the same event.
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
        )) AND NOT (news.enough = 0 AND EXISTS (
            SELECT FROM buyers_alert told JOIN buyers_signal known ON known.id = told.signal_id
            WHERE told.exporter_id = entry.exporter_id AND told.buyer_id = signal.buyer_id AND told.kind = signal.kind
              AND known.happened_on = signal.happened_on
              AND (known.reporter_id IS NOT NULL OR signal.reporter_id IS NOT NULL)
        ))
        ORDER BY entry.exporter_id, signal.id
        ON CONFLICT (exporter_id, signal_id) DO NOTHING
        RETURNING id, exporter_id, buyer_id, kind, facts
    )
    SELECT raised.id, raised.exporter_id, raised.kind, raised.facts, buyer.name, entry.watch, false
    FROM raised
    JOIN buyers_buyer buyer ON buyer.id = raised.buyer_id
    JOIN buyers_bookentry entry ON entry.buyer_id = raised.buyer_id AND entry.exporter_id = raised.exporter_id
    ORDER BY raised.id
"""

# A country's rating fell: one alert for every firm that has buyers there in its book, with how many they are, however
# many. The firm watches the country as closely as the most closely watched of them.
RAISE_FOR_COUNTRIES = """
    WITH concerned AS (
        SELECT entry.exporter_id AS exporter, news.risk, news.facts || jsonb_build_object('buyers', count(*)) AS facts,
               min(array_position(%(levels)s::text[], entry.watch::text)) AS watch
        FROM jsonb_to_recordset(%(news)s::jsonb) AS news (risk bigint, country text, facts jsonb)
        JOIN buyers_buyer buyer ON buyer.country = news.country
        JOIN buyers_bookentry entry ON entry.buyer_id = buyer.id AND entry.archived_at IS NULL
        GROUP BY entry.exporter_id, news.risk, news.facts
    ), raised AS (
        INSERT INTO buyers_alert (exporter_id, country_risk_id, kind, facts, raised_at)
        SELECT exporter, risk, 'country_downgrade', facts, %(now)s FROM concerned ORDER BY exporter, risk
        ON CONFLICT (exporter_id, country_risk_id) DO NOTHING
        RETURNING id, exporter_id, country_risk_id, kind, facts
    )
    SELECT raised.id, raised.exporter_id, raised.kind, raised.facts, '', (%(levels)s::text[])[concerned.watch], false
    FROM raised
    JOIN concerned ON concerned.exporter = raised.exporter_id AND concerned.risk = raised.country_risk_id
    ORDER BY raised.id
"""


@dataclass(frozen=True)
class Raised:
    """An alert just raised, as the notices about it need it. `joined`: it stood already, and took a regrade in."""

    alert: int
    exporter: int
    kind: str
    facts: dict[str, Any]
    buyer_name: str  # empty of a country
    watch: str  # buyers/watching.py
    joined: bool = False


class AlertQuerySet(OfExporterQuerySet):
    """Alerts, as pages and the refresh ask for them."""

    def open(self) -> "AlertQuerySet":
        """Those nobody of the firm has ticked off."""
        return self.filter(done_at__isnull=True)

    def done(self) -> "AlertQuerySet":
        """Those somebody of the firm has ticked off."""
        return self.filter(done_at__isnull=False)

    def told_of_regrade(self, kind: str) -> "AlertQuerySet":
        """Those that tell of a regrade of that kind (an AlertKind), also where they took it in later."""
        score = {
            AlertKind.DOWNGRADE: Q(score__grade__gt=F("score__former_grade")),
            AlertKind.UPGRADE: Q(score__grade__lt=F("score__former_grade")),
            AlertKind.FIRST_GRADE: Q(score__isnull=False, score__former_grade__isnull=True),
        }[AlertKind(kind)]
        return self.filter(Q(kind=kind) | Q(Q(signal__isnull=False) & score))

    @staticmethod
    def raise_for(news: list[dict[str, Any]]) -> list[Raised]:
        """Raise the alerts of regrades in one statement, or join them to the open alerts of what brought them about.

        `news`: {score: id, since: when the former score was made or None, facts}; the same score raises nothing twice.
        """
        lowering, lifting = causes_of_a_regrade()
        values = {"news": json.dumps(news), "now": timezone.now(), "lowering": lowering, "lifting": lifting}
        return _raised(RAISE, values)

    @staticmethod
    def raise_for_countries(news: list[dict[str, Any]]) -> list[Raised]:
        """Raise the alerts of fallen countries in one statement. `news`: {risk: id of the rating, country, facts}; the
        same rating raises nothing twice."""
        return _raised(RAISE_FOR_COUNTRIES, {"news": json.dumps(news), "now": timezone.now(), "levels": list(LEVELS)})

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
    return [Raised(a, e, k, f if isinstance(f, dict) else json.loads(f), *rest) for a, e, k, f, *rest in rows]


class Alert(models.Model):
    """Raised once per exporter and cause: a signal, a score, or a country's rating (then it has no buyer). An alert of
    a signal has a score too once it took in the regrade the signal brought about.

    `facts` is what an exporter may read. Of a score: former_grade, grade, and reasons [{code, facts}]; of a signal:
    happened_on and what its kind says; of a country: country, former_rating, rating, happened_on, and how many buyers
    the firm had there. Who of the firm opened it first is `read_by`; for the bell each person's own notice counts.
    """

    exporter = models.ForeignKey(Exporter, models.PROTECT, related_name="alerts", verbose_name=_("Exporter"))
    buyer = models.ForeignKey(
        Buyer, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("Buyer")
    )
    score = models.ForeignKey(
        Score, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("Score")
    )
    signal = models.ForeignKey(
        Signal, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("Signal")
    )
    country_risk = models.ForeignKey(
        CountryRisk, models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name=_("Country's rating")
    )
    kind = models.CharField(_("Kind"), max_length=30)  # an AlertKind, or the signal's SignalKind
    facts = models.JSONField(_("Facts"), default=dict, blank=True)
    raised_at = models.DateTimeField(_("Raised"), default=timezone.now)
    # When it was first read, ticked off, opened again, or took a regrade in, whichever came last: open pages go by it.
    changed_at = models.DateTimeField(_("Changed"), null=True, blank=True)
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
            models.UniqueConstraint(fields=["exporter", "country_risk"], name="one_alert_per_rating"),
            models.CheckConstraint(
                condition=(
                    Q(buyer__isnull=False, country_risk__isnull=True)
                    & Q(Q(score__isnull=False) | Q(signal__isnull=False))
                )
                | Q(buyer__isnull=True, score__isnull=True, signal__isnull=True, country_risk__isnull=False),
                name="alert_of_buyer_or_country",
            ),
            paired("read_at", "read_by", "alert_read_at_by"),
            paired("done_at", "done_by", "alert_done_at_by"),
        ]
        indexes = [
            models.Index(fields=["exporter", "-raised_at", "-id"], name="alerts_by_moment"),
            models.Index(
                fields=["exporter", "-raised_at", "-id"], condition=Q(done_at__isnull=True), name="open_by_moment"
            ),
            models.Index(
                fields=["exporter", "changed_at"], condition=Q(changed_at__isnull=False), name="alerts_by_change"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} → {self.exporter_id}"

    def get_absolute_url(self) -> str:
        """The alert's own page."""
        return reverse("alert", args=[self.pk])

    @property
    def about(self) -> str:
        """What it is about, by name: a buyer, or a country in the reader's language."""
        return self.buyer.name if self.buyer else str(self.country_risk.country.name)

    @property
    def version(self) -> int:
        """A number that grows with every change (0: as it was raised), by which an open page knows whether it shows the
        present state."""
        return round(self.changed_at.timestamp() * 1_000_000) if self.changed_at else 0

    @property
    def fell(self) -> bool:
        """Whether it tells of a grade that fell."""
        former, grade = self.facts.get("former_grade"), self.facts.get("grade")
        return bool(former and grade and grade > former)

    def get_kind_display(self) -> str:
        """What it is called, in the reader's language."""
        return str(kind_labels().get(self.kind, self.kind))
