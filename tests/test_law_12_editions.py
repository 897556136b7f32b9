"""Law 12: an edition that decisions, scores or claims name does not change; a new one gets a new name.

`tests/edition_digests.json` holds the sha256 of every edition that was ever released.
"""

import hashlib
import json

from tests.house import FLOORS, ROOT

DIGESTS = json.loads((ROOT / "tests" / "edition_digests.json").read_text())


def editions() -> dict[str, str]:
    """Path below the root -> sha256 of its content."""
    found = [path for floor in FLOORS for path in (ROOT / floor / "editions").glob("*.json")]
    return {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def test_a_released_edition_is_as_it_was():
    assert {name: editions().get(name) for name in DIGESTS} == DIGESTS


def test_every_edition_is_released():
    assert sorted(editions()) == sorted(DIGESTS)
