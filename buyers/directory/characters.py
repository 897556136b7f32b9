"""In which characters a file is written: read off it, or refused. Nothing is guessed where two readings make sense."""

import codecs
from collections.abc import Iterable

from charset_normalizer import from_bytes

from kernel.refusals import Refused, refusal

UTF_8, UTF_16_LITTLE, UTF_16_BIG, CHINESE = "utf-8-sig", "utf-16-le", "utf-16-be", "gb18030"

_SAMPLE = 256 * 1024
# GB 2312 puts the 3,755 characters of everyday Chinese on these lead bytes, with high second ones. Other single-byte
# files read as Chinese give rare characters ("ü" and "l" make 黮), and so does Big5, whose second bytes are often low.
_EVERYDAY, _HIGH = range(0xB0, 0xD8), 0xA1
_EVERYDAY_SHARE = 0.9


def encoding_of(chunks: Iterable[bytes]) -> str:
    """The name of the encoding of a file given in pieces; all pieces are looked at.

    A byte order mark decides; else a file that is UTF-8 throughout is UTF-8, one with a NUL in every second place is
    UTF-16, one that gives everyday Chinese throughout is GB 18030 (which includes GBK). Refuses `file_empty` and
    `encoding_unclear`, with what it looks like most.
    """
    decoders = {name: _strict(name) for name in (UTF_8, CHINESE, UTF_16_LITTLE, UTF_16_BIG)}
    sample = bytearray()
    for chunk in chunks:
        sample += chunk[: max(_SAMPLE - len(sample), 0)]
        decoders = {name: decoder for name, decoder in decoders.items() if _goes_on(decoder, chunk)}
    if not sample.strip(b"\x00\xff\xfe\xef\xbb\xbf \r\n\t"):
        raise Refused([refusal("file_empty", "file")])
    possible = {name for name, decoder in decoders.items() if _goes_on(decoder, b"", final=True)}
    chosen = _chosen(bytes(sample), possible)
    if chosen not in possible:
        best = from_bytes(bytes(sample[:65536])).best()
        raise Refused([refusal("encoding_unclear", "file", looks_like=best.encoding if best else "?")])
    return chosen


def _chosen(sample: bytes, possible: set[str]) -> str:
    if marked := _marked(sample) or _wide(sample):
        return marked
    if UTF_8 in possible:
        return UTF_8
    return CHINESE if _reads_as_chinese(sample) else ""


def _marked(sample: bytes) -> str | None:
    marks = {codecs.BOM_UTF8: UTF_8, codecs.BOM_UTF16_LE: UTF_16_LITTLE, codecs.BOM_UTF16_BE: UTF_16_BIG}
    return next((name for mark, name in marks.items() if sample.startswith(mark)), None)


def _wide(sample: bytes) -> str | None:
    # Commas, figures, Latin letters and ends of lines have their NULs in every second place, on one side.
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd >= 4 and odd >= even * 4:
        return UTF_16_LITTLE
    if even >= 4 and even >= odd * 4:
        return UTF_16_BIG
    return None


def _reads_as_chinese(sample: bytes) -> bool:
    text = sample.decode(CHINESE, errors="ignore")
    han = [c for c in text if "\u4e00" <= c <= "\u9fff"]
    if not han:
        return False
    everyday = sum(lead in _EVERYDAY and second >= _HIGH for lead, second, *_ in map(_written, han))
    return everyday >= _EVERYDAY_SHARE * len(han)


def _written(character: str) -> bytes:
    return character.encode(CHINESE)


def _strict(encoding: str) -> codecs.IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding)(errors="strict")


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
