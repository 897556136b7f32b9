"""What the demo's firms ask for and what becomes of it, by the portal's own actions on earlier days.

Most requests follow one rule (a share of the buyer's sales, answered by the machine, referrals decided three days
later); the ones in SPECIAL leave every state of a request and of a limit behind somewhere.
"""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from demo.cast import Cast
from demo.clock import set_to
from demo.directory import invented
from kernel.money import rounded
from policies.actions.decision import countersign_decision, decide_limit_request
from policies.actions.request import (
    ask_for_limit,
    hand_back_request,
    send_reviewed_request,
    withdraw_limit_request,
)
from policies.actions.review import review_limit
from policies.models import CreditLimit, LimitRequest
from policies.models.limit_request import RequestKind, RequestStage

NAMESPACE = uuid.UUID("6f1d3c0e-54c1-4c0b-9a52-fa171ead0001")
UNDERWRITER, SENIOR = "maria.koch@fairlead.example", "henrik.aaltonen@fairlead.example"


@dataclass(frozen=True)
class Wish:
    """A request of `firm` for a limit on `buyer`, so many days ago; `then` is what becomes of a referral."""

    firm: str
    buyer: str
    amount: int
    days_ago: int
    kind: str = RequestKind.NEW
    terms_days: int = 0  # 0: what the firm usually sells at
    then: str = "decide"  # decide, keep open, propose, decline, part, withdraw, leave, hand back
    comment: str = ""
    until_days: int | None = None  # days from today
    reference: str = ""


# Amounts in the policy's currency. Days are days ago.
SPECIAL = (
    Wish("lanhai", "kesselring", 520_000, 330, then="decide", reference="K-104"),
    Wish("lanhai", "harbour", 300_000, 325),
    Wish("lanhai", "harbour", 480_000, 70, RequestKind.TEMPORARY, until_days=24, comment="Spring season."),
    Wish("lanhai", "morvan", 150_000, 6, then="part", comment="New catalogue, first orders signed."),
    Wish("lanhai", "selatan", 420_000, 1, then="leave", comment="Framework order for two years.", terms_days=90),
    Wish("lanhai", "kilimora", 60_000, 9, then="withdraw", comment="Trial order."),
    Wish("lanhai", "anadolya", 250_000, 45, then="decline", terms_days=120),
    Wish("lanhai", "zwaluw", 400_000, 310, until_days=9),
    Wish("lanhai", "deccanvale", 365_000, 108, until_days=26),
    Wish("lanhai", "mekongsun", 60_000, 210, until_days=27),
    Wish("lanhai", "tisza", 60_000, 300, until_days=-40),
    Wish("lanhai", "cedarlock", 350_000, 335),
    Wish("lanhai", "guadalmar", 160_000, 338),
    Wish("lanhai", "prairiewind", 900_000, 305, comment="Sole importer for the Midwest."),
    Wish("lanhai", "prairiewind", 1_200_000, 12, RequestKind.INCREASE, comment="Two new warehouses."),
    Wish("wiesen", "brunnmark", 1_400_000, 4, then="propose", comment="Supply contract signed in March."),
    Wish("wiesen", "zhenlan", 300_000, 2, then="leave", terms_days=90, comment="First business in China."),
    Wish("wiesen", "carpat", 180_000, 300),
    Wish("wiesen", "lindgraben", 220_000, 295, until_days=17),
    Wish("wiesen", "wattlebird", 160_000, 290),
    Wish("wiesen", "wattlebird", 0, 15, RequestKind.CANCELLATION),
    Wish("wiesen", "harbour", 240_000, 285),
    Wish("wiesen", "harbour", 120_000, 30, RequestKind.REDUCTION),
    Wish("wiesen", "pampasol", 90_000, 337, terms_days=45),
    Wish("lourido", "vallefonda", 260_000, 280),
    Wish("lourido", "almenara", 140_000, 275),
    Wish("lourido", "kivipaja", 90_000, 1, then="await review", comment="Asked for by the Lahti showroom."),
    Wish("lourido", "atlasine", 70_000, 3, then="hand back"),
    Wish("lourido", "scheldemond", 120_000, 270),
    Wish("lourido", "cedarlock", 200_000, 265),
)  # fmt: skip

# Of every five other buyers in a book three go without a request: they are watched only.
WATCHED_ONLY = (0, 2, 3)
USUAL_TERMS = {"lanhai": 60, "wiesen": 45, "lourido": 90}
SHARE_OF_SALES = Decimal("0.012")


def ordinary() -> tuple[Wish, ...]:
    """The requests that follow the rule, spread over the last year."""
    special = {(wish.firm, wish.buyer) for wish in SPECIAL}
    found = []
    for number, row in enumerate(invented()):
        for firm in ("lanhai", "wiesen", "lourido"):
            if not row[firm] or (firm, row["key"]) in special or row["health"] in ("affiliate", "public"):
                continue
            if (number + len(firm)) % 5 in WATCHED_ONLY:
                continue
            found.append(Wish(firm, row["key"], 0, 318 - (number * 5 + len(firm)) % 280))
    return tuple(found)


