"""When mails come is each person's own choice."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.person import choose_mail_rhythm
from accounts.models import AuditEvent
from accounts.tests.factories import exporter, member, signed_in
from kernel.refusals import Refused

pytestmark = pytest.mark.django_db


def test_mail_preferences(client: Client):
    """The page begins with mails at once, keeps a choice, and is linked from the profile."""
    clerk = member(exporter())
    address = reverse("mail_preferences")
    assert client.get(address).status_code == 302
    page = signed_in(client, clerk)
    assert address in page.get(reverse("profile")).content.decode()
    assert page.get(address).context["form"].initial["rhythm"] == "at_once"
    answer = page.post(address, {"rhythm": "weekly", "time_zone": "Asia/Shanghai"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    clerk.refresh_from_db()
    assert (clerk.mail_rhythm, clerk.time_zone) == ("weekly", "Asia/Shanghai")
    assert page.post(address, {"rhythm": "hourly", "time_zone": "Mars/Olympus"}).status_code == 200


def test_a_choice_is_written_down_and_nonsense_refused():
    clerk = member(exporter())
    choose_mail_rhythm(by=clerk.pk, rhythm="daily", time_zone="Europe/Berlin")
    assert AuditEvent.objects.get(action="choose_mail_rhythm").details == {
        "rhythm": "daily",
        "time_zone": "Europe/Berlin",
    }
    with pytest.raises(Refused) as caught:
        choose_mail_rhythm(by=clerk.pk, rhythm="hourly", time_zone="Mars/Olympus")
    assert [r.code for r in caught.value.refusals] == ["mail_rhythm_unknown", "time_zone_unknown"]
