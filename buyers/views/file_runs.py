"""What the office's pages about files have in common: how a run goes, and its refused rows as a file."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.views.office_page import office_page
from buyers.models.file_run import FileRun
from buyers.tables import written_refusals

ROWS_SHOWN = 50


def run_page(request: HttpRequest, run: FileRun, page: str, state: str, **context: Any) -> HttpResponse:
    """The whole `page` of a run, or its part `state` for a page that asks by itself how far it is."""
    if request.headers.get("HX-Request"):
        return render(request, state, {"run": run, **context})
    return office_page(request, page, title=run.file_name, run=run, state=state, **context)


def refused_file(run: FileRun, rows: Iterable[tuple[str, list[str]]], added: Sequence[str]) -> FileResponse:
    """The rows that did not go in, to be mended and handed in again: the columns `added` stand behind each.

    `rows`: the text of each as it was sent, and what stands in the added columns.
    """
    file = written_refusals(run.header, rows, added)
    title = _("refused")
    name = f"{title}-{run.pk}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv; charset=utf-8")
