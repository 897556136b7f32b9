"""The guard and its owner, tried on processes that only wait."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.places import ROOT
from scripts.processes import Known, end, left_over, started_at
from scripts.supervisor import Child, Supervisor
from scripts.trouble import CannotStart
from tests.test_services.tiny_house import until

pytestmark = pytest.mark.xdist_group("kills")
WAITS = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(600)"]
# Says when it was asked to stop, and takes its time.
SLOW = "import signal, sys, time; signal.signal(15, lambda *_: (time.sleep({}), print('{}', flush=True), sys.exit(0)))"
OWNER = """
import sys, time
sys.path.insert(0, {root!r})
from pathlib import Path
from scripts.supervisor import Child, Supervisor
supervisor = Supervisor(Path({notes!r}))
print(supervisor.start(Child("waits", {argv!r}, {{}})).pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    with Supervisor(tmp_path) as supervisor:
        yield supervisor


def slow(name: str, seconds: float, log: Path, tier: int) -> Child:
    argv = [sys.executable, "-c", SLOW.format(seconds, name) + "; print('up', flush=True); time.sleep(600)"]
    return Child(name, argv, {}, str(log), tier=tier)


def test_the_higher_tier_is_gone_before_the_lower_is_asked(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(slow("server", 0, log, tier=0))
        supervisor.start(slow("portal", 0.3, log, tier=1))
        until(lambda: log.exists() and log.read_text().count("up") == 2)
    assert log.read_text().split() == ["up", "up", "portal", "server"]


def test_a_child_that_does_not_heed_is_killed_with_what_it_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    deaf = "import signal, subprocess; signal.signal(15, signal.SIG_IGN);"
    deaf += f"c = subprocess.Popen({WAITS!r}); print(c.pid, flush=True); c.wait()"
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(Child("deaf", [sys.executable, "-c", deaf], {}, str(log), grace=0.2))
        until(lambda: log.exists() and log.read_text().endswith("\n"))
        grandchild = int(log.read_text())
    until(lambda: not started_at(grandchild))


def test_an_ending_is_told_with_its_code(supervisor: Supervisor) -> None:
    supervisor.start(Child("fails", [sys.executable, "-c", "raise SystemExit(7)"], {}))
    ended = supervisor.wait(10)
    assert ended is not None
    assert (ended.name, ended.code) == ("fails", 7)
    assert supervisor.wait(0.05) is None


def test_a_step_is_run_to_its_end(supervisor: Supervisor) -> None:
    assert supervisor.run(Child("step", [sys.executable, "-c", "raise SystemExit(3)"], {})) == 3


def test_a_program_that_is_not_there_gets_a_sentence(supervisor: Supervisor) -> None:
    with pytest.raises(CannotStart, match="nowhere could not be started"):
        supervisor.start(Child("nowhere", ["/nowhere/at/all"], {}))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_an_owner_that_dies_takes_its_children_along(tmp_path: Path, number: int) -> None:
    words = OWNER.format(root=str(ROOT), notes=str(tmp_path), argv=WAITS)
    with subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        child = int(owner.stdout.readline())
        assert started_at(child)
        owner.send_signal(number)
    until(lambda: not started_at(child))
    until(lambda: not left_over(tmp_path))


def test_what_is_to_be_removed_goes_at_the_end(tmp_path: Path) -> None:
    doomed = tmp_path / "doomed"
    (doomed / "deep").mkdir(parents=True)
    notes = tmp_path / "notes"
    notes.mkdir()
    with Supervisor(notes) as supervisor:
        supervisor.remove_at_the_end(doomed)
        assert doomed.exists()
    assert not doomed.exists()


def test_a_number_that_is_somebody_elses_by_now_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(WAITS, start_new_session=True) as stranger:
        Known("worker", stranger.pid, "another start time").write(tmp_path)
        assert left_over(tmp_path) == []
        mine = Known("web", stranger.pid, started_at(stranger.pid))
        mine.write(tmp_path)
        assert left_over(tmp_path) == [mine]
        end([Known("worker", stranger.pid, "another start time")])
        assert stranger.poll() is None
        # Reaped by a thread of the system in life; here the test is its parent and must look.
        os.kill(stranger.pid, signal.SIGKILL)


def test_a_damaged_note_is_no_process(tmp_path: Path) -> None:
    (tmp_path / "a.pid").write_text("{")
    (tmp_path / "b.pid").write_text(json.dumps({"name": "b"}))
    assert left_over(tmp_path) == []


def test_stopping_is_quick(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start(Child("waits", WAITS, {}))
        begun = time.monotonic()
    assert time.monotonic() - begun < 2
