"""The panels of a buyer's page: one question each, answered from the firm's own rows and the buyer's grades.

Merges of buyers do not rewrite history (seams.md), so rows are looked for under every entry that is the same firm.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.utils.timezone import localdate

from accounts.models.prepared import Given, prepared
from buyers.advice import Stake
from buyers.exclusions import excluded
from buyers.models import Alert, BookEntry, Buyer, CountryRisk, Score
from buyers.models.buyer import Identifier
from claims.models import Claim
from claims.models.claim import ClaimStage
from policies.models import CreditLimit, LimitRequest
from policies.models.limit_request import OPEN_STAGES
from portal.shell import address
from portal.views.country_means import CountryMeaning, country_meaning, risk_rows
from portal.views.country_words import GRADES, LEVELS, class_meaning
from portal.views.standing import NOTHING, open_invoices
from receivables.models import Invoice

INVOICES_SHOWN, ALERTS_SHOWN, CLAIMS_SHOWN = 6, 4, 4
SCORES_IN_HISTORY = 60


@dataclass(frozen=True)
class Shown:
    """What a page shows: an entry of a book, the ids of the entries of the directory that are its buyer, the day."""

    entry: BookEntry
    same: tuple[int, ...]
    today: date

    @property
    def whose(self) -> dict[str, Any]:
        """What the firm's rows on this buyer are found by: the values `own_rows` has places for."""
        return {"firm": self.entry.exporter_id, "same": list(self.same)}


def own_rows(model: Any, firm: Given, same: Given) -> Any:
    """The firm's rows of `model` on a buyer."""
    return model.objects.of(firm).filter(buyer__in=same)


@prepared
def entries_about(member: Given, firm: Given, pk: Given) -> QuerySet:
    """The firm's entry of the buyer that `pk` is today, with every id (`same`) the buyer has or had."""
    entries = Buyer.objects.filter(Q(pk=OuterRef("buyer")) | Q(merged_into=OuterRef("buyer")))
    same = ArraySubquery(entries.values("pk"))
    book = BookEntry.objects.visible_to(member).of(firm).about(pk)
    return book.select_related("buyer").annotate(same=same)


@dataclass(frozen=True)
class Land:
    """A buyer's country: its rating in force with what it says, what that means for the firm, its page."""

    code: str
    name: str
    risk: CountryRisk | None
    means: CountryMeaning
    url: str

    @property
    def grade_meaning(self) -> Any:
        """What the house's grade AA-D says."""
        return GRADES[self.risk.house_grade] if self.risk else ""

    @property
    def level_meaning(self) -> Any:
        """What the house's level 1-4 says."""
        return LEVELS[self.risk.house_level] if self.risk else ""

    @property
    def class_meaning(self) -> Any:
        """What the OECD's class says, or why there is none."""
        return class_meaning(self.risk.oecd_class, self.risk.high_income) if self.risk else ""


def land_of(shown: Shown) -> Land | None:
    """The buyer's country; None where the directory does not know it."""
    country = shown.entry.buyer.country
    if not country.code:
        return None
    risk = risk_rows.first(code=country.code, today=shown.today)
    means = country_meaning(shown.entry.exporter_id, country.code, risk, shown.today)
    return Land(country.code, country.name, risk, means, address("country", country.code))


@prepared
def identifier_rows(buyer: Given) -> QuerySet:
    """The buyer's numbers."""
    return Identifier.objects.filter(buyer=buyer).order_by("scheme", "id")


def identifiers_of(shown: Shown) -> list[dict[str, Any]]:
    """The buyer's numbers; a LEI in groups of four, as one reads it aloud."""
    found = []
    for row in identifier_rows(buyer=shown.entry.buyer_id):
        groups = [row.value[i : i + 4] for i in range(0, len(row.value), 4)]
        value = " ".join(groups) if row.scheme == "LEI" else row.value
        found.append({"scheme": row.scheme, "value": value, "warned": row.check_digits_fail})
    return found


def exclusions_of(shown: Shown) -> tuple[Any, ...]:
    """Why the buyer is not insured at all, empty when it can be."""
    buyer = shown.entry.buyer
    return excluded(public_body=buyer.public_body, private_person=buyer.private_person, affiliate=shown.entry.affiliate)


class Graded(NamedTuple):
    """One score of the history, without what it was made from."""

    pk: int
    buyer: int
    scored_at: datetime
    grade: int
    former_grade: int | None
    confidence: int


def grade_of(shown: Shown) -> dict[str, Any]:
    """The last score with all it was made from; the history of grades, newest first; the trend, oldest first."""
    history = of_firm([Graded(*row) for row in score_history(same=list(shown.same))], shown.entry.buyer_id)
    trend = [(localdate(score.scored_at), score.grade) for score in reversed(history)]
    return {"trend": trend, "history": history, **last_score(history)}


def of_firm(rows: list[Graded], present: int) -> list[Graded]:
    """Of the scores of all entries of a firm those that were its grade, as Score.objects.of_firm has them: of entries
    merged into `present` only those from before its own first."""
    own = [row.pk for row in rows if row.buyer == present]
    # Its first may lie further back than was read: what another entry had between is left out then.
    first = 0 if len(rows) == SCORES_IN_HISTORY else min(own, default=0)
    return [row for row in rows if row.buyer == present or not own or row.pk < first]


@prepared
def score_history(same: Given) -> QuerySet:
    """The last scores of a buyer, without what they were made from."""
    scores = Score.objects.filter(buyer__in=same).order_by("-id")
    return scores.values_list(*Graded._fields)[:SCORES_IN_HISTORY]


@prepared
def scores_in_full(some: Given) -> QuerySet:
    """Scores by their ids."""
    return Score.objects.filter(pk__in=some)


