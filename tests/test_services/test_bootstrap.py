"""From a bare python3 to the right environment, and the sentences for when that cannot be."""

import errno
import importlib.util
import os
import runpy
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts import bootstrap, installer, places, stamp, translations, trouble
from scripts.trouble import CannotStart


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two locks and an environment that is a folder with a program in it."""
    venv = tmp_path / ".venv"
    for lock in (stamp.RUNTIME, stamp.DEV):
        (tmp_path / lock).write_text(lock)
    for module in (stamp, installer, bootstrap, places):
        for name, value in {"ROOT": tmp_path, "VENV": venv, "VENV_PYTHON": venv / "bin/python"}.items():
            monkeypatch.setattr(module, name, value, raising=False)
    monkeypatch.setattr(stamp, "NOTE", venv / "fairlead.json")
    (venv / "bin").mkdir(parents=True)
    (venv / "bin/python").touch()
    return venv


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 0), (3, 10, 13)])
def test_an_old_python_gets_one_sentence(monkeypatch: pytest.MonkeyPatch, version: tuple) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match="needs Python 3.11 or newer; this is Python {}.{}".format(*version)):
        runpy.run_path(str(places.ROOT / "manage.py"), run_name="__main__")


def test_the_first_words_are_understood_by_an_old_python() -> None:
    import ast

    ast.parse((places.ROOT / "manage.py").read_text(), feature_version=(3, 4))


def test_the_development_lock_counts_for_the_runtime_too(venv: Path) -> None:
    assert not stamp.fresh(stamp.RUNTIME)
    stamp.write(stamp.RUNTIME)
    assert stamp.fresh(stamp.RUNTIME)
    assert not stamp.fresh(stamp.DEV)
    stamp.write(stamp.DEV)
    assert stamp.fresh(stamp.RUNTIME)
    assert stamp.fresh(stamp.DEV)


def test_a_changed_lock_is_not_fresh(venv: Path) -> None:
    stamp.write(stamp.DEV)
    (stamp.ROOT / stamp.RUNTIME).write_text("newer")
    assert not stamp.fresh(stamp.RUNTIME)
    assert stamp.usable()


def test_an_environment_that_was_moved_is_made_anew(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamp.write(stamp.DEV)
    monkeypatch.setattr(stamp, "VENV", venv.with_name("elsewhere"))
    assert not stamp.usable()


def test_two_starts_at_once_set_up_once(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = []
    monkeypatch.setattr(installer, "install", lambda lock: (time.sleep(0.3), installed.append(lock)))
    starts = [threading.Thread(target=bootstrap.set_up, args=[stamp.DEV]) for _ in range(3)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert installed == [stamp.DEV]


def test_a_python_of_ones_own_is_left_alone(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(bootstrap.OWN_PYTHON, "1")
    bootstrap.enter(["manage.py"], dev=True)
    assert not stamp.NOTE.exists()


def test_debian_without_venv_hears_which_package_to_install(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in ("ensurepip", "pip") else name)
    with pytest.raises(CannotStart, match="apt-get install python3-venv"):
        installer.make_environment(None)


def test_debian_with_pip_but_no_ensurepip_lends_its_pip(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name))
    monkeypatch.setattr(installer, "require", lambda command: commands.append(command))
    commands: list[list[str]] = []
    if real("pip") is None:
        monkeypatch.setattr(installer, "has_ensurepip", lambda: False)
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    installer.make_environment(None)
    assert "--without-pip" in commands[0]
    assert "--python" in installer.find_pip()


def test_a_full_disk_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    full = [sys.executable, "-c", "raise SystemExit('OSError: [Errno 28] No space left on device')"]
    with pytest.raises(CannotStart, match="disk is full"):
        installer.complaint(full)
    with pytest.raises(SystemExit, match="disk is full"), trouble.plain_words():
        raise OSError(errno.ENOSPC, "No space left on device", "/x")


def test_a_failed_installation_shows_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CannotStart, match=r"(?s)package index reachable.*no such host"):
        installer.require([sys.executable, "-c", "raise SystemExit('no such host')"])


def test_somebody_elses_environment_gets_a_sentence(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer.os, "access", lambda *_: False)
    with pytest.raises(CannotStart, match=r"\.venv is not writable by you \(it belongs to "):
        installer.check_writable()


def test_uv_that_does_not_run_is_no_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    launcher = tmp_path / "uv"
    launcher.write_text("#!/bin/sh\nexit 127\n")
    launcher.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert installer.find_uv() is None


def test_the_lock_asks_for_hashes_with_uv_and_with_pip(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0))
    assert "--require-hashes" in installer.find_pip()
    assert "--require-hashes" in installer.with_uv("uv", stamp.DEV)


def test_catalogues_are_compiled_when_they_are_newer(tmp_path: Path) -> None:
    catalogue = tmp_path / "locale/zh_Hans/LC_MESSAGES/django.po"
    catalogue.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    catalogue.write_text(header + 'msgid "Policy"\nmsgstr "保单"\n', encoding="utf-8")
    assert translations.compile_stale(tmp_path) == 1
    assert "保单".encode() in catalogue.with_suffix(".mo").read_bytes()
    assert translations.compile_stale(tmp_path) == 0
    os.utime(catalogue, (time.time() + 5, time.time() + 5))
    assert translations.compile_stale(tmp_path) == 1
    assert [path.suffix for path in sorted(catalogue.parent.iterdir())] == [".mo", ".po"]


@pytest.mark.skipif(shutil.which("uv") is None, reason="locking is a developer's work and needs uv")
def test_every_requirement_is_locked() -> None:
    for source, lock in (("requirements.in", stamp.RUNTIME), ("requirements-dev.in", stamp.DEV)):
        locked = (places.ROOT / lock).read_text().lower()
        for line in (places.ROOT / source).read_text().splitlines():
            name = line.partition("#")[0].strip().lower().replace("_", "-")
            for mark in "[<>=;":
                name = name.partition(mark)[0]
            assert not name or name.startswith("-") or f"\n{name}==" in locked or f"\n{name}[" in locked, name
