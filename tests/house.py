"""What the laws look at: the modules of the house, read as syntax trees, never imported for it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("kernel", "accounts", "desk", "buyers", "policies", "receivables", "claims", "portal")


@dataclass(frozen=True)
class Module:
    """One file: its floor, its dotted name, its tree."""

    floor: str
    name: str
    path: Path
    tree: ast.Module

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the file's stem below the floor."""
        return tuple(self.name.split(".")[1:])

    @property
    def is_test(self) -> bool:
        """Tests look at everything and are looked at by nobody."""
        return "tests" in self.parts


@lru_cache(maxsize=1)
def every_module() -> tuple[Module, ...]:
    """All Python files of the floors, migrations left out."""
    return tuple(_read())


def modules() -> list[Module]:
    """All but the tests."""
    return [m for m in every_module() if not m.is_test]


def action_modules() -> list[Module]:
    """`actions.py` and everything under `actions/`."""
    return [m for m in modules() if m.parts and m.parts[0] == "actions"]


def _read() -> Iterator[Module]:
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            yield Module(floor, name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))


def imported(node: ast.AST) -> list[str]:
    """The dotted names an import statement names; empty for anything else."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
