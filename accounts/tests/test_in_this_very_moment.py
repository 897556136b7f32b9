"""A link that dies, and an account that appears, between an action's look and its write."""

import pytest

from accounts.actions.invitation import (
    accept_invitation,
    invite_member,
    join_by_invitation,
    resend_invitation,
)
from accounts.actions.invitation_mail import draw_invitation_link
from accounts.models import Invitation, Membership, User
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, person
from accounts.tests.moments import overtaken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]


def invited(email: str) -> tuple[Invitation, str]:
    """An open invitation and its link's secret."""
    firm = exporter()
    row = invite_member(by=member(firm, Role.OWNER).pk, exporter=firm.pk, email=email, role=Role.EDITOR)
    token = draw_invitation_link(by=None, invitation=row.pk)
    assert token
    return row, token


def test_an_account_another_firms_invitation_makes_meanwhile_is_not_made_twice():
    row, token = invited("new@example.com")
    answer = overtaken(
        lambda: join_by_invitation(by=None, token=token, name="New", password="a long enough pass phrase"),
        by=lambda: User.objects.create_user("new@example.com", "another long pass phrase", name="Sooner"),
    )
    assert answer == ["account_exists"]
    assert User.objects.get(email="new@example.com").name == "Sooner"
    row.refresh_from_db()
    assert row.accepted_at is None  # the link still lets the account in
    assert not Membership.objects.filter(user__email="new@example.com").exists()


def test_a_link_sent_again_meanwhile_is_the_old_one():
    known = person()
    row, token = invited(known.email)
    answer = overtaken(
        lambda: accept_invitation(by=known.pk, token=token),
        by=lambda: resend_invitation(by=row.invited_by_id, invitation=row.pk),
    )
    assert answer == ["invitation_unknown"]
    assert not Membership.objects.filter(user=known).exists()
