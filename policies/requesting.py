"""What may be asked for at all, before anybody weighs it. Form, preview and action ask this one function."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kernel.money import amount_refused
from kernel.refusals import Refusal, refusal
from policies.limits import CANCELLATION, INCREASE, LESS, NEW, REDUCTION, TEMPORARY

KINDS = (NEW, INCREASE, REDUCTION, CANCELLATION, TEMPORARY)


@dataclass(frozen=True)
class Wanted:
    """What the exporter wants. `turnover` is the expected turnover of a year, in `currency`."""

    kind: str
    amount: Decimal
    currency: str
    terms_days: int
    until: date | None = None
    turnover: Decimal | None = None


@dataclass(frozen=True)
class Setting:
    """Under what it is asked: the policy on `today` (its own day), the limit in force, what is open already."""

    today: date
    policy_number: str
    policy_stage: str
    starts_on: date
    ends_on: date
    maximum_terms_days: int | None  # None: the policy says nothing about this day
    in_book: bool = True
    exclusions: tuple[Refusal, ...] = ()
    open_request: str = ""  # its reference
    present: Decimal | None = None  # None: no limit in force
    present_currency: str = ""
    announced: Decimal | None = None  # what an announced cut will leave of it
    currency_quoted: tuple[Refusal, ...] = ()  # buyers/rates.py on the wanted currency


def refused(wanted: Wanted, setting: Setting) -> tuple[Refusal, ...]:
    """Every reason why this cannot be asked; empty when it can."""
    policy = tuple(policy_refused(setting))
    if policy:
        return policy  # nothing else can be put right by the clerk
    return (*_buyer_refused(wanted, setting), *_amount_refused(wanted, setting), *_dates_refused(wanted, setting))


def policy_refused(setting: Setting) -> Iterator[Refusal]:
    """Refuses a policy that has not begun, has ended, is suspended or cancelled (domain.md §4)."""
    number = setting.policy_number
    if setting.policy_stage == "suspended":
        yield refusal("policy_suspended", "policy", policy=number)
    elif setting.policy_stage != "bound" or setting.today > setting.ends_on:
        yield refusal("policy_closed", "policy", policy=number, ended_on=setting.ends_on)
    elif setting.today < setting.starts_on or setting.maximum_terms_days is None:
        yield refusal("policy_not_begun", "policy", policy=number, begins_on=setting.starts_on)


def _buyer_refused(wanted: Wanted, setting: Setting) -> Iterator[Refusal]:
    if not setting.in_book:
        yield refusal("buyer_not_in_book", "buyer")
    if wanted.kind in LESS:
        return  # one may always give up cover, whatever the buyer has become
    yield from setting.exclusions
    if setting.open_request:
        yield refusal("request_open_already", "buyer", reference=setting.open_request)


def _amount_refused(wanted: Wanted, setting: Setting) -> Iterator[Refusal]:
    if wanted.kind not in KINDS:
        yield refusal("kind_unknown", "kind")
        return
    if wanted.kind == CANCELLATION:
        if setting.present is None:
            yield refusal("no_limit_to_change", "kind")
        return
    wrong = amount_refused(wanted.amount, wanted.currency)
    yield from wrong
    if not wrong:
        yield from setting.currency_quoted
    yield from _compared_with_present(wanted, setting, comparable=not wrong)
    if wanted.turnover is not None and not wrong:
        yield from amount_refused(wanted.turnover, wanted.currency, "turnover")


def _compared_with_present(wanted: Wanted, setting: Setting, comparable: bool) -> Iterator[Refusal]:
    """New is for buyers without a limit, the other kinds for those with one; more is more and less is less.

    Against an announced cut, to keep what there is means more than what it will leave."""
    if setting.present is None:
        if wanted.kind != NEW:
            yield refusal("no_limit_to_change", "kind")
        return
    present = {"present_amount": setting.present, "currency": setting.present_currency}
    if wanted.kind == NEW:
        yield refusal("limit_there_already", "kind", **present)
    elif wanted.currency != setting.present_currency:
        yield refusal("currency_of_present_limit", "currency", currency=setting.present_currency)
    elif not comparable:
        return
    elif wanted.kind == REDUCTION and wanted.amount >= setting.present:
        yield refusal("reduction_not_below_present", "amount", **present)
    elif wanted.kind != REDUCTION and wanted.amount <= (
        setting.present if setting.announced is None else setting.announced
    ):
        yield refusal("increase_not_above_present", "amount", **present)


def _dates_refused(wanted: Wanted, setting: Setting) -> Iterator[Refusal]:
    maximum = setting.maximum_terms_days or 0
    if wanted.terms_days < 0:
        yield refusal("terms_below_zero", "terms_days")
    elif wanted.kind not in LESS and wanted.terms_days > maximum:
        yield refusal("terms_over_maximum", "terms_days", maximum_days=maximum)
    if wanted.kind == TEMPORARY and wanted.until is None:
        yield refusal("temporary_needs_end", "until")
    if wanted.until is not None and wanted.until <= setting.today:
        yield refusal("until_not_in_future", "until", today_on=setting.today)
    elif wanted.until is not None and wanted.until > setting.ends_on:
        yield refusal("until_after_policy", "until", ends_on=setting.ends_on)
