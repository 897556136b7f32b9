"""What a file is by its content, and whether it may come in. Its name is asked only where content cannot tell.

Allowed: PDF, pictures (PNG, JPEG, TIFF, HEIC), Word, Excel and PowerPoint without macros, plain text, CSV, mails (EML).
"""

import codecs
import io
import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

import filetype

from desk.filenames import parted
from kernel.refusals import Refusal, refusal

HEAD = 8192
CHUNK = 64 * 1024

# A document of 25 MB that unpacks to more than this, or into more parts, was not written by an office program.
MOST_PARTS = 5_000
MOST_UNPACKED = 300 * 1024 * 1024
HIGHEST_RATIO = 150
RATIO_MATTERS_FROM = 10 * 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """A type that may come in: its MIME type and the endings it goes by, the usual one first."""

    content_type: str
    endings: tuple[str, ...]


OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Kind("application/pdf", (".pdf",))
PICTURES = {
    "image/png": Kind("image/png", (".png",)),
    "image/jpeg": Kind("image/jpeg", (".jpg", ".jpeg")),
    "image/tiff": Kind("image/tiff", (".tif", ".tiff")),
    "image/heic": Kind("image/heic", (".heic", ".heif")),
}
# The part every such package has.
PACKAGES = {
    "word/document.xml": Kind(OFFICE + "wordprocessingml.document", (".docx",)),
    "xl/workbook.xml": Kind(OFFICE + "spreadsheetml.sheet", (".xlsx",)),
    "ppt/presentation.xml": Kind(OFFICE + "presentationml.presentation", (".pptx",)),
}
TEXTS = {
    ".txt": Kind("text/plain", (".txt",)),
    ".csv": Kind("text/csv", (".csv",)),
    ".eml": Kind("message/rfc822", (".eml",)),
}
ALLOWED_ENDINGS = tuple(
    ending for kind in (PDF, *PICTURES.values(), *PACKAGES.values(), *TEXTS.values()) for ending in kind.endings
)

PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ARCHIVES = (b"PK", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"MSCF")
MARKUP = re.compile(
    rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|script|svg|\?php|\?xml|iframe)", re.I | re.S
)
# What no text of people contains: control marks other than tab, line and page ends.
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def too_large(name: str, most_bytes: int) -> Refusal:
    """The refusal of a file of more than `most_bytes`; asked also while it is still coming in."""
    return refusal("document_too_large", "files", name=name, megabytes=most_bytes // 1024**2)


def recognised(file: BinaryIO, name: str) -> Kind | Refusal:
    """What `file` (seekable, read from its start, left at its start) is, or why it may not come in.

    `name` only tells TXT, CSV and EML apart and words the refusal. Reads the head, except of texts and of office
    packages, which are gone through in pieces.
    """
    file.seek(0)
    try:
        head = file.read(HEAD)
        return _recognised(file, head, name)
    finally:
        file.seek(0)


def _recognised(file: BinaryIO, head: bytes, name: str) -> Kind | Refusal:
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _package(file, name)
    guess = filetype.guess(head)
    if guess and guess.mime in PICTURES:
        return PICTURES[guess.mime]
    looks = _looks_like(head, guess.mime if guess else "")
    if looks:
        return refusal(looks, "files", name=name)
    ending = parted(name)[1].lower()
    if ending in TEXTS and _is_text(file):
        return TEXTS[ending]
    return refusal("document_type_unknown", "files", name=name)


def _looks_like(head: bytes, mime: str) -> str:
    """The code of the refusal that names what this looks like, '' when that cannot be said."""
    if head.startswith(PROGRAMS):
        return "document_is_program"
    if head.startswith(b"#!"):
        return "document_is_script"
    if head.startswith(OLD_OFFICE):
        return "document_is_old_office"
    if head.startswith(ARCHIVES) or mime in ("application/zip", "application/x-tar"):
        return "document_is_archive"
    if MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        return "document_is_web_page"
    if mime.startswith(("audio/", "video/")):
        return "document_is_recording"
    return ""


def _is_text(file: BinaryIO) -> bool:
    """True when every piece reads as text: UTF-8, UTF-16 with its mark, else a one- or two-byte code (GBK, Latin)."""
    file.seek(0)
    start = file.read(4)
    codec = "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    # Latin-1 reads any byte, so what is left to judge are the control marks: other codes keep them where ASCII does.
    return _reads_as(file, codec) or (codec == "utf-8" and _reads_as(file, "latin-1"))


def _reads_as(file: BinaryIO, codec: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while piece := file.read(CHUNK):
            if NOT_TEXT.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _package(file: BinaryIO, name: str) -> Kind | Refusal:
    """A zip: an office document when its parts say so and it unpacks to a sane size; else an archive."""
    try:
        with zipfile.ZipFile(file) as package:
            parts = package.infolist()
            if _declares_too_much(parts):
                return refusal("document_unpacks_too_large", "files", name=name)
            names = {part.filename for part in parts}
            kind = next((kind for part, kind in PACKAGES.items() if part in names), None)
            if kind is None or "[Content_Types].xml" not in names:
                return refusal("document_is_archive", "files", name=name)
            if any(part.lower().endswith("vbaproject.bin") for part in names):
                return refusal("document_has_macros", "files", name=name)
            if any(part.flag_bits & 0x1 for part in parts):
                return refusal("document_is_locked", "files", name=name)
            return _unpacked(package, parts, kind, name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError):
        return refusal("document_is_damaged", "files", name=name)


def _declares_too_much(parts: list[zipfile.ZipInfo]) -> bool:
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        return True
    return unpacked > RATIO_MATTERS_FROM and unpacked / packed > HIGHEST_RATIO


def _unpacked(package: zipfile.ZipFile, parts: list[zipfile.ZipInfo], kind: Kind, name: str) -> Kind | Refusal:
    """Unpacks every part into nothing, since a bomb lies in its list of parts; refuses archives inside."""
    total = 0
    for part in parts:
        with package.open(part) as content:
            start = content.read(CHUNK)
            # Office embeds its own packages ("embeddings/"); whether those are sane is asked of them too.
            if start.startswith(ARCHIVES) and not _embedded_is_sane(package, part):
                return refusal("document_holds_archive", "files", name=name)
            total += len(start)
            while piece := content.read(CHUNK):
                total += len(piece)
                if total > MOST_UNPACKED:
                    return refusal("document_unpacks_too_large", "files", name=name)
    return kind


def _embedded_is_sane(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """An embedded office package one level down that declares a sane size and holds no further one."""
    if "/embeddings/" not in part.filename:
        return False
    with zipfile.ZipFile(io.BytesIO(package.read(part))) as inner:
        parts = inner.infolist()
        holds_more = any(p.filename.lower().endswith((".zip", ".docx", ".xlsx", ".pptx")) for p in parts)
        return not _declares_too_much(parts) and not holds_more and bool(PACKAGES.keys() & {p.filename for p in parts})
