"""The insurer's own people: appointed by the operator, authorised by a colleague, never by themselves."""

from decimal import Decimal

import pytest
from allauth.mfa.utils import is_mfa_enabled

from accounts.actions.person import change_profile, choose_language
from accounts.actions.staff import appoint_staff, close_account, reopen_account, reset_second_factor, set_authority
from accounts.models import AuditEvent, StaffAuthority
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER, Role
from accounts.tests.factories import exporter, member, operator, person, staff
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db
LIMITS = {"amount": Decimal("250000"), "currency": "EUR", "best_grade": 1, "worst_grade": 7}


def refused(act, **arguments) -> list[str]:
    with pytest.raises(Refused) as found:
        act(**arguments)
    return [r.code for r in found.value.refusals]


def test_the_operator_appoints_staff_and_changes_their_groups():
    by = operator().pk
    first = appoint_staff(by=by, email="U@Insurer.example", name="Una", groups=[UNDERWRITER])
    assert first.is_staff and not first.has_usable_password() and first.email == "u@insurer.example"
    again = appoint_staff(by=by, email="u@insurer.example", name="Una U", groups=[SENIOR_UNDERWRITER, CLAIMS_HANDLER])
    assert (again.pk, again.name) == (first.pk, "Una U")
    assert again.staff_groups() == {SENIOR_UNDERWRITER, CLAIMS_HANDLER}


def test_only_the_operator_appoints():
    for by in (staff(POLICY_ADMINISTRATOR), person()):
        with pytest.raises(NotAllowed):
            appoint_staff(by=by.pk, email="u@insurer.example", name="Una", groups=[UNDERWRITER])


def test_nobody_sits_on_both_sides_of_the_desk():
    editor = member(exporter(), Role.EDITOR)
    ask = {"by": operator().pk, "name": "E", "groups": [UNDERWRITER]}
    assert refused(appoint_staff, email=editor.email.upper(), **ask) == ["works_for_a_firm"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"email": "x"}, "email_malformed"),
        ({"name": "\r"}, "name_not_one_line"),
        ({"groups": []}, "group_unknown"),
        ({"groups": ["king"]}, "group_unknown"),
    ],
)
def test_an_appointment_written_wrong_is_refused(given, code):
    ask = {"email": "u@insurer.example", "name": "Una", "groups": [UNDERWRITER], **given}
    assert code in refused(appoint_staff, by=operator().pk, **ask)


def test_an_authority_is_set_by_a_policy_administrator_and_the_former_one_stays_in_the_trail():
    by, underwriter = staff(POLICY_ADMINISTRATOR), staff(UNDERWRITER)
    set_authority(by=by.pk, user=underwriter.pk, **LIMITS)
    row = set_authority(by=by.pk, user=underwriter.pk, **{**LIMITS, "amount": Decimal("300000")})
    assert StaffAuthority.objects.get() == row
    assert row.facts().amount == Decimal("300000")
    assert AuditEvent.objects.latest("id").details["former_amount"] == "250000.0000"


def test_nobody_sets_their_own_authority_nor_a_firms_persons():
    by = staff(POLICY_ADMINISTRATOR)
    assert refused(set_authority, by=by.pk, user=by.pk, **LIMITS) == ["own_authority"]
    assert refused(set_authority, by=by.pk, user=person().pk, **LIMITS) == ["not_staff"]
    assert refused(set_authority, by=by.pk, user=staff().pk, **{**LIMITS, "currency": "USD"}) == [
        "authority_not_in_house_currency"
    ]
    with pytest.raises(NotAllowed):
        set_authority(by=staff(SENIOR_UNDERWRITER).pk, user=staff().pk, **LIMITS)


def test_a_lost_second_factor_is_taken_away_by_the_operator_alone():
    by, underwriter = operator(), staff()
    reset_second_factor(by=by.pk, user=underwriter.pk)
    assert not is_mfa_enabled(underwriter)
    assert refused(reset_second_factor, by=by.pk, user=by.pk) == ["own_second_factor"]
    with pytest.raises(NotAllowed):
        reset_second_factor(by=staff(POLICY_ADMINISTRATOR).pk, user=underwriter.pk)


def test_a_closed_account_is_reopened():
    by, other = operator(), person()
    assert not close_account(by=by.pk, user=other.pk).is_active
    assert reopen_account(by=by.pk, user=other.pk).is_active
    assert refused(close_account, by=by.pk, user=by.pk) == ["own_account"]
    for act in (close_account, reopen_account):
        with pytest.raises(NotAllowed):
            act(by=staff(POLICY_ADMINISTRATOR).pk, user=other.pk)


def test_the_account_of_a_firms_last_owner_is_not_closed():
    firm, by = exporter(), operator()
    owner = member(firm, Role.OWNER)
    assert refused(close_account, by=by.pk, user=owner.pk) == ["last_owner"]
    member(firm, Role.OWNER)
    assert not close_account(by=by.pk, user=owner.pk).is_active


def test_a_person_chooses_name_and_language():
    one = person(name="Old")
    assert choose_language(by=one.pk, language="zh-hans").language == "zh-hans"
    assert choose_language(by=one.pk, language="").language == ""
    changed = change_profile(by=one.pk, name=" محمد  علي ", language="en")
    assert (changed.name, changed.language) == ("محمد علي", "en")
    assert refused(choose_language, by=one.pk, language="tlh") == ["language_unknown"]
    assert refused(change_profile, by=one.pk, name="x\ny", language="tlh") == ["name_not_one_line", "language_unknown"]
