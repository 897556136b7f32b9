"""A lifecycle is a table: it answers, refuses and draws from the same rows."""

import pytest

from kernel.lifecycle import Lifecycle, Move
from kernel.refusals import Refused

DOOR = Lifecycle(
    "door",
    (
        Move("hang", (), "shut", "joiner"),
        Move("open", ("shut",), "open", "anybody", "the cat"),
        Move("shut", ("open",), "shut", "anybody"),
        Move("wall_up", ("open", "shut"), "gone", "joiner", "everybody"),
    ),
)


def test_a_move_leads_to_its_target_from_each_of_its_sources() -> None:
    assert DOOR.target("open", "shut") == "open"
    assert [DOOR.target("wall_up", stage) for stage in ("open", "shut")] == ["gone", "gone"]
    assert DOOR.target("hang") == "shut"


@pytest.mark.parametrize(("name", "stage"), [("open", "open"), ("shut", "gone"), ("hang", "open"), ("paint", "open")])
def test_what_the_table_does_not_hold_is_refused(name: str, stage: str) -> None:
    assert not DOOR.may_move(name, stage)
    with pytest.raises(Refused) as refused:
        DOOR.target(name, stage)
    assert [r.code for r in refused.value.refusals] == ["stage_has_moved_on"]


def test_the_buttons_of_a_page_are_the_moves_from_its_stage() -> None:
    assert [m.name for m in DOOR.moves_from("open")] == ["shut", "wall_up"]
    assert [m.name for m in DOOR.moves_from("open", "joiner")] == ["wall_up"]
    assert DOOR.moves_from("gone") == ()


def test_stages_stand_in_the_order_of_the_table_and_ends_lead_nowhere() -> None:
    assert DOOR.stages() == ("shut", "open", "gone")
    assert DOOR.ends() == ("gone",)


def test_one_move_never_leads_from_one_stage_to_two() -> None:
    with pytest.raises(ValueError, match="from one stage to two"):
        Lifecycle("coin", (Move("toss", ("up",), "heads", "chance"), Move("toss", ("up",), "tails", "chance")))


def test_the_drawing_shows_every_move_once_per_source() -> None:
    drawn = DOOR.drawing()
    assert "# Life of a door" in drawn
    assert "    [*] --> shut: hang (joiner)" in drawn
    assert "    open --> gone: wall_up (joiner)" in drawn
    assert "    gone --> [*]" in drawn
    assert "| wall_up | open, shut | gone | joiner | everybody |" in drawn
    assert "| hang | – | shut | joiner | – |" in drawn
