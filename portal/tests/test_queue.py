"""The broker may be away: what was committed stands, and the page answers."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from portal.celery import app
from tests.house import ROOT

AWAY = """
import django
django.setup()
from django.db import transaction
from kombu.exceptions import OperationalError
from accounts.models import User
from desk.tasks import send_mails
try:
    send_mails.delay()
except OperationalError:
    print("the broker is away")
with transaction.atomic():
    User.objects.create_user("kept@example.com", name="Kept")
    send_mails.delay_on_commit()
print("answered")
"""


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_undoes_nothing():
    database = connection.settings_dict
    address = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = os.environ | {
        "DATABASE_URL": address,
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": "k" * 50,
        "DEBUG": "1",
    }
    told = subprocess.run(
        [sys.executable, "-c", AWAY], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.stdout.split("\n")[:2] == ["the broker is away", "answered"], told.stderr
    assert User.objects.filter(email="kept@example.com").exists()


def test_beat_names_tasks_that_exist():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert sorted(named - set(app.tasks)) == []


def test_every_sweep_is_on_the_schedule():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    # Woken with the row they work on, or by the sweep that is on the schedule.
    woken = {name for name in ours if app.tasks[name].run.__code__.co_argcount}
    woken |= {f"buyers.{task}" for task in (
        "tasks.work_on_refresh", "customer_lists.tasks.match_lists", "customer_lists.tasks.match_rows",
        "customer_lists.tasks.write_results",
    )}  # fmt: skip
    assert sorted(ours - named - woken) == []
