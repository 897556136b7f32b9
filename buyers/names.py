"""How names are put in order and compared: whatever script they are written in.

The database sorts by code point (Zeta before alpha, 上海 before 北京 before 安徽), so every buyer carries a sort key:
Han characters by their pinyin, accents folded, capitals and marks ignored.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii
from pypinyin import lazy_pinyin

from buyers.chinese import simplified
from buyers.legal_forms import FORM_WORDS, parted, written_out

LONGEST_KEY = 500
LONGEST_CORE = 200

# Plain ASCII goes the short way (hundreds of thousands of names in one import): capitals to small, marks to blanks.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_NOT_A_LETTER = re.compile(r"[\W_]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
# For words, apostrophes are nothing (McDonald's, L'Oréal), other marks are blanks.
_PLAIN_WORDS = _PLAIN | {ord("'"): "", ord("`"): ""}
_FOREIGN = re.compile(r"[^\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+")
_WORD = re.compile(r"[a-z0-9]+|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
_APOSTROPHE = re.compile("['`´ʼ‘’]")
# Python counts the vowel signs of Indian and South-East Asian scripts as no letters.
_NO_LETTER = re.compile(r"[^\w\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u109f\u1780-\u17ff]+|_")
_AND = frozenset({"and", "und", "et"})
# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)


def sort_key(name: str) -> str:
    """The key by which `name` sorts and is found by its beginning: ``Łódź S.A.`` → ``lodz s a``, 上海 → ``shang hai``.

    At most 500 characters. A name of marks alone is its own key, so that it has a place too.
    """
    folded = name if name.isascii() else _folded(name)
    key = " ".join((folded.translate(_PLAIN) if folded.isascii() else _NOT_A_LETTER.sub(" ", folded)).split())
    return key if key and len(key) <= LONGEST_KEY else (key or folded.strip())[:LONGEST_KEY].rstrip()


def compared_name(name: str) -> str:
    """What two names have in common that differ in capitals, accents and marks only: for a reader, the same name.

    Not the sort key: 上海 and 商海 share their pinyin, and are two names.
    """
    return _NOT_A_LETTER.sub(" ", _unaccented(name)).strip() or name


class Spelled(NamedTuple):
    """A name as the search compares it: its words, those of them without the legal form, and the form."""

    words: list[str]
    core: list[str]
    form: str

    @property
    def whole(self) -> str:
        """All words on one line: equal for names that differ in capitals, accents, marks and script only."""
        return " ".join(self.words)

    @property
    def content(self) -> list[str]:
        """The words that say which company it is: none that belong to a legal form, wherever they stand."""
        return [word for word in self.core if word not in FORM_WORDS] or self.core

    @property
    def seam(self) -> str:
        """In East Asian writing, where name and legal form meet: 易有 of 宏远贸易有限公司; else ""."""
        whole, core = self.words[-1:], self.core[-1:]
        if whole and core and whole[0] > "\u3000" and len(whole[0]) > len(core[0]) and whole[0].startswith(core[0]):
            return whole[0][len(core[0]) - 1 : len(core[0]) + 1]
        return ""

    @property
    def key(self) -> str:
        """The words without the legal form on one line, at most 200 characters."""
        return " ".join(self.core)[:LONGEST_CORE]


def spelled(name: str) -> Spelled:
    """`name` taken apart: ``The Łódź Stal S.A.`` → lodz stal, sa; ``上海宏远（集团）有限公司`` → 上海宏远集团, ltd."""
    words = words_of(name)
    core, form = parted(words)
    return Spelled(words, core, form)


def words_of(name: str) -> list[str]:
    """The words of a name, folded: small plain letters (other alphabets transliterated), Chinese simplified.

    Letters that stand alone are one word (``S.A.`` → sa, ``I B M`` → ibm), "and" is none, an umlaut is its plain letter
    however it is written (Müller, Mueller → muller), East Asian characters are one word whatever stands between them.
    """
    if name.isascii():
        words = _plain(name).split()
    else:
        name = simplified(name)
        if _EAST_ASIAN.fullmatch(name):
            return [name]
        words = _joined(_FOREIGN.sub(_in_ascii, written_out(unicodedata.normalize("NFKC", name))))
    if not _AND.isdisjoint(words):
        words = [word for word in words if word not in _AND] or words
    return _single_letters_joined(words)


def has_han(text: str) -> bool:
    """True when `text` contains a Han character."""
    return _HAN.search(text) is not None


def _in_ascii(found: re.Match[str]) -> str:
    # Marks first: of a picture (👍) its name would be left.
    letters = _NO_LETTER.sub(" ", _APOSTROPHE.sub("", found[0]))
    return _plain(anyascii(letters))


def _plain(text: str) -> str:
    text = text.translate(_PLAIN_WORDS)
    # Both ways to write an umlaut, and what is left of it without accents.
    return text.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("aa", "a")


def _joined(text: str) -> list[str]:
    """Words, East Asian ones that follow each other as one."""
    words: list[str] = []
    for found in _WORD.finditer(text):
        if words and found[0] > "\u3000" and words[-1] > "\u3000":
            words[-1] += found[0]
        else:
            words.append(found[0])
    return words


def _single_letters_joined(words: list[str]) -> list[str]:
    if min(map(len, words), default=2) > 1:
        return words
    joined: list[str] = []
    after_letter = False
    for word in words:
        letter = len(word) == 1 and word.isalpha() and word.isascii()
        if letter and after_letter:
            joined[-1] += word
        else:
            joined.append(word)
        after_letter = letter
    return joined


def _folded(name: str) -> str:
    return _HAN.sub(lambda found: f" {_pinyin(found[0])} ", _unaccented(name))


def _unaccented(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name).casefold()
    # Put together again what was no accent: Hangul syllables, kana with their voicing marks.
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).translate(_PLAIN_LETTERS)


@lru_cache(maxsize=65536)
def _pinyin(han: str) -> str:
    return " ".join(lazy_pinyin(han))
