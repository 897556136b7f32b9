"""A file of companies, read once from beginning to end, however large: plain or gzipped, its rows in blocks."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from buyers.directory.characters import encoding_of
from buyers.directory.shapes import Layout, layout_of
from buyers.directory.unpacked import binary, digest_of, pieces

BLOCK = 20_000
LONGEST_CELL = 131_072


@dataclass(frozen=True)
class Opened:
    """A file looked through once: its digest (of the file as sent), its encoding, its first line, its layout."""

    path: Path
    sha256: str
    encoding: str
    header: str
    layout: Layout


@dataclass(frozen=True)
class Block:
    """Rows as (line, cells); `unreadable` as (line, text): a cell without end, for instance."""

    rows: list[tuple[int, list[str]]]
    unreadable: list[int]


def opened(path: Path, shape: str = "") -> Opened:
    """Look a file through before a row of it is used.

    Refuses `file_empty`, `file_is_zip`, `file_damaged` (a gzip cut short), `file_too_large`, `encoding_unclear`,
    `columns_missing`, `column_twice`.
    """
    sha256 = digest_of(path)
    encoding = encoding_of(pieces(path))
    with _text(path, encoding) as text:
        header = text.readline(LONGEST_CELL).lstrip("\ufeff").rstrip("\r\n")
    return Opened(path, sha256, encoding, header, layout_of(header, shape))


def blocks(file: Opened) -> Iterator[Block]:
    """The rows after the header, BLOCK at a time; empty lines are no rows."""
    with _text(file.path, file.encoding) as text:
        reader = csv.reader(text, delimiter=file.layout.delimiter)
        next(reader)
        while True:
            block = _block(reader)
            if not block.rows and not block.unreadable:
                return
            yield block


def as_line(cells: list[str], delimiter: str = ",") -> str:
    """The cells as one line of CSV, for the file of refused rows."""
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter, lineterminator="").writerow(cells)
    return line.getvalue()


def _block(reader: Any) -> Block:
    rows: list[tuple[int, list[str]]] = []
    unreadable: list[int] = []
    while len(rows) < BLOCK:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            # A cell over LONGEST_CELL: mostly a quotation mark that is never closed. The reader goes on after it.
            unreadable.append(reader.line_num)
            continue
        if cells:
            rows.append((reader.line_num, cells))
    return Block(rows, unreadable)


def _text(path: Path, encoding: str) -> IO[str]:
    return io.TextIOWrapper(binary(path), encoding=encoding, errors="replace", newline="")
