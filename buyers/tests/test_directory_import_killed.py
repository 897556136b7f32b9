"""An import killed in the middle, as a process, has brought nothing; the next one brings everything once."""

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.tests.factories import exporter
from accounts.tests.moments import advisory_locks, eventually, of_a_process, waiting_for
from buyers.models import Buyer, DirectoryImport, Identifier
from buyers.models.directory_import import RefusedRow
from buyers.tests.factories import buyer, in_book

ROOT = Path(__file__).resolve().parent.parent.parent
KNOWN, FRESH, OTHER = "5493001KJTIIGC8Y1R12", "213800KUD8LAJWSQ9D15", "391200011MR2KPMKTD85"
FILE = f"""LEI,legal_name,country,category
{KNOWN},New Name Ltd,GB,GENERAL
{FRESH},Fresh GmbH,DE,GENERAL
{OTHER},Other SA,FR,GENERAL
x,Max Muster,DE,SOLE_PROPRIETOR
"""


def importing(path: Path) -> subprocess.Popen[bytes]:
    """The command as a process of its own, on this test's database."""
    command = [sys.executable, "-m", "django", "import_directory", str(path)]
    return subprocess.Popen(command, env=of_a_process(), cwd=ROOT, stdout=subprocess.DEVNULL)


def directory() -> list[tuple[object, ...]]:
    return [
        *Buyer.objects.order_by("pk").values_list("pk", "name", "sort_key", "country", "source"),
        *Identifier.objects.order_by("value").values_list("buyer__name", "scheme", "value"),
        *RefusedRow.objects.values_list("line", "code"),
    ]


# Where it stands still: all rows staged and nothing written (the merge begins with the identifiers' lock); all buyers
# and numbers written but not committed (the refused rows come last).
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
@pytest.mark.parametrize(("table", "mode"), [("buyers_identifier", "ROW EXCLUSIVE"), ("buyers_refusedrow", "SHARE")])
def test_a_killed_import_brings_nothing_and_the_next_one_everything_once(tmp_path: Path, table: str, mode: str):
    path = tmp_path / "companies.csv"
    path.write_text(FILE, encoding="utf-8")
    known = buyer("Old Name Ltd", country="GB", lei=KNOWN)
    entry = in_book(exporter(), known)
    before = directory()
    process = importing(path)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")
            eventually(lambda: waiting_for(table) == 1)
            process.send_signal(signal.SIGKILL)
            process.wait()
    finally:
        process.kill()
    # The server notices that nobody is there any more, and lets go of what the import held.
    eventually(lambda: advisory_locks() == 0)
    killed = DirectoryImport.objects.get()
    assert (killed.stage, killed.phase, killed.added, killed.changed) == ("running", "writing", 0, 0)
    assert directory() == before

    call_command("import_directory", str(path), stdout=io.StringIO())
    killed.refresh_from_db(), known.refresh_from_db(), entry.refresh_from_db()
    assert (killed.stage, killed.failure) == ("failed", "import_interrupted")
    run = DirectoryImport.objects.latest("pk")
    assert (run.stage, run.rows_read, run.added, run.changed, run.refused) == ("done", 4, 2, 1, 1)
    assert (known.name, entry.sort_key) == ("New Name Ltd", "new name ltd")
    assert list(Identifier.objects.order_by("buyer__name").values_list("buyer__name", "value")) == [
        ("Fresh GmbH", FRESH), ("New Name Ltd", KNOWN), ("Other SA", OTHER),
    ]  # fmt: skip
    assert Buyer.objects.count() == 3
    assert list(RefusedRow.objects.filter(warning=False).values_list("run", "line")) == [(run.pk, 5)]
