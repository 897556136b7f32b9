"""What ratings of countries mean: the house's grades AA-D and levels 1-4, the OECD's classes 0-7."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Medium term: how likely a country is to keep its firms from paying. Best to worst.
GRADES: dict[str, str | Promise] = {
    "AA": _("very low risk"),
    "A": _("low risk"),
    "BB": _("moderate risk"),
    "B": _("noticeable risk"),
    "C": _("high risk"),
    "D": _("very high risk"),
}
# Short term, within six to twelve months: whether payments there are about to get stuck.
LEVELS: dict[int, str | Promise] = {
    1: _("no sign of trouble in the months ahead"),
    2: _("little sign of trouble in the months ahead"),
    3: _("signs of trouble in the months ahead"),
    4: _("trouble in the months ahead is likely"),
}
CLASSES: dict[int, str | Promise] = {
    0: _("no country risk to speak of"),
    1: _("very low country risk"),
    2: _("low country risk"),
    3: _("moderate country risk"),
    4: _("noticeable country risk"),
    5: _("considerable country risk"),
    6: _("high country risk"),
    7: _("very high country risk"),
}


def class_meaning(oecd_class: int | None, high_income: bool) -> str | Promise:
    """What the OECD says of a country; without a class: why it has none, which is not class 0."""
    if oecd_class is not None:
        return CLASSES[oecd_class]
    if high_income:
        return _("not classified: a high-income country of the OECD or the euro area")
    return _("not classified: nobody has asked for it. That is not class 0")
