"""Small PDF files for the demo's claims: one page of plain words each."""

from collections.abc import Iterable

# A4 in points; the text begins near the top and each line is 18 points lower.
PAGE, LEFT, TOP, LINE = "0 0 595 842", 72, 770, 18


def pdf(title: str, lines: Iterable[str]) -> bytes:
    """A PDF of one page that says `lines` under `title`, in Helvetica (Latin letters only)."""
    shown = [f"/F1 16 Tf {LEFT} {TOP} Td ({_plain(title)}) Tj /F1 11 Tf 0 -{2 * LINE} Td"]
    shown += [f"({_plain(line)}) Tj 0 -{LINE} Td" for line in lines]
    stream = ("BT " + " ".join(shown) + " ET").encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{PAGE}] /Contents 5 0 R "
        "/Resources << /Font << /F1 4 0 R >> >> >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    """The objects numbered, and the table that says at which byte each begins."""
    out, starts = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
