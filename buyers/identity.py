"""By which number a register knows a company, and whether a number can be one (domain.md §3, "Identify").

Forms and check digits are those python-stdnum knows; LEI: ISO 17442 with ISO 7064 mod 97-10. A number is kept without
blanks and marks, in capitals.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from stdnum import lei
from stdnum.ar import cuit
from stdnum.au import abn
from stdnum.br import cnpj
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.cl import rut
from stdnum.cn import uscc
from stdnum.co import nit
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError
from stdnum.fr import siren
from stdnum.gb import vat as gb_vat
from stdnum.id import npwp
from stdnum.in_ import gstin
from stdnum.jp import cn as corporate_number
from stdnum.kr import brn
from stdnum.mx import rfc
from stdnum.no import orgnr
from stdnum.pe import ruc
from stdnum.ru import inn
from stdnum.sg import uen
from stdnum.tr import vkn
from stdnum.tw import ubn
from stdnum.us import ein
from stdnum.vn import mst

from kernel.refusals import Refusal, refusal

LONGEST = 60

# Schemes without a module below: UK company number, D-U-N-S (no check digit since 2006), any other register.
LEI, VAT, CRN, DUNS, REGISTER = "LEI", "VAT", "CRN", "DUNS", "REG"

# scheme -> (country of the register, module that knows its form)
NATIONAL: dict[str, tuple[str, ModuleType]] = {
    "USCC": ("CN", uscc),
    "EIN": ("US", ein),
    "SIREN": ("FR", siren),
    "UID": ("CH", uid),
    "ORGNR": ("NO", orgnr),
    "JCN": ("JP", corporate_number),
    "BRN": ("KR", brn),
    "UBN": ("TW", ubn),
    "UEN": ("SG", uen),
    "MST": ("VN", mst),
    "NPWP": ("ID", npwp),
    "GSTIN": ("IN", gstin),
    "VKN": ("TR", vkn),
    "INN": ("RU", inn),
    "ABN": ("AU", abn),
    "BN": ("CA", bn),
    "RFC": ("MX", rfc),
    "CNPJ": ("BR", cnpj),
    "CUIT": ("AR", cuit),
    "RUT": ("CL", rut),
    "NIT": ("CO", nit),
    "RUC": ("PE", ruc),
}
SCHEMES = (LEI, VAT, "USCC", CRN, *(s for s in NATIONAL if s != "USCC"), DUNS, REGISTER)
COUNTRY_OF_SCHEME = {CRN: "GB"} | {scheme: country for scheme, (country, _module) in NATIONAL.items()}

_LENGTHS = {LEI: 20, "USCC": 18, CRN: 8, DUNS: 9, "EIN": 9, "SIREN": 9, "JCN": 13, "BRN": 10, "ABN": 11, "CNPJ": 14}
_MARKS = re.compile(r"[\W_]+")
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
# Companies House: eight digits, or two letters (SC, NI, OC, …) or one (R) and the rest digits; societies end with R.
_CRN = re.compile(r"[0-9]{8}|[A-Z]{2}[0-9]{6}|[A-Z]{2}[0-9]{5}R|R[0-9]{7}")


@dataclass(frozen=True)
class Checked:
    """A number as it is kept, why it cannot be one (empty: it can), and what is odd about it all the same."""

    value: str
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()


def normalised(text: str) -> str:
    """`text` without blanks and marks, in capitals: ``de 136 695 976`` → ``DE136695976``."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def checked(scheme: str, text: str, country: str = "", issued: bool = False) -> Checked:
    """`text` judged as a number of `scheme`, about the field ``value``.

    `country` is put before a VAT number that lacks its own, and before every number of REGISTER, as two registers use
    the same ones.
    `issued`: a register says that it gave this number out, so check digits that fail are a warning (22 such LEIs are
    known). Refuses `identifier_scheme_unknown`, `identifier_missing`, `identifier_too_long`, `identifier_wrong_length`,
    `identifier_wrong_characters`, `identifier_check_digit_wrong`, `identifier_not_of_this_kind`.
    """
    if scheme not in SCHEMES:
        return Checked("", (refusal("identifier_scheme_unknown", "scheme", scheme=scheme[:20]),))
    value = normalised(text)
    if not value:
        return Checked("", (refusal("identifier_missing", "value"),))
    if len(value) > LONGEST:
        return Checked("", (refusal("identifier_too_long", "value", length=LONGEST),))
    if not value.isascii():
        return Checked(value, (refusal("identifier_wrong_characters", "value", scheme=scheme),))
    found = _value_or_refusal(scheme, value, country)
    if isinstance(found, str):
        return Checked(found)
    if issued and found.code == "identifier_check_digit_wrong":
        return Checked(value, (), (found,))
    return Checked(value, (found,))


