"""The automatic decision on a limit, with its working (domain.md §5). The preview and the action ask this one function.

Nothing an exporter sees may let it infer the insurer's capacity: a shortage is referred, never cut to the rest, and
its reason is for staff only, as is every reason that comes from other policyholders' reports.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from kernel.money import Rate, converted, rounded
from kernel.working import Step, plain
from policies.edition import Edition

GRANTED, PARTLY, DECLINED, REFERRED = "granted", "partly", "declined", "referred"

NEW, INCREASE, REDUCTION, CANCELLATION, TEMPORARY = "new", "increase", "reduction", "cancellation", "temporary"
# What the exporter gives up itself is never refused, referred or worked out.
LESS = frozenset({REDUCTION, CANCELLATION})

# What a reader is told while a request waits for a reason that is for staff only.
NEUTRAL = "underwriter_looks"


@dataclass(frozen=True)
class Reason:
    """Why the answer is as it is: a code wording.py puts into words. `staff_only` ones never reach an exporter."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    staff_only: bool = False


def reasons_as_json(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """The reasons as the rows keep them; `staff_only` stands there only where it is true."""
    return [
        {"code": r.code, "facts": {k: plain(v) for k, v in r.facts.items()}}
        | ({"staff_only": True} if r.staff_only else {})
        for r in reasons
    ]


def reason(code: str, staff_only: bool = False, **facts: Any) -> Reason:
    """A reason, written short."""
    return Reason(code, facts, staff_only)


@dataclass(frozen=True)
class Standing:
    """What is known about the buyer on the day of the decision. None: not known. Sales in house currency."""

    grade: int | None = None
    confidence: int | None = None
    score_age_days: int | None = None
    regraded_days_ago: int | None = None
    country: str = ""
    country_rating: str | None = None  # AA, A, BB, B, C, D
    country_level: int | None = None  # 1-4
    sales: Decimal | None = None
    sales_year: int | None = None
    insolvent: bool = False
    # From reports of any policyholder: for staff only.
    overdue_reported: bool = False
    claim_filed: bool = False
    # From the sanctions lists: what an underwriter confirmed, and what waits to be decided. For staff only.
    sanctions_confirmed: bool = False
    sanctions_open: bool = False
    # From the appetite.
    country_off_cover: bool = False
    buyer_off_cover: bool = False

    def as_exporters_know_it(self) -> "Standing":
        """Without what others reported and without the appetite for the buyer: what a preview may be made from."""
        return replace(
            self, overdue_reported=False, claim_filed=False, buyer_off_cover=False, sanctions_confirmed=False,
            sanctions_open=False,
        )  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What is asked, under which terms. Amounts in the request's currency; `rate` is house currency for one of it.

    `present` is the limit in force, `present_house` what it takes of the capacity; `machine_maximum` (house currency)
    is the most this policy lets the machine grant. `room` (house currency) is None for a preview, which ignores it.
    """

    kind: str
    amount: Decimal
    currency: str
    terms_days: int
    rate: Rate
    standing: Standing
    standard_terms_days: int
    machine_maximum: Decimal
    comment_given: bool = False
    appealed: bool = False
    cut_announced: bool = False
    present: Decimal = Decimal(0)
    present_house: Decimal = Decimal(0)
    room: Decimal | None = None


@dataclass(frozen=True)
class Answer:
    """The machine's answer, in the request's currency. `machine_amount` is what its sum came to, whoever decides.

    REFERRED: `reasons` say why, `amount` is 0. `steps` hold nothing that is for staff only.
    """

    outcome: str
    amount: Decimal
    edition: str
    steps: tuple[Step, ...] = ()
    reasons: tuple[Reason, ...] = ()
    machine_amount: Decimal | None = None

    @property
    def shown_reasons(self) -> tuple[Reason, ...]:
        """What the exporter may read; a neutral sentence where every reason is for staff only."""
        shown = tuple(r for r in self.reasons if not r.staff_only)
        return shown or ((reason(NEUTRAL),) if self.outcome == REFERRED else ())


def answered(question: Question, edition: Edition) -> Answer:
    """Grant, grant in part, decline, or refer to a person: in this order of questions.

    1 less is always given at once; 2 what is off cover or insolvent is declined; 3 what only a person may weigh is
    referred; 4 the sum is worked out; 5 a sum beyond the machine's or the insurer's room is referred.
    """
    if question.kind in LESS:
        return _given_up(question, edition)
    if declined := tuple(_outright(question.standing)):
        return Answer(DECLINED, Decimal(0), edition.name, (), declined)
    if question.standing.grade is None:
        return _referred(edition, (reason("buyer_not_graded"), *_for_a_person(question, edition)), (), None)
    steps, machine = _worked_out(question, edition, question.standing.grade)
    to_a_person = tuple(_for_a_person(question, edition))
    if to_a_person:
        return _referred(edition, to_a_person, steps, machine)
    return _weighed(question, edition, steps, machine)


def _given_up(question: Question, edition: Edition) -> Answer:
    """The exporter asks for less, or for nothing any more: at its own word."""
    amount = Decimal(0) if question.kind == CANCELLATION else question.amount
    return Answer(GRANTED, amount, edition.name, (), (reason("asked_by_exporter"),), amount)


def _outright(standing: Standing) -> Iterator[Reason]:
    if standing.insolvent:
        yield reason("buyer_insolvent")
    if standing.country_off_cover:
        yield reason("country_off_cover", country=standing.country)


def _for_a_person(question: Question, edition: Edition) -> Iterator[Reason]:
    """What the machine does not weigh. Order: what was asked, the score, the country, other policyholders' reports."""
    standing = question.standing
    if question.appealed:
        yield reason("decision_appealed")
    if question.cut_announced:
        yield reason("cut_announced")
    if question.comment_given:
        yield reason("comment_given")
    if question.terms_days > question.standard_terms_days:
        yield reason("terms_over_standard", terms_days=question.terms_days, standard_days=question.standard_terms_days)
    if standing.grade is not None:
        yield from _about_the_score(standing, edition)
    if standing.country_rating is None:
        yield reason("country_not_rated", country=standing.country)
    elif standing.country_rating in edition.referred_countries:
        yield reason("country_watched", country=standing.country)
    if standing.overdue_reported:
        yield reason("overdue_signal", staff_only=True, days=edition.signals_within_days)
    if standing.claim_filed:
        yield reason("claim_signal", staff_only=True, days=edition.signals_within_days)
    if standing.sanctions_confirmed:
        yield reason("sanctions_confirmed", staff_only=True)
    elif standing.sanctions_open:
        yield reason("sanctions_undecided", staff_only=True)
    if standing.buyer_off_cover:
        yield reason("buyer_off_cover", staff_only=True)


def _about_the_score(standing: Standing, edition: Edition) -> Iterator[Reason]:
    if standing.score_age_days is None or standing.score_age_days > edition.score_fresh_days:
        yield reason("score_too_old", days=edition.score_fresh_days)
    if standing.confidence is None or edition.confidence_factor(standing.confidence) is None:
        yield reason("score_not_sure_enough", confidence_percent=standing.confidence)
    if standing.regraded_days_ago is not None and standing.regraded_days_ago <= edition.regraded_within_days:
        yield reason("regraded_recently", days=edition.regraded_within_days)


def _worked_out(question: Question, edition: Edition, grade: int) -> tuple[tuple[Step, ...], Decimal]:
    """The steps and the limit they lead to, in the request's currency: base × the factors, rounded down."""
    standing, currency = question.standing, question.currency
    base, steps = _base(question, edition, grade)
    amount = base
    for code, factor, facts in (
        ("terms_factor", edition.terms_factor(question.terms_days), {"terms_days": question.terms_days}),
        ("country_factor", _country_factor(standing, edition), _country_facts(standing)),
        (
            "confidence_factor",
            edition.confidence_factor(standing.confidence or 0) or edition.confidence_factors[-1][1],
            {"confidence_percent": standing.confidence},
        ),
    ):
        amount *= factor
        steps.append(Step(code, rounded(amount, currency), {**facts, "factor": f"{factor.normalize():f}"}))
    machine = _rounded_down(amount, edition.significant_digits)
    if machine * question.rate.value < edition.smallest_grant:
        machine = Decimal(0)
    steps.append(Step("machine_limit", machine, {"digits": edition.significant_digits}))
    return tuple(steps), machine


def _base(question: Question, edition: Edition, grade: int) -> tuple[Decimal, list[Step]]:
    """The lower of the grade's maximum and its share of the buyer's sales, or the little that goes without accounts."""
    sales, rate = question.standing.sales, question.rate
    if sales is None:
        base = edition.maximum_without_sales[grade] / rate.value
        step = Step("base_without_sales", rounded(base, question.currency), {"grade": grade})
        return base, [step]
    by_grade = edition.grade_maximum[grade] / rate.value
    by_sales = sales * edition.sales_percent[grade] / 100 / rate.value
    return min(by_grade, by_sales), [
        Step("base_by_grade", rounded(by_grade, question.currency), {"grade": grade}),
        Step(
            "base_by_sales",
            rounded(by_sales, question.currency),
            {
                "sales_percent": edition.sales_percent[grade],
                "sales_amount": rounded(sales / rate.value, question.currency),
                "sales_year": question.standing.sales_year,
                "currency": question.currency,
            },
        ),
    ]


def _country_factor(standing: Standing, edition: Edition) -> Decimal:
    """The rating's factor × the level's; 1 where the country is not rated, which is referred anyway."""
    if standing.country_rating is None or standing.country_level is None:
        return Decimal(1)
    return edition.country_factors[standing.country_rating] * edition.level_factors[standing.country_level]


def _country_facts(standing: Standing) -> dict[str, Any]:
    rating = f"{standing.country_rating or ''}{standing.country_level or ''}" or "–"
    return {"country": standing.country, "rating": rating}


def _rounded_down(amount: Decimal, digits: int) -> Decimal:
    """`amount` down to so many leading digits: 437,219 → 430,000 with two. The same in any currency."""
    if amount <= 0:
        return Decimal(0)
    unit = Decimal(1).scaleb(amount.adjusted() - digits + 1)
    down = (amount / unit).to_integral_value(rounding=ROUND_DOWN) * unit
    return down.to_integral_value(rounding=ROUND_DOWN)


def _weighed(question: Question, edition: Edition, steps: tuple[Step, ...], machine: Decimal) -> Answer:
    """The sum against what is asked, then against what the machine and the insurer may still give."""
    steps = (*steps, Step("asked_limit", question.amount))
    grade = question.standing.grade or 0
    if machine == 0 or grade >= edition.declined_from_grade:
        return Answer(DECLINED, Decimal(0), edition.name, steps, (reason("grade_too_weak", grade=grade),), Decimal(0))
    if machine < question.amount:
        if machine <= question.present:
            return _referred(edition, (reason("present_limit_above_sum", staff_only=True),), steps, machine)
        if machine * 100 < question.amount * edition.partly_from_percent:
            return _referred(edition, (reason("asked_far_above_sum"),), steps, machine)
    amount = min(machine, question.amount)
    house = converted(amount, question.rate).amount
    beyond = tuple(_beyond(question, house))
    if beyond:
        return _referred(edition, beyond, steps, machine)
    steps = (*steps, Step("answer", amount))
    if amount < question.amount:
        why = reason("grade_and_size_support_less", grade=grade)
        return Answer(PARTLY, amount, edition.name, steps, (why,), machine)
    return Answer(GRANTED, amount, edition.name, steps, (reason("grade_supports_limit", grade=grade),), machine)


def _beyond(question: Question, house: Decimal) -> Iterator[Reason]:
    if house > question.machine_maximum:
        yield reason("above_machine_maximum")
    if question.room is not None and house - question.present_house > question.room:
        yield reason("capacity_short", staff_only=True, room_amount=question.room)


def _referred(
    edition: Edition, reasons: tuple[Reason, ...], steps: tuple[Step, ...], machine: Decimal | None
) -> Answer:
    return Answer(REFERRED, Decimal(0), edition.name, steps, reasons, machine)
