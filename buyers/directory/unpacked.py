"""The bytes of a file as it was sent, plain or gzipped, however large."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kernel.refusals import Refused, refusal

# GLEIF's golden copy is some 5 GB unpacked, the UK's whole register 2.5; a file that unpacks to more is a bomb.
LARGEST_UNPACKED = 16 * 1024**3

_PIECE = 1024 * 1024
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def digest_of(path: Path) -> str:
    """The SHA-256 of the file as it was sent; refuses a ZIP archive (`file_is_zip`), which may hold many files."""
    with path.open("rb") as raw:
        sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
        raw.seek(0)
        if raw.read(4) == _ZIP:
            raise Refused([refusal("file_is_zip", "file")])
    return sha256


def pieces(path: Path) -> Iterator[bytes]:
    """The file's bytes, unpacked, a piece at a time; refuses what unpacks to more than any file, or not to its end."""
    unpacked = 0
    try:
        with binary(path) as file:
            while piece := file.read(_PIECE):
                unpacked += len(piece)
                if unpacked > LARGEST_UNPACKED:
                    raise Refused([refusal("file_too_large", "file")])
                yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise Refused([refusal("file_damaged", "file")]) from None


def binary(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked when it is gzipped."""
    raw = path.open("rb")
    zipped = raw.read(2) == _GZIP
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if zipped else raw  # type: ignore[return-value]
