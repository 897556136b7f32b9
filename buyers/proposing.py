"""When a buyer may be proposed and a proposal confirmed (domain.md §3, "An unknown buyer can be proposed")."""

from buyers.identity import Checked
from kernel.refusals import Refusal, refusal

# Why an underwriter says no: codes, worded in buyers/wording.py.
REASONS = ("not_found_in_register", "not_a_company", "is_a_branch", "details_contradict")


def proposal_refused(number: Checked | None, known: str = "", open_reference: str = "") -> tuple[Refusal, ...]:
    """Why a buyer with this number (None: it is not known) cannot be proposed.

    `known`: the name of the directory's buyer with the same number; `open_reference`: the firm's own open proposal of
    it. What is known goes before what is misspelt, since some registers gave out numbers whose check digits are wrong.
    """
    if known:
        return (refusal("buyer_already_known", "value", name=known),)
    if open_reference:
        return (refusal("buyer_already_proposed", "value", reference=open_reference),)
    return number.refusals if number else ()


def confirmation_refused(number: Checked | None, known: str = "") -> tuple[Refusal, ...]:
    """Why a proposal cannot become a buyer of its own: without a number nobody could find it again."""
    if number is None:
        return (refusal("proposal_incomplete", "value"),)
    return proposal_refused(number, known)


def refusal_refused(reason: str) -> tuple[Refusal, ...]:
    """A proposal is refused for one of REASONS."""
    return () if reason in REASONS else (refusal("reason_unknown", "reason"),)


def merge_refused(source: int, into: int, source_is_merged: bool, into_is_merged: bool) -> tuple[Refusal, ...]:
    """Why two entries of the directory cannot be made one; a merge into a merged one would make a chain."""
    if source == into or source_is_merged or into_is_merged:
        return (refusal("buyer_cannot_be_merged", "into"),)
    return ()
