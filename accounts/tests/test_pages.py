"""The pages of people and firms, for nobody, reader, editor, owner, a rival's owner and staff; in both languages."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions.invitation import invite_member
from accounts.actions.invitation_mail import draw_invitation_link
from accounts.acts import ACTS_ALONGSIDE
from accounts.models import AuditEvent, Exporter, Invitation, Membership, StaffAuthority, User
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, UNDERWRITER, Role
from accounts.tasks import send_invitations
from accounts.tests.factories import exporter, member, operator, person, signed_in, staff
from portal.wording import WORDS as ALL_WORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm():
    return exporter(name="Nordlicht GmbH")


@pytest.fixture
def owner(firm):
    return member(firm, Role.OWNER, name="Olga Owner")


@pytest.fixture
def as_owner(client, owner, firm):
    return signed_in(client, owner, firm)


def page(client, name, *args, **query):
    return client.get(reverse(name, args=args), query)


# --- who may ----------------------------------------------------------------------------------------------------------

OWNERS_PAGES = ["members", "invite_member", "firm", "audit_trail"]
EVERYBODYS_PAGES = ["profile", "unsent_form", "mfa_index", "usersessions_list", "account_change_password"]


@pytest.mark.parametrize("name", OWNERS_PAGES)
def test_an_owners_pages_by_person(name, firm, owner):
    assert page(Client(), name).status_code == 302
    for role, status in ((Role.READER, 403), (Role.EDITOR, 403), (Role.OWNER, 200)):
        assert page(signed_in(Client(), member(firm, role), firm), name).status_code == status
    assert page(signed_in(Client(), person()), name).url == reverse("no_firm")
    assert page(signed_in(Client(), staff()), name).url == reverse("admin:index")


@pytest.mark.parametrize("name", EVERYBODYS_PAGES)
def test_everybodys_pages_ask_for_sign_in_only(name, firm):
    assert page(Client(), name).status_code == 302
    for somebody in (member(firm, Role.READER), person(), staff()):
        assert page(signed_in(Client(), somebody), name).status_code in (200, 302)
        assert "login" not in page(signed_in(Client(), somebody), name).headers.get("Location", "")


@pytest.mark.parametrize("name", ["change_role", "end_membership", "resend_invitation", "revoke_invitation"])
def test_a_rivals_rows_are_not_there(name, firm, owner):
    rival = member(exporter(), Role.OWNER)
    row = invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    pk = row.pk if "invitation" in name else owner.memberships.get().pk
    before = list(AuditEvent.objects.values_list("pk", flat=True))
    assert signed_in(Client(), rival).post(reverse(name, args=[pk]), {"role": "reader"}).status_code == 404
    for role in (Role.READER, Role.EDITOR):
        response = signed_in(Client(), member(firm, role)).post(reverse(name, args=[pk]), {"role": "reader"})
        assert response.status_code == 403
    assert list(AuditEvent.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    "name", ["change_role", "resend_invitation", "revoke_invitation", "switch_firm", "change_person"]
)
def test_what_changes_something_takes_a_form(as_owner, name):
    args = [1] if name not in ("switch_firm", "change_person") else []
    assert as_owner.get(reverse(name, args=args)).status_code == 405


# --- colleagues -------------------------------------------------------------------------------------------------------


def test_the_page_lists_colleagues_and_open_invitations(as_owner, owner, firm):
    member(firm, Role.READER, name="李娜")
    former = member(firm, Role.EDITOR, name="Former Fred")
    Membership.objects.filter(user=former).update(ended_at=timezone.now(), ended_by=owner)
    member(exporter(), Role.EDITOR, name="Rival Rita")
    invite_member(by=owner.pk, exporter=firm.pk, email="invited@example.com", role=Role.READER)
    text = page(as_owner, "members").content.decode()
    assert "李娜" in text and "invited@example.com" in text and "The mail is being sent" in text
    assert "Former Fred" not in text and "Rival Rita" not in text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"sent_at": timezone.now()}, "Waiting for an answer"),
        ({"mail_attempts": 8}, "The mail could not be sent"),
        ({"expires_at": timezone.now()}, "Expired"),
    ],
)
def test_the_page_says_how_an_invitation_stands(as_owner, owner, firm, columns, words):
    invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    Invitation.objects.update(**columns)
    assert words in page(as_owner, "members").content.decode()


def test_the_page_costs_the_same_queries_for_one_colleague_and_fifty(
    as_owner, owner, firm, django_assert_max_num_queries
):
    page(as_owner, "members")
    with django_assert_max_num_queries(100) as few:
        page(as_owner, "members")
    for number in range(50):
        member(firm, Role.READER)
        invite_member(by=owner.pk, exporter=firm.pk, email=f"n{number}@example.com", role=Role.READER)
    with django_assert_max_num_queries(len(few)):
        assert page(as_owner, "members").status_code == 200


def test_an_owner_invites_by_the_form(as_owner, firm):
    response = as_owner.post(
        reverse("invite_member"), {"email": "New@Example.com", "name": "王芳", "role": "editor", "language": "zh-hans"}
    )
    assert response.url == reverse("members")
    assert Invitation.objects.get().email == "new@example.com"
    assert "on its way" in page(as_owner, "members").content.decode()


def test_a_refusal_stands_at_its_field_and_nothing_typed_is_lost(as_owner, owner):
    typed = {"email": owner.email, "name": "Me", "role": "reader", "language": "en"}
    response = as_owner.post(reverse("invite_member"), typed)
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"email"}
    assert f'value="{owner.email}"' in response.content.decode()


def test_roles_are_changed_and_colleagues_removed(as_owner, firm):
    editor = member(firm, Role.EDITOR)
    place = editor.memberships.get()
    as_owner.post(reverse("change_role", args=[place.pk]), {"role": "reader"})
    place.refresh_from_db()
    assert place.role == Role.READER
    assert editor.name in page(as_owner, "end_membership", place.pk).content.decode()
    as_owner.post(reverse("end_membership", args=[place.pk]))
    place.refresh_from_db()
    assert place.ended_at is not None
    assert page(signed_in(Client(), editor), "members").url == reverse("no_firm")


def test_the_last_owner_is_told_why_not(as_owner, owner):
    response = as_owner.post(reverse("leave_firm"), follow=True)
    assert "keeps at least one owner" in response.content.decode()
    response = as_owner.post(reverse("change_role", args=[owner.memberships.get().pk]), {"role": "reader"}, follow=True)
    assert "keeps at least one owner" in response.content.decode()


def test_a_reader_leaves(firm, client, owner):
    reader = signed_in(client, member(firm, Role.READER))
    assert firm.name in page(reader, "leave_firm").content.decode()
    assert reader.post(reverse("leave_firm")).url == reverse("profile")
    assert page(reader, "no_firm").status_code == 200
    assert page(reader, "members").url == reverse("no_firm")


def test_an_invitation_is_sent_again_and_withdrawn(as_owner, owner, firm):
    row = invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    assert as_owner.post(reverse("resend_invitation", args=[row.pk])).url == reverse("members")
    as_owner.post(reverse("revoke_invitation", args=[row.pk]))
    row.refresh_from_db()
    assert row.revoked_at is not None


# --- the firm, its trail ----------------------------------------------------------------------------------------------


def test_two_steps_are_switched_on_and_off(as_owner, firm):
    member(firm, Role.EDITOR)
    as_owner.post(reverse("firm"), {"reviewed_acts": ["claims.file_claim"]})
    firm.refresh_from_db()
    assert firm.reviewed_acts == ["claims.file_claim"]
    as_owner.post(reverse("firm"), {})
    firm.refresh_from_db()
    # An empty form is a switch that is off, not a page that was only looked at.
    assert firm.reviewed_acts == []


def test_two_steps_need_two_people(as_owner):
    response = as_owner.post(reverse("firm"), {"reviewed_acts": ["claims.file_claim"]})
    assert "invite a second owner or editor" in response.content.decode()


def test_the_trail_says_who_did_what_in_words(as_owner, owner, firm):
    invite_member(by=owner.pk, exporter=firm.pk, email="n@example.com", role=Role.READER)
    AuditEvent.objects.create(action="some_new_act", subject="x:1", exporter=firm, details={"amount": "oops"})
    AuditEvent.objects.create(action="secret_of_staff", subject="x:1", details={})
    text = page(as_owner, "audit_trail").content.decode()
    assert "Invited a colleague" in text and "n@example.com" in text and "Olga Owner" in text
    assert "some new act" in text and "The portal" in text
    assert "secret" not in text


def test_the_trail_does_not_tell_where_the_insurers_people_sit(as_owner, firm):
    AuditEvent.objects.create(action="x", subject="x:1", exporter=firm, by=staff(name="Una"), address="192.0.2.9")
    text = page(as_owner, "audit_trail").content.decode()
    assert "Una" in text and "192.0.2.9" not in text


def test_the_trail_is_filtered_by_person_and_act(as_owner, owner, firm):
    for by, act in ((owner, "one"), (None, "two"), (member(firm), "two")):
        AuditEvent.objects.create(action=act, subject="x:1", exporter=firm, by=by)

    def rows(**query):
        return [row["event"].action for row in page(as_owner, "audit_trail", **query).context["rows"]]

    AuditEvent.objects.create(action="tell", subject="x:1", exporter=firm)
    earlier = timezone.now() - timedelta(days=9)
    AuditEvent.objects.create(action="zero", subject="x:1", exporter=firm, at=earlier)  # written later, done before
    assert rows() == ["two", "two", "one", "zero"]
    assert rows(all="1") == ["tell", "two", "two", "one", "zero"]
    assert rows(act="tell") == ["tell"]
    AuditEvent.objects.create(action="zero", subject="x:2", exporter=exporter(), at=earlier)
    assert rows(person=str(owner.pk)) == ["one"]
    assert rows(person="0") == ["two", "zero"]
    assert rows(act="two") == ["two", "two"]
    assert rows(act="two", person=str(owner.pk)) == []
    assert rows(act="nonsense", person="x'; --") == ["two", "two", "one", "zero"]


def test_the_trail_names_acts_alongside_only_where_all_are_shown(as_owner, firm):
    AuditEvent.objects.create(action="tell", subject="x:1", exporter=firm)
    assert "Sent a notice" not in page(as_owner, "audit_trail").content.decode()
    text = page(as_owner, "audit_trail", all="1").content.decode()
    assert "Sent a notice" in text and 'name="all" value="1" id="all" checked' in text


def test_every_act_alongside_is_an_act():
    assert {name.removeprefix("audit_") for name in ALL_WORDS if name.startswith("audit_")} >= ACTS_ALONGSIDE


def test_the_trail_costs_the_same_queries_for_one_event_and_fifty(as_owner, owner, firm, django_assert_max_num_queries):
    AuditEvent.objects.create(action="x", subject="x:1", exporter=firm, by=owner)
    page(as_owner, "audit_trail")
    with django_assert_max_num_queries(100) as few:
        page(as_owner, "audit_trail")
    for _ in range(60):
        AuditEvent.objects.create(action="x", subject="x:1", exporter=firm, by=owner)
    with django_assert_max_num_queries(len(few)):
        response = page(as_owner, "audit_trail")
    assert len(response.context["rows"]) == 50
    older = as_owner.get(reverse("audit_trail") + response.context["page"].next_url)
    assert len(older.context["rows"]) == 11


# --- one's own pages --------------------------------------------------------------------------------------------------


def test_a_person_changes_name_and_language(as_owner, owner):
    response = as_owner.post(reverse("profile"), {"name": "欧尔加", "language": "zh-hans"}, follow=True)
    owner.refresh_from_db()
    assert (owner.name, owner.language) == ("欧尔加", "zh-hans")
    text = response.content.decode()
    assert 'lang="zh-Hans"' in text and "已保存。" in text


def test_a_name_that_is_none_stands_at_its_field(as_owner):
    response = as_owner.post(reverse("profile"), {"name": "Eve\nBcc: x", "language": "en"})
    assert "one line of text" in response.content.decode()


@pytest.mark.parametrize(("browser", "lang"), [("zh-CN,zh;q=0.9", "zh-Hans"), ("en-GB", "en"), ("fr", "en")])
def test_the_first_language_is_the_browsers(browser, lang):
    response = Client(headers={"accept-language": browser}).get(reverse("account_login"))
    assert f'lang="{lang}"' in response.content.decode()


def test_ones_own_choice_goes_before_the_browsers(owner, firm):
    owner.language = "zh-hans"
    owner.save()
    browser = signed_in(Client(headers={"accept-language": "en"}), owner)
    assert 'lang="zh-Hans"' in page(browser, "profile").content.decode()


def test_what_the_browser_asks_for_is_remembered_while_nobody_chose(owner):
    def seen(asked: str) -> str:
        page(signed_in(Client(headers={"accept-language": asked}), owner), "profile")
        owner.refresh_from_db()
        return owner.browser_language

    assert owner.mail_language() == "en"
    assert seen("zh-CN,zh;q=0.9") == owner.mail_language() == "zh-hans"
    assert seen("en-GB") == owner.mail_language() == "en"
    owner.language = "zh-hans"
    owner.save()
    assert seen("en-GB") == "en" and owner.mail_language() == "zh-hans"  # one's own choice goes before it


def test_one_switches_between_ones_firms_only(client, firm):
    other, rivals = exporter(name="Zweite AG"), exporter()
    both = member(firm, Role.READER)
    member(other, Role.OWNER, user=both)
    signed_in(client, both, firm)
    assert page(client, "members").status_code == 403
    assert client.post(reverse("switch_firm"), {"firm": other.pk}).url == reverse("home")
    assert page(client, "members").status_code == 200
    for wrong in (rivals.pk, "", "x", "-1", "99999999999999999999", "9" * 5000, "²"):
        assert client.post(reverse("switch_firm"), {"firm": wrong}).status_code == 404


def test_who_works_for_no_firm_is_told_so(client):
    signed_in(client, person())
    assert page(client, "home").url == reverse("no_firm")
    assert "work for no firm" in page(client, "no_firm").content.decode()


def test_who_works_for_a_firm_is_not_told_otherwise(as_owner):
    assert page(as_owner, "no_firm").url == reverse("home")


# --- coming in --------------------------------------------------------------------------------------------------------


def link(owner, firm, email, role=Role.EDITOR, **more) -> str:
    row = invite_member(by=owner.pk, exporter=firm.pk, email=email, role=role, **more)
    return reverse("open_invitation", args=[draw_invitation_link(by=None, invitation=row.pk)])


def test_somebody_new_comes_in(client, owner, firm):
    invite_member(by=owner.pk, exporter=firm.pk, email="new@example.com", role=Role.EDITOR, name="李娜")
    send_invitations()
    path = next(line for line in mail.outbox[0].body.splitlines() if "/invitation/" in line).partition("8000")[2]
    response = client.get(path)
    assert response.url == reverse("invitation")
    text = page(client, "invitation").content.decode()
    assert "Nordlicht GmbH" in text and 'value="李娜"' in text
    weak = client.post(reverse("invitation"), {"name": "李娜", "password": "short"})
    assert weak.context["form"].errors.keys() == {"password"}
    done = client.post(reverse("invitation"), {"name": "李娜", "password": "a long enough pass phrase"})
    assert done.url == reverse("home")
    assert page(client, "profile").status_code == 200
    assert client.session["firm"] == firm.pk
    made = User.objects.get(email="new@example.com")
    assert "this one" in page(client, "usersessions_list").content.decode()
    assert client.get(path, follow=True).redirect_chain[-1][0] == reverse("home")
    assert made.memberships.count() == 1


def test_somebody_known_signs_in_first_and_joins(client, owner, firm):
    known = member(exporter(), Role.READER)
    client.get(link(owner, firm, known.email.upper()))
    assert "Sign in with it to join" in page(client, "invitation").content.decode()
    sign_in = {"login": known.email, "password": "correct horse battery", "next": reverse("invitation")}
    assert client.post(reverse("account_login"), sign_in).url == reverse("invitation")
    assert "Join" in page(client, "invitation").content.decode()
    assert not known.memberships.filter(exporter=firm).exists()  # looking is not joining
    assert client.post(reverse("invitation")).url == reverse("home")
    assert known.memberships.filter(exporter=firm).exists()


def test_the_wrong_person_is_told_and_helped(client, owner, firm):
    wrong = signed_in(client, member(exporter(), Role.READER))
    wrong.get(link(owner, firm, "right@example.com"))
    text = page(wrong, "invitation").content.decode()
    assert "This invitation is for right@example.com" in text
    assert wrong.post(reverse("invitation")).status_code == 200
    assert wrong.post(reverse("change_person")).url == reverse("invitation")
    assert 'name="password"' in page(wrong, "invitation").content.decode()


def test_staff_cannot_join(client, owner, firm):
    path = link(owner, firm, "una@insurer.example")
    made = staff(email="una@insurer.example")
    signed_in(client, made).get(path)
    assert "cannot work for a firm" in page(client, "invitation").content.decode()


@pytest.mark.parametrize(
    ("columns", "status", "words"),
    [
        ({"expires_at": timezone.now()}, 410, "This invitation ended on"),
        ({"revoked_at": timezone.now()}, 410, "was withdrawn"),
        ({"accepted_at": timezone.now()}, 410, "accepted already"),
        ({"token_sha256": "x"}, 404, "This link does not work"),
    ],
)
def test_a_dead_link_says_why(client, owner, firm, columns, status, words):
    path = link(owner, firm, "n@example.com")
    for name in ("revoked", "accepted"):
        if f"{name}_at" in columns:
            columns = {**columns, f"{name}_by": owner}
    Invitation.objects.update(**columns)
    response = client.get(path, follow=True)
    assert response.status_code == status and words in response.content.decode()


def test_a_link_revoked_while_its_page_was_open_is_refused(client, owner, firm):
    known = person()
    signed_in(client, known).get(link(owner, firm, known.email))
    page(client, "invitation")
    Invitation.objects.update(revoked_at=timezone.now(), revoked_by=owner)
    assert client.post(reverse("invitation")).status_code == 410


def test_opening_a_link_changes_nothing(client, owner, firm):
    path = link(owner, firm, "n@example.com")
    for _ in range(3):
        Client().get(path, follow=True)
    assert Invitation.objects.get().accepted_at is None


# --- the office -------------------------------------------------------------------------------------------------------

FIRM = {
    "name": "Hansa Werke AG", "country": "DE", "registration": "HRB 4711", "owner_name": "Olga",
    "owner_email": "olga@example.com", "owner_language": "en",
}  # fmt: skip


def test_a_policy_administrator_creates_a_firm_in_the_office(client):
    signed_in(client, staff(POLICY_ADMINISTRATOR))
    assert client.get("/office/accounts/exporter/add/").status_code == 200
    client.post("/office/accounts/exporter/add/", FIRM)
    made = Exporter.objects.get(name="Hansa Werke AG")
    assert made.invitations.get().role == Role.OWNER
    again = client.post("/office/accounts/exporter/add/", FIRM)
    assert "Hansa Werke AG" in str(again.context["form"].errors["registration"])
    wrong = client.post("/office/accounts/exporter/add/", {**FIRM, "registration": "", "owner_email": staff().email})
    assert wrong.context["form"].errors.keys() == {"owner_email"}


def test_other_staff_look_at_firms_only(client, firm):
    signed_in(client, staff(UNDERWRITER))
    assert client.get("/office/accounts/exporter/").status_code == 200
    assert client.get(f"/office/accounts/exporter/{firm.pk}/change/").status_code == 200
    assert client.post(f"/office/accounts/exporter/{firm.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post("/office/accounts/exporter/add/", FIRM).status_code == 403
    assert client.post(f"/office/accounts/exporter/{firm.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_authority_is_set_in_the_office(client):
    underwriter = staff(UNDERWRITER)
    signed_in(client, staff(POLICY_ADMINISTRATOR))
    typed = {"user": underwriter.pk, "amount": "250000", "best_grade": "1", "worst_grade": "6"}
    client.post("/office/accounts/staffauthority/add/", typed)
    row = StaffAuthority.objects.get()
    assert (row.user, row.amount, row.currency) == (underwriter, 250_000, "EUR")
    page_of_row = client.get(f"/office/accounts/staffauthority/{row.pk}/change/")
    assert page_of_row.status_code == 200 and "250000" in page_of_row.content.decode()
    wrong = client.post("/office/accounts/staffauthority/add/", {**typed, "best_grade": "7"})
    assert wrong.context["form"].errors.keys() == {"worst_grade"}
    assert client.get("/office/accounts/staffauthority/99999/change/").status_code == 404
    assert signed_in(Client(), staff(CLAIMS_HANDLER)).post(
        "/office/accounts/staffauthority/add/", typed
    ).status_code == 403  # fmt: skip


def test_the_operator_appoints_staff_who_get_a_mail_for_their_password(client):
    signed_in(client, operator())
    typed = {"email": "una@insurer.example", "name": "Una", "groups": [UNDERWRITER]}
    response = client.post("/office/accounts/user/add/", typed)
    made = User.objects.get(email="una@insurer.example")
    assert response.url == f"/office/accounts/user/{made.pk}/change/"
    assert [m.to for m in mail.outbox] == [["una@insurer.example"]]
    assert client.get(f"/office/accounts/user/add/?person={made.pk}").context["form"].initial["groups"] == [UNDERWRITER]
    assert client.post("/office/accounts/user/add/", {**typed, "groups": []}).status_code == 200
    refused = client.post("/office/accounts/user/add/", {**typed, "email": person().email})
    assert refused.context["form"].errors.keys() == {"email"}
    assert signed_in(Client(), staff(POLICY_ADMINISTRATOR)).post("/office/accounts/user/add/", typed).status_code == 403


def test_the_operator_closes_and_reopens_accounts_and_takes_lost_factors_away(client):
    by, other = operator(), staff()
    signed_in(client, by)
    act = f"/office/accounts/user/{other.pk}/act/"
    assert (
        "Take the lost second factor away" in client.get(f"/office/accounts/user/{other.pk}/change/").content.decode()
    )
    client.post(act, {"act": "close_account"})
    other.refresh_from_db()
    assert not other.is_active
    client.post(act, {"act": "reopen_account"})
    client.post(act, {"act": "reset_second_factor"})
    client.post(act, {"act": "make_king"})
    other.refresh_from_db()
    assert other.is_active and not other.authenticator_set.exists()
    own = client.post(f"/office/accounts/user/{by.pk}/act/", {"act": "close_account"}, follow=True)
    assert "Nobody closes their own account" in own.content.decode()
    assert client.get(act).status_code == 405
    assert signed_in(Client(), staff(POLICY_ADMINISTRATOR)).post(act, {"act": "close_account"}).status_code == 403


def test_a_closed_account_is_out_with_the_next_page(as_owner, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert page(as_owner, "profile").status_code == 302


def test_the_trail_in_the_office_is_only_looked_at(client):
    row = AuditEvent.objects.create(action="x", subject="x:1")
    signed_in(client, operator())
    assert "<h1>Audit trail</h1>" in client.get("/office/accounts/auditevent/").content.decode()
    assert client.get(f"/office/accounts/auditevent/{row.pk}/change/").status_code == 200
    for path in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
        assert client.post(f"/office/accounts/auditevent/{path}", {"action": "y", "post": "yes"}).status_code == 403


def test_the_offices_filter_of_the_trail_names_acts_in_words(client):
    firm = exporter()
    for act in ("invite_member", "some_new_act"):
        AuditEvent.objects.create(action=act, subject="x:1", exporter=firm)
    text = signed_in(client, operator()).get("/office/accounts/auditevent/").content.decode()
    filters = text[text.index('id="changelist-filter"') :]
    assert "Invited a colleague" in filters and "some new act" in filters and ">invite_member<" not in filters
    found = client.get("/office/accounts/auditevent/?act=invite_member").context["cl"].queryset
    assert [event.action for event in found] == ["invite_member"]


def test_people_are_seen_by_policy_administrators_only(client):
    assert signed_in(client, staff(UNDERWRITER)).get("/office/accounts/user/").status_code == 403
    assert signed_in(Client(), staff(POLICY_ADMINISTRATOR)).get("/office/accounts/user/").status_code == 200


# --- both languages ---------------------------------------------------------------------------------------------------

ALL_PAGES = [*OWNERS_PAGES, *EVERYBODYS_PAGES, "leave_firm", "no_firm", "mfa_activate_totp", "account_reauthenticate",
             "account_login", "account_reset_password", "account_reset_password_done", "account_logout"]  # fmt: skip


@pytest.mark.parametrize("name", ALL_PAGES)
def test_every_page_is_there_in_chinese(name, firm, owner):
    owner.language = "zh-hans"
    owner.save()
    somebody = person(language="zh-hans") if name == "no_firm" else owner
    browser = Client(headers={"accept-language": "zh-CN"})
    if not name.startswith(("account_login", "account_reset")):
        signed_in(browser, somebody, firm)
    response = browser.get(reverse(name), follow=True)
    text = response.content.decode()
    assert response.status_code == 200 and 'lang="zh-Hans"' in text
    assert "style=" not in text and "<script>" not in text and "onclick" not in text


def test_every_word_of_this_floor_is_there_in_chinese():
    from accounts.wording import DETAILS, OUTCOMES, WORDS

    with translation.override("zh-hans"):
        chinese = {code: str(words) for code, words in {**WORDS, **DETAILS, **OUTCOMES}.items()}
    with translation.override("en"):
        english = {code: str(words) for code, words in {**WORDS, **DETAILS, **OUTCOMES}.items()}
    assert [code for code in chinese if chinese[code] == english[code]] == []


@pytest.mark.parametrize(
    "table", ["auth/group", "account/emailaddress", "mfa/authenticator", "usersessions/usersession"]
)
def test_the_office_has_no_pages_for_the_sign_in_librarys_own_tables(client, table):
    assert signed_in(client, operator()).get(f"/office/{table}/").status_code == 404
