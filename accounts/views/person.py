"""A person's own pages: profile, the firm they work in now, a form that was not sent."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import person
from accounts.actions.person import change_profile
from accounts.forms import ProfileForm, show_refusals, unsent_form_of
from accounts.models import Exporter
from accounts.wording import WORDS
from kernel.references import row_number
from kernel.refusals import Refused


@person
def profile(request: HttpRequest) -> HttpResponse:
    """Name and language, and the ways to password, second factor and sessions."""
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"name": request.user.name, "language": request.user.language},
    )
    if form.is_valid():
        try:
            changed = change_profile(by=request.user.pk, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            with translation.override(changed.language or translation.get_language_from_request(request)):
                messages.success(request, _("Saved."))
            return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})


@person
@require_POST
def switch_firm(request: HttpRequest) -> HttpResponse:
    """Another of one's firms; the page that comes is Home, since the former page's rows may be the other firm's."""
    chosen = row_number(request.POST.get("firm", ""))
    firm = get_object_or_404(Exporter.objects.visible_to(request.user), pk=chosen)
    request.session["firm"] = firm.pk
    return redirect("home")


@person
def no_firm(request: HttpRequest) -> HttpResponse:
    """For people who work for no firm (any more): whom to ask."""
    if request.firm is not None:
        return redirect("home")
    return render(request, "accounts/no_firm.html")


@person
def unsent_form(request: HttpRequest) -> HttpResponse:
    """A form that came when the session had ended: send it now, or forget it and open its page."""
    kept = unsent_form_of(request)
    if request.method == "POST" or kept is None:
        request.session.pop("unsent", None)
        return redirect(kept["page"] if kept else "home")
    shown = [value for name, value in kept["fields"] if name != "form_key" and value.strip()]
    return render(request, "accounts/unsent_form.html", {"kept": kept, "shown": shown})
