"""How a rule says no: with codes and parameters, never with sentences. An empty tuple of refusals means yes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """One reason why not.

    `code` is a clause such as ``terms_over_maximum``; `about` names the field or row concerned ('' = the whole form);
    `facts` are the values its sentence needs (see wording.py of the app that raised it).
    """

    code: str
    about: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


class Refused(Exception):
    """It will not be done; carries every refusal found. Forms turn them into field errors, wording into words."""

    def __init__(self, refusals: Iterable[Refusal]):
        self.refusals = tuple(refusals)
        super().__init__(", ".join(r.code for r in self.refusals))


class NotAllowed(Exception):
    """The person may see the thing but not do this to it (a page answers 403)."""


def refuse(refusals: Iterable[Refusal]) -> None:
    """Raise Refused when there is any refusal; else return."""
    found = tuple(refusals)
    if found:
        raise Refused(found)


def refusal(code: str, about: str = "", **facts: Any) -> Refusal:
    """A refusal, written short."""
    return Refusal(code, about, facts)
