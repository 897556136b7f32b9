"""Who may be asked into a firm, and who may leave it: a firm always keeps an owner."""

from collections.abc import Collection

from kernel.refusals import Refusal, refusal


def keeps_an_owner(owners: Collection[int], without: int) -> tuple[Refusal, ...]:
    """Refuses to take the last owner away. `owners` are the ids of the firm's present owners' memberships."""
    return () if set(owners) - {without} else (refusal("last_owner"),)


def may_be_invited(*, is_member: bool, is_staff: bool, is_active: bool) -> tuple[Refusal, ...]:
    """Refuses who is a member already, the insurer's own staff, and people whose account was closed."""
    if is_member:
        return (refusal("already_member", "email"),)
    if is_staff:
        return (refusal("staff_join_no_firm", "email"),)
    if not is_active:
        return (refusal("account_closed", "email"),)
    return ()


def may_review(acts: Collection[str], known: Collection[str], writers: int) -> tuple[Refusal, ...]:
    """Refuses unknown acts, and two steps in a firm where only one person could take them.

    `writers` is the number of present owners and editors: what one of them enters, another must be able to send.
    """
    if set(acts) - set(known):
        return (refusal("act_unknown", "reviewed_acts"),)
    if acts and writers < 2:
        return (refusal("review_needs_two_people", "reviewed_acts"),)
    return ()
