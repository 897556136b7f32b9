"""Scoring: one buyer about which there is news, or a range of those that are due. Both do the same, by columns."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.alert import tell_of_regrades
from buyers.explanation import Scored, explained, reasons
from buyers.freshness import next_looks
from buyers.grading import Grades, graded, marks
from buyers.indicators import indicators
from buyers.models import Alert, BookEntry, Buyer, BuyerLink, Score, ScoreRange, ScoreRun
from buyers.models.columnar import fraction, listed, rows_of, same, text, whole
from buyers.models.score_facts import ScoreFacts, facts_of_buyer, facts_of_range, left_in_range
from buyers.scorecard import Edition, edition
from buyers.signals import catalogue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Buyers somebody else held while a range was worked on are tried again after so many seconds.
LOOK_AGAIN = 15


@action
def score_buyer(*, by: int | None, buyer: int, today: date) -> Score | None:
    """Score one buyer on the facts of `today`: its last score, the former one where nothing changed. None (and no next
    score) when there is nothing to score it from.

    `by` None is the machine; a person must be an underwriter. A changed grade raises alerts as in the refresh.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    card = edition()
    facts = facts_of_buyer(buyer, today, card.windows, settings.HOUSE_CURRENCY)
    written = _write(_Batch(facts, card, today, run=None))
    record(by=by, subject=f"buyer:{buyer}", **written.details())
    return Score.objects.latest_of(buyer) if written.rated else None


@action
def refresh_range(*, by: int | None, score_range: int, worker: str) -> int:
    """Score the buyers of a range `worker` has claimed, in one transaction; how many were looked at.

    Nothing happens when the range is done or somebody else's by now. A worker that dies leaves nothing behind: its
    transaction goes with its connection, the claim with its lease. Buyers that somebody else holds just now are left
    for another pass, so that the range is done only when nobody of it is left.
    """
    _take_time()
    mine = ScoreRange.objects.select_for_update(of=("self",)).select_related("run")
    claimed = mine.filter(pk=score_range, claimed_by=worker, done_at__isnull=True).first()
    if claimed is None:
        record(by=by, subject=f"scorerange:{score_range}", outcome="not_claimed", worker=worker)
        return 0
    run = claimed.run
    card = edition(run.edition)
    facts = facts_of_range(claimed, run.planned_for, card.windows, settings.HOUSE_CURRENCY)
    written = _write(_Batch(facts, card, run.planned_for, run))
    _keep_count(claimed, written, left_in_range(claimed))
    record(by=by, subject=claimed, worker=worker, run=run.pk, **written.details())
    return written.looked_at


def _keep_count(claimed: ScoreRange, written: "_Written", left: int) -> None:
    now = timezone.now()
    claimed.looked_at += written.looked_at
    claimed.scored += written.scored
    claimed.regraded += written.regraded
    claimed.alerts += written.alerts
    if left:
        claimed.passes += 1
        claimed.claimed_until, claimed.failure = now + timedelta(seconds=LOOK_AGAIN), f"{left} held by somebody else"
    else:
        claimed.done_at, claimed.claimed_until, claimed.failure = now, None, ""
    claimed.save(
        update_fields=[
            "looked_at", "scored", "regraded", "alerts", "passes", "done_at", "claimed_until", "failure",
        ]
    )  # fmt: skip


@dataclass(frozen=True)
class _Batch:
    facts: ScoreFacts
    card: Edition
    day: date
    run: ScoreRun | None


@dataclass(frozen=True)
class _Written:
    looked_at: int
    rated: int = 0
    scored: int = 0  # of these, changed: a row of history each
    regraded: int = 0
    alerts: int = 0

    def details(self) -> dict[str, Any]:
        return {
            "looked_at": self.looked_at, "scored": self.scored, "regraded": self.regraded, "alerts": self.alerts,
            "unrated": self.looked_at - self.rated,
        }  # fmt: skip


def _take_time() -> None:
    """Long work is this one's trade: its statements may take as long as its lease. A worker that stands still without
    closing its connection is cut off after as long, so that its locks do not outlive the claim; one whose machine is
    gone sooner (portal/settings.py, LINK_LOST_AFTER_SECONDS)."""
    limit = f"{settings.SCORE_LEASE_SECONDS}s"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true),"
            " set_config('idle_in_transaction_session_timeout', %s, true)",
            [limit, limit],
        )


