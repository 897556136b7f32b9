"""The next sensible step with a buyer: every branch, and which of two goes first."""

from decimal import Decimal

import pytest

from portal.next_step import Situation, next_step
from portal.views.buyer import WAYS_ON
from portal.wording import WORDS

LIMIT = Decimal(100_000)


@pytest.mark.parametrize(
    ("facts", "step"),
    [
        (Situation(), "ask_for_first_limit"),
        (Situation(limit=LIMIT), "nothing_to_do_now"),
        (Situation(limit=Decimal(0)), "ask_for_first_limit"),
        (Situation(has_policy=False), "await_policy"),
        (Situation(request_open=True), "await_decision_on_limit"),
        (Situation(request_open=True, has_policy=False), "await_decision_on_limit"),
        (Situation(limit=LIMIT, owed=LIMIT), "nothing_to_do_now"),
        (Situation(limit=LIMIT, owed=LIMIT + 1), "ask_for_higher_limit"),
        (Situation(limit=LIMIT, limit_ends_in=31), "nothing_to_do_now"),
        (Situation(limit=LIMIT, limit_ends_in=30), "ask_to_prolong_limit"),
        (Situation(limit=LIMIT, limit_ends_in=0), "ask_to_prolong_limit"),
        (Situation(limit=LIMIT, overdue=Decimal(1)), "chase_what_is_overdue"),
        (Situation(limit=LIMIT, overdue=Decimal(1), claim_open=True), "nothing_to_do_now"),
        (Situation(limit=LIMIT, overdue=Decimal(1), fell=True), "deal_with_downgrade"),
        (Situation(excluded=True, fell=True), "sell_without_cover"),
        (Situation(insolvent=True, owed=Decimal(1)), "file_claim_for_insolvency"),
        (Situation(insolvent=True, owed=Decimal(1), claim_open=True), "stop_selling_on_credit"),
        (Situation(insolvent=True), "stop_selling_on_credit"),
        (Situation(papers_asked=True, insolvent=True, owed=Decimal(1)), "send_papers_asked_for"),
        (Situation(limit=LIMIT, under_review=True), "under_review"),
        (Situation(limit=LIMIT, under_review=True, owed=LIMIT + 1, limit_ends_in=3), "under_review"),
        (Situation(limit=LIMIT, under_review=True, fell=True), "deal_with_downgrade"),
        (Situation(limit=LIMIT, under_review=True, overdue=Decimal(1)), "chase_what_is_overdue"),
        (Situation(limit=LIMIT, under_review=True, request_open=True), "await_decision_on_limit"),
        (Situation(limit=LIMIT, under_review=True, insolvent=True), "stop_selling_on_credit"),
    ],
)
def test_the_first_thing_a_careful_clerk_would_do(facts: Situation, step: str):
    assert next_step(facts) == step


def test_every_step_has_its_words_and_every_button_its_step():
    steps = {
        "send_papers_asked_for",
        "file_claim_for_insolvency",
        "sell_without_cover",
        "deal_with_downgrade",
        "chase_what_is_overdue",
        "await_decision_on_limit",
        "await_policy",
        "stop_selling_on_credit",
        "ask_for_first_limit",
        "ask_for_higher_limit",
        "ask_to_prolong_limit",
        "nothing_to_do_now",
        "under_review",
    }
    assert steps <= set(WORDS)
    assert set(WAYS_ON) <= steps
