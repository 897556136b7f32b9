"""Chinese as people type it: traditional characters read as simplified ones, pinyin read as its syllables."""

import unicodedata
from functools import cache
from importlib.resources import files

from pypinyin.constants import PINYIN_DICT

_LONGEST_SYLLABLE, _LONGEST_WORD = 6, 40


def simplified(text: str) -> str:
    """`text` with every traditional character in its simplified form; others stay (OpenCC's table of characters)."""
    table = _table()
    if table.keys().isdisjoint(map(ord, text)):
        return text
    return text.translate(table)


@cache
def _table() -> dict[int, str]:
    lines = (files("opencc_purepy") / "dicts" / "TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    # A character with several readings takes the first, which is the usual one.
    return {ord(old): new.split()[0] for old, new in pairs if len(old) == 1 and len(new.split()[0]) == 1}


def pinyin_key(text: str) -> str:
    """What was typed in pinyin as sort keys have it: ``shanghai hongyuan`` → shang hai hong yuan; else ""."""
    return " ".join(pinyin_words(text))


def pinyin_words(text: str) -> list[str]:
    """The syllables of each word typed in pinyin: ``shanghai hongyuan`` → shang hai, hong yuan; of other words none."""
    found = [_syllables_of(word) for word in text.lower().split()] if text.isascii() else []
    return found if all(found) and sum(len(word.split()) for word in found) > 1 else []


def written(syllable: str) -> str:
    """The characters in use (those of GB 2312) that are read so first of all."""
    return _characters().get(syllable, "")


@cache
def _characters() -> dict[str, str]:
    found: dict[str, str] = {}
    for code, readings in PINYIN_DICT.items():
        if chr(code).encode("gb2312", "ignore"):
            syllable = _plain(readings.partition(",")[0])
            found[syllable] = found.get(syllable, "") + chr(code)
    return found


def _syllables_of(word: str) -> str:
    """`word` as syllables, as few as can be; "" when it is none."""
    best: list[str | None] = [""]
    for end in range(1, min(len(word), _LONGEST_WORD) + 1):
        possible = [
            f"{best[begin]} {word[begin:end]}".strip()
            for begin in range(max(end - _LONGEST_SYLLABLE, 0), end)
            if best[begin] is not None and word[begin:end] in _syllables()
        ]
        best.append(min(possible, key=lambda found: found.count(" "), default=None))
    return (best[-1] or "") if len(word) <= _LONGEST_WORD else ""


@cache
def _syllables() -> frozenset[str]:
    """All syllables of pinyin without tones; ü is v, as in sort keys."""
    return frozenset(_plain(reading) for readings in PINYIN_DICT.values() for reading in readings.split(","))


@cache
def _plain(reading: str) -> str:
    """Without its tone."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())
