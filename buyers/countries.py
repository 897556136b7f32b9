"""Country risk: the OECD's list as it is published, and the house's own rating derived from it.

Source: OECD, Country Risk Classifications of the Participants to the Arrangement on Officially Supported Export
Credits. High-income OECD and euro countries are not classified because they need no minimum premium; others are not
classified
because nobody asked. Neither is class 0.
"""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATA = Path(__file__).parent / "data"
OECD_LIST, HOUSE_RATINGS = DATA / "oecd_country_risk.csv", DATA / "house_ratings.json"
GOVERNANCE_TABLE = DATA / "world_bank_governance.csv.gz"
SOURCE = "OECD country risk classification"

CLASSIFIED, HIGH_INCOME, NOT_CLASSIFIED = "classified", "high_income", "not_classified"
COLUMNS = ["valid_from", "country", "oecd_class", "status", "name"]


class BadList(ValueError):
    """The file is not such a list; says which line and why."""


@dataclass(frozen=True)
class Rating:
    """A country's rating from a day on; `oecd_class` None: not classified (`high_income`: needs none)."""

    country: str
    valid_from: date
    oecd_class: int | None
    high_income: bool
    house_grade: str
    house_level: int


def house_rating(status: str, oecd_class: int | None, ratings: dict[str, str]) -> tuple[str, int]:
    """The house's grade AA-D and level 1-4: ("BB", 2)."""
    rating = ratings[str(oecd_class) if status == CLASSIFIED else status]
    return rating[:-1], int(rating[-1])


def parsed_list(text: str, ratings_text: str) -> list[Rating]:
    """The ratings of a list in our CSV shape (COLUMNS); BadList when a line is none."""
    ratings = json.loads(ratings_text)["ratings"]
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames != COLUMNS:
        raise BadList(f"the columns must be {','.join(COLUMNS)}")
    return [_rating(row, reader.line_num, ratings) for row in reader]


def _rating(row: dict[str, str], line: int, ratings: dict[str, str]) -> Rating:
    status, number = row["status"], row["oecd_class"]
    if status not in (CLASSIFIED, HIGH_INCOME, NOT_CLASSIFIED) or len(row["country"]) != 2:
        raise BadList(f"line {line}: {row['country']!r} with status {status!r}")
    if (status == CLASSIFIED) != (number in tuple("01234567")):
        raise BadList(f"line {line}: class {number!r} does not go with status {status!r}")
    oecd_class = int(number) if number else None
    grade, level = house_rating(status, oecd_class, ratings)
    return Rating(
        row["country"], date.fromisoformat(row["valid_from"]), oecd_class, status == HIGH_INCOME, grade, level
    )  # fmt: skip
