"""Which alerts a firm is told by mail: a level for each buyer of its book. In the page it is told of all of them.

| level | good to know | worse | serious | urgent |
|---|---|---|---|---|
| all | mail | mail | mail | mail |
| worse (from the start) | – | mail | mail | mail |
| serious | – | – | mail | mail |
| none | – | – | – | – |

Good to know are better grades, first grades below 7, new accounts, other names and addresses. Worse is every fall of
the grade and what the catalogue warns of. Serious is grade 8 and above, and what it calls bad. Urgent is the end
of cover: insolvency, dissolution, grade 10 (buyers/advice.py).
"""

from desk.gravity import Gravity

ALL, WORSE, SERIOUS, NONE = "all", "worse", "serious", "none"
LEVELS = (ALL, WORSE, SERIOUS, NONE)
LEAST = {ALL: Gravity.NEWS, WORSE: Gravity.WORSE, SERIOUS: Gravity.SERIOUS}


def told_by_mail(level: str, gravity: int) -> bool:
    """Whether news of that gravity goes out by mail under `level`."""
    return level in LEAST and gravity >= LEAST[level]
