"""Help: for everyone signed in, in both languages, with the same words as docs/glossary.md."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models.roles import UNDERWRITER
from accounts.tests.factories import exporter, member, person, signed_in, staff
from portal.glossary import TERMS

pytestmark = pytest.mark.django_db


def test_everyone_signed_in_gets_help(client: Client):
    firm = exporter()
    for user in (member(firm), staff(UNDERWRITER), person()):
        assert "Words of the trade" in signed_in(client, user).get("/help/").content.decode()
    client.logout()
    assert client.get("/help/").status_code == 302


def test_help_speaks_chinese(client: Client):
    firm = exporter()
    page = signed_in(client, member(firm, language="zh-hans"), firm).get("/help/").content.decode()
    assert "申请限额" in page and "Words of the trade" not in page


def test_help_leads_to_what_there_is_to_know_of_a_buyer(client: Client):
    firm = exporter()
    page = signed_in(client, member(firm), firm).get("/help/").content.decode()
    for name in ("upload_customer_list", "grade_lookup", "countries", "mail_preferences"):
        assert f'href="{reverse(name)}"' in page, name


def test_the_glossary_for_developers_has_every_word_of_the_page():
    text = Path(settings.BASE_DIR, "docs", "glossary.md").read_text(encoding="utf-8")
    missing = [term.code for term in TERMS if term.english.split(",")[0] not in text or term.chinese not in text]
    assert missing == []