def guessed_schemes(text: str) -> tuple[str, ...]:
    """The schemes of which `text` can be a number, check digits included; REGISTER and DUNS would fit anything."""
    kinds = (s for s in SCHEMES if s not in (REGISTER, DUNS))
    return tuple(s for s in kinds if not checked(s, text).refusals)


def lei_well_formed(value: str) -> bool:
    """True for 18 letters or digits and 2 digits; check digits not looked at."""
    return _LEI.fullmatch(value) is not None


def lei_check_digits_hold(values: Sequence[str]) -> np.ndarray:
    """For each well-formed LEI whether its check digits hold: mod 97 of all of them at once, column by column."""
    codes = np.frombuffer("".join(values).encode("ascii"), dtype=np.uint8).reshape(-1, 20).astype(np.int64)
    letters = codes > 57  # A is 10, … Z is 35: two decimal digits
    numbers = np.where(letters, codes - 55, codes - 48)
    rest = np.zeros(len(codes), dtype=np.int64)
    for column in range(20):
        rest = (rest * np.where(letters[:, column], 100, 10) + numbers[:, column]) % 97
    return rest == 1


def _value_or_refusal(scheme: str, value: str, country: str) -> str | Refusal:
    if scheme == REGISTER:
        return _register_number(value, country)
    if scheme == DUNS:
        return value if re.fullmatch(r"[0-9]{9}", value) else _misshapen(scheme, value, digits_only=True)
    if scheme == CRN:
        padded = value.zfill(8) if value.isdigit() else value
        return padded if _CRN.fullmatch(padded) else _misshapen(scheme, padded)
    if scheme == LEI and not lei_well_formed(value):
        return _misshapen(scheme, value)
    if scheme == VAT:
        value = _with_country(value, country)
    return _by_stdnum(scheme, value, _module(scheme, value))


def _register_number(value: str, country: str) -> str | Refusal:
    if not re.fullmatch(r"[A-Z]{2}", country):
        return refusal("identifier_country_missing", "country")
    return value if value.startswith(country) else f"{country}{value}"


def _with_country(value: str, country: str) -> str:
    bare = not value[:2].isalpha()
    return f"{'EL' if country == 'GR' else country}{value}" if bare else value


def _module(scheme: str, value: str) -> ModuleType:
    if scheme == VAT:
        return gb_vat if value.startswith("GB") else eu_vat
    return lei if scheme == LEI else NATIONAL[scheme][1]


def _by_stdnum(scheme: str, value: str, module: ModuleType) -> str | Refusal:
    try:
        found = module.validate(value)
    except InvalidLength:
        return _misshapen(scheme, value)
    except InvalidChecksum:
        return refusal("identifier_check_digit_wrong", "value", scheme=scheme)
    except ValidationError:
        return refusal("identifier_not_of_this_kind", "value", scheme=scheme)
    # stdnum drops the country of a British VAT number; with it the number is one of many countries' again.
    return f"GB{found}" if module is gb_vat else normalised(found)


def _misshapen(scheme: str, value: str, digits_only: bool = False) -> Refusal:
    length = _LENGTHS.get(scheme)
    if length and len(value) != length:
        return refusal("identifier_wrong_length", "value", scheme=scheme, length=length, found=len(value))
    if length is None:
        return refusal("identifier_not_of_this_kind", "value", scheme=scheme)
    return refusal("identifier_wrong_characters", "value", scheme=scheme)
