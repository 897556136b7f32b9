"""A copy of the repository's entrance and scripts around a tiny portal, in a folder of the test's own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.places import ROOT

NAMES = ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "PYTHONPATH", "SITE_URL", "ALLOWED_HOSTS")


class TinyHouse:
    """The folder, its demos, and every process that runs on behalf of either."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "tests/test_services/tiny", folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        for file in (
            "portal/__init__.py",
            "portal/celery.py",
            "portal/asgi.py",
            "manage.py",
            "conftest.py",
            "pyproject.toml",
        ):
            shutil.copy(ROOT / file, folder / file)
        self.started: list[subprocess.Popen] = []

    def start(self, *words: str, out: str = "out", **more: str) -> subprocess.Popen:
        """Start `manage.py` in the background, as if typed at a terminal of its own."""
        with open(self.folder / out, "wb") as file:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=self.folder,
                env=environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # A run of the tests that was started in the background ignores SIGINT, and so would all it starts.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        self.started.append(process)
        return process

    def run(self, *words: str, **more: str) -> tuple[int, str]:
        """Run `manage.py` to its end: the exit code, and what it said."""
        process = self.start(*words, out="said", **more)
        return process.wait(60), self.said("said")

    def demo(self, port: int) -> subprocess.Popen:
        """A demo that has come up."""
        process = self.start("demo", "--port", str(port))
        until(lambda: "Stop: Ctrl-C" in self.said() or process.poll() is not None, 60)
        assert process.poll() is None, self.said()
        return process

    def said(self, out: str = "out") -> str:
        return (self.folder / out).read_text(encoding="utf-8")

    def processes(self) -> dict[int, str]:
        """The processes whose command line or working folder shows that they are this house's, by number."""
        return {pid: line for pid, line in command_lines() if str(self.folder) in line}

    def pid(self, words: str) -> int:
        """The process whose command line has these words."""
        return next(pid for pid, line in self.processes().items() if words in line)

    def is_empty(self) -> bool:
        return not self.processes()

    def close(self) -> None:
        for pid in [process.pid for process in self.started if process.poll() is None] + list(self.processes()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        for process in self.started:
            process.wait()


def command_lines() -> Iterator[tuple[int, str]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield int(entry.name), f"{line} {os.readlink(entry / 'cwd')}"
            except OSError:
                continue


def environment(**more: str) -> dict[str, str]:
    """Almost nothing, as after `env -i`; the house's Python is the one that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return kept | {"FAIRLEAD_OWN_PYTHON": "1"} | more


def until(true: Callable[[], object], seconds: float = 15) -> None:
    """Wait until it is so; fail when it is not in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.05)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TinyHouse]:
    """A tiny house, emptied at the end. Its folder's name has a space and Chinese in it, as people's folders do."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("finds the processes by /proc, which this system lacks")
    folder = tmp_path / "my 门户"
    folder.mkdir()
    house = TinyHouse(folder)
    yield house
    house.close()
