"""A worker killed in the middle of a batch of screening: its buyers stay due, and another finds each hit once."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction

from accounts.tests.moments import eventually, of_a_process, waiting_for
from buyers.actions.feed import hand_in_feed
from buyers.actions.screening import screen_batch
from buyers.models import SanctionsEntry, SanctionsName, ScreeningDue, ScreeningHit, ScreeningRun
from buyers.tests.factories import buyer

ROOT = Path(__file__).resolve().parent.parent.parent
WORK = "import django; django.setup(); from buyers.actions.screening import screen_batch; screen_batch(by=None)"


def worker() -> subprocess.Popen[bytes]:
    """A process that screens a batch of this test's directory."""
    return subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, env=of_a_process(), start_new_session=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_what_a_killed_worker_had_taken_is_screened_by_the_next_and_nothing_twice():
    run = hand_in_feed(by=None, kind="ofac_sdn", file_name="x")
    entry = SanctionsEntry.objects.create(
        sanctions_list="ofac_sdn", source_id="1", kind="entity", name="GOLDENSTAR MARITIME", digest="d",
        first_edition=date(2026, 11, 1), edition=date(2026, 11, 1), run=run,
    )  # fmt: skip
    SanctionsName.objects.create(entry=entry, source_key="", name=entry.name, quality="primary")
    for number in range(20):
        buyer(f"Goldenstar Maritime {number} Ltd" if number else "Goldenstar Maritime Ltd")
    assert ScreeningDue.objects.count() == 20
    with transaction.atomic():
        with connection.cursor() as cursor:  # so that it stands still when it has taken its batch and compared it
            cursor.execute("LOCK TABLE buyers_screeninghit IN SHARE MODE")
        doomed = worker()
        eventually(lambda: waiting_for("buyers_screeninghit") == 1)
        os.kill(doomed.pid, signal.SIGKILL)
        assert doomed.wait() == -signal.SIGKILL
    assert ScreeningHit.objects.count() == ScreeningRun.objects.count() == 0

    def screened() -> bool:  # once the database has seen that the line is dead
        return screen_batch(by=None) == 20

    eventually(screened)
    hits = ScreeningHit.objects.count()
    assert hits == ScreeningHit.objects.values("buyer", "entry").distinct().count() > 0
    assert (ScreeningDue.objects.count(), screen_batch(by=None)) == (0, 0)
    assert ScreeningRun.objects.get().screened == 20
