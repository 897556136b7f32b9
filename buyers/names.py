"""How names are put in order and compared: whatever script they are written in.

The database sorts by code point (Zeta before alpha, 上海 before 北京 before 安徽), so every buyer carries a sort key:
Han characters by their pinyin, accents folded, capitals and marks ignored.
"""

import re
import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

LONGEST_KEY = 500

# Plain ASCII goes the short way (hundreds of thousands of names in one import): capitals to small, marks to blanks.
_PLAIN = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_NOT_A_LETTER = re.compile(r"[\W_]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")
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


def has_han(text: str) -> bool:
    """True when `text` contains a Han character."""
    return _HAN.search(text) is not None


def _folded(name: str) -> str:
    return _HAN.sub(lambda found: f" {_pinyin(found[0])} ", _unaccented(name))


def _unaccented(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name).casefold()
    # Put together again what was no accent: Hangul syllables, kana with their voicing marks.
    return unicodedata.normalize("NFC", _ACCENTS.sub("", apart)).translate(_PLAIN_LETTERS)


@lru_cache(maxsize=65536)
def _pinyin(han: str) -> str:
    return " ".join(lazy_pinyin(han))
