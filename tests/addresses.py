"""Every address of the portal, found by walking the resolver: what law 5 and the journeys go through."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.house import FLOORS


@dataclass(frozen=True)
class Address:
    """A page: its name, the names of what stands in its path, and the view behind it."""

    name: str
    arguments: tuple[str, ...]
    view: Callable[..., Any]

    @property
    def access(self) -> str | None:
        """What the view's decorator says: anyone, person, reader, editor, owner, staff."""
        return getattr(self.view, "access", None)

    @property
    def ours(self) -> bool:
        """False for the pages of Django's admin and of allauth."""
        return self.view.__module__.split(".")[0] in FLOORS


def addresses(namespace: str = "") -> list[Address]:
    """The addresses of a namespace; a name that takes different arguments stands once for each."""
    found: dict[tuple[str, tuple[str, ...]], Address] = {}
    for pattern, space in _walk(get_resolver(), ""):
        if space == namespace and pattern.name:
            arguments = tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex)
            found.setdefault((pattern.name, arguments), Address(pattern.name, arguments, pattern.callback))
    return list(found.values())


def _walk(resolver: URLResolver, namespace: str) -> Iterator[tuple[URLPattern, str]]:
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from _walk(item, ":".join(filter(None, (namespace, item.namespace))))
        else:
            yield item, namespace
