"""Install a lock into ``.venv``: with uv where there is one, else with pip, on every kind of Debian's Python."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts import stamp
from scripts.places import ROOT, VENV, VENV_PYTHON
from scripts.trouble import FULL, CannotStart, forbidden, is_full, tail

# Settings that would send packages elsewhere than into .venv, or hide it.
MISLEADING = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
)
# uv, pinned by hash: where only pip is found it fetches uv first, which then installs the lock three times faster.
FAST_INSTALLER = ROOT / "scripts" / "fast-installer.txt"


def install(lock: str) -> None:
    """Bring ``.venv`` to what the lock says. Raises CannotStart with what to do when it cannot be done."""
    started = time.monotonic()
    print("Setting up the Python packages in .venv (only when they change) …", flush=True)
    check_writable()
    uv = find_uv()
    if not stamp.usable():
        make_environment(uv)
    if not (uv and attempt(with_uv(uv, lock))):
        install_with_pip(lock)
    print(f"  packages ready ({time.monotonic() - started:.0f} s)", flush=True)


def check_writable() -> None:
    """Say whose it is when ``.venv``, or the folder it would be made in, is somebody else's."""
    place = VENV if VENV.exists() else ROOT
    if not os.access(place, os.W_OK):
        raise CannotStart(forbidden(place))


def find_uv() -> str | None:
    """uv's path, if one is there and runs (a version manager leaves launchers that do not)."""
    uv = shutil.which("uv")
    return uv if uv and runs([uv, "--version"]) else None


def make_environment(uv: str | None) -> None:
    """An empty virtual environment, replacing one that was half made or moved."""
    shutil.rmtree(VENV, ignore_errors=True)
    if uv and attempt([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]):
        return
    if importlib.util.find_spec("venv") is None or not (has_ensurepip() or importlib.util.find_spec("pip")):
        raise CannotStart("This Python has neither pip nor venv. On Debian or Ubuntu: apt-get install python3-venv")
    without_pip = [] if has_ensurepip() else ["--without-pip"]
    require([sys.executable, "-m", "venv", "--clear", *without_pip, str(VENV)])


def has_ensurepip() -> bool:
    """Debian takes ensurepip out of its Python unless python3-venv is installed."""
    return importlib.util.find_spec("ensurepip") is not None


def install_with_pip(lock: str) -> None:
    """The lock by pip, or rather by the uv that pip can fetch; by pip alone where uv cannot be had."""
    pip = find_pip()
    uv = VENV / "bin" / "uv"
    if attempt([*pip, "-r", str(FAST_INSTALLER)]) and uv.exists() and attempt(with_uv(str(uv), lock)):
        return
    require([*pip, "-r", str(ROOT / lock)])


def find_pip() -> list[str]:
    """pip's command line up to the requirements: the environment's own pip, or the one outside working on it."""
    own = [str(VENV_PYTHON), "-m", "pip"]
    pip = own if runs([*own, "--version"]) else [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON)]
    return [*pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]


def with_uv(uv: str, lock: str) -> list[str]:
    """uv's command line. Bytecode is compiled now, or the first start would pay for it and every one as a reader."""
    into = ["--python", str(VENV_PYTHON), "--require-hashes", "--compile-bytecode"]
    return [uv, "pip", "install", "--quiet", *into, "-r", str(ROOT / lock)]


def runs(command: list[str]) -> bool:
    """Whether the command can be started and succeeds, in silence."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=clean_environment())
    except OSError:
        return False
    return done.returncode == 0


def attempt(command: list[str]) -> bool:
    """Run an installing command; False when it failed, so that another way is tried, unless the disk is full."""
    return not complaint(command)


def require(command: list[str]) -> None:
    """Run an installing command that has no other way after it."""
    words = complaint(command)
    if words:
        raise CannotStart(f"The Python packages could not be installed. Is the package index reachable?\n{words}")


def complaint(command: list[str]) -> str:
    """Run the command and return the last lines of what it said if it failed, else nothing."""
    with tempfile.NamedTemporaryFile(prefix="fairlead-setup-") as log:
        ran = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=clean_environment(), cwd=ROOT
        )
        if ran.returncode == 0:
            return ""
        words = tail(Path(log.name)) or f"    {command[0]} ended with {ran.returncode}"
    if "No space left on device" in words or is_full(ROOT):
        raise CannotStart(FULL)
    return words


def clean_environment() -> dict[str, str]:
    """The environment less what would lead an installer astray."""
    return {name: value for name, value in os.environ.items() if name not in MISLEADING}
