"""Law 7: the drawings in docs/lifecycles/ are those of the tables in the code, for readers who never open the code."""

from portal.management.commands.draw_lifecycles import FOLDER, lifecycles, page_of


def test_lifecycle_drawings_are_current() -> None:
    for lifecycle in lifecycles():
        assert page_of(lifecycle).read_text(encoding="utf-8") == lifecycle.drawing(), lifecycle.noun


def test_no_drawing_outlives_its_lifecycle() -> None:
    assert {page.name for page in FOLDER.glob("*.md")} == {page_of(lifecycle).name for lifecycle in lifecycles()}
