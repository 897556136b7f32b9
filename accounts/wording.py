"""Sentences for people, keyed by code: the engine, and the words of kernel and accounts.

Each app's wording.py continues the words of the floor below: ``WORDS = {**desk.wording.WORDS, "code": _("…")}``, so
that an app can word whatever it may meet. Facts are formatted by the ends of their names:
`…_on` dates, `…amount` with the fact `currency`, `…percent`, `country`; everything else as it is.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from accounts.models.roles import Role
from kernel.currencies import MINOR_UNITS, is_currency
from kernel.refusals import Refusal

WORDS: dict[str, Any] = {
    "not_an_amount": _("This is not an amount."),
    "amount_too_large": _("This amount is larger than any the portal can hold (999,999,999,999,999)."),
    "amount_not_positive": _("The amount must be more than 0."),
    "too_many_decimals": _("%(currency)s has %(digits)s digits after the point; this amount has more."),
    "unknown_currency": _("“%(currency)s” is not a currency in use. Choose one from the list."),
    # Names and addresses (accounts/naming.py).
    "name_missing": _("Write a name with at least one letter or digit."),
    "name_not_one_line": _(
        "A name is one line of text, without line breaks or invisible marks that turn the text round."
    ),
    "name_too_long": _("A name has at most %(longest)s characters."),
    "email_malformed": _("This is not a complete e-mail address."),
    "language_unknown": _("The portal does not speak this language."),
    "mail_rhythm_unknown": _("Choose when the mails are to come."),
    "time_zone_unknown": _("Choose a time zone from the list."),
    "password_weak": _("Choose a stronger password. %(why)s"),
    # Firms, members and invitations (accounts/membership.py, accounts/invitation.py).
    "exporter_exists": _("A firm with this registration number is here already: %(name)s."),
    "last_owner": _("A firm keeps at least one owner. Make a colleague an owner first."),
    "role_unknown": _("This role does not exist."),
    "membership_ended": _("This person no longer works for the firm."),
    "already_member": _(
        "This person works for your firm already. You can change their role in the list of colleagues."
    ),
    "already_invited": _("This address is already invited, as %(role)s. Withdraw that invitation first."),
    "staff_join_no_firm": _("People of the insurer cannot work for a firm."),
    "account_closed": _("This account is closed. Please write to your contact at the insurer."),
    "invitation_unknown": _(
        "This link does not work. It may be cut off, or a newer mail has replaced it: use the link of the latest mail."
    ),
    "invitation_used": _("This invitation has been accepted already. Sign in to go on."),
    "invitation_revoked": _("This invitation was withdrawn. Ask the firm for a new one."),
    "invitation_expired": _("This invitation ended on %(expired_on)s. Ask the firm to send it again."),
    "invitation_just_sent": _("The mail was sent less than a minute ago. Give it a moment before sending it again."),
    "invitation_for_another": _(
        "This invitation is for %(email)s, but you are signed in as %(other)s. Sign out, then go on as %(email)s."
    ),
    "account_exists": _("%(email)s has an account by now. Sign in with it to join the firm."),
    # Two-step review.
    "act_policies_ask_for_limit": _("Asking for a credit limit"),
    "act_claims_file_claim": _("Filing a claim"),
    "act_unknown": _("One of these acts cannot be put under review."),
    "review_needs_two_people": _("Two steps need two people: invite a second owner or editor first."),
    # Staff (accounts/authority.py).
    "no_authority": _("You have no authority to decide. A policy administrator can enter one."),
    "amount_over_authority": _("Your authority ends at %(amount)s. A colleague with a higher one must countersign."),
    "grade_outside_authority": _(
        "The buyer is graded %(grade)s; your authority covers grades %(best)s to %(worst)s. "
        "A colleague must countersign."
    ),
    "ungraded_outside_authority": _(
        "The buyer has no grade and counts as %(grade)s; your authority covers grades %(best)s to %(worst)s. "
        "A colleague must countersign."
    ),
    "authority_below_zero": _("An authority is an amount of 0 or more."),
    "authority_not_in_house_currency": _("Authorities are amounts in the house currency, %(currency)s."),
    "grades_out_of_order": _("Grades go from 1 (best) to 10; the worst cannot be better than the best."),
    "own_authority": _("Nobody sets their own authority. Ask a colleague."),
    "own_second_factor": _("Nobody resets their own second factor here. Ask a colleague."),
    "own_account": _("Nobody closes their own account. Ask a colleague."),
    "not_staff": _("This person is not staff."),
    "works_for_a_firm": _(
        "This address belongs to somebody who works for a firm. Nobody sits on both sides of the desk."
    ),
    "group_unknown": _("Choose at least one group."),
    # The trail: what each act is called, and its details.
    "audit_create_exporter": _("Created the firm"),
    "audit_set_reviewed_acts": _("Changed which acts take two steps"),
    "audit_invite_member": _("Invited a colleague"),
    "audit_resend_invitation": _("Sent an invitation again"),
    "audit_revoke_invitation": _("Withdrew an invitation"),
    "audit_draw_invitation_link": _("Wrote the mail of an invitation"),
    "audit_accept_invitation": _("Accepted an invitation"),
    "audit_join_by_invitation": _("Registered by an invitation"),
    "audit_change_role": _("Changed a colleague’s role"),
    "audit_end_membership": _("Ended a membership"),
    "audit_choose_language": _("Chose a language"),
    "audit_change_profile": _("Changed their name or language"),
    "audit_choose_mail_rhythm": _("Chose when mails come"),
    "audit_appoint_staff": _("Appointed staff"),
    "audit_set_authority": _("Set an authority"),
    "audit_reset_second_factor": _("Took a lost second factor away"),
    "audit_close_account": _("Closed an account"),
    "audit_reopen_account": _("Reopened an account"),
}

# Details of the trail that a firm's owner reads; what is not here is for the machine.
DETAILS: dict[str, Any] = {
    "reference": _("Reference"),
    "own_reference": _("Your reference"),
    "name": _("Name"),
    "buyer_name": _("Buyer"),
    "email": _("E-mail address"),
    "person": _("Person"),
    "role": _("Role"),
    "former_role": _("Former role"),
    "amount": _("Amount"),
    "country": _("Country"),
    "acts": _("Acts in two steps"),
    "outcome": _("Outcome"),
}
OUTCOMES: dict[str, Any] = {"repeated": _("Done already; nothing changed")}


def details_shown(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """An event's details as a reader sees them: label and value, those only that have a label."""
    found = []
    for name, label in DETAILS.items():
        value = details.get(name)
        if value in (None, "", []) or (name == "outcome" and value not in OUTCOMES):
            continue
        found.append((str(label), detail_shown(name, value, details)))
    return found


