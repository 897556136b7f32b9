"""Firms unlike those the card was learnt from: huge and tiny, empty and absurd. A sensible grade, an honest confidence,
an explanation in both languages, and better accounts never a worse grade."""

import re
import warnings
from typing import Any

import numpy as np
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.wording import said
from buyers.explanation import MISSING, WITHOUT_BOUND, Scored, explained, same_bins
from buyers.grading import Grades, graded
from buyers.indicators import indicators
from buyers.models.accounts import LINES
from buyers.models.score_facts import COUNTED, FLOATS
from buyers.scorecard import FREE, edition
from buyers.strengths import STEPS, strengths
from buyers.tests.factories import LINES as MIDDLING
from buyers.wording import WORDS

CARD = edition()
PLACE = {code: j for j, code in enumerate(CARD.codes)}
CJK = re.compile("[㐀-鿿]")


def scored(*firms: dict[str, float]) -> Grades:
    """The firms' grades; what a firm does not say is not known. No warning of numpy's is let pass."""
    columns = {name: np.array([firm.get(name, np.nan) for firm in firms], float) for name in FLOATS}
    columns |= {name: np.array([firm.get(name, 0) for firm in firms], float) for name in COUNTED}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return graded({**indicators(columns), "insolvent": np.zeros(len(firms), bool)}, CARD)


def middling(**changed: float) -> dict[str, float]:
    """A middling manufacturer of which everything is known."""
    return {
        **MIDDLING, "months": 12, "accounts_age_days": 200, "audited": 1, "house_rate": 1.0, "founded_days": 9000,
        "country_class": 2, "sector_class": 3, "previous_sales": 14_500_000, "previous_months": 12,
        "previous_equity": 3_200_000, "previous_total_assets": 9_500_000, "previous_gap_days": 365,
        "previous_same_currency": 1, "experience_invoices": 40, "experience_days": 200, "experience_overdue": 400,
        "recent_invoices": 10, "recent_days": 50, **changed,
    }  # fmt: skip


def explanation_of(result: Grades, n: int = 0) -> tuple[Scored, Any]:
    """The n-th score as it is kept, and its explanation for staff."""
    values = [int(v) if known else None for v, known in zip(result.values[n], result.known[n], strict=True)]
    kept = Scored(CARD, values, result.contributions[n].tolist(), reporters=9, grade=int(result.grade[n]))
    return kept, explained(kept, None, True, "EUR")


def sensible(result: Grades, n: int = 0) -> None:
    """What holds of every score, whatever it was made from."""
    points, grade, odds = int(result.points[n]), int(result.grade[n]), int(result.probability[n])
    assert points == CARD.base + int(result.contributions[n].sum())
    assert 1 <= grade <= 9
    assert 0 < odds < 10**8
    assert int(CARD.floors[grade - 1] * 10**8) <= odds  # never surer than its grade
    known = result.known[n]
    assert result.confidence[n] == sum(i.weight for i, k in zip(CARD.indicators, known, strict=True) if k)
    kept, told = explanation_of(result, n)
    assert same_bins(kept)
    assert len(told.lines) == len(CARD.indicators)
    assert {line.indicator for line in told.missing} == {c for c, k in zip(CARD.codes, known, strict=True) if not k}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            for line in told.lines:
                words = said(WORDS, line.code, line.facts)
                assert words
                assert "nan" not in words.lower().split() and "inf" not in words.lower().split()
                # What lies over a zero is said to be without bound, not shown as the number it was cut off at.
                assert line.indicator not in WITHOUT_BOUND or "2000000000" not in words.replace(",", "")
                assert language == "en" or CJK.search(words)
    for group in strengths(told.lines, CARD):
        assert (group.step is None) == (group.known == 0)
        assert group.step is None or 1 <= group.step <= STEPS


# --- corners, one by one ---------------------------------------------------------------------------------------------

NOTHING: dict[str, float] = {}
ZEROS = dict.fromkeys((*LINES, "months", "accounts_age_days"), 0.0) | {"months": 12}
CORNERS = {
    "nothing is known": NOTHING,
    "all lines are zero": ZEROS,
    "only the country": {"country_class": 7},
    "only a name and an age": {"founded_days": 40_000},
    "only one invoice seen": {"experience_invoices": 1, "experience_days": 400, "experience_overdue": 100},
    "one zloty of everything": middling(**dict.fromkeys(LINES, 1.0)),
    "a thousand million million": middling(**{line: amount * 1e9 for line, amount in MIDDLING.items()}),
    "a kiosk": middling(**{line: amount / 1e6 for line, amount in MIDDLING.items()}),
    "everything is negative": middling(**{line: -amount for line, amount in MIDDLING.items()}),
    "no sales": middling(sales=0, cost_of_sales=0, operating_costs=0),
    "no debts at all": middling(
        total_liabilities=0, current_liabilities=0, short_term_debt=0, payables=0, long_term_debt=0, interest=0
    ),
    "no assets": middling(total_assets=0, current_assets=0, cash=0, stock=0, receivables=0),
    "a loss of a hundred times the sales": middling(
        net_profit=-1.5e9, profit_before_tax=-1.5e9, operating_profit=-1.5e9, operating_costs=1.515e9
    ),
    "equity of minus a hundred times the assets": middling(equity=-1e9, total_liabilities=1.01e9),
    "one month": middling(months=1),
    "a rate of nothing": middling(house_rate=0),
    "founded tomorrow": middling(founded_days=-1),
    "a country nobody knows": middling(country_class=77),
    "ten thousand overdues": middling(overdues=10_000, claims=10_000, court_cases=10_000, filing_lapses=10_000),
}


