"""Legal forms: what of a company's name says of which kind it is, and can be left out or written short.

Source of the list: the registers' own abbreviations (GLEIF's Entity Legal Forms, ISO 20275, by country) and how
contracts and invoices write them. Words here are folded as `buyers.names.words_of` folds: no accents, ae → a,
"G.m.b.H." → gmbh.
"""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

# One line per form; two names whose forms stand on one line have the same legal form, abbreviated or not.
_FORMS = """
ltd|limited|co ltd|co limited|company limited|ltd co|coltd|cong ty tnhh|tnhh|mtv|tnhh mtv
private limited|pvt ltd|pvt limited|private ltd|p ltd|pte ltd|pte limited|pty ltd|pty limited|proprietary limited|pty|pte|pvt
sdn bhd|sendirian berhad
bhd|berhad
plc|public limited company|publ ltd company|public company limited|pcl
inc|incorporated|incorp
corp|corporation
llc|limited liability company|lc|ltd liability company|ooo|obshchestvo s ogranichennoy otvetstvennostyu|too|mchj
llp|limited liability partnership
lp|limited partnership|ltd partnership
co|company|cie|and co|cong ty
pc|professional corporation
ulc|unlimited company|unlimited liability company
gmbh|gesellschaft mit beschrankter haftung|mbh|gesmbh|ges mbh|ggmbh
gmbh co kg|gmbh und co kg|gmbh co ohg|gmbh co|gmbh cokg|gmbh co kgaa|ag co kg|se co kg|ug haftungsbeschrankt co kg
ug|ug haftungsbeschrankt|unternehmergesellschaft
ag|aktiengesellschaft
kg|kommanditgesellschaft
kgaa|kommanditgesellschaft auf aktien
ohg|offene handelsgesellschaft
ek|e kfm|e k
ev|eingetragener verein
eg|eingetragene genossenschaft
se|societas europaa|societas europa
sa|societe anonyme|sociedad anonima|sociedade anonima|spolka akcyjna|soc an
sarl|societe a responsabilite limitee|sarlu|eurl
sas|sasu|societe par actions simplifiee|sociedad por acciones simplificada
snc|societe en nom collectif|societa in nome collettivo
sci|societe civile immobiliere
sca|societe en commandite par actions
scs|secs|scsp
srl|societa a responsabilita limitata|sociedad de responsabilidad limitada|societate cu raspundere limitata|societatea cu raspundere limitata|srls|sprl
spa|societa per azioni|sociedad por acciones
sl|slu|sociedad limitada|sociedad limitada unipersonal
sau|sociedad anonima unipersonal
sa de cv|sab de cv|sapi de cv|sociedad anonima de capital variable|s de rl de cv|sofom enr|sa de cv sofom
ltda|limitada|lda|eireli|sociedade limitada
bv|besloten vennootschap|bvba|besloten vennootschap met beperkte aansprakelijkheid
nv|namloze vennootschap
vof|cvba|cv
oy|osakeyhtio|oy ab
oyj|julkinen osakeyhtio
ab|aktiebolag|aktiebolaget
ab publ|abp
as|aksjeselskap|aktieselskab|akciova spolecnost|akciova spolocnost|anonim sirketi|a s
asa|allmennaksjeselskap
aps|anpartsselskab
hf|ehf
sp zoo|spolka zoo|spolka z ograniczona odpowiedzialnoscia|spzoo|sp z oo
sp k|spk|spolka komandytowa|sp zoo sp k|sp zoo spk
sro|spol sro|spolecnost s rucenim omezenym|spolocnost s rucenim obmedzenym
kft|korlatolt felelossegu tarsasag
zrt|nyrt|rt
bt|beteti tarsasag
doo|drustvo s ogranicenom odgovornoscu|druzba z omejeno odgovornostjo
dd|dionicko drustvo
ood|eood|druzhestvo s ogranichena otgovornost
ad|ead|aktsionerno druzhestvo
ou|osauhing
sia|sabiedriba ar ierobezotu atbildibu
uab|uzdaroji akcine bendrove
tov|tovarystvo z obmezhenoiu vidpovidalnistiu
ao|pao|oao|zao|aktsionernoe obshchestvo|jsc|ojsc|cjsc|pjsc|joint stock company|open joint stock company|closed joint stock company|public joint stock company|co jsc|joint stock co|cong ty co phan|cong ty cp
ltd sti|limited sirketi|limited sirket|ltd sirketi
kk|kabushiki kaisha|kabushiki gaisha
gk|godo kaisha|godo gaisha
pt|perseroan terbatas|pt tbk
tbk
wll|with limited liability
fze|fzco|fzc|fz llc|fzllc|dmcc
saog|saoc|kscp|kscc|ksc|psc
"""  # noqa: E501 - one line per form

