"""A buyer's report: all a firm may know of a buyer in its book, as a page to read and as a PDF to file."""

from io import BytesIO
from pathlib import Path
from typing import Any

from anyascii import anyascii
from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify

from accounts.access import reads
from accounts.clock import today_in
from accounts.models.roles import MAY_WRITE
from portal import charts
from portal.templatetags.drawings import bar
from portal.templatetags.figures import NOTHING
from portal.typesetting import typeset
from portal.views import panels
from portal.views.report_parts import Report, accounts_table, report_of
from portal.views.report_sheet import sheet
from portal.views.report_words import RATIO_LABELS, said_of_event, said_year, sources, standing_said
from portal.views.standing import latest_policy

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "portal" / "buyer_report.typ"
LONGEST_NAME = 60


@reads
def buyer_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report as a page; 404 for a buyer that is not in the firm's book."""
    found = _report(request, pk)
    if found is None:
        return redirect("buyer_report", pk=_entry(request, pk).buyer_id)
    writes = request.membership.role in MAY_WRITE and not found.shown.entry.archived_at
    next_steps = {"sends": writes, "asks": writes and not found.exclusions}
    return render(request, "portal/buyer_report.html", context_of(found) | next_steps)


@reads
def buyer_report_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a PDF to download, in the reader's language."""
    found = _report(request, pk)
    if found is None:
        return redirect("buyer_report_pdf", pk=_entry(request, pk).buyer_id)
    content = BytesIO(typeset(TEMPLATE, sheet(found, request.firm.name)))
    return FileResponse(content, as_attachment=True, filename=file_name(found), content_type="application/pdf")


def file_name(report: Report) -> str:
    """`report-kesselring-werkzeuge-gmbh-2026-11-21.pdf`: plain letters on every system, whatever the script."""
    name = slugify(anyascii(report.buyer.name))[:LONGEST_NAME].strip("-") or str(report.buyer.pk)
    return f"report-{name}-{report.shown.today.isoformat()}.pdf"


def _entry(request: HttpRequest, pk: int) -> Any:
    entry = panels.entries_about.first(member=request.user, firm=request.firm, pk=pk)
    if entry is None:
        raise Http404
    return entry


def _report(request: HttpRequest, pk: int) -> Report | None:
    """The report on the buyer of the firm's book; None where `pk` has been merged into another."""
    entry = _entry(request, pk)
    if entry.buyer_id != pk:
        return None
    policy = latest_policy.first(firm=request.firm)
    shown = panels.Shown(entry, tuple(entry.same), today_in(policy.time_zone if policy else "UTC"))
    return report_of(shown, policy)


def context_of(report: Report) -> dict[str, Any]:
    """The report as its page shows it."""
    return {
        "report": report,
        "buyer": report.buyer,
        "entry": report.shown.entry,
        "today": report.shown.today,
        "score": report.score,
        "explanation": report.explanation,
        "trend": report.trend,
        "held": [report.explanation.ceiling] if report.explanation and report.explanation.ceiling else [],
        "bars": [
            {"title": s.title, "bar": bar(charts.bar_of_steps(s.step or 0)), "text": standing_said(s)}
            for s in report.strengths
        ],
        "payment": [line for line in report.payment if line.effect != "missing"],
        "rows": accounts_table(report.years, RATIO_LABELS, NOTHING),
        "sales": [
            {"label": said_year(year), "value": year.row.sales}
            for year in report.years
            if year.row.sales is not None and year.row.currency == report.years[0].row.currency
        ],
        "events": [said_of_event(event) for event in report.events],
        "sources": sources(report),
    }
