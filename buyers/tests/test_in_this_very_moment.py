"""A number that another proposal brings into the directory between an underwriter's look and the write."""

import pytest

from accounts.tests.factories import exporter, member, staff
from accounts.tests.moments import overtaken
from buyers.actions.proposal import confirm_proposal, merge_proposal, propose_buyer
from buyers.models import BookEntry, Buyer, BuyerProposal, Identifier
from buyers.tests.factories import buyer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]

FACTS = {"name": "Neu GmbH", "country": "DE", "scheme": "VAT", "value": "DE136695976"}


def proposed() -> BuyerProposal:
    """The same company, proposed by a firm of its own each time."""
    firm = exporter()
    return propose_buyer(by=member(firm).pk, exporter=firm.pk, **FACTS)


def test_a_company_confirmed_for_another_firm_meanwhile_becomes_one_buyer():
    one, other, underwriter = proposed(), proposed(), staff()
    answer = overtaken(
        lambda: confirm_proposal(by=underwriter.pk, proposal=one.pk, **FACTS),
        by=lambda: confirm_proposal(by=underwriter.pk, proposal=other.pk, **FACTS),
    )
    assert answer == ["buyer_already_known"]
    assert Buyer.objects.count() == Identifier.objects.count() == 1
    one.refresh_from_db()
    assert (one.stage, one.buyer) == ("proposed", None)  # to be merged into the one that is there now
    assert list(BookEntry.objects.values_list("exporter", flat=True)) == [other.exporter_id]


def test_a_number_given_to_another_buyer_meanwhile_is_not_given_twice():
    one, other, underwriter, there = proposed(), proposed(), staff(), buyer("Neu Handels GmbH")
    answer = overtaken(
        lambda: merge_proposal(by=underwriter.pk, proposal=one.pk, buyer=there.pk, with_number=True),
        by=lambda: confirm_proposal(by=underwriter.pk, proposal=other.pk, **FACTS),
    )
    assert answer == ["buyer_already_known"]
    assert Identifier.objects.get().buyer.name == "Neu GmbH"
    one.refresh_from_db()
    assert (one.stage, one.buyer) == ("proposed", None)
