"""Countries as people write them in lists: codes of two or three letters, names in the languages of our users."""

from functools import cache

from babel import Locale

from buyers.names import words_of

_LANGUAGES = ("en", "zh_Hans", "zh_Hant", "de", "fr", "es", "it", "nl", "pl", "pt", "ru", "tr", "ja", "ko", "vi")
# What people write that is no name of CLDR's.
_ALSO = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "usa": "US", "us": "US",
    "united states of america": "US", "america": "US", "holland": "NL", "prc": "CN", "pr china": "CN",
    "p r china": "CN", "china mainland": "CN", "中国大陆": "CN", "中华人民共和国": "CN", "美国": "US", "英国": "GB",
    "香港": "HK", "台湾": "TW", "澳门": "MO", "hong kong": "HK", "macau": "MO", "macao": "MO", "taiwan": "TW",
    "korea": "KR", "south korea": "KR", "republic of korea": "KR", "uae": "AE", "czech republic": "CZ", "brd": "DE",
    "deutschland": "DE", "schweiz": "CH", "suisse": "CH", "turkey": "TR", "viet nam": "VN", "ivory coast": "CI",
    "russian federation": "RU",
}  # fmt: skip
_THREE_LETTERS = (
    "ARE:AE ARG:AR AUS:AU AUT:AT BEL:BE BGR:BG BRA:BR CAN:CA CHE:CH CHL:CL CHN:CN COL:CO CZE:CZ DEU:DE DNK:DK EGY:EG "
    "ESP:ES EST:EE FIN:FI FRA:FR GBR:GB GRC:GR HKG:HK HRV:HR HUN:HU IDN:ID IND:IN IRL:IE ISL:IS ISR:IL ITA:IT JPN:JP "
    "KEN:KE KOR:KR LTU:LT LUX:LU LVA:LV MAR:MA MEX:MX MYS:MY NGA:NG NLD:NL NOR:NO NZL:NZ PAK:PK PER:PE PHL:PH POL:PL "
    "PRT:PT ROU:RO RUS:RU SAU:SA SGP:SG SRB:RS SVK:SK SVN:SI SWE:SE THA:TH TUR:TR TWN:TW UKR:UA USA:US VNM:VN ZAF:ZA"
)

# Codes CLDR has beside those of countries.
_NO_COUNTRIES = frozenset({"EU", "UN", "XA", "XB", "ZZ", "EZ", "QO"})


def country_code(text: str) -> str:
    """The two-letter code of the country `text` names; "" when it names none."""
    text = text.strip()
    if len(text) == 2 and text.isascii() and text.upper() in _codes():
        return text.upper()
    return _names().get(_folded(text), "")


def _folded(text: str) -> str:
    return " ".join(words_of(text))


@cache
def _codes() -> frozenset[str]:
    codes = map(str, Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha()) - _NO_COUNTRIES


@cache
def _names() -> dict[str, str]:
    found = {
        _folded(name): str(code)
        for language in _LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if code in _codes()
    }
    found |= {_folded(name): code for name, code in _ALSO.items()}
    return found | {_folded(three): two for three, _, two in (pair.partition(":") for pair in _THREE_LETTERS.split())}
