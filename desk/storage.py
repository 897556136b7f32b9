"""Private files under names of ours. A file follows its row: what a failed act stored is taken away again."""

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.core.files.base import File
from django.core.files.storage import default_storage

FOLDER = "documents"

_stored: ContextVar[list[str] | None] = ContextVar("stored_files", default=None)


class Streamed(File):
    """A file read once, in pieces: counts and hashes what passes by, so that neither is taken on trust."""

    def __init__(self, file: File):
        super().__init__(file, name=file.name)
        self.sha256 = hashlib.sha256()
        self.passed = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:  # type: ignore[override]
        assert self.file  # an upload always has one
        self.file.seek(0)
        while piece := self.file.read(chunk_size or self.DEFAULT_CHUNK_SIZE):
            self.sha256.update(piece)
            self.passed += len(piece)
            yield piece


def new_key() -> str:
    """A name nobody can guess and nothing a person typed is part of; folders stay small."""
    name = uuid.uuid4().hex
    return f"{FOLDER}/{name[:2]}/{name}"


def store(key: str, file: Streamed) -> None:
    """Write the file under `key`; it goes away again when the act around it fails."""
    stored = _stored.get()
    if stored is None:
        raise AssertionError("files are stored inside files_follow_rows() only")
    stored.append(key)
    default_storage.save(key, file)


def forget(key: str) -> None:
    """Delete the file; one that is gone already is no trouble."""
    default_storage.delete(key)


@contextmanager
def files_follow_rows() -> Iterator[None]:
    """Around an action: when it raises, its rows are rolled back and the files stored inside are deleted with them.

    Goes outside `@action`, so that the transaction has ended by then. What a killed process leaves is swept
    (`forget_orphans`).
    """
    if _stored.get() is not None:  # an outer act decides
        yield
        return
    token = _stored.set([])
    try:
        yield
    except BaseException:
        for key in _stored.get() or ():
            forget(key)
        raise
    finally:
        _stored.reset(token)
