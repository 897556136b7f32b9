"""Turn what went wrong into one sentence that tells the person at the terminal what to do."""

import errno
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FULL = "The disk is full: make room and start again; nothing that was already saved is lost."


class CannotStart(Exception):
    """Its text is the sentence; it ends the command with exit code 1 and no traceback."""


@contextmanager
def plain_words() -> Iterator[None]:
    """Let a CannotStart, a full disk or a forbidden file end the command in a sentence instead of a traceback."""
    try:
        yield
    except CannotStart as trouble:
        sys.exit(f"Fairlead: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our words has gone; without this Python would complain of it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        sentence = sentence_for(error)
        if sentence is None:
            raise
        sys.exit(f"Fairlead: {sentence}")


def sentence_for(error: OSError) -> str | None:
    """The sentence for an error of the disk, or None when it is not one that the person can mend."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) and error.filename:
        return forbidden(Path(str(error.filename)))
    return None


def is_full(path: Path) -> bool:
    """Whether the disk that holds this path has no room left worth the name."""
    return shutil.disk_usage(path).free < 20 * 2**20


def forbidden(path: Path) -> str:
    """The sentence for a path that cannot be written: whose it is, and the two ways out."""
    return (
        f"{path} is not writable by you{_owner_of(path)}. Start as that person, or give the folder to yourself "
        "(chown -R), or set DATA_DIR to another folder if it is the data that is not yours."
    )


def _owner_of(path: Path) -> str:
    for candidate in (path, *path.parents):
        try:
            return f" (it belongs to {candidate.owner()})"
        except (OSError, KeyError):
            continue
    return ""


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, for showing below a sentence."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