# Forms that stand before the name ("PT Astra", "ООО Ромашка", "Công ty TNHH …").
_BEFORE = (
    "pt|ooo|ao|pao|oao|zao|tov|uab|sia|too|kk|kabushiki kaisha|"
    "cong ty|cong ty tnhh|cong ty co phan|cong ty cp|sci|sas|sarl|eurl"
)

# Forms of one kind of company under the laws of different countries; others are kinds of their own.
_KINDS = {
    "limited": "ltd|private limited|sdn bhd|llc|gmbh|ug|sarl|srl|sas|sl|ltda|bv|aps|sp zoo|sro|kft|doo|ood|ou|sia|uab|"
    "tov|ltd sti|gk",
    "stock": "plc|inc|corp|ag|sa|spa|sau|nv|oyj|asa|zrt|dd|ad|ao|kk|se|bhd|tbk|pt|saog",
    "partnership": "llp|lp|gmbh co kg|kg|kgaa|ohg|snc|sca|scs|vof|sp k",
}

# East Asian forms, the longest first; the form they are one with.
_EAST_ASIAN = {
    "股份有限责任公司": "plc", "股份有限公司": "plc", "有限责任公司": "ltd", "有限公司": "ltd", "股份公司": "plc",
    "无限公司": "ulc", "普通合伙": "llp", "有限合伙": "lp", "公司": "co",
    "株式会社": "kk", "有限会社": "ltd", "合同会社": "gk", "合名会社": "ohg", "合资会社": "kg",
    "주식회사": "kk", "유한회사": "ltd", "유한책임회사": "llc",
}  # fmt: skip
_EAST_ASIAN_BEFORE = ("株式会社", "有限会社", "合同会社", "주식회사", "유한회사")

# As invoices write them: 日立（株）, ㈱日立, (주)삼성.
_IN_BRACKETS = {"株": "株式会社", "有": "有限会社", "合": "合同会社", "주": "주식회사", "유": "유한회사"}
_BRACKETED = re.compile(rf"\(({'|'.join(_IN_BRACKETS)})\)")
_EAST_ASIAN_FIRST = {form[0] for form in _EAST_ASIAN}

_LINES = [line.split("|") for line in _FORMS.strip().splitlines()]
_FORM_OF = {tuple(form.split()): line[0] for line in _LINES for form in line}
# Written out, any form may stand before the name ("Limited Liability Company Romashka").
_BEFORE_WORDS = {tuple(form.split()) for form in _BEFORE.split("|")} | {form for form in _FORM_OF if len(form) > 2}
_KIND_OF = {form: kind for kind, forms in _KINDS.items() for form in forms.split("|")}
_LONGEST = max(len(form) for form in _FORM_OF)
_LAST_WORDS = {form[-1] for form in _FORM_OF}
_FIRST_WORDS = {form[0] for form in _BEFORE_WORDS}
# Words that mostly belong to a form, wherever they stand ("Limited Acme Private"): they find nothing by themselves.
FORM_WORDS = frozenset(word for form in _FORM_OF for word in form if len(form) == 1 or len(word) > 4) | {
    "pvt", "pte", "pty", "sdn", "sp", "spol", "de", "mit", "the",
}  # fmt: skip
# Every beginning of a form, for names that were typed as far as that.
_BEGINNINGS = {" ".join(form)[:length] for form in _FORM_OF for length in range(1, len(" ".join(form)) + 1)}
# Shorter ones (sarl, corp) are one letter from too many words.
_SHORTEST_WITH_SLIP = 5
_SHORTEST_WRITTEN_OUT = 15
_WRITTEN_OUT: dict[tuple[int, int], list[str]] = {}  # by their words and letters
for _form in _FORM_OF:
    if len(_form) > 1 and len(" ".join(_form)) >= _SHORTEST_WRITTEN_OUT:
        _WRITTEN_OUT.setdefault((len(_form), len(" ".join(_form))), []).append(" ".join(_form))
_LONG_FORM_WORDS = [word for word in FORM_WORDS if len(word) >= _SHORTEST_WITH_SLIP]
_FRAGMENTS = {
    form[begin:end]
    for form in ("股份有限责任公司", "股份有限公司", "株式会社", "有限会社", "주식회사")
    for begin in range(len(form) - 1)
    for end in range(begin + 2, len(form) + 1)
}
# What a name may begin or end with without being another name.
_THE = "the"


