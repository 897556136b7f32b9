"""Buyers that are never covered, whatever their grade (domain.md §4, "Never covered"; seams.md, "Excluded buyers").

The one rule for the search's warning, the request for a limit and the silo rule.
"""

from kernel.refusals import Refusal, refusal


def excluded(
    public_body: bool, private_person: bool, affiliate: bool, political_cover: bool = False
) -> tuple[Refusal, ...]:
    """Why nothing owed by this buyer can be insured; empty when it can.

    `public_body` and `private_person` are facts of the directory, `affiliate` of the exporter's own book;
    `political_cover` says whether the policy insures default of public buyers.
    """
    found = []
    if private_person:
        found.append(refusal("buyer_is_private_person", "buyer"))
    if public_body and not political_cover:
        found.append(refusal("buyer_is_public_body", "buyer"))
    if affiliate:
        found.append(refusal("buyer_is_affiliate", "buyer"))
    return tuple(found)