def detail_shown(name: str, value: Any, details: Mapping[str, Any]) -> str:
    """One detail's value in words."""
    if name == "outcome":
        return str(OUTCOMES[value])
    if isinstance(value, list):
        comma = "、" if babel_locale().startswith("zh") else ", "
        return comma.join(str(WORDS.get("act_" + str(item).replace(".", "_"), item)) for item in value)
    try:
        return shown(name, value, details)
    except (ArithmeticError, TypeError, ValueError):  # written by an older edition of an act, in another shape
        return str(value)


def said(words: Mapping[str, Any], code: str, facts: Mapping[str, Any] | None = None) -> str:
    """The sentence for `code` in the language in force; KeyError when `words` has none (law 8 forbids that)."""
    return str(words[code]) % {name: shown(name, value, facts or {}) for name, value in (facts or {}).items()}


def said_of(words: Mapping[str, Any], refusal: Refusal) -> str:
    """The sentence of a refusal."""
    return said(words, refusal.code, refusal.facts)


# A hyphen is no minus: it breaks lines and is half as wide as the digits beside it.
MINUS = "−"


def shown(name: str, value: Any, facts: Mapping[str, Any]) -> str:
    """A fact as a reader sees it, by the end of its name."""
    if value is None:
        return "–"
    if name.endswith("amount"):
        return amount_shown(Decimal(value), facts.get("currency", ""))
    if name.endswith("_on"):
        return value.isoformat() if isinstance(value, date) else str(value)[:10]
    if name.endswith("percent"):
        return f"{Decimal(value).normalize():f} %".replace("-", MINUS)
    if name == "value":
        return str(value).replace("-", MINUS)
    if name == "country":
        return str(countries.name(value)) or str(value)
    if name in ("role", "former_role"):
        return str(Role(value).label) if value in Role.values else str(value)
    return str(value)


def babel_locale() -> str:
    """Babel's name of the language in force."""
    return "zh_Hans_CN" if (get_language() or "").startswith("zh") else "en_GB"


def amount_shown(amount: Decimal, currency: str, with_code: bool = True) -> str:
    """`84,210.00 USD`: thousands by locale, as many decimals as the currency has, never a float's tail."""
    digits = MINOR_UNITS[currency] if is_currency(currency) else 2
    # English and Chinese write numbers alike, and Python writes them so at a thirtieth of Babel's time.
    number = f"{amount:,.{digits}f}".replace("-", MINUS)
    return f"{number} {currency}".strip() if with_code else number


def whole_shown(number: Decimal | int) -> str:
    """`84,210`: a number of things, or an amount of which nobody reads the cents, rounded."""
    return f"{number:,.0f}".replace("-", MINUS)
