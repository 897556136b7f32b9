"""Scoring one buyer."""

from datetime import date

from accounts.audit import action
from buyers.models import Score


@action
def score_buyer(*, by: int | None, buyer: int, today: date) -> Score:
    raise NotImplementedError
