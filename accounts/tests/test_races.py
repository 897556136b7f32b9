"""Two people in the same instant, on connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.actions.invitation import accept_invitation, invite_member, join_by_invitation
from accounts.actions.invitation_mail import draw_invitation_link
from accounts.actions.membership import change_role, end_membership
from accounts.models import AuditEvent, Invitation, Membership, User
from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, person
from kernel.refusals import NotAllowed, Refused

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("races")]


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each act answered, or the codes it was refused with, when all began together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return act()
        except Refused as refused:
            return [r.code for r in refused.refusals]
        except NotAllowed:
            return "not allowed"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("_round", range(5))
def test_two_owners_leaving_at_once_leave_one(_round):
    firm = exporter()
    one, two = member(firm, Role.OWNER), member(firm, Role.OWNER)
    places = {p: p.memberships.get().pk for p in (one, two)}
    answers = at_once(
        lambda: end_membership(by=one.pk, membership=places[one]),
        lambda: change_role(by=two.pk, membership=places[two], role=Role.READER),
    )
    assert Membership.objects.current().filter(exporter=firm, role=Role.OWNER).count() == 1
    assert answers.count(["last_owner"]) == 1


def test_two_owners_removing_each_other_leave_one():
    firm = exporter()
    one, two = member(firm, Role.OWNER), member(firm, Role.OWNER)
    answers = at_once(
        lambda: end_membership(by=one.pk, membership=two.memberships.get().pk),
        lambda: end_membership(by=two.pk, membership=one.memberships.get().pk),
    )
    assert Membership.objects.current().filter(exporter=firm, role=Role.OWNER).count() == 1
    assert answers.count("not allowed") == 1


def test_a_link_opened_in_two_browsers_makes_one_person():
    firm = exporter()
    owner = member(firm, Role.OWNER)
    row = invite_member(by=owner.pk, exporter=firm.pk, email="new@example.com", role=Role.EDITOR)
    token = draw_invitation_link(by=None, invitation=row.pk)

    def join():
        return join_by_invitation(by=None, token=token, name="New", password="a long enough pass phrase")

    answers = at_once(join, join)
    assert User.objects.filter(email="new@example.com").count() == 1
    assert Membership.objects.filter(exporter=firm, user__email="new@example.com").count() == 1
    assert answers.count(["invitation_used"]) == 1


def test_two_firms_links_opened_at_once_make_one_person():
    tokens = []
    for _ in range(2):
        firm = exporter()
        row = invite_member(by=member(firm, Role.OWNER).pk, exporter=firm.pk, email="new@example.com", role=Role.EDITOR)
        tokens.append(draw_invitation_link(by=None, invitation=row.pk))
    answers = at_once(
        *(
            lambda token=token: join_by_invitation(by=None, token=token, name="N", password="a long pass phrase")
            for token in tokens
        )
    )
    assert User.objects.filter(email="new@example.com").count() == 1
    assert answers.count(["account_exists"]) == 1


def test_a_double_click_on_join_makes_one_membership():
    firm, known = exporter(), person()
    row = invite_member(by=member(firm, Role.OWNER).pk, exporter=firm.pk, email=known.email, role=Role.READER)
    token = draw_invitation_link(by=None, invitation=row.pk)

    def join():
        return accept_invitation(by=known.pk, token=token)

    first, second = at_once(join, join)
    assert first == second
    assert AuditEvent.objects.filter(action="accept_invitation").count() == 2


def test_a_double_click_on_invite_makes_one_invitation():
    firm = exporter()
    owner = member(firm, Role.OWNER)

    def invite():
        return invite_member(by=owner.pk, exporter=firm.pk, email="new@example.com", role=Role.READER)

    first, second = at_once(invite, invite)
    assert first == second and Invitation.objects.count() == 1


def test_two_workers_write_a_mail_once():
    firm = exporter()
    row = invite_member(by=member(firm, Role.OWNER).pk, exporter=firm.pk, email="n@example.com", role=Role.READER)

    def draw():
        return draw_invitation_link(by=None, invitation=row.pk)

    assert at_once(draw, draw).count(None) == 1
