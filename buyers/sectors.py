"""Sectors in words. Files say them in free English; those known here are read in the reader's language."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SECTORS: dict[str, Any] = {
    "building supplies": _("Building supplies"),
    "ceramics wholesale": _("Ceramics wholesale"),
    "machine building": _("Machine building"),
    "public works": _("Public works"),
    "pumps and valves": _("Pumps and valves"),
    "tool wholesale": _("Tool wholesale"),
}


def sector_shown(sector: str) -> str:
    """The sector in the language in force; as it was written when it is not a known one."""
    return str(SECTORS.get(" ".join(sector.lower().split()), sector))