def parted(words: list[str]) -> tuple[list[str], str]:
    """The words of a name without its legal form, and the form ("" when it has none): ``acme gmbh`` → [acme], gmbh.

    A name that is nothing but a form stays whole.
    """
    rest, form = list(words), ""
    while len(rest) > 1 or (rest and rest[-1][-1:] >= "\u3000"):
        left, found = _without_last(rest)
        if not found or not left:
            break
        rest, form = left, form or found
    while len(rest) > 1 and (rest[0] in _FIRST_WORDS or rest[0] == _THE):
        left, found = _without_first(rest)
        if left is rest:
            break
        rest, form = left, form or found
    if rest and rest[0] >= "\u3000":
        rest, form = _east_asian_before(rest, form)
    return rest, form


def kind_of(form: str) -> str:
    """limited, stock or partnership, whatever country's form it is; "" for what may be either (AB, A/S, Co.)."""
    return _KIND_OF.get(form, "")


def meant_without_form(words: list[str]) -> list[str]:
    """The words without a legal form that was only begun, or has a slip: ``acme private lim``, ``acme limted`` → acme.

    [] when there is none such.
    """
    rest = words
    if length := _long_form_with_slip(rest):
        rest = rest[:-length]
    if len(rest) > 1 and rest[-1] not in FORM_WORDS and _has_slip(rest[-1]):
        rest = rest[:-1]
    for length in range(min(_LONGEST, len(rest) - 1), 0, -1):
        if " ".join(rest[-length:]) in _BEGINNINGS:
            rest = rest[:-length]
            break
    return parted(rest)[0] if len(rest) < len(words) else []


@lru_cache(maxsize=65_536)
def _has_slip(word: str) -> bool:
    return len(word) >= _SHORTEST_WITH_SLIP and any(
        abs(len(form) - len(word)) < 2 and OSA.distance(word, form, score_cutoff=1) < 2 for form in _LONG_FORM_WORDS
    )


def _long_form_with_slip(words: list[str]) -> int:
    """How many words at the end are a form written out with a slip: spolka z qgraniczona odpowiedzialnoscia."""
    for count in range(2, min(_LONGEST, len(words) - 1) + 1):
        tail = " ".join(words[-count:])
        for length in range(len(tail) - 1, len(tail) + 2):
            for form in _WRITTEN_OUT.get((count, length), ()):
                if OSA.distance(tail, form, score_cutoff=1) == 1:
                    return count
    return 0


def is_fragment(word: str) -> bool:
    """True for a piece of an East Asian legal form (限公): half of all names have it."""
    return word in _FRAGMENTS


def written_out(text: str) -> str:
    """`text`, its compatibility characters resolved, with East Asian forms in brackets as whole words."""
    return _BRACKETED.sub(lambda found: _IN_BRACKETS[found[1]], text)


def begins_form(character: str) -> bool:
    """True for the first character of an East Asian legal form (有 of 有限公司)."""
    return character in _EAST_ASIAN_FIRST


def _without_last(words: list[str]) -> tuple[list[str], str]:
    last = words[-1]
    if last in _LAST_WORDS:
        for length in range(min(_LONGEST, len(words) - 1), 0, -1):
            if found := _FORM_OF.get(tuple(words[-length:])):
                return words[:-length], found
        return words, ""
    if last[-1] < "\u3000":
        return words, ""
    for ending, found in _EAST_ASIAN.items():
        if last == ending:
            return words[:-1], found
        if last.endswith(ending):
            return [*words[:-1], last[: -len(ending)]], found
    return words, ""


def _without_first(words: list[str]) -> tuple[list[str], str]:
    if words[0] == _THE:
        return words[1:], ""
    for length in range(min(_LONGEST, len(words) - 1), 0, -1):
        if tuple(words[:length]) in _BEFORE_WORDS:
            return words[length:], _FORM_OF.get(tuple(words[:length]), "")
    return words, ""


def _east_asian_before(words: list[str], form: str) -> tuple[list[str], str]:
    for beginning in _EAST_ASIAN_BEFORE:
        if words[0].startswith(beginning) and (len(words) > 1 or words[0] != beginning):
            rest = [words[0][len(beginning) :], *words[1:]]
            return [word for word in rest if word], form or _EAST_ASIAN[beginning]
    return words, form
