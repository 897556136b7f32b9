"""Publishers' files in the office: handing one in, how it goes, the rows that were refused."""

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import staff
from accounts.forms import show_refusals
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.views.office_page import office_page
from accounts.wording import said
from buyers.actions.feed import hand_in_feed
from buyers.feeds.adapters import KINDS
from buyers.feeds.tasks import take_in_feed
from buyers.models import FeedRun
from buyers.models.feed import FeedKind
from buyers.views.file_runs import ROWS_SHOWN, refused_file, run_page
from buyers.wording import WORDS
from kernel.refusals import Refused

UNDERWRITERS = (UNDERWRITER, SENIOR_UNDERWRITER)


class FeedForm(forms.Form):
    """A publisher's file."""

    kind = forms.ChoiceField(label=gettext_lazy("Format"))
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("Plain or gzipped (.gz)"), allow_empty_file=True
    )
    edition = forms.DateField(
        label=gettext_lazy("State of"),
        required=False,
        help_text=gettext_lazy("Where neither the file nor its name says it; else today."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        labels = dict(FeedKind.choices)
        self.fields["kind"].choices = [("", _("Choose a format")), *((kind, labels[kind]) for kind in KINDS)]
        if not self.is_bound:
            self.initial["form_key"] = uuid.uuid4()


@staff(*UNDERWRITERS)
def hand_in_file(request: HttpRequest) -> HttpResponse:
    """Hand in a file; the page that shows how it goes comes next."""
    form = FeedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            run = hand_in_feed(
                by=request.user.pk,
                kind=told["kind"],
                file_name=told["file"].name,
                edition=told["edition"],
                upload=told["file"],
                form_key=told["form_key"],
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            take_in_feed.delay_on_commit(run.pk)
            return redirect("admin:feed", run.pk)
    return office_page(request, "buyers/office/hand_in_feed.html", title=_("Take in a publisher’s file"), form=form)


@staff(*UNDERWRITERS)
def feed(request: HttpRequest, pk: int) -> HttpResponse:
    """How a file goes, then what came of it; the part that changes alone for a page that asks by itself."""
    run = get_object_or_404(FeedRun.objects.select_related("started_by"), pk=pk)
    rows = run.refused_rows.order_by("line", "id")[:ROWS_SHOWN] if run.over else []
    return run_page(request, run, "buyers/office/feed.html", "buyers/office/feed_state.html", rows=rows)


@staff(*UNDERWRITERS)
def refused_feed_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not taken in, as a file to mend and hand in again: the reason stands behind each."""
    run = get_object_or_404(FeedRun, pk=pk)
    return refused_file(run, _lines(run), [_("line"), _("reason")])


def _lines(run: FeedRun) -> Iterator[tuple[str, list[str]]]:
    for row in run.refused_rows.order_by("line", "id").iterator(chunk_size=5_000):
        yield row.raw, [str(row.line), said(WORDS, row.code, row.facts)]
