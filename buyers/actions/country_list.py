"""A publisher's list of countries comes in: what fits is kept, each row that does not is refused with its reason."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django_countries import countries

from accounts.access import require_group
from accounts.audit import action, record
from accounts.models.roles import UNDERWRITER_GROUPS
from buyers.actions.country import keep_country_risks
from buyers.countries import HOUSE_RATINGS
from buyers.countries import SOURCE as OECD
from buyers.feeds import oecd, world_bank
from buyers.feeds.sheet import Sheet, Unfit, sheet_of
from buyers.feeds.world_bank import Governed
from buyers.models import CountryGovernance, FeedRefusal, FeedRun
from buyers.models.feed import FeedKind
from kernel.refusals import Refused, refusal

ROWS_AT_ONCE = 5000
REQUIRED = {FeedKind.OECD_COUNTRIES: oecd.REQUIRED, FeedKind.WORLD_BANK_GOVERNANCE: world_bank.REQUIRED}
DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


@action
def take_in_country_list(*, by: int | None, run: int, content: bytes) -> FeedRun:
    """Take in the file of a run: OECD classes or World Bank governance; the same again changes nothing.

    From when the OECD's classes hold is the run's `edition`, else the day in the file's name; governance is dated by
    its last year. Refuses a file as a whole, for what `sheet_of` does, and `edition_missing`, `list_in_future`,
    `edition_is_older`.
    """
    if by is not None:
        require_group(by, UNDERWRITER_GROUPS)
    row = FeedRun.objects.select_for_update().get(pk=run)
    kind = FeedKind(row.kind)
    sheet = sheet_of(content, REQUIRED[kind])
    row.sha256, row.header = hashlib.sha256(content).hexdigest(), sheet.header
    if kind == FeedKind.OECD_COUNTRIES:
        _classes(row, sheet, by)
    else:
        _governance(row, sheet)
    row.save()
    record(by=by, subject=row, kind=kind, rows=row.rows_read, taken_in=row.taken_in, refused=row.refused)
    return row


def _classes(run: FeedRun, sheet: Sheet, by: int | None) -> None:
    day = run.edition or _day_in(run.file_name)
    if day is None:
        raise Refused([refusal("edition_missing", "edition")])
    if day > timezone.now().date():
        raise Refused([refusal("list_in_future", "edition", edition_on=day.isoformat())])
    ratings = json.loads(HOUSE_RATINGS.read_text(encoding="utf-8"))["ratings"]
    found, unfit = oecd.classes_in(sheet.rows, _alpha2(), day, ratings)
    run.edition = day
    run.taken_in = keep_country_risks(by=by, ratings=found, source=OECD) if found else 0
    _counted(run, len(found), [*sheet.unfit, *unfit])


def _governance(run: FeedRun, sheet: Sheet) -> None:
    found, unfit = world_bank.governance_in(sheet.rows, _alpha2(), timezone.now().date())
    run.edition = world_bank.edition_of(found)
    kept = CountryGovernance.objects.order_by("-edition").values_list("edition", flat=True).first()
    if run.edition and kept and run.edition < kept:
        raise Refused(
            [refusal("edition_is_older", "file", edition_on=run.edition.isoformat(), kept_on=kept.isoformat())]
        )
    known = {
        (country, year, indicator): (estimate, rank)
        for country, year, indicator, estimate, rank in CountryGovernance.objects.values_list(
            "country", "year", "indicator", "estimate", "rank"
        )
    }
    new = [value for value in found if known.get((value.country, value.year, value.indicator)) != _told(value)]
    _keep(new, run.edition)
    run.taken_in = len(new)
    _counted(run, len(found), [*sheet.unfit, *unfit])


def _told(value: Governed) -> tuple[Any, Any]:
    return value.estimate, value.rank


def _keep(values: Sequence[Governed], edition: date | None) -> None:
    CountryGovernance.objects.bulk_create(
        (
            CountryGovernance(
                country=value.country, year=value.year, indicator=value.indicator, estimate=value.estimate,
                rank=value.rank, edition=edition, source=world_bank.SOURCE,
            )
            for value in values
        ),
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["country", "year", "indicator"],
        update_fields=["estimate", "rank", "edition", "source"],
    )  # fmt: skip


def _counted(run: FeedRun, fit: int, unfit: Sequence[Unfit]) -> None:
    """What became of the rows: read = taken in + known already + refused."""
    run.repeated, run.refused = fit - run.taken_in, len(unfit)
    run.rows_read = fit + len(unfit)
    FeedRefusal.objects.bulk_create(
        (FeedRefusal(run=run, line=row.line, code=row.why.code, facts=row.why.facts, raw=row.raw) for row in unfit),
        batch_size=ROWS_AT_ONCE,
    )


def _alpha2() -> dict[str, str]:
    """ISO's three letters of every country to its two."""
    # Kosovo has no three letters of ISO's; publishers' own codes for it stand in buyers/feeds.
    return {letters: code for code, _name in countries if (letters := countries.alpha3(code))}


def _day_in(file_name: str) -> date | None:
    """The day a file's name tells: oecd_crc_2026-01-30.csv."""
    found = DAY_IN_NAME.search(file_name)
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None
