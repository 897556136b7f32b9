"""Prepared queries: written once, asked with other values each time, and the same rows as the plain QuerySet."""

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.models.prepared import Given, prepared
from accounts.tests.factories import exporter, member, staff

pytestmark = pytest.mark.django_db


@prepared
def members_of(number: int, *, firms: Given, roles: Given) -> QuerySet:
    """Members of some firms in some roles, with their firm."""
    found = Membership.objects.current().filter(exporter__in=firms, role__in=roles)
    return found.select_related("exporter").order_by("id")[:number]


@prepared
def seen_by(person: Given) -> QuerySet:
    """How many members each of the person's firms has."""
    seen = Membership.objects.visible_to(person).order_by("exporter")
    return seen.values("exporter").annotate(number=Count("id")).values_list("exporter", "number")


def test_each_call_puts_in_its_own_values():
    first, second = exporter(), exporter()
    for firm, role in ((first, "owner"), (first, "reader"), (second, "owner")):
        member(firm, role)
    assert {m.exporter for m in members_of(9, firms=[first.pk], roles=["owner", "reader"])} == {first}
    assert [m.exporter for m in members_of(9, firms=[second.pk], roles=["owner", "reader"])] == [second]
    assert len(members_of(9, firms=[first.pk, second.pk], roles=["owner"])) == 2
    assert len(members_of(1, firms=[first.pk, second.pk], roles=["owner"])) == 1


def test_it_writes_the_sql_django_writes():
    firm = exporter()
    member(firm, "owner")
    plain = Membership.objects.current().filter(exporter__in=[firm.pk], role__in=["owner"])
    for _again in range(2):
        with CaptureQueriesContext(connection) as asked:
            prepared_rows = members_of(9, firms=[firm.pk], roles=["owner"])
            plain_rows = list(plain.select_related("exporter").order_by("id")[:9])
        assert asked[0]["sql"].replace("(", "").replace(")", "") == asked[1]["sql"].replace("(", "").replace(")", "")
        assert prepared_rows == plain_rows


def test_rows_written_meanwhile_are_read():
    firm = exporter()
    clerk = member(firm)
    assert seen_by(person=clerk) == [(firm.pk, 1)]
    member(firm)
    assert seen_by(person=clerk) == [(firm.pk, 2)]


def test_a_person_sees_the_rows_of_their_own_firms_only():
    mine, theirs = exporter(), exporter()
    clerk = member(mine)
    member(theirs)
    assert [firm for firm, _number in seen_by(person=clerk)] == [mine.pk]


def test_staff_see_by_other_rules_so_they_may_not_ask():
    with pytest.raises(ValueError, match="not by staff"):
        seen_by(person=staff("underwriters"))


def test_nothing_found_is_nothing():
    assert seen_by(person=0) == []
    assert seen_by.first(person=0) is None
