"""The life of a noun as a table of moves: what may follow what, who may do it, who is told. It draws itself."""

from dataclasses import dataclass

from kernel.refusals import Refused, refusal


@dataclass(frozen=True)
class Move:
    """One row: `name` takes the noun from any of `sources` to `target` (no sources: it comes into being there).

    `who` is a word for those who may ("editor", "machine"), `told` for those who hear of it ("" = nobody).
    """

    name: str
    sources: tuple[str, ...]
    target: str
    who: str
    told: str = ""


@dataclass(frozen=True)
class Lifecycle:
    """All moves of one noun ("limit request"). A name may stand in several rows as long as their sources differ."""

    noun: str
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        steps = [(move.name, source) for move in self.moves for source in move.sources or ("",)]
        if len(steps) != len(set(steps)):
            raise ValueError(f"{self.noun}: a move leads from one stage to two")

    def may_move(self, name: str, stage: str) -> bool:
        """True when `name` leads anywhere from `stage` ("" = from nothing)."""
        return self._found(name, stage) is not None

    def target(self, name: str, stage: str = "") -> str:
        """The stage after `name`, done at `stage`; refused when it cannot be done there (somebody else was quicker)."""
        found = self._found(name, stage)
        if found is None:
            raise Refused([refusal("stage_has_moved_on", move=name, stage=stage)])
        return found.target

    def moves_from(self, stage: str, who: str | None = None) -> tuple[Move, ...]:
        """What may be done at `stage`, by anybody or by `who`: the buttons of a page."""
        return tuple(m for m in self.moves if stage in m.sources and who in (None, m.who))

    def stages(self) -> tuple[str, ...]:
        """Every stage, in the order of the table."""
        named = [stage for move in self.moves for stage in (*move.sources, move.target)]
        return tuple(dict.fromkeys(named))

    def ends(self) -> tuple[str, ...]:
        """The stages nothing leads on from."""
        return tuple(stage for stage in self.stages() if not self.moves_from(stage))

    def drawing(self) -> str:
        """A Markdown page: the diagram (Mermaid) and the table. docs/lifecycles/ keeps it, a law keeps it current."""
        lines = [f"# Life of a {self.noun}", "", "Drawn by `python manage.py draw_lifecycles`; do not edit.", ""]
        lines += ["```mermaid", "stateDiagram-v2", *self._arrows(), "```", ""]
        lines += ["| move | from | to | who | told |", "|---|---|---|---|---|"]
        lines += [
            f"| {m.name} | {', '.join(m.sources) or '–'} | {m.target} | {m.who} | {m.told or '–'} |" for m in self.moves
        ]
        return "\n".join(lines) + "\n"

    def _arrows(self) -> list[str]:
        arrows = [
            f"    {source} --> {move.target}: {move.name} ({move.who})"
            for move in self.moves
            for source in move.sources or ("[*]",)
        ]
        return arrows + [f"    {stage} --> [*]" for stage in self.ends()]

    def _found(self, name: str, stage: str) -> Move | None:
        return next((m for m in self.moves if m.name == name and stage in (m.sources or ("",))), None)
