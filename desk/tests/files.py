"""Real files for tests, friendly and hostile, built here byte by byte."""

import io
import struct
import zipfile

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"
EXE = b"MZ\x90\x00" + b"\x00" * 56 + b"\x80\x00\x00\x00" + b"This program cannot be run in DOS mode." + b"\x00" * 200
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN_PART = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def picture(shape: str) -> bytes:
    """A picture of 2 × 2 points as PNG, JPEG or TIFF."""
    made = io.BytesIO()
    Image.new("RGB", (2, 2), "teal").save(made, shape)
    return made.getvalue()


def heic() -> bytes:
    """The beginning of an iPhone's photograph: enough to be known by."""
    return struct.pack(">I", 24) + b"ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 300


def zipped(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of those parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return made.getvalue()


def office(kind: str = "docx", **parts: bytes) -> bytes:
    """An office package with its main part; further parts by name ('/' written as '__', '.' as '_dot_')."""
    more = {name.replace("_dot_", ".").replace("__", "/"): content for name, content in parts.items()}
    return zipped({"[Content_Types].xml": TYPES, MAIN_PART[kind]: b"<doc/>", **more})


def bomb(megabytes: int = 20) -> bytes:
    """A Word document whose one picture is nothing but zeros: small here, `megabytes` when unpacked."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("word/document.xml", b"<doc/>")
        with package.open("word/media/image1.bmp", "w", force_zip64=True) as part:
            for _n in range(megabytes):
                part.write(bytes(1024**2))
    return made.getvalue()


def lying_bomb() -> bytes:
    """A bomb whose list of parts says one byte where there are ten million."""
    honest = zipped({"[Content_Types].xml": TYPES, "word/document.xml": b"<doc/>", "word/a.bin": bytes(10_000_000)})
    return honest.replace(struct.pack("<I", 10_000_000), struct.pack("<I", 1))


def locked() -> bytes:
    """A package whose parts say that they are encrypted."""
    made = bytearray(office())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)