def last_score(history: list[Graded]) -> dict[str, Any]:
    """The last score in full, and what it says compared with the one before it."""
    if not history:
        return {"score": None}
    last = history[0]
    before = history[1].pk if len(history) > 1 else None
    found = {score.pk: score for score in scores_in_full(some=[last.pk, *([before] if before else [])])}
    score = found[last.pk]
    return {"score": score, "explanation": score.for_exporters_after(found.get(before))}


def requests_of(shown: Shown, number: int) -> list[LimitRequest]:
    """The firm's requests, the open one first, then the latest that were sent: as many as are shown of them."""
    return request_rows(number, **shown.whose)


@prepared
def request_rows(number: int, *, firm: Given, same: Given) -> QuerySet:
    """The same as a query."""
    still_open = ExpressionWrapper(Q(stage__in=OPEN_STAGES), output_field=BooleanField())
    rows = own_rows(LimitRequest, firm, same).select_related("asked_by").defer("working", "proposed")
    return rows.order_by(still_open.desc(), F("asked_at").desc(nulls_last=True), "-id")[:number]


@prepared
def limit_rows(firm: Given, same: Given) -> QuerySet:
    """The firm's limit on a buyer. One row per policy: the one in force goes before those that have ended."""
    rows = own_rows(CreditLimit, firm, same).select_related("decision", "upcoming")
    return rows.defer("decision__working", "upcoming__working").order_by("-amount", "-id")[:1]


def limit_of(shown: Shown, requests: list[LimitRequest]) -> dict[str, Any]:
    """The limit in force, the open request, and whether the limit waits for a review after a regrade."""
    row = limit_rows.first(**shown.whose)
    ended = row is not None and has_ended(row, shown.today)
    last = requests[0] if requests else None
    regraded = shown.entry.buyer.regraded_at
    return {
        "limit": None if ended else row,
        "ended_limit": row if ended else None,
        "open_request": last if last and last.stage in OPEN_STAGES else None,
        "last_request": last,
        "under_review": bool(row and not ended and regraded and row.reviewed_at < regraded),
    }


def has_ended(limit: CreditLimit, today: date) -> bool:
    """Whether nothing is left of the limit: withdrawn, or past its last day."""
    return not limit.amount or (limit.valid_to is not None and limit.valid_to < today)


def stake_of(shown: Shown) -> Stake:
    """Whether the firm has a limit on the buyer, open invoices and overdue ones (None: it has never recorded any of any
    buyer)."""
    limit = limit_rows.first(**shown.whose)
    covered = limit is not None and not has_ended(limit, shown.today)
    firm = shown.entry.exporter_id
    first_due = open_invoices(firm).filter(buyer__in=shown.same).order_by("due_on").values_list("due_on", flat=True)
    if due_on := first_due.first():
        return Stake(covered, invoices=True, overdue=due_on < shown.today)
    known = False if Invoice.objects.of(firm).exists() else None
    return Stake(covered, invoices=known, overdue=known)


def owed_by(shown: Shown) -> dict[str, Any]:
    """Open invoices by due date, the first few, and their sums by currency."""
    rows = invoice_rows(**shown.whose)
    return {
        "invoices": [{"row": row, "days_late": (shown.today - row.due_on).days} for row in rows[:INVOICES_SHOWN]],
        "more_invoices": len(rows) > INVOICES_SHOWN,
        "owed": invoice_sums(**shown.whose, today=shown.today) if rows else [],
    }


@prepared
def invoice_rows(firm: Given, same: Given) -> QuerySet:
    """The first open invoices by due date, and one more."""
    return open_invoices(firm).filter(buyer__in=same).order_by("due_on", "id")[: INVOICES_SHOWN + 1]


@prepared
def invoice_sums(firm: Given, same: Given, today: Given) -> QuerySet:
    """What is owed by currency, and how much of it is past due."""
    sums = open_invoices(firm).filter(buyer__in=same).values("currency")
    return sums.annotate(
        amount=Sum("open_gross"), overdue=Sum("open_gross", filter=Q(due_on__lt=today), default=NOTHING)
    ).order_by("-amount")


def use_of(limit: CreditLimit | None, owed: list[dict[str, Any]]) -> dict[str, Decimal] | None:
    """Used and free of the limit, in its currency; debts in other currencies are named beside it, not added."""
    if limit is None:
        return None
    used = next((row["amount"] for row in owed if row["currency"] == limit.currency), Decimal(0))
    return {"used": used, "free": max(limit.amount - used, Decimal(0)), "over": max(used - limit.amount, Decimal(0))}


def alerts_and_claims(shown: Shown) -> dict[str, Any]:
    """The firm's open alerts and its claims on this buyer; whether it ever made one, if only to withdraw it."""
    claims = claim_rows(**shown.whose)
    return {
        "alerts": alert_rows(**shown.whose),
        "claims": [claim for claim in claims if claim.stage != ClaimStage.WITHDRAWN],
        "ever_claimed": bool(claims),
    }


@prepared
def alert_rows(firm: Given, same: Given) -> QuerySet:
    """The firm's open alerts on a buyer, the latest first."""
    rows = own_rows(Alert, firm, same).filter(done_at__isnull=True).select_related("score")
    return rows.defer("score__indicators", "score__contributions").order_by("-raised_at", "-id")[:ALERTS_SHOWN]


@prepared
def claim_rows(firm: Given, same: Given) -> QuerySet:
    """The firm's claims on a buyer, the latest first; those withdrawn last."""
    withdrawn = ExpressionWrapper(Q(stage=ClaimStage.WITHDRAWN), output_field=BooleanField())
    return own_rows(Claim, firm, same).order_by(withdrawn, "-id")[:CLAIMS_SHOWN]
