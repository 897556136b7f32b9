"""Scoring: one buyer about which there is news, or a range of those that are due. Both do the same, by columns."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
from buyers.grading import Grades, graded
from buyers.indicators import indicators
from buyers.models import Alert, BookEntry, Buyer, Score, ScoreRange, ScoreRun
from buyers.models.score_facts import ScoreFacts, facts_of_buyer, facts_of_due
from buyers.scorecard import Edition, edition


@action
def score_buyer(*, by: int | None, buyer: int, today: date) -> Score | None:
    """Score one buyer on the facts of `today`; None (and no next score) when there is nothing to score it from.

    `by` None is the machine; a person must be an underwriter. A changed grade raises alerts as in the refresh.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    card = edition()
    facts = facts_of_buyer(buyer, today, card.windows, settings.HOUSE_CURRENCY)
    written = _write(_Batch(facts, card, today, run=None))
    record(by=by, subject=f"buyer:{buyer}", **written.details())
    return Score.objects.filter(pk__in=written.scores).first()


@action
def refresh_range(*, by: int | None, score_range: int, worker: str) -> int:
    """Score the due buyers of a range `worker` has claimed, in one transaction; how many were scored.

    Nothing happens when the range is done or somebody else's by now. A worker that dies leaves nothing behind: its
    transaction goes with its connection, the claim with its lease.
    """
    _take_time()
    mine = ScoreRange.objects.select_for_update(of=("self",)).select_related("run")
    claimed = mine.filter(pk=score_range, claimed_by=worker, done_at__isnull=True).first()
    if claimed is None:
        record(by=by, subject=f"scorerange:{score_range}", outcome="not_claimed", worker=worker)
        return 0
    run = claimed.run
    card = edition(run.edition)
    facts = facts_of_due(
        claimed.first_buyer, claimed.last_buyer, run.planned_for, card.windows, settings.HOUSE_CURRENCY
    )
    written = _write(_Batch(facts, card, run.planned_for, run))
    claimed.done_at, claimed.claimed_until, claimed.failure = timezone.now(), None, ""
    claimed.scored, claimed.regraded = len(written.scores), written.regraded
    claimed.save(update_fields=["done_at", "claimed_until", "failure", "scored", "regraded"])
    record(by=by, subject=claimed, worker=worker, run=run.pk, **written.details())
    _finish(run)
    return len(written.scores)


@dataclass(frozen=True)
class _Batch:
    facts: ScoreFacts
    card: Edition
    day: date
    run: ScoreRun | None


@dataclass(frozen=True)
class _Written:
    scores: list[int]
    regraded: int
    alerts: int
    unrated: int

    def details(self) -> dict[str, Any]:
        return {
            "scored": len(self.scores), "regraded": self.regraded, "alerts": self.alerts, "unrated": self.unrated,
        }  # fmt: skip


def _take_time() -> None:
    """Long work is this one's trade: its statements may take as long as its lease. A worker that vanished without
    closing its connection is cut off after as long, so that its locks do not outlive the claim."""
    limit = f"{settings.SCORE_LEASE_SECONDS}s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [limit])


def _write(batch: _Batch) -> _Written:
    facts, now = batch.facts, timezone.now()
    if not facts.scoreable.all():
        left = facts.buyers[~facts.scoreable].tolist()
        Buyer.objects.filter(pk__in=left).update(next_score_on=None)
        facts = facts.only(facts.scoreable)
    if not len(facts.buyers):
        return _Written([], 0, 0, len(batch.facts.buyers))
    grades = graded({**indicators(facts.columns), "insolvent": facts.columns["insolvent"]}, batch.card)
    scores = Score.objects.next_ids(len(facts.buyers))
    # The grade that counts: an underwriter's where one is in force, else the scorecard's.
    in_force = np.where(facts.set_grade > 0, facts.set_grade, grades.grade)
    changed = np.flatnonzero(in_force != facts.grade)
    # The former scores are read before the new ones join them.
    news = _news(facts, grades, in_force, scores, changed, batch.card)
    Score.objects.copy_in(COLUMNS, _lines(batch, facts, grades, in_force, scores, now))
    Score.objects.project(scores, batch.day + timedelta(days=batch.card.windows.refresh_days))
    raised = Alert.objects.raise_for(news) if news else []
    if raised:
        tell_of_regrades(by=None, raised=raised)
    return _Written(scores, len(changed), len(raised), len(batch.facts.buyers) - len(scores))


# --- the rows of history ---------------------------------------------------------------------------------------------

COLUMNS = (
    "id", "buyer_id", "grade", "former_grade", "computed_grade", "points", "default_probability", "confidence",
    "indicators", "contributions", "override", "reporters", "edition", "scale", "scored_at", "scored_for", "run_id",
)  # fmt: skip


def _lines(
    batch: _Batch, facts: ScoreFacts, grades: Grades, in_force: np.ndarray, scores: list[int], now: datetime
) -> list[str]:
    """COPY's text format, in the order of COLUMNS. What is the same in every row is put together once."""
    run = _or_null(batch.run.pk if batch.run else None)
    same = "\t".join([batch.card.name, batch.card.scale, now.isoformat(), batch.day.isoformat(), run])
    values = np.where(grades.known, grades.values.astype("U11"), "NULL").tolist()
    computed = np.where(facts.set_grade > 0, grades.grade, 0)
    rows = zip(
        scores, facts.buyers.tolist(), in_force.tolist(), facts.grade.tolist(), computed.tolist(),
        grades.points.tolist(), grades.probability.tolist(), grades.confidence.tolist(), values,
        grades.contributions.tolist(), facts.override.tolist(), facts.reporters.tolist(), strict=True,
    )  # fmt: skip
    return [
        f"{score}\t{buyer}\t{grade}\t{_or_null(former or None)}\t{_or_null(card or None)}\t{points}\t{odds}e-8\t{sure}"
        f"\t{{{','.join(known)}}}\t{{{','.join(map(str, worth))}}}\t{override}\t{reporters}\t{same}\n"
        for score, buyer, grade, former, card, points, odds, sure, known, worth, override, reporters in rows
    ]


def _or_null(value: Any) -> str:
    return r"\N" if value is None else str(value)


# --- news of regrades ------------------------------------------------------------------------------------------------


def _news(
    facts: ScoreFacts, grades: Grades, in_force: np.ndarray, scores: list[int], changed: np.ndarray, card: Edition
) -> list[dict[str, Any]]:
    """Of the regrades, those that concern anybody: of buyers in some book."""
    in_books = BookEntry.objects.current().filter(buyer__in=facts.buyers[changed].tolist())
    told = set(in_books.values_list("buyer_id", flat=True).distinct())
    former = Score.objects.last_of_each(sorted(told))
    places = [(i, buyer) for i, buyer in zip(changed.tolist(), facts.buyers[changed].tolist(), strict=True)]
    return [
        _regrade(facts, grades, int(in_force[i]), scores[i], i, former.get(buyer), card)
        for i, buyer in places
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
    return {"score": score, "since": before.scored_at.isoformat() if before else None, "facts": told}


def _finish(run: ScoreRun) -> None:
    """The run is finished with its last range. Its row is locked first: of two workers that end together, the second
    one sees the first one's range done."""
    ScoreRun.objects.select_for_update().get(pk=run.pk)
    if not ScoreRange.objects.to_do().filter(run=run).exists():
        ScoreRun.objects.filter(pk=run.pk, finished_at__isnull=True).update(finished_at=timezone.now())