def _write(batch: _Batch) -> _Written:
    """Score, and write what changed: a row of history for each changed buyer, on the buyers what is repeated there."""
    facts, now = batch.facts, timezone.now()
    everybody = len(facts.buyers)
    if not facts.scoreable.all():
        left = facts.buyers[~facts.scoreable].tolist()
        Buyer.objects.filter(pk__in=left).update(next_score_on=None)
        facts = facts.only(facts.scoreable)
    if not len(facts.buyers):
        return _Written(everybody)
    grades = graded({**indicators(facts.columns), "insolvent": facts.columns["insolvent"]}, batch.card)
    # The grade that counts: an underwriter's where one is in force, else the scorecard's.
    in_force = np.where(facts.set_grade > 0, facts.set_grade, grades.grade)
    mark = marks(grades, batch.card, in_force, facts.set_grade, facts.override == "insolvency_filed", facts.reporters)
    changed = np.flatnonzero(mark != facts.mark)
    scores = Score.objects.next_ids(len(changed))
    regraded = np.flatnonzero((in_force != facts.grade)[changed])
    # The former scores are read before the new ones join them.
    news = _news(facts, grades, in_force, changed[regraded], scores[regraded], batch.card)
    if len(changed):
        Score.objects.copy_in(_rows(batch, facts, grades, in_force, changed, scores, now))
    next_on = next_looks(in_force, batch.day, facts.set_until)
    Score.objects.project((facts.buyers, in_force, grades.confidence, next_on, mark), batch.card.name, now)
    trouble_from = catalogue().linked.downgrade_from_grade
    fallen = (in_force >= trouble_from) & (facts.grade > 0) & (facts.grade < trouble_from)
    if fallen.any():
        BuyerLink.objects.wake_the_linked(facts.buyers[fallen].tolist())
    raised = Alert.objects.raise_for(news) if news else []
    if raised:
        tell_of_regrades(by=None, raised=raised)
    return _Written(everybody, len(facts.buyers), len(changed), len(regraded), len(raised))


def _rows(
    batch: _Batch,
    facts: ScoreFacts,
    grades: Grades,
    in_force: np.ndarray,
    which: np.ndarray,
    scores: np.ndarray,
    now: datetime,
) -> bytes:
    """The rows of history of the buyers at the places `which`, in the order of buyers.models.score.COLUMNS."""
    former, by_hand = facts.grade[which], facts.set_grade[which] > 0
    return rows_of(
        len(which),
        [
            whole(scores, ">i8"),
            whole(facts.buyers[which], ">i8"),
            whole(in_force[which], ">i2"),
            whole(former, ">i2", former > 0),
            whole(grades.grade[which], ">i2", by_hand),
            whole(grades.points[which], ">i4"),
            fraction(grades.probability[which]),
            whole(grades.confidence[which], ">i2"),
            listed(grades.values[which], ">i4", grades.known[which]),
            listed(grades.contributions[which], ">i2"),
            text(facts.override[which].astype("S20")),
            whole(facts.reporters[which], ">i2"),
            same(batch.card.name),
            same(batch.card.scale),
            same(now),
            same(batch.day),
            same(batch.run.pk if batch.run else None),
        ],
    )


# --- news of regrades ------------------------------------------------------------------------------------------------


def _news(
    facts: ScoreFacts, grades: Grades, in_force: np.ndarray, places: np.ndarray, scores: np.ndarray, card: Edition
) -> list[dict[str, Any]]:
    """Of the regrades, those that concern anybody: of buyers in some book. `scores` are the ids of those `places`."""
    told = BookEntry.objects.in_some_book(facts.buyers[places])
    former = Score.objects.last_of_each(sorted(told))
    regraded = zip(places.tolist(), facts.buyers[places].tolist(), scores.tolist(), strict=True)
    return [
        _regrade(facts, grades, int(in_force[i]), score, i, former.get(buyer), card)
        for i, buyer, score in regraded
        if buyer in told
    ]


def _regrade(
    facts: ScoreFacts, grades: Grades, grade: int, score: int, i: int, before: Score | None, card: Edition
) -> dict[str, Any]:
    """The alert's facts: both grades, and the reasons an exporter may read."""
    values = [int(v) if known else None for v, known in zip(grades.values[i], grades.known[i], strict=True)]
    now = Scored(card, values, grades.contributions[i].tolist(), int(facts.reporters[i]), str(facts.override[i]))
    explanation = explained(now, before.facts() if before else None, False, settings.HOUSE_CURRENCY)
    old = int(facts.grade[i]) or None
    why = reasons(explanation, worse=bool(old and grade > old))
    if (
        facts.set_grade[i] and not facts.override[i]
    ):  # no indicator is the reason, and whose word it is stays in the house
        why = [{"code": "grade_set_by_underwriter", "facts": {}}]
    elif before and before.computed_grade:
        why = [{"code": "grade_set_is_over", "facts": {}}, *why]
    told = {"grade": grade, "former_grade": old, "reasons": why}
    # What was known when it was last looked at, changed or not, is no news.
    looked_at = EPOCH + timedelta(microseconds=int(facts.looked_at[i])) if before else None
    return {"score": score, "since": looked_at.isoformat() if looked_at else None, "facts": told}