def ask(cast: Cast, wish: Wish) -> None:
    """Ask as the firm's editor; where the firm wants two steps, its owner sends it an hour later."""
    with set_to(cast.story.moment(wish.days_ago, 8, 20)):
        until = cast.story.today + cast.days(wish.until_days) if wish.until_days is not None else None
        made = ask_for_limit(
            by=cast.editor(wish.firm),
            policy=cast.policies[wish.firm].pk,
            buyer=cast.buyers[wish.buyer].pk,
            kind=wish.kind,
            amount=Decimal(wish.amount) or _amount(cast, wish),
            currency=cast.policies[wish.firm].currency,
            terms_days=wish.terms_days or USUAL_TERMS[wish.firm],
            form_key=uuid.uuid5(NAMESPACE, f"{wish.firm}/{wish.buyer}/{wish.days_ago}"),
            until=until,
            turnover=None,
            comment=wish.comment,
            own_reference=wish.reference,
        )
    if made.stage == RequestStage.AWAITING_REVIEW:
        _second_step(cast, wish, made)


def _second_step(cast: Cast, wish: Wish, request: LimitRequest) -> None:
    with set_to(cast.story.moment(wish.days_ago, 9, 30)):
        if wish.then == "hand back":
            words = "The contract says 30 days; please put the payment terms right."
            hand_back_request(by=cast.owner(wish.firm), request=request.pk, words=words)
        elif wish.then != "await review":
            send_reviewed_request(by=cast.owner(wish.firm), request=request.pk)


def _amount(cast: Cast, wish: Wish) -> Decimal:
    """A share of the buyer's sales in the policy's currency, to a round thousand."""
    row = next(row for row in invented() if row["key"] == wish.buyer)
    rate = cast.rate(row["currency"], cast.policies[wish.firm].currency)
    amount = Decimal(row["sales"]) * 1_000_000 * SHARE_OF_SALES * rate
    return max(rounded(amount / 5000, "JPY") * 5000, Decimal(10_000))


def settle(cast: Cast, wish: Wish) -> None:
    """What becomes of a request the machine referred."""
    request = LimitRequest.objects.filter(
        form_key=uuid.uuid5(NAMESPACE, f"{wish.firm}/{wish.buyer}/{wish.days_ago}"), stage=RequestStage.REFERRED
    ).first()
    if request is None or wish.then == "leave":
        return
    with set_to(cast.story.moment(max(wish.days_ago - 3, 1), 14)):
        if wish.then == "withdraw":
            withdraw_limit_request(by=cast.editor(wish.firm), request=request.pk)
        else:
            _decide(cast, wish, request)


def _decide(cast: Cast, wish: Wish, request: LimitRequest) -> None:
    verdict = VERDICTS.get(wish.then) or _verdict_by_grade(request)
    decided = decide_limit_request(
        by=cast.staff[UNDERWRITER],
        request=request.pk,
        amount=rounded(request.amount * verdict["share"] / 1000, "JPY") * 1000,
        **{name: value for name, value in verdict.items() if name != "share"},
    )
    if decided.stage == RequestStage.COUNTERSIGN and wish.then != "propose":
        countersign_decision(by=cast.staff[SENIOR], request=request.pk)


VERDICTS: dict[str, dict[str, Any]] = {
    "part": {
        "outcome": "partly_approved", "share": Decimal("0.8"), "reasons": ("young_company",),
        "words": "We shall gladly look again once the accounts of this year are in.",
    },
    "decline": {"outcome": "declined", "share": Decimal(0), "reasons": ("losses_in_accounts", "weak_equity")},
    "propose": {"outcome": "approved", "share": Decimal(1), "reasons": ("financials_support_limit",)},
}  # fmt: skip


def _verdict_by_grade(request: LimitRequest) -> dict[str, Any]:
    """As an underwriter would: yes to the good, part to the middling, no to the rest."""
    grade = request.buyer.grade
    if grade is not None and grade <= 4:
        return {"outcome": "approved", "share": Decimal(1), "reasons": ("financials_support_limit",)}
    if grade is not None and grade <= 7:
        return {"outcome": "partly_approved", "share": Decimal("0.6"), "reasons": ("weak_liquidity",),
                "conditions": ("retention_of_title",)}  # fmt: skip
    return {"outcome": "declined", "share": Decimal(0), "reasons": ("no_financial_information",)}


# (firm, buyer, choice, share that is left, days ago): the insurer's own moves after regrades.
CUTS = (
    ("lanhai", "cedarlock", "withdraw", None, 22),
    ("lourido", "almenara", "reduce", Decimal("0.5"), 1),
    ("wiesen", "carpat", "reduce", Decimal("0.6"), 1),
)
CUT_DAYS = tuple(sorted({days_ago for *_rest, days_ago in CUTS}))


def withdraw_and_cut(cast: Cast, on_day: int) -> None:
    """What the insurer did that day: a withdrawal, a cut at once, a cut with the policy's notice."""
    for firm, buyer, choice, share, days_ago in CUTS:
        limit = CreditLimit.objects.filter(policy=cast.policies[firm], buyer=cast.buyers[buyer], amount__gt=0).first()
        if limit is None or days_ago != on_day:
            continue
        amount = rounded(limit.amount * share / 1000, "JPY") * 1000 if share else None
        with set_to(cast.story.moment(days_ago, 15)):
            review_limit(
                by=cast.staff[SENIOR], limit=limit.pk, choice=choice, amount=amount, reasons=("weak_liquidity",),
                words="The last accounts show less room than the limit takes.",
            )  # fmt: skip
