"""When mails about buyers come to a person: at once, or together once a day or a week."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import person
from accounts.actions.person import choose_mail_rhythm
from accounts.forms import MailForm, show_refusals
from accounts.wording import WORDS
from kernel.refusals import Refused


@person
def mail_preferences(request: HttpRequest) -> HttpResponse:
    """The person's rhythm and time zone; the zone begins with the one the portal shows moments in."""
    zone = request.user.time_zone or timezone.get_current_timezone_name()
    form = MailForm(
        request.POST if request.method == "POST" else None,
        initial={"rhythm": request.user.mail_rhythm, "time_zone": zone},
    )
    if form.is_valid():
        try:
            choose_mail_rhythm(by=request.user.pk, **form.cleaned_data)
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            messages.success(request, _("Saved."))
            return redirect("mail_preferences")
    return render(request, "accounts/mail_preferences.html", {"form": form})
