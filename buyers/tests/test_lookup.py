"""Looking up the grade of a buyer outside the firm's book: once a day counts once, and there is an end."""

import pytest

from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member
from buyers.actions.lookup import look_up_grade
from buyers.tests.factories import buyer, score
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def look_up(by, firm, about):
    return look_up_grade(by=by.pk, exporter=firm.pk, buyer=about.pk)


def outcomes() -> list[str]:
    return [e.details["outcome"] for e in AuditEvent.objects.filter(action="look_up_grade").order_by("id")]


def test_the_same_buyer_again_counts_once_and_another_beyond_the_days_number_is_refused(settings):
    settings.GRADE_LOOKUPS_A_DAY = 1
    by, about = member(firm := exporter()), buyer()
    score(about, 4)
    assert look_up(by, firm, about) == about
    look_up(by, firm, about)
    with pytest.raises(Refused, match="too_many_lookups"):
        look_up(by, firm, buyer())
    assert outcomes() == ["looked_up", "repeated"]


def test_a_private_person_and_a_firm_of_others_are_refused():
    by, firm = member(exporter()), exporter()
    with pytest.raises(NotAllowed):
        look_up(by, firm, buyer())
    with pytest.raises(Refused, match="buyer_is_private_person"):
        look_up(member(firm), firm, buyer("Ada Muster", private_person=True))
    assert outcomes() == []