@pytest.mark.parametrize("firm", CORNERS.values(), ids=CORNERS)
def test_a_corner_has_a_sensible_grade(firm: dict[str, float]):
    sensible(scored(firm))


def test_of_whom_nothing_is_known_is_no_good_buyer_and_nobody_is_sure_of_it():
    result = scored(NOTHING)
    # Signals are counted, and none is one: court cases, late filings, overdues, claims.
    assert result.confidence[0] == sum(
        CARD.indicators[PLACE[c]].weight for c in ("overdues_reported", "claims_filed", "court_cases", "filing_lapses")
    )
    assert result.grade[0] >= 6


@pytest.mark.parametrize("code", [c for c in FLOATS if c not in ("house_rate",)])
def test_one_figure_alone_never_makes_a_good_buyer(code: str):
    for value in (0.0, 1.0, 1e12):
        result = scored({code: value, "months": 12})
        sensible(result)
        assert result.grade[0] >= 5
        assert result.confidence[0] < 25


def test_over_indebted_without_sales_and_in_loss_is_at_risk():
    bad = middling(equity=-4_000_000, total_liabilities=14_000_000, sales=1_000_000, cost_of_sales=2_000_000,
                   operating_costs=6_000_000, operating_profit=-5_000_000, profit_before_tax=-5_500_000,
                   net_profit=-5_500_000, retained_earnings=-6_000_000, overdues=4, court_cases=2)  # fmt: skip
    assert scored(bad).grade[0] == 9


def test_only_where_the_best_lies_in_the_middle_each_bin_is_worth_what_was_seen_of_it():
    # Customers who pay after three days are few, after two hundred they do not pay; the same with stock and plant.
    assert [i.code for i in CARD.indicators if i.direction == FREE] == [
        "depreciation_to_sales", "receivable_days", "stock_days",
    ]  # fmt: skip


# --- at random -------------------------------------------------------------------------------------------------------

# One seed makes a whole firm: to draw forty numbers one by one takes longer than to grade them.
SEEDS = st.integers(0, 2**32 - 1)
slowly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.differing_executors])


def firm_of(seed: int) -> dict[str, float]:
    """Lines of any size and sign that have nothing to do with one another; a part of them is not known."""
    dice = np.random.default_rng(seed)
    size, unknown = 10 ** dice.uniform(0, 13), dice.uniform(0, 0.9)
    firm = middling()
    for name in FLOATS:
        if name in LINES:
            firm[name] = float(dice.choice([0, 1, size]) * dice.lognormal(0, 2) * dice.choice([1, 1, 1, -1]))
        if dice.random() < unknown:
            firm[name] = np.nan
    firm["country_class"] = float(dice.integers(0, 12))
    return firm


@slowly
@given(SEEDS)
def test_whatever_the_accounts_the_grade_is_sensible(seed: int):
    sensible(scored(firm_of(seed)))


# What may only help when all else stays: lines from which no ratio is made in whose middle the best lies.
HELPS = ("equity", "net_profit", "retained_earnings", "cash", "profit_before_tax", "operating_profit")
HARMS = ("long_term_debt", "accounts_age_days", "experience_days", "experience_overdue", "overdues", "claims",
         "court_cases", "filing_lapses")  # fmt: skip


@slowly
@given(SEEDS, st.sampled_from([*HELPS, *HARMS]), st.floats(0, 1e9))
def test_better_accounts_never_make_a_worse_grade(seed: int, name: str, more: float):
    # Long-term debt harms where the total is stated; else it is a part of what is owed, of which less is short.
    firm = {**firm_of(seed), "total_liabilities": 1e7}
    firm[name] = abs(np.nan_to_num(firm.get(name, 0.0)))
    other = {**firm, name: firm[name] + more}
    worse, better = (firm, other) if name in HELPS else (other, firm)
    result = scored(worse, better)
    assert result.points[1] >= result.points[0]
    assert result.grade[1] <= result.grade[0]
    assert result.probability[1] <= result.probability[0]


@slowly
@given(SEEDS, st.lists(st.sampled_from(FLOATS), unique=True, max_size=12))
def test_what_becomes_unknown_is_never_sure(seed: int, gone: list[str]):
    firm = firm_of(seed)
    less = {name: np.nan if name in gone else value for name, value in firm.items()}
    result = scored(firm, less)
    assert result.confidence[1] <= result.confidence[0]
    lost = {line.indicator for line in explanation_of(result, 1)[1].lines if line.effect == MISSING}
    assert {line.indicator for line in explanation_of(result, 0)[1].missing} <= lost | {"short_debt_share"}


@slowly
@given(st.lists(SEEDS, min_size=1, max_size=6))
def test_each_alone_is_graded_as_all_together(seeds: list[int]):
    firms = [firm_of(seed) for seed in seeds]
    together = scored(*firms)
    for n, firm in enumerate(firms):
        alone = scored(firm)
        assert (alone.points[0], alone.grade[0], alone.confidence[0]) == (
            together.points[n], together.grade[n], together.confidence[n],
        )  # fmt: skip
