"""Importing companies into the directory: the upload, its progress, its result and the file of refused rows."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.forms import show_refusals
from accounts.models.roles import POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER
from accounts.views.office_page import office_page
from accounts.wording import said
from buyers.actions.directory_file import hand_in_directory_file
from buyers.forms import DirectoryFileForm
from buyers.models import DirectoryImport
from buyers.views.file_runs import ROWS_SHOWN, refused_file, run_page
from buyers.wording import WORDS
from kernel.refusals import Refused

KEEPERS = (POLICY_ADMINISTRATOR, UNDERWRITER, SENIOR_UNDERWRITER)


@staff(*KEEPERS)
def import_companies(request: HttpRequest) -> HttpResponse:
    """Hand in a file; the page that shows how it goes comes next."""
    form = DirectoryFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            run = hand_in_directory_file(
                by=request.user.pk,
                file_name=upload.name,
                shape=form.cleaned_data["shape"],
                upload=upload,
                form_key=form.cleaned_data["form_key"],
            )
        except Refused as refused:
            show_refusals(form, refused, WORDS)
        else:
            return redirect("admin:directory_import", run.pk)
    return office_page(request, "buyers/office/import_companies.html", title=_("Import companies"), form=form)


@staff(*KEEPERS)
def directory_import(request: HttpRequest, pk: int) -> HttpResponse:
    """How an import goes, then what came of it; the part that changes alone for a page that asks by itself."""
    run = get_object_or_404(DirectoryImport.objects.select_related("started_by"), pk=pk)
    over = {
        "refused": run.reasons(warning=False),
        "warned": run.reasons(warning=True),
        "rows": run.refused_rows.order_by("warning", "line")[:ROWS_SHOWN],
    }
    page, state = "buyers/office/directory_import.html", "buyers/office/import_state.html"
    return run_page(request, run, page, state, **(over if run.over else {}))


@staff(*KEEPERS)
def refused_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that did not go in, as a file to mend and hand in again: the reason stands behind each."""
    run = get_object_or_404(DirectoryImport, pk=pk)
    return refused_file(run, _lines(run), [_("line"), _("reason")])


def _lines(run: DirectoryImport) -> Iterator[tuple[str, list[str]]]:
    """Each refused row as it stood in the file, with its line and the reason in words."""
    rows = run.refused_rows.filter(warning=False).order_by("line", "id")
    for row in rows.iterator(chunk_size=5_000):
        yield row.raw, [str(row.line), said(WORDS, row.code)]
