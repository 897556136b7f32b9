"""Saying how much the insurer wants on one buyer, a grade, a country."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import SENIOR_UNDERWRITER
from kernel.refusals import refuse
from policies.appetite import Cap, appetite_refused
from policies.models import Appetite


@action
def set_appetite(
    *,
    by: int,
    cap: Decimal,
    valid_from: date,
    valid_to: date | None = None,
    grade: int | None = None,
    country: str = "",
    buyer: int | None = None,
    off_cover: bool = False,
) -> Appetite:
    """A cap (house currency) on the exposure to any one buyer of a grade or a country, or to that buyer, from a day on.

    It ends the former row of the same thing the day before; what begins on its days it replaces, which stays as a row:
    what was in force, if only for hours, can be read later. Refuses what policies/appetite.py refuses. Limits that are
    out stay as they are: a cap below what is issued only leaves no room.
    """
    require_group(by, frozenset({SENIOR_UNDERWRITER}))
    refuse(appetite_refused(Cap(cap, valid_from, valid_to, grade, country, buyer), timezone.localdate()))
    _one_at_a_time(f"{grade}/{country}/{buyer}")
    same = Appetite.objects.filter(grade=grade, country=country, buyer_id=buyer, replaced_at=None)
    its_days = (valid_from, valid_to or date.max)
    replaced = list(same.filter(valid_from__range=its_days).order_by("pk").values_list("pk", flat=True))
    same.filter(pk__in=replaced).update(replaced_at=timezone.now())
    for former in same.in_force_on(valid_from):
        former.valid_to = valid_from - timedelta(days=1)
        former.save(update_fields=["valid_to"])
    made = Appetite.objects.create(
        cap=cap, valid_from=valid_from, valid_to=valid_to, grade=grade, country=country, buyer_id=buyer,
        off_cover=off_cover, set_by_id=by,
    )  # fmt: skip
    record(
        by=by, subject=made, cap=f"{cap:f}", grade=grade, country=country, buyer=buyer, off_cover=off_cover,
        valid_from=valid_from.isoformat(), valid_to=valid_to.isoformat() if valid_to else None, replaced=replaced,
    )  # fmt: skip
    return made


def _one_at_a_time(thing: str) -> None:
    """There is no row to lock when a thing gets its first cap; the transaction's advisory lock stands in for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"appetite {thing}"])
