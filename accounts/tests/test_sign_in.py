"""Signing in: by e-mail address, counted, with one answer for every failure, and back to where one was going."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models.roles import POLICY_ADMINISTRATOR, Role
from accounts.tasks import forget_ended_sessions
from accounts.tests.factories import PASSWORD, exporter, member, person, signed_in, staff

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def firm():
    return exporter()


def try_in(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_one_signs_in_by_address_in_any_capitals(client, firm):
    editor = member(firm, Role.EDITOR, email="li.na@example.com")
    response = try_in(client, "Li.Na@Example.COM")
    assert response.url == "/" and client.session["_auth_user_id"] == str(editor.pk)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, firm):
    member(firm, Role.EDITOR, email="known@example.com")
    answers = []
    for email in ("known@example.com", "unknown@example.com"):
        page = try_in(client, email, "wrong").content.decode()
        answers.append(re.sub(r'value="[^"]*"', "", page))
    assert answers[0] == answers[1]
    assert "not correct" in answers[0]


def test_tries_are_counted_by_address(client):
    person(email="known@example.com")
    for _ in range(5):
        try_in(client, "known@example.com", "wrong")
    page = try_in(client, "known@example.com").content.decode()
    assert "Too many failed" in page and "_auth_user_id" not in client.session


def test_tries_are_counted_by_network_address(client):
    for number in range(30):
        try_in(client, f"x{number}@example.com", "wrong")
    response = try_in(client, "y@example.com", "wrong")
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()


def test_counted_tries_are_kept_in_the_cache_and_not_in_one_process(client):
    assert settings.CACHES["default"]["BACKEND"].endswith("RedisCache")


def test_a_closed_account_does_not_get_in(client):
    closed = person(is_active=False)
    try_in(client, closed.email)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/email/", "/accounts/password/set/"])
def test_nobody_signs_up_or_changes_an_address_by_themselves(client, firm, path):
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "x@example.com", "password1": PASSWORD}).status_code == 404
    owner = member(firm, Role.OWNER)
    assert signed_in(client, owner).post(path, {"email": "x@example.com", "action_add": ""}).status_code == 404


def test_a_page_asked_for_is_where_one_comes_out(client, firm):
    owner = member(firm, Role.OWNER)
    asked = client.get("/accounts/firm/members/?x=1")
    assert asked.url == f"{LOGIN}?next=/accounts/firm/members/%3Fx%3D1"
    page = client.get(asked.url).content.decode()
    assert 'name="next"' in page
    assert try_in(client, owner.email, next="/accounts/firm/members/?x=1").url == "/accounts/firm/members/?x=1"


def test_another_site_is_not_where_one_comes_out(client, firm):
    owner = member(firm, Role.OWNER)
    assert try_in(client, owner.email, next="https://evil.example/").url == "/"


def test_the_session_ends_with_the_browser(client, firm):
    owner = member(firm, Role.OWNER)
    try_in(client, owner.email)
    assert client.cookies["sessionid"]["max-age"] == ""


# --- a form sent after the session's end ------------------------------------------------------------------------------


def test_a_form_sent_without_a_session_comes_back_as_typed(client, firm):
    owner = member(firm, Role.OWNER)
    page = "http://testserver" + reverse("invite_member")
    typed = {"email": "new@example.com", "name": "李娜", "role": "reader", "language": "en"}
    response = client.post(reverse("invite_member"), typed, headers={"referer": page})
    assert response.url == f"{LOGIN}?next=%2Faccounts%2Funsent%2F"
    assert "comes back as you typed it" in client.get(response.url).content.decode()
    assert try_in(client, owner.email, next="/accounts/unsent/").url == "/accounts/unsent/"
    offered = client.get("/accounts/unsent/").content.decode()
    assert f'action="{reverse("invite_member")}"' in offered
    for name, value in typed.items():
        assert f'name="{name}" value="{value}"' in offered
    assert client.post(reverse("invite_member"), typed).url == reverse("members")


def test_what_was_not_sent_can_be_forgotten(client, firm):
    owner = member(firm, Role.OWNER)
    page = "http://testserver" + reverse("members") + "?p=1"
    client.post(reverse("revoke_invitation", args=[1]), {"x": "y"}, headers={"referer": page})
    try_in(client, owner.email)
    assert client.post("/accounts/unsent/").url == reverse("members") + "?p=1"
    assert client.get("/accounts/unsent/").url == "/"


def test_passwords_are_not_kept(client):
    response = client.post(reverse("account_change_password"), {"oldpassword": "secret", "password1": "x"})
    assert "unsent" not in client.session and "secret" not in str(dict(client.session))
    assert "next=" in response.url


def test_a_form_too_large_or_empty_leads_to_sign_in_and_its_page(client):
    page = {"referer": "http://testserver" + reverse("members")}
    for typed in ({"x": "y" * 70_000}, {}):
        response = client.post(reverse("change_role", args=[1]), typed, headers=page)
        assert response.url == f"{LOGIN}?next=%2Faccounts%2Ffirm%2Fmembers%2F"
    assert client.post(reverse("profile"), {}, headers={"referer": "https://evil.example/x"}).url.endswith(
        "next=%2Faccounts%2Fprofile%2F"
    )


def test_what_was_kept_is_forgotten_after_half_an_hour(client, firm, time_machine):
    owner = member(firm, Role.OWNER)
    time_machine.move_to("2026-11-21T10:00:00Z", tick=False)
    client.post(reverse("profile"), {"name": "x"})
    time_machine.move_to("2026-11-21T10:30:01Z", tick=False)
    try_in(client, owner.email)
    assert client.get("/accounts/unsent/").url == "/"


def test_files_that_could_not_be_kept_are_named(client, firm, tmp_path):
    owner = member(firm, Role.OWNER)
    paper = tmp_path / "contract.pdf"
    paper.write_bytes(b"%PDF-")
    with paper.open("rb") as upload:
        client.post(reverse("profile"), {"name": "x", "paper": upload})
    try_in(client, owner.email)
    assert "contract.pdf" in client.get("/accounts/unsent/").content.decode()


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client):
    response = client.get(
        reverse("profile"), headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/limits/ask/7/?a=b"}
    )
    assert response.headers["HX-Redirect"] == f"{LOGIN}?next=%2Flimits%2Fask%2F7%2F%3Fa%3Db"


@pytest.mark.parametrize("address", ["http://[::1", "https://evil.example/x/", ""])
def test_a_part_of_a_page_that_is_not_ours_leads_home_after_sign_in(client, address):
    response = client.get(reverse("profile"), headers={"HX-Request": "true", "HX-Current-URL": address})
    assert response.headers["HX-Redirect"] == f"{LOGIN}?next=%2F"


def test_a_form_from_a_page_with_two_slashes_leads_to_no_other_host(client):
    client.post(reverse("profile"), {"name": "x"}, headers={"Referer": "http://testserver//evil.example/"})
    assert client.session["unsent"]["page"] == "/evil.example/"


def test_a_preview_does_not_lead_away_from_the_form_it_stands_beside(client):
    response = client.post(reverse("profile"), {"name": "typed"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "HX-Redirect" not in response.headers
    assert "nothing that you typed is lost" in response.content.decode()


def test_a_late_preview_leaves_the_cookie_of_the_session_that_keeps_the_form(client):
    client.cookies["sessionid"] = "ended-long-ago"
    response = client.post(reverse("profile"), {"name": "typed"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert "sessionid" not in response.cookies


# --- the password -----------------------------------------------------------------------------------------------------


def link_of(message) -> str:
    return re.search(r"https?://\S+/password/reset/key/\S+", message.body)[0].removeprefix(settings.SITE_URL)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "A new password for Fairlead", "Hello 李娜,"),
        ("zh-hans", "设置新的 Fairlead 密码", "李娜，您好："),
    ],
)
def test_a_forgotten_password_is_replaced_by_a_link_in_the_persons_language(client, language, subject, words):
    one = person(name="李娜", language=language)
    response = client.post(reverse("account_reset_password"), {"email": one.email.upper()})
    assert response.url == reverse("account_reset_password_done")
    (message,) = mail.outbox
    assert message.subject == subject and words in message.body and "example.com]" not in message.subject
    assert settings.SITE_URL in message.body
    form = client.get(link_of(message), follow=True)
    new = {"password1": "another long pass phrase", "password2": "another long pass phrase"}
    client.post(form.redirect_chain[-1][0], new)
    one.refresh_from_db()
    assert one.check_password("another long pass phrase")
    assert "_auth_user_id" not in client.session
    assert client.get(link_of(message)).status_code == 200  # says that the link does not work any more
    assert len(mail.outbox) == 2  # and the change is told


def test_an_unknown_address_gets_the_same_page_and_another_mail(client):
    response = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert response.url == reverse("account_reset_password_done")
    (message,) = mail.outbox
    assert message.to == ["nobody@example.com"] and "no account" in message.body


def test_a_forged_host_does_not_get_into_the_mail(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    one = person()
    client.post(reverse("account_reset_password"), {"email": one.email}, headers={"host": "evil.example"})
    assert "evil.example" not in mail.outbox[0].body


def test_a_mail_server_that_is_down_is_no_error_page(client, monkeypatch):
    monkeypatch.setattr(
        "django.core.mail.EmailMultiAlternatives.send", lambda message: (_ for _ in ()).throw(OSError("down"))
    )
    response = client.post(reverse("account_reset_password"), {"email": person().email}, follow=True)
    assert response.status_code == 200
    assert "could not be sent just now" in response.content.decode()


def test_a_changed_password_is_told_and_ends_other_sessions(client, firm):
    owner = member(firm, Role.OWNER)
    other = signed_in(Client(), owner)
    signed_in(client, owner)
    new = {"oldpassword": PASSWORD, "password1": "another long pass phrase", "password2": "another long pass phrase"}
    client.post(reverse("account_change_password"), new)
    assert [m.to for m in mail.outbox] == [[owner.email]]
    assert client.get(reverse("profile")).status_code == 200
    assert other.get(reverse("profile")).status_code == 302


# --- sessions ---------------------------------------------------------------------------------------------------------


def test_sessions_are_listed_and_the_others_ended(client, firm):
    owner = member(firm, Role.OWNER)
    other = Client(headers={"user-agent": "Old laptop"})
    for browser in (client, other):
        try_in(browser, owner.email)
        browser.get(reverse("profile"))
    assert "Old laptop" in client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("profile")).status_code == 302
    assert client.get(reverse("profile")).status_code == 200
    assert Session.objects.count() == 1


def test_ended_sessions_are_forgotten(client, firm, time_machine):
    time_machine.move_to("2026-11-20T10:00:00Z", tick=False)
    signed_in(client, member(firm, Role.OWNER))
    time_machine.move_to("2026-12-20T10:00:00Z", tick=False)
    forget_ended_sessions()
    assert not Session.objects.exists()


def test_signing_out_takes_a_click_not_a_link(client, firm):
    signed_in(client, member(firm, Role.OWNER))
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("profile")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("profile")).status_code == 302


def test_the_admin_has_no_sign_in_of_its_own(client):
    assert client.get("/office/login/?next=/office/").url == f"{LOGIN}?next=%2Foffice%2F"
    assert client.get("/office/").url == "/office/login/?next=/office/"
    assert signed_in(client, person()).get("/office/login/").status_code == 403
    assert signed_in(client, staff(POLICY_ADMINISTRATOR)).get("/office/password_change/").url == reverse(
        "account_change_password"
    )
