"""What a regrade means: by hand for every kind of change."""

import pytest

from buyers.advice import advice
from buyers.wording import WORDS


@pytest.mark.parametrize(
    ("former", "grade", "meaning", "first_step", "severity"),
    [
        (None, 3, "means_first_grade", "ask_for_cover", "info"),
        (None, 6, "means_first_grade", "ask_for_cover", "info"),
        (None, 7, "means_first_grade", "ask_for_cover", "warn"),
        (None, 10, "means_insolvent", "stop_delivering", "bad"),
        (5, 3, "means_upgrade", "ask_for_more", "ok"),
        (10, 9, "means_upgrade", "ask_for_more", "ok"),
        (3, 5, "means_weaker", "watch_payments", "warn"),
        (3, 6, "means_weaker", "watch_payments", "warn"),
        (3, 7, "means_high_risk", "cut_the_limit", "bad"),
        (7, 8, "means_high_risk", "cut_the_limit", "bad"),
        (8, 9, "means_near_failure", "hold_deliveries", "bad"),
        (9, 10, "means_insolvent", "stop_delivering", "bad"),
    ],
)
def test_a_change_has_its_meaning(former: int | None, grade: int, meaning: str, first_step: str, severity: str):
    found = advice(former, grade)
    assert (found.meaning, found.steps[0], found.severity) == (meaning, first_step, severity)


def test_every_advice_has_its_words():
    changes = [(f, g) for f in (None, *range(1, 11)) for g in range(1, 11) if f != g]
    codes = {code for f, g in changes for code in (advice(f, g).meaning, *advice(f, g).steps)}
    assert codes <= set(WORDS)
