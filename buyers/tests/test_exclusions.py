"""Who is never covered: public bodies (unless political risk is), persons, affiliates (domain.md §4)."""

import pytest

from buyers.exclusions import excluded

NO, YES = False, True


@pytest.mark.parametrize(
    ("public_body", "private_person", "affiliate", "political_cover", "codes"),
    [
        (NO, NO, NO, NO, []),
        (NO, NO, NO, YES, []),
        (YES, NO, NO, NO, ["buyer_is_public_body"]),
        (YES, NO, NO, YES, []),
        (NO, YES, NO, NO, ["buyer_is_private_person"]),
        (NO, YES, NO, YES, ["buyer_is_private_person"]),
        (NO, NO, YES, YES, ["buyer_is_affiliate"]),
        (YES, YES, YES, NO, ["buyer_is_private_person", "buyer_is_public_body", "buyer_is_affiliate"]),
        (YES, NO, YES, YES, ["buyer_is_affiliate"]),
    ],
)
def test_who_is_excluded(public_body, private_person, affiliate, political_cover, codes):
    assert [r.code for r in excluded(public_body, private_person, affiliate, political_cover)] == codes
