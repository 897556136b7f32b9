"""Chinese names of companies as they are written in Latin letters on contracts and lists: 丹东金祥贸易有限公司 →
dandong jinxiang trading.

Place and own name by their pinyin, each one word, what the company does in English; the legal form is left out, as it
tells nothing. So do Chinese companies in their English names, and so do the lists, which give the name in characters
only now and then. Places that have another name in English, and trades, are data (buyers/data/chinese_names.json);
pinyin by pypinyin.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pypinyin import lazy_pinyin

from buyers.names import has_han, spelled

DATA = Path(__file__).parent / "data" / "chinese_names.json"
LONGEST = 60  # characters that are looked at


class _Known(NamedTuple):
    places: dict[str, str]  # empty: by its pinyin
    trades: dict[str, str]
    longest: int


def romanised(name: str) -> str:
    """The name in Latin letters; "" of one that has no Chinese characters."""
    if not has_han(name):
        return ""
    return " ".join(found for word in spelled(name).core for found in (_parts(word) if has_han(word) else [word]))


def _parts(text: str) -> list[str]:
    known, found, own = _known(), list[str](), ""
    text, at = text[:LONGEST], 0
    while at < len(text):
        word = next((text[at : at + n] for n in range(known.longest, 1, -1) if _is_known(text[at : at + n], own)), "")
        if word:
            found += [_pinyin(own)] if own else []
            found.append(known.trades.get(word) or known.places.get(word) or _pinyin(word))
            own = ""
        else:
            own += text[at]
        at += len(word) or 1
    return [*found, _pinyin(own)] if own else found


def _is_known(text: str, own: str) -> bool:
    # A place within a name is rather a part of it: 新西安 is no Xi'an.
    known = _known()
    return text in known.trades or (text in known.places and not own)


def _pinyin(text: str) -> str:
    return "".join(lazy_pinyin(text))


@cache
def _known() -> _Known:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    words = [*data["places"], *data["trades"]]
    return _Known(data["places"], data["trades"], max(map(len, words)))
