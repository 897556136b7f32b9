"""The plain rules about invitations, memberships and names, at their boundaries."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.invitation import InvitationFacts, for_this_person, hash_of, may_be_mailed_again, usable
from accounts.membership import keeps_an_owner, may_be_invited, may_review
from accounts.naming import name_refused, tidied

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def codes(refusals):
    return [r.code for r in refusals]


@pytest.mark.parametrize(
    ("accepted", "revoked", "ends_in", "expected"),
    [
        (False, False, 1, []),
        (False, False, 0, ["invitation_expired"]),
        (False, False, -1, ["invitation_expired"]),
        (True, False, 1, ["invitation_used"]),
        (False, True, 1, ["invitation_revoked"]),
        (True, False, -1, ["invitation_used"]),
    ],
)
def test_an_invitation_is_good_once_and_until_it_ends(accepted, revoked, ends_in, expected):
    facts = InvitationFacts(accepted=accepted, revoked=revoked, expires_at=NOON + timedelta(seconds=ends_in))
    assert codes(usable(facts, NOON)) == expected


@pytest.mark.parametrize(
    ("invited", "signed_in", "is_staff", "is_active", "expected"),
    [
        ("li@example.com", "li@example.com", False, True, []),
        ("Li@Example.com", "lI@eXample.com", False, True, []),
        ("li@example.com", "wang@example.com", False, True, ["invitation_for_another"]),
        ("li@example.com", "li@example.com", True, True, ["staff_join_no_firm"]),
        ("li@example.com", "li@example.com", False, False, ["account_closed"]),
    ],
)
def test_an_invitation_is_for_one_address_in_any_capitals(invited, signed_in, is_staff, is_active, expected):
    assert codes(for_this_person(invited, signed_in, is_staff, is_active)) == expected


@pytest.mark.parametrize(
    ("seconds_ago", "expected"), [(None, []), (0, ["invitation_just_sent"]), (59, ["invitation_just_sent"]), (60, [])]
)
def test_a_mail_is_sent_again_after_a_minute(seconds_ago, expected):
    sent_at = None if seconds_ago is None else NOON - timedelta(seconds=seconds_ago)
    assert codes(may_be_mailed_again(sent_at, NOON)) == expected


def test_a_hash_tells_nothing_but_whether_it_is_the_same_link():
    assert hash_of("a") == hash_of("a") != hash_of("b")
    assert len(hash_of("a")) == 64


@pytest.mark.parametrize(
    ("owners", "without", "expected"),
    [([1, 2], 1, []), ([1], 1, ["last_owner"]), ([1], 2, []), ([], 1, ["last_owner"])],
)
def test_a_firm_keeps_an_owner(owners, without, expected):
    assert codes(keeps_an_owner(owners, without)) == expected


@pytest.mark.parametrize(
    ("is_member", "is_staff", "is_active", "expected"),
    [
        (False, False, True, []),
        (True, False, True, ["already_member"]),
        (False, True, True, ["staff_join_no_firm"]),
        (False, False, False, ["account_closed"]),
    ],
)
def test_strangers_are_invited_and_nobody_else(is_member, is_staff, is_active, expected):
    assert codes(may_be_invited(is_member=is_member, is_staff=is_staff, is_active=is_active)) == expected


@pytest.mark.parametrize(
    ("acts", "writers", "expected"),
    [
        ([], 0, []),
        ([], 1, []),
        (["a.b"], 1, ["review_needs_two_people"]),
        (["a.b"], 2, []),
        (["x.y"], 2, ["act_unknown"]),
        (["a.b", "x.y"], 1, ["act_unknown"]),
    ],
)
def test_two_steps_take_two_people(acts, writers, expected):
    assert codes(may_review(acts, ("a.b",), writers)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("李娜", []),
        ("محمد بن سلمان", []),
        ("O’Neill-Müller", []),
        ("3M", []),
        ("X" * 20, []),
        ("X" * 21, ["name_too_long"]),
        ("", ["name_missing"]),
        (" . ", ["name_missing"]),
        ("Eve\nBcc: all@example.com", ["name_not_one_line"]),
        ("Eve\r\nSubject: x", ["name_not_one_line"]),
        ("Eve\x00", ["name_not_one_line"]),
        ("Eve\u2028x", ["name_not_one_line"]),
        ("evil\u202egnp.exe", ["name_not_one_line"]),
    ],
)
def test_a_name_is_one_line_in_any_script(name, expected):
    assert codes(name_refused(name, longest=20)) == expected


def test_blanks_in_a_name_are_tidied_but_line_breaks_are_not_hidden():
    assert tidied("  Li   Na\u3000") == "Li Na"
    assert "\n" in tidied("Li\nNa")
