"""The second factor: required of staff in every session, open to everybody, and not to be walked round."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.adapters import SecondFactorAdapter
from accounts.models.roles import Role
from accounts.tests.factories import (
    PASSWORD,
    current_code,
    exporter,
    member,
    operator,
    person,
    second_factor,
    signed_in,
    staff,
)

pytestmark = pytest.mark.django_db
LOGIN, OFFICE = "/accounts/login/", "/office/"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def without_factor(**columns):
    """Staff just appointed: a password, no second factor."""
    made = staff(**columns)
    Authenticator.objects.filter(user=made).delete()
    return made


@pytest.mark.django_db(transaction=True)  # allauth notes the new factor once it is committed
def test_staff_without_a_second_factor_set_one_up_and_go_on(client):
    made = without_factor()
    assert client.post(LOGIN, {"login": made.email, "password": PASSWORD, "next": OFFICE}).url == OFFICE
    assert client.get(OFFICE).url.startswith(reverse("mfa_activate_totp"))
    client.get(reverse("mfa_activate_totp"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("mfa_activate_totp")})
    page = client.get(reverse("mfa_activate_totp"))
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert "data:" in page.headers["Content-Security-Policy"]
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(page.context["form"].secret)}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("mfa_view_recovery_codes")
    assert client.get(OFFICE).status_code == 200
    assert [m.to for m in mail.outbox] == [[made.email]]


def test_staff_give_the_code_at_every_sign_in(client):
    made = staff()
    assert client.post(LOGIN, {"login": made.email, "password": PASSWORD}).url == reverse("mfa_authenticate")
    assert client.get(OFFICE).url == f"{OFFICE}login/?next={OFFICE}"
    response = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert response.status_code == 200 and client.get(OFFICE).url == f"{OFFICE}login/?next={OFFICE}"
    client.post(reverse("mfa_authenticate"), {"code": current_code(made)})
    assert client.get(OFFICE).status_code == 200


def test_a_code_is_not_good_twice(client):
    made = staff()
    code = current_code(made)
    client.post(LOGIN, {"login": made.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    other = Client()
    other.post(LOGIN, {"login": made.email, "password": PASSWORD})
    other.post(reverse("mfa_authenticate"), {"code": code})
    assert other.get(OFFICE).url == f"{OFFICE}login/?next={OFFICE}"


def test_wrong_codes_are_counted(client):
    made = staff()
    client.post(LOGIN, {"login": made.email, "password": PASSWORD})
    for _ in range(6):
        page = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "Too many failed" in page


def test_a_recovery_code_works_once(client):
    made = without_factor()
    code = second_factor(made)[0]
    client.post(LOGIN, {"login": made.email, "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code})
    assert client.get(OFFICE).status_code == 200
    again = Client()
    again.post(LOGIN, {"login": made.email, "password": PASSWORD})
    again.post(reverse("mfa_authenticate"), {"code": code})
    assert again.get(OFFICE).url == f"{OFFICE}login/?next={OFFICE}"


def test_a_session_made_without_the_factor_gives_it_first(client):
    made = staff()
    client.force_login(made, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/office/?x=1").url == f"{reverse('mfa_reauthenticate')}?next=%2Foffice%2F%3Fx%3D1"
    assert client.post("/office/accounts/exporter/add/", {}).url.endswith("next=%2Foffice%2F")
    client.post(reverse("mfa_reauthenticate"), {"code": current_code(made), "next": OFFICE})
    assert client.get(OFFICE).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/", "/office/", "/office/account/emailaddress/", "/office/mfa/authenticator/",
        "/office/usersessions/usersession/", "/office/jsi18n/", "/accounts/2fa/", "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/", "/accounts/sessions/", "/accounts/password/change/", "/accounts/profile/",
    ],
)  # fmt: skip
def test_no_page_is_open_to_staff_before_the_factor(client, path):
    for made in (operator(), without_factor()):
        client.force_login(made, backend="django.contrib.auth.backends.ModelBackend")
        response = client.get(path)
        # What exists asks for the factor; what does not exist may say so.
        assert response.status_code == 404 or "/accounts/2fa/" in response.url
        assert response.status_code != 200


def test_a_session_of_somebody_else_does_not_count(client):
    """The note that the factor was given belongs to the person who gave it."""
    signed_in(client, staff())
    session = dict(client.session)
    victim = staff()
    client.force_login(victim, backend="django.contrib.auth.backends.ModelBackend")
    kept = client.session
    kept["account_authentication_methods"] = session["account_authentication_methods"]
    kept["_account_authentication_methods_user"] = "1"
    kept.save()
    assert client.get(OFFICE).status_code == 302


def test_signing_out_and_the_language_stay_open_before_the_factor(client):
    client.force_login(without_factor(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("account_logout")).status_code == 200


def test_a_removed_factor_is_asked_for_again_at_once(client):
    made = staff()
    signed_in(client, made)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=made).exists()  # the recovery codes went with it
    client.get(OFFICE)
    fresh = Client()
    assert fresh.post(LOGIN, {"login": made.email, "password": PASSWORD, "next": OFFICE}).url == OFFICE
    assert fresh.get(OFFICE).url.startswith(reverse("mfa_activate_totp"))


def test_recovery_codes_alone_are_no_second_factor():
    made = staff()
    Authenticator.objects.filter(user=made, type=Authenticator.Type.TOTP).delete()
    assert not SecondFactorAdapter().is_mfa_enabled(made)


def test_everybody_else_chooses_for_themselves(client):
    owner = member(exporter(), Role.OWNER)
    signed_in(client, owner)
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("profile")).status_code == 200
    second_factor(owner)
    fresh = Client()
    assert fresh.post(LOGIN, {"login": owner.email, "password": PASSWORD}).url == reverse("mfa_authenticate")


def test_a_person_who_becomes_staff_while_signed_in_sets_the_factor_up_first(client):
    one = person()
    signed_in(client, one)
    one.is_staff = True
    one.save()
    assert client.get(OFFICE).url.startswith(reverse("mfa_activate_totp"))


def test_the_secret_of_an_app_is_not_readable_in_the_database(settings):
    made = without_factor()
    second_factor(made)
    row = Authenticator.objects.get(user=made, type=Authenticator.Type.TOTP)
    box = SecondFactorAdapter()
    secret = box.decrypt(row.data["secret"])
    assert len(secret) == 32 and secret not in str(row.data)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-another-key-another-key-another"
    assert box.decrypt(row.data["secret"]) == secret


def test_a_secret_that_does_not_open_makes_no_code_guessable(settings):
    made = without_factor()
    second_factor(made)
    row = Authenticator.objects.get(user=made, type=Authenticator.Type.TOTP)
    settings.SECRET_KEY = "another-key-another-key-another-key-another"
    settings.SECRET_KEY_FALLBACKS = []
    box = SecondFactorAdapter()
    assert box.decrypt(row.data["secret"]) != box.decrypt(row.data["secret"])
