"""Forms of people, firms and staff; a rule's refusals as a form's errors; forms that came when a session had ended."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from accounts.acts import REVIEWABLE_ACTS, act_code
from accounts.models import User
from accounts.models.person import MailRhythm
from accounts.models.roles import GROUP_LABELS, Role
from accounts.wording import WORDS, said, said_of
from kernel.refusals import Refused


def show_refusals(form: forms.Form, refused: Refused, words: Mapping[str, Any]) -> None:
    """Each refusal becomes an error at the field it is about, or above the form when it is about none of its fields."""
    for refusal in refused.refusals:
        field = refusal.about if refusal.about in form.fields else None
        form.add_error(field, said_of(words, refusal))


def tell_refusals(request: HttpRequest, refused: Refused, words: Mapping[str, Any]) -> None:
    """All refusals in one message above the next page, for an act that has no form to show them in."""
    messages.error(request, " ".join(said_of(words, refusal) for refusal in refused.refusals))


# --- what was typed when the session had ended ------------------------------------------------------------------------

KEPT_SECONDS = 30 * 60
KEPT_CHARACTERS = 60_000


def keep_unsent(request: HttpRequest) -> bool:
    """Keep the fields of a form that came without a session; False when there is nothing to keep, or it must not be.

    Passwords are never kept, files cannot be: their names are, so that the page can say what to pick again.
    """
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "next")
    ]
    size = sum(len(name) + len(value) for name, value in fields)
    if not fields or size > KEPT_CHARACTERS or any("password" in name for name, _value in fields):
        return False
    request.session["unsent"] = {
        "path": request.get_full_path(),
        "page": page_of_form(request),
        "fields": fields,
        "files": [file.name for _name, files in request.FILES.lists() for file in files],
        "at": time.time(),
    }
    return True


def unsent_form_of(request: HttpRequest) -> dict[str, Any] | None:
    """What was kept, as long as it is fresh; stale things are forgotten."""
    kept = request.session.get("unsent")
    if kept and time.time() - kept["at"] > KEPT_SECONDS:
        kept = request.session.pop("unsent") and None
    return kept


def page_of_form(request: HttpRequest) -> str:
    """The page a form was sent from, so that one can go back to it: addresses that only take forms show no page."""
    return own_path(request, request.headers.get("Referer", "")) or request.path


def own_path(request: HttpRequest, address: str) -> str:
    """The path (and query) of a whole address of this portal's; '' when it is another's or none."""
    if not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    # One slash: a browser reads //name/ as another host's address.
    return "/" + parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")


# --- people and firms -------------------------------------------------------------------------------------------------


class InviteForm(forms.Form):
    """Somebody to be invited into the firm."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(
        label=pgettext_lazy("person", "Name"), max_length=150, required=False, help_text=_("They may correct it.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)


class JoinForm(forms.Form):
    """Somebody new: what they are called, and the password they choose."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )


class ProfileForm(forms.ModelForm):
    """A person's own name and language."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As my browser asks")), *settings.LANGUAGES]
    )

    class Meta:
        model = User
        fields = ("name", "language")


class MailForm(forms.Form):
    """When mails about buyers come, and whose morning that is."""

    rhythm = forms.ChoiceField(label=_("Mails about buyers"), choices=MailRhythm.choices, widget=forms.RadioSelect)
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=lambda: [(z, z) for z in zones()])


def zones() -> list[str]:
    """The time zones of places, as the IANA names them; those of offsets and old names are left out."""
    return ["UTC", *sorted(z for z in available_timezones() if z.partition("/")[0] in PLACES)]


PLACES = {
    "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
}  # fmt: skip


class FirmForm(forms.Form):
    """Which acts of the firm take two people."""

    reviewed_acts = forms.MultipleChoiceField(
        label=_("Acts in two steps"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        acts = self.fields["reviewed_acts"]
        acts.choices = [(act, said(WORDS, act_code(act))) for act in REVIEWABLE_ACTS]  # type: ignore[attr-defined]


class TrailFilter(forms.Form):
    """Whose acts, and which; and whether what the portal does alongside is shown."""

    person = forms.ChoiceField(label=_("Person"), required=False)
    act = forms.ChoiceField(label=_("Act"), required=False)
    all = forms.BooleanField(label=_("All acts"), required=False)


# --- staff ------------------------------------------------------------------------------------------------------------


class CreateExporterForm(forms.Form):
    """A new firm and its first owner."""

    name = forms.CharField(label=_("Name of the firm"), max_length=300)
    country = CountryField(blank_label=_("Choose a country")).formfield(label=_("Country"))
    registration = forms.CharField(label=_("Registration number"), max_length=60, required=False)
    owner_name = forms.CharField(label=_("Name of the first owner"), max_length=150)
    owner_email = forms.EmailField(label=_("E-mail address of the first owner"), max_length=254)
    owner_language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)


class AuthorityForm(forms.Form):
    """How far a member of staff decides alone."""

    user = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    amount = forms.DecimalField(label=_("Up to"), min_value=0, max_digits=19, decimal_places=4)
    best_grade = forms.IntegerField(label=_("Best grade"), min_value=1, max_value=10, initial=1)
    worst_grade = forms.IntegerField(label=_("Worst grade"), min_value=1, max_value=10)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(is_staff=True, is_active=True).order_by("name")  # type: ignore[attr-defined]
        self.fields["amount"].help_text = _("In %(currency)s, the house currency.") % {
            "currency": settings.HOUSE_CURRENCY
        }


class AppointForm(forms.Form):
    """A member of staff and their groups."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=150)
    groups = forms.MultipleChoiceField(
        label=_("Groups"),
        choices=list(GROUP_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
