"""Invitations as acts: who may, what is refused, what stands afterwards, and the mail that goes out."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions.invitation import (
    accept_invitation,
    invite_member,
    join_by_invitation,
    resend_invitation,
    revoke_invitation,
)
from accounts.actions.invitation_mail import draw_invitation_link
from accounts.actions.membership import end_membership
from accounts.invitation import hash_of
from accounts.models import AuditEvent, Invitation, Membership, User
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, Role
from accounts.tasks import MOST_ATTEMPTS, send_invitation, send_invitations
from accounts.tests.factories import exporter, member, person, staff
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough pass phrase"


@pytest.fixture
def firm():
    return exporter(name="Nordlicht GmbH")


@pytest.fixture
def owner(firm):
    return member(firm, Role.OWNER, name="Olga Owner")


def invited(owner, firm, email="new@example.com", **more) -> tuple[Invitation, str]:
    row = invite_member(by=owner.pk, exporter=firm.pk, email=email, role=more.pop("role", Role.EDITOR), **more)
    return row, draw_invitation_link(by=None, invitation=row.pk)


def refused(act, **arguments) -> list[str]:
    with pytest.raises(Refused) as found:
        act(**arguments)
    return [r.code for r in found.value.refusals]


def test_an_invitation_is_for_fourteen_days_and_keeps_only_the_links_hash(firm, owner):
    row, token = invited(owner, firm, email="  New@Example.COM ")
    row.refresh_from_db()
    assert row.email == "new@example.com"
    assert row.expires_at - row.invited_at == timedelta(days=settings.INVITATION_DAYS)
    assert row.token_sha256 == hash_of(token) and token not in str(vars(row))
    assert AuditEvent.objects.filter(action="invite_member", exporter=firm).count() == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READER])
def test_only_owners_invite(firm, role):
    with pytest.raises(NotAllowed):
        invite_member(by=member(firm, role).pk, exporter=firm.pk, email="x@example.com", role=Role.READER)


def test_an_owner_of_a_rival_invites_nobody_here(firm):
    with pytest.raises(NotAllowed):
        invite_member(by=member(exporter(), Role.OWNER).pk, exporter=firm.pk, email="x@example.com", role=Role.READER)


def test_of_staff_policy_administrators_alone_invite(firm):
    invite_member(by=staff(POLICY_ADMINISTRATOR).pk, exporter=firm.pk, email="x@example.com", role=Role.OWNER)
    with pytest.raises(NotAllowed):
        invite_member(by=staff(CLAIMS_HANDLER).pk, exporter=firm.pk, email="y@example.com", role=Role.OWNER)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"email": "not an address"}, "email_malformed"),
        ({"email": "a@example.com\nBcc: b@example.com"}, "email_malformed"),
        ({"email": "a" * 250 + "@example.com"}, "email_malformed"),
        ({"role": "king"}, "role_unknown"),
        ({"language": "tlh"}, "language_unknown"),
        ({"name": "Eve\nBcc: b@example.com"}, "name_not_one_line"),
        ({"name": "x" * 300}, "name_too_long"),
    ],
)
def test_what_is_written_wrong_is_refused_and_nothing_is_kept(firm, owner, given, code):
    asked = {"email": "new@example.com", "role": Role.EDITOR, **given}
    assert code in refused(invite_member, by=owner.pk, exporter=firm.pk, **asked)
    assert not Invitation.objects.exists()


def test_an_owner_does_not_learn_that_an_address_is_staff_or_a_closed_account(firm, owner):
    ask = {"by": owner.pk, "exporter": firm.pk, "role": Role.READER}
    addresses = [person().email, staff().email, person(is_active=False).email, "nobody@example.com"]
    made = [invite_member(email=email, **ask) for email in addresses]
    assert [row.email for row in made] == addresses
    events = AuditEvent.objects.filter(action="invite_member").order_by("id")
    assert [sorted(event.details) for event in events] == [["email", "role"]] * 4
    for row in (made[1], made[2]):
        token = draw_invitation_link(by=None, invitation=row.pk)
        invited = User.objects.get(email=row.email)
        assert refused(accept_invitation, by=invited.pk, token=token) in (["staff_join_no_firm"], ["account_closed"])


def test_members_staff_and_closed_accounts_are_not_invited(firm, owner):
    ask = {"by": staff(POLICY_ADMINISTRATOR).pk, "exporter": firm.pk, "role": Role.READER}
    assert refused(invite_member, email=owner.email.upper(), **ask | {"by": owner.pk}) == ["already_member"]
    assert refused(invite_member, email=owner.email.upper(), **ask) == ["already_member"]
    assert refused(invite_member, email=staff().email, **ask) == ["staff_join_no_firm"]
    assert refused(invite_member, email=person(is_active=False).email, **ask) == ["account_closed"]


def test_a_former_member_may_be_invited_again(firm, owner):
    editor = member(firm, Role.EDITOR)
    end_membership(by=owner.pk, membership=editor.memberships.get().pk)
    _row, token = invited(owner, firm, email=editor.email, role=Role.READER)
    assert accept_invitation(by=editor.pk, token=token).role == Role.READER
    assert editor.memberships.count() == 2


def test_the_same_invitation_again_is_the_same_row(firm, owner):
    first, _ = invited(owner, firm)
    again = invite_member(by=owner.pk, exporter=firm.pk, email="NEW@example.com", role=Role.EDITOR)
    assert again == first
    assert AuditEvent.objects.filter(action="invite_member").latest("id").details["outcome"] == "repeated"


def test_another_role_for_an_open_invitation_is_refused(firm, owner):
    invited(owner, firm)
    ask = {"by": owner.pk, "exporter": firm.pk, "email": "new@example.com", "role": Role.OWNER}
    assert refused(invite_member, **ask) == ["already_invited"]


def test_an_expired_invitation_makes_room_for_a_new_one(firm, owner):
    first, _ = invited(owner, firm)
    with time_machine.travel(first.expires_at + timedelta(seconds=1), tick=False):
        second = invite_member(by=owner.pk, exporter=firm.pk, email="new@example.com", role=Role.OWNER)
    first.refresh_from_db()
    assert second != first and first.revoked_by == owner


def test_two_firms_may_invite_the_same_person(firm, owner):
    other = exporter()
    _row, token = invited(owner, firm)
    _second, other_token = invited(member(other, Role.OWNER), other)
    joined = join_by_invitation(by=None, token=token, name="New", password=PASSWORD)
    assert refused(join_by_invitation, by=None, token=other_token, name="New", password=PASSWORD) == ["account_exists"]
    accept_invitation(by=joined.user_id, token=other_token)
    assert joined.user.memberships.count() == 2


def test_somebody_new_registers_and_joins_in_one_step(firm, owner):
    row, token = invited(owner, firm, email="li.na@example.cn", name="李娜", language="zh-hans")
    joined = join_by_invitation(by=None, token=token, name="李娜", password=PASSWORD, language="zh-hans")
    row.refresh_from_db()
    assert (joined.user.email, joined.user.name, joined.user.language) == ("li.na@example.cn", "李娜", "zh-hans")
    assert joined.user.check_password(PASSWORD)
    assert (row.accepted_by, joined.role) == (joined.user, Role.EDITOR)
    assert AuditEvent.objects.get(action="join_by_invitation").by == joined.user


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": ""}, "name_missing"),
        ({"name": "E\r\nBcc: x@example.com"}, "name_not_one_line"),
        ({"name": "n" * 300}, "name_too_long"),
        ({"password": "short"}, "password_weak"),
        ({"password": "password123"}, "password_weak"),
        ({"password": "1234567890123"}, "password_weak"),
    ],
)
def test_a_bad_name_or_weak_password_leaves_the_invitation_open(firm, owner, given, code):
    row, token = invited(owner, firm)
    given = {"name": "New", "password": PASSWORD, **given}
    assert code in refused(join_by_invitation, by=None, token=token, **given)
    row.refresh_from_db()
    assert row.accepted_at is None and not User.objects.filter(email=row.email).exists()


def test_a_language_the_portal_does_not_speak_is_left_to_the_browser(firm, owner):
    _row, token = invited(owner, firm)
    assert join_by_invitation(by=None, token=token, name="N", password=PASSWORD, language="tlh").user.language == ""


def test_a_link_works_once(firm, owner):
    _row, token = invited(owner, firm)
    joined = join_by_invitation(by=None, token=token, name="New", password=PASSWORD)
    assert refused(join_by_invitation, by=None, token=token, name="New", password=PASSWORD) == ["invitation_used"]
    end_membership(by=owner.pk, membership=joined.pk)
    assert refused(accept_invitation, by=joined.user_id, token=token) == ["invitation_used"]


def test_a_double_click_on_join_gives_the_same_membership(firm, owner):
    known = person()
    _row, token = invited(owner, firm, email=known.email)
    first = accept_invitation(by=known.pk, token=token)
    assert accept_invitation(by=known.pk, token=token) == first
    assert known.memberships.count() == 1


def test_an_expired_link_is_refused(firm, owner):
    row, token = invited(owner, firm)
    with time_machine.travel(row.expires_at, tick=False):
        assert refused(join_by_invitation, by=None, token=token, name="N", password=PASSWORD) == ["invitation_expired"]


def test_a_revoked_link_is_refused_and_revoking_again_changes_nothing(firm, owner):
    row, token = invited(owner, firm)
    revoke_invitation(by=owner.pk, invitation=row.pk)
    assert refused(join_by_invitation, by=None, token=token, name="N", password=PASSWORD) == ["invitation_revoked"]
    when = Invitation.objects.get().revoked_at
    revoke_invitation(by=owner.pk, invitation=row.pk)
    assert Invitation.objects.get().revoked_at == when


def test_an_accepted_invitation_is_neither_revoked_nor_sent_again(firm, owner):
    row, token = invited(owner, firm)
    join_by_invitation(by=None, token=token, name="New", password=PASSWORD)
    assert refused(revoke_invitation, by=owner.pk, invitation=row.pk) == ["invitation_used"]
    assert refused(resend_invitation, by=owner.pk, invitation=row.pk) == ["invitation_used"]


def test_a_revoked_invitation_is_not_sent_again(firm, owner):
    row, _ = invited(owner, firm)
    revoke_invitation(by=owner.pk, invitation=row.pk)
    assert refused(resend_invitation, by=owner.pk, invitation=row.pk) == ["invitation_revoked"]


def test_revoking_and_resending_are_for_owners(firm, owner):
    row, _ = invited(owner, firm)
    for act in (revoke_invitation, resend_invitation):
        with pytest.raises(NotAllowed):
            act(by=member(firm, Role.EDITOR).pk, invitation=row.pk)
        with pytest.raises(NotAllowed):
            act(by=member(exporter(), Role.OWNER).pk, invitation=row.pk)


def test_sending_again_kills_the_old_link_and_begins_a_new_term(firm, owner):
    row, old = invited(owner, firm)
    with time_machine.travel(row.expires_at + timedelta(days=3), tick=False):
        resend_invitation(by=owner.pk, invitation=row.pk)
        new = draw_invitation_link(by=None, invitation=row.pk)
        ask = {"by": None, "name": "New", "password": PASSWORD}
        assert refused(join_by_invitation, token=old, **ask) == ["invitation_unknown"]
        assert join_by_invitation(token=new, **ask).exporter == firm


def test_a_mail_just_sent_is_not_sent_again_at_once(firm, owner):
    row, _ = invited(owner, firm)
    Invitation.objects.update(sent_at=timezone.now())
    assert refused(resend_invitation, by=owner.pk, invitation=row.pk) == ["invitation_just_sent"]


def test_a_link_that_never_was_is_unknown():
    ask = {"by": None, "name": "N", "password": PASSWORD}
    assert refused(join_by_invitation, token="guess", **ask) == ["invitation_unknown"]


def test_another_person_cannot_use_the_link(firm, owner):
    _row, token = invited(owner, firm)
    assert refused(accept_invitation, by=person().pk, token=token) == ["invitation_for_another"]


def test_the_database_keeps_one_open_invitation_per_address(firm, owner):
    invited(owner, firm)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            exporter=firm, email="NEW@example.com", role="reader", token_sha256="x", invited_by=owner,
            expires_at=timezone.now(),
        )  # fmt: skip


# --- the mail ---------------------------------------------------------------------------------------------------------


def link_in(message) -> str:
    return next(line for line in message.body.splitlines() if "/accounts/invitation/" in line)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "Invitation to Nordlicht GmbH on Fairlead", "Olga Owner invites you to work for Nordlicht GmbH"),
        ("zh-hans", "Nordlicht GmbH 邀请您使用 Fairlead", "Olga Owner 邀请您加入 Nordlicht GmbH"),
    ],
)
def test_the_mail_is_in_the_language_chosen_for_it_and_its_link_works(firm, owner, language, subject, words):
    row = invite_member(
        by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER, name="李娜", language=language
    )
    send_invitations()
    (message,) = mail.outbox
    assert (message.subject, message.to) == (subject, ["n@example.com"])
    assert words in message.body and "李娜" in message.body
    assert link_in(message).startswith(settings.SITE_URL)
    token = link_in(message).rstrip("/").rpartition("/")[2]
    assert join_by_invitation(by=None, token=token, name="李娜", password=PASSWORD).exporter == firm
    row.refresh_from_db()
    assert row.sent_at is not None


def test_a_mail_goes_out_once(firm, owner):
    invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    send_invitations()
    send_invitations()
    assert len(mail.outbox) == 1


def test_a_mail_is_not_sent_for_what_was_revoked_or_expired_meanwhile(firm, owner):
    row = invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    revoke_invitation(by=owner.pk, invitation=row.pk)
    send_invitation(row.pk)
    late = invite_member(by=owner.pk, exporter=firm.pk, email="m@example.com", role=Role.READER)
    with time_machine.travel(late.expires_at, tick=False):
        send_invitations()
    assert mail.outbox == []


def test_a_mail_another_worker_is_sending_is_left_to_it_until_its_claim_ends(firm, owner):
    row, _ = invited(owner, firm)
    assert draw_invitation_link(by=None, invitation=row.pk) is None
    with time_machine.travel(timezone.now() + timedelta(minutes=3), tick=False):
        assert draw_invitation_link(by=None, invitation=row.pk)


def test_a_mail_that_failed_is_tried_again_a_few_times(firm, owner, monkeypatch):
    monkeypatch.setattr("accounts.tasks.EmailMessage.send", lambda message: (_ for _ in ()).throw(OSError("down")))
    row = invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    now = timezone.now()
    for attempt in range(MOST_ATTEMPTS + 3):
        with time_machine.travel(now + timedelta(minutes=3 * attempt), tick=False):
            send_invitations()
    row.refresh_from_db()
    assert (row.mail_attempts, row.sent_at) == (MOST_ATTEMPTS, None)


def test_one_failing_mail_does_not_hold_up_the_next(firm, owner, monkeypatch):
    for name in ("a", "b"):
        invite_member(by=owner.pk, exporter=firm.pk, email=f"{name}@example.com", role=Role.READER)
    sent = []

    def send(message):
        if message.to == ["a@example.com"]:
            raise OSError("refused")
        sent.append(message.to)

    monkeypatch.setattr("accounts.tasks.EmailMessage.send", send)
    send_invitations()
    assert sent == [["b@example.com"]]


def test_a_name_cannot_write_a_header(firm, owner):
    firm.name = "Evil\nBcc: all@example.com"
    firm.save()
    invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    send_invitations()
    (message,) = mail.outbox
    assert "\n" not in message.subject and message.recipients() == ["n@example.com"]


def test_an_accepted_invitation_never_becomes_two_memberships(firm, owner):
    known = member(firm, Role.READER)
    row = Invitation.objects.create(
        exporter=firm, email=known.email, role=Role.OWNER, token_sha256=hash_of("t"), invited_by=owner,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    assert accept_invitation(by=known.pk, token="t").role == Role.READER
    assert Membership.objects.current().filter(user=known).count() == 1
    row.refresh_from_db()
    assert row.accepted_by == known
