"""What a country's rating does to cover, terms and premium, as far as an exporter may know it.

Source: domain.md §4 (maximum terms, premium on all turnover), the edition of the limit rule (factors of countries), and
the OECD Arrangement (its minimum premium is for official credits of two years and more). Nothing here tells how much
the insurer has or wants in a country: off cover is said with the words any declined request carries.
"""

from collections.abc import Iterator
from decimal import Decimal

from policies.edition import Edition
from policies.limits import Reason, reason

# From this house level (short-term risk) on payment before or security for shipment is advised.
RISKY_LEVEL = 3


def effects_on_cover(
    country: str, rating: str | None, level: int | None, off_cover: bool, edition: Edition
) -> tuple[Reason, ...]:
    """What a request for a limit on a buyer there meets: house rating AA-D and level 1-4, None where not rated."""
    return tuple(_on_cover(country, rating, level, off_cover, edition))


def _on_cover(
    country: str, rating: str | None, level: int | None, off_cover: bool, edition: Edition
) -> Iterator[Reason]:
    if off_cover:
        yield reason("country_off_cover", country=country)
        return
    if rating is None or level is None:
        yield reason("country_not_rated", country=country)
        return
    percent = edition.country_factors[rating] * edition.level_factors[level] * 100
    if percent < 100:
        yield reason("country_lowers_limits", supported_percent=f"{percent.normalize():f}")
    else:
        yield reason("country_leaves_limits")
    if rating in edition.referred_countries:
        yield reason("country_watched", country=country)


def effects_on_terms(level: int | None, standard_days: int | None, maximum_days: int | None) -> tuple[Reason, ...]:
    """Payment terms there; days of the policy's terms, None without a policy in force."""
    found = []
    if maximum_days is not None:
        found.append(reason("country_terms_of_policy", standard=standard_days, maximum=maximum_days))
    if level is None or level >= RISKY_LEVEL:
        found.append(reason("country_wants_security"))
    return tuple(found)


def effects_on_premium(premium_rate: Decimal | None, oecd_class: int | None) -> tuple[Reason, ...]:
    """The premium: the policy's rate in percent of turnover, whatever the country."""
    found = []
    if premium_rate is not None:
        found.append(reason("country_premium_of_policy", rate_percent=f"{premium_rate.normalize():f}"))
    if oecd_class is not None:
        found.append(reason("country_oecd_premium", oecd_class=oecd_class))
    return tuple(found)
