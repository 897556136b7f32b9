"""Words that the page of a report and its PDF share."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from buyers.signals import Seen, fact_lines
from buyers.strengths import Strength
from portal.templatetags.words import say_tag
from portal.views.report_parts import Report, Year

FULL_YEAR = 12

RATIO_LABELS: dict[str, Any] = {
    "equity_ratio": gettext_lazy("Equity ratio"),
    "current_ratio": gettext_lazy("Current ratio"),
    "return_on_assets": gettext_lazy("Return on assets"),
    "return_on_sales": gettext_lazy("Return on sales"),
    "receivable_days": gettext_lazy("Days its customers take to pay"),
}


def said_of_event(event: Seen) -> dict[str, Any]:
    """An event of the timeline: what happened, when (a month where the day would say too much), what is known of it and
    who published it."""
    when = f"{event.happened_on:%Y-%m}" if event.by_month else event.happened_on.isoformat()
    title = say_tag({"code": event.code, "facts": event.facts})
    known = [say_tag(line) for line in fact_lines(event.facts)]
    text = " · ".join(filter(None, [*known, event.source]))
    return {"title": title, "when": when, "text": text, "kind": event.kind.severity}


def said_year(year: Year) -> str:
    """`2025`; with the months where it is not a full year, since half a year sells half as much."""
    number = str(year.row.period_end.year)
    if year.row.months == FULL_YEAR:
        return number
    months = ngettext("%(number)s month", "%(number)s months", year.row.months) % {"number": year.row.months}
    return f"{number} · {months}"


def standing_said(strength: Strength) -> str:
    """The words beside a bar; what is known of the group where not everything is."""
    said = say_tag(strength.code)
    if not strength.step or strength.known == strength.of:
        return said
    return _("%(said)s (%(known)s of %(of)s known)") % {"said": said, "known": strength.known, "of": strength.of}


def sources(report: Report) -> str:
    """Where the facts come from, and by which editions they were weighed."""
    published = sorted({year.source for year in report.years if year.source} | {report.buyer.source} - {""})
    editions = [report.score.edition] if report.score else []
    comma = pgettext("list", ", ")
    listed = comma.join(published)
    editions.append(report.credit.found.edition)
    said = _(
        "Grade and recommendation are computed by rules (editions %(editions)s) from what the sources below hold; they "
        "may be incomplete or late, and nobody vouches for them."
    ) % {"editions": comma.join(editions)}
    return " ".join(filter(None, [said, listed and _("Sources: %(sources)s.") % {"sources": listed}]))
