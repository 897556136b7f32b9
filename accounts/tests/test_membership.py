"""Roles and leaving: an owner's business, and never the last owner's loss."""

import pytest

from accounts.actions.exporter import create_exporter, set_reviewed_acts
from accounts.actions.membership import change_role, end_membership
from accounts.models import AuditEvent, Exporter, Invitation
from accounts.models.roles import POLICY_ADMINISTRATOR, UNDERWRITER, Role
from accounts.tests.factories import exporter, member, staff
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def owner(firm):
    return member(firm, Role.OWNER)


def place(person):
    return person.memberships.get().pk


def refused(act, **arguments) -> list[str]:
    with pytest.raises(Refused) as found:
        act(**arguments)
    return [r.code for r in found.value.refusals]


def test_an_owner_changes_a_role(firm, owner):
    editor = member(firm, Role.EDITOR)
    assert change_role(by=owner.pk, membership=place(editor), role=Role.READER).role == Role.READER
    event = AuditEvent.objects.get()
    assert (event.action, event.exporter) == ("change_role", firm)
    assert (event.details["role"], event.details["former_role"]) == (Role.READER, Role.EDITOR)


def test_the_same_role_again_is_said_to_be_repeated(firm, owner):
    editor = member(firm, Role.EDITOR)
    change_role(by=owner.pk, membership=place(editor), role=Role.EDITOR)
    assert AuditEvent.objects.get().details["outcome"] == "repeated"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READER])
def test_who_is_no_owner_changes_nobody(firm, owner, role):
    other = member(firm, role)
    with pytest.raises(NotAllowed):
        change_role(by=other.pk, membership=place(other), role=Role.OWNER)
    with pytest.raises(NotAllowed):
        end_membership(by=other.pk, membership=place(owner))


def test_a_rival_owner_changes_nobody_here(firm, owner):
    rival = member(exporter(), Role.OWNER)
    with pytest.raises(NotAllowed):
        change_role(by=rival.pk, membership=place(owner), role=Role.READER)
    with pytest.raises(NotAllowed):
        end_membership(by=rival.pk, membership=place(owner))


def test_an_unknown_role_is_refused(firm, owner):
    assert refused(change_role, by=owner.pk, membership=place(owner), role="king") == ["role_unknown"]


def test_the_last_owner_is_neither_demoted_nor_lets_go(firm, owner):
    assert refused(change_role, by=owner.pk, membership=place(owner), role=Role.EDITOR) == ["last_owner"]
    assert refused(end_membership, by=owner.pk, membership=place(owner)) == ["last_owner"]


def test_an_owner_whose_account_is_closed_does_not_count(firm, owner):
    member(firm, Role.OWNER, is_active=False)
    assert refused(end_membership, by=owner.pk, membership=place(owner)) == ["last_owner"]


def test_with_a_second_owner_the_first_may_go(firm, owner):
    second = member(firm, Role.OWNER)
    end_membership(by=owner.pk, membership=place(owner))
    assert refused(change_role, by=second.pk, membership=place(second), role=Role.READER) == ["last_owner"]


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READER])
def test_everybody_may_leave(firm, owner, role):
    other = member(firm, role)
    row = end_membership(by=other.pk, membership=place(other))
    assert row.ended_by == other and AuditEvent.objects.get().details["left"] is True


def test_ending_twice_changes_nothing(firm, owner):
    other = member(firm, Role.READER)
    first = end_membership(by=owner.pk, membership=place(other)).ended_at
    assert end_membership(by=owner.pk, membership=place(other)).ended_at == first
    assert AuditEvent.objects.latest("id").details["outcome"] == "repeated"


def test_who_has_left_can_not_act_on_the_former_place(firm, owner):
    other = member(firm, Role.READER)
    end_membership(by=owner.pk, membership=place(other))
    with pytest.raises(NotAllowed):
        end_membership(by=other.pk, membership=place(other))


def test_an_ended_membership_gets_no_role(firm, owner):
    other = member(firm, Role.READER)
    end_membership(by=owner.pk, membership=place(other))
    assert refused(change_role, by=owner.pk, membership=place(other), role=Role.OWNER) == ["membership_ended"]


# --- the firm ---------------------------------------------------------------------------------------------------------

NEW = {
    "name": " 宁波海川进出口有限公司 ", "country": "CN", "registration": "91330200ma2c3dey4k",
    "owner_email": "Chen.Wei@Example.cn", "owner_name": "陈伟", "owner_language": "zh-hans",
}  # fmt: skip


def test_a_policy_administrator_creates_a_firm_and_invites_its_first_owner():
    administrator = staff(POLICY_ADMINISTRATOR)
    firm = create_exporter(by=administrator.pk, **NEW)
    assert (firm.name, firm.registration) == ("宁波海川进出口有限公司", "91330200MA2C3DEY4K")
    row = Invitation.objects.get(exporter=firm)
    assert (row.email, row.role, row.language, row.name) == ("chen.wei@example.cn", Role.OWNER, "zh-hans", "陈伟")
    events = AuditEvent.objects.order_by("id")
    assert [e.action for e in events] == ["create_exporter", "invite_member"]
    assert len({e.correlation for e in events}) == 1


def test_other_staff_and_owners_create_no_firm(owner):
    for by in (staff(UNDERWRITER), owner):
        with pytest.raises(NotAllowed):
            create_exporter(by=by.pk, **NEW)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": " . "}, "name_missing"),
        ({"name": "x" * 301}, "name_too_long"),
        ({"owner_name": ""}, "name_missing"),
        ({"owner_email": "nobody"}, "email_malformed"),
    ],
)
def test_a_firm_that_is_refused_leaves_nothing(given, code):
    before = Exporter.objects.count()
    assert code in refused(create_exporter, by=staff(POLICY_ADMINISTRATOR).pk, **{**NEW, **given})
    assert (Exporter.objects.count(), Invitation.objects.count()) == (before, 0)


def test_a_firm_is_created_once_per_registration_number():
    by = staff(POLICY_ADMINISTRATOR).pk
    create_exporter(by=by, **NEW)
    assert refused(create_exporter, by=by, **NEW) == ["exporter_exists"]
    create_exporter(by=by, **{**NEW, "registration": ""})
    create_exporter(by=by, **{**NEW, "registration": ""})  # without a number two firms may have one name
    create_exporter(by=by, **{**NEW, "country": "HK"})


def test_an_owner_puts_acts_under_review_once_two_can_write(firm, owner):
    ask = {"by": owner.pk, "exporter": firm.pk}
    assert refused(set_reviewed_acts, acts=["claims.file_claim"], **ask) == ["review_needs_two_people"]
    editor = member(firm, Role.EDITOR)
    row = set_reviewed_acts(acts=["policies.ask_for_limit", "claims.file_claim"], **ask)
    assert row.reviewed_acts == ["claims.file_claim", "policies.ask_for_limit"]
    assert refused(set_reviewed_acts, acts=["claims.pay"], **ask) == ["act_unknown"]
    with pytest.raises(NotAllowed):
        set_reviewed_acts(by=editor.pk, exporter=firm.pk, acts=[])
    end_membership(by=owner.pk, membership=place(editor))
    assert set_reviewed_acts(acts=[], **ask).reviewed_acts == []
