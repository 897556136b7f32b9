"""How grave a piece of news is: what comes first in a list, and what does not wait for a digest."""

from enum import IntEnum


class Gravity(IntEnum):
    """From what is merely good to know to what cannot wait until tomorrow. Codes in desk/wording.py: gravity_<name>."""

    NEWS = 0
    WORSE = 1
    SERIOUS = 2
    URGENT = 3
