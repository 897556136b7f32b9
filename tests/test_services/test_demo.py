"""The demo starts, stays one, keeps its data, and leaves nothing running however it ends."""

import os
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from scripts.servers import free_port
from tests.test_services.tiny_house import TinyHouse, house, until

__all__ = ["house"]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]


def health(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return answer.read().decode()


def assert_private(data: Path) -> None:
    for path in (data, *data.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_start_keeps_the_data(house: TinyHouse) -> None:
    for people in (1, 2):
        port = free_port()
        demo = house.demo(port)
        assert f"http://127.0.0.1:{port}" in house.said()
        assert f"person {people} 张三" in house.said()
        assert health(port) == f"{people} people"
        demo.send_signal(signal.SIGINT)
        assert demo.wait(20) == 0
        assert "data are kept" in house.said()
        until(house.is_empty)


def test_whoever_comes_while_a_demo_runs_is_its_guest(house: TinyHouse) -> None:
    port = free_port()
    house.demo(port)
    code, said = house.run("demo", "--port", str(free_port()))
    assert code == 0
    assert f"running already at http://127.0.0.1:{port}" in said
    # The people of the demo's database: an embedded server cannot be started twice on the same data.
    assert house.run("demo_people") == (0, "person 1 张三\n")


def test_other_commands_start_the_servers_for_themselves(house: TinyHouse) -> None:
    assert house.run("migrate", "-v0") == (0, "")
    assert house.is_empty()
    assert house.run("demo_people") == (0, "")
    assert_private(house.folder / ".data")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_no_ending_leaves_a_process_behind(house: TinyHouse, number: signal.Signals) -> None:
    demo = house.demo(free_port())
    assert len(house.processes()) > 6
    demo.send_signal(number)
    demo.wait(20)
    until(house.is_empty)


def test_a_start_that_is_killed_leaves_nothing_behind(house: TinyHouse) -> None:
    demo = house.start("demo", "--port", str(free_port()))
    until(lambda: "Preparing" in house.said())
    demo.kill()
    until(house.is_empty)


def test_the_next_start_ends_what_was_left_over(house: TinyHouse) -> None:
    demo = house.demo(free_port())
    os.kill(house.pid("guard.py"), signal.SIGSTOP)  # a guard that cannot do its duty
    demo.kill()
    demo.wait()
    left = set(house.processes())
    os.kill(house.pid("guard.py"), signal.SIGKILL)
    assert len(left) > 4
    house.demo(free_port())
    assert not left & set(house.processes())


def test_a_guard_that_is_killed_takes_everything_with_it(house: TinyHouse) -> None:
    demo = house.demo(free_port())
    os.kill(house.pid("guard.py"), signal.SIGKILL)
    assert demo.wait(30) == 1
    assert "guard" in house.said()
    until(house.is_empty)


def test_a_worker_that_dies_is_started_again_but_a_database_ends_the_demo(house: TinyHouse) -> None:
    demo = house.demo(free_port())
    first = house.pid("celery -A portal worker")
    os.kill(first, signal.SIGKILL)
    until(lambda: "Starting worker again" in house.said())
    until(lambda: house.pid("celery -A portal worker") != first)
    os.kill(house.pid("bin/postgres -D"), signal.SIGKILL)
    assert demo.wait(30) == 1
    assert "postgresql ended" in house.said()
    assert "database system is ready" in house.said()  # its log's last words
    until(house.is_empty)


def test_a_busy_port_gets_a_sentence(house: TinyHouse) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        code, said = house.run("demo", "--port", str(busy.getsockname()[1]))
    assert code == 1
    assert "--port" in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_the_data_folder_of_somebody_else_gets_a_sentence(house: TinyHouse) -> None:
    (house.folder / ".data").mkdir()
    os.chown(house.folder / ".data", 12345, -1)
    code, said = house.run("migrate")
    assert code == 1
    assert ".data is not writable by you" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_test_run_leaves_nothing_behind_however_it_ends(
    house: TinyHouse, tmp_path: Path, number: signal.Signals
) -> None:
    (house.folder / "tests/test_services").mkdir(parents=True)
    for name in ("portal_server", "browser", "template"):
        source = Path(__file__).with_name(f"{name}.py")
        (house.folder / f"tests/test_services/{name}.py").write_text(source.read_text())
    waits = "import time, pathlib\ndef test_waits():\n    pathlib.Path('waiting').touch()\n    time.sleep(600)\n"
    (house.folder / "tests/test_waits.py").write_text(waits)
    temporary = tmp_path / "run"
    temporary.mkdir()
    run: subprocess.Popen = house.start("test", "-n", "1", "-p", "no:cacheprovider", TMPDIR=str(temporary))
    until(lambda: (house.folder / "waiting").exists() or run.poll() is not None, 60)
    assert list(temporary.glob("fairlead-test-*")), house.said()
    os.killpg(run.pid, number)
    run.wait(120)
    until(house.is_empty)
    until(lambda: not list(temporary.glob("fairlead-test-*")))
