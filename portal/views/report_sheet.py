"""A report as the data of its PDF: every word is worded here in the reader's language, the template only places it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from buyers import strengths
from buyers.explanation import Explanation
from portal import charts
from portal.templatetags.figures import NOTHING, money, signed
from portal.templatetags.words import grade_is, said_before, said_now, say_tag, step_amount
from portal.views import panels, report_parts
from portal.views.report_words import RATIO_LABELS, said_of_event, sources, standing_said

Block = dict[str, Any]


def sheet(report: report_parts.Report, firm: str) -> dict[str, Any]:
    """The report as JSON-safe data for templates/portal/buyer_report.typ: a head and blocks, each with its kind."""
    buyer, score = report.buyer, report.score
    chinese = (get_language() or "").startswith("zh")
    numbers = [f"{n['scheme']} {n['value']}" for n in report.identifiers]
    day = report.shown.today
    return {
        "lang": "zh" if chinese else "en",
        "region": "CN" if chinese else "GB",
        "title": _("Report on %(name)s") % {"name": buyer.name},
        "label": _("Buyer report"),
        "name": buyer.name,
        "sub": " · ".join(filter(None, [buyer.country.name, buyer.city, *numbers])),
        "made": _("Made for %(firm)s on %(day)s") % {"firm": firm, "day": day.isoformat()},
        "date": [day.year, day.month, day.day],
        "grade": buyer.grade,
        "grade_is": grade_is(buyer.grade) if buyer.grade else "",
        "grade_label": _("Grade"),
        "ungraded": _("Not graded"),
        "scale": _("1 is best, 10 is insolvent"),
        "sub_grade": _("Confidence %(percent)s %% · scored for %(day)s · scorecard %(edition)s")
        % {"percent": score.confidence, "day": score.scored_for, "edition": score.edition}
        if score
        else "",
        "blocks": [block for part in parts_of(report) for block in part if block],
        "fine": [
            say_tag("report_disclaimer"),
            sources(report),
        ],
    }  # fmt: skip


def parts_of(report: report_parts.Report) -> Iterable[list[Block]]:
    """The blocks of each part, in the order of the page."""
    yield _warnings(report)
    yield _credit(report.credit)
    yield _standing(report)
    yield _reasons(report)
    yield _accounts(report)
    yield _payment(report)
    yield _events(report)
    yield _country(report)
    yield _related(report)


def _heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _warnings(report: report_parts.Report) -> list[Block]:
    said = [say_tag(reason) for reason in report.exclusions]
    if report.buyer.fictitious:
        said.append(_("Fictitious, made up for the demo"))
    return [{"kind": "note", "text": text} for text in said]


def _credit(credit: report_parts.Credit) -> list[Block]:
    found = credit.found
    blocks = [_heading(_("Recommended maximum credit"))]
    if found.amount is None:
        return [*blocks, *(_text(say_tag(reason)) for reason in found.reasons)]
    blocks.append({"kind": "figure", "text": money(found.amount, found.currency, code=True, whole=True)})
    if credit.in_policy and credit.rate:
        said = {"amount": money(credit.in_policy.amount, credit.in_policy.currency, code=True),
                "base": credit.rate.base, "value": credit.rate_shown, "quote": credit.rate.quote,
                "day": credit.rate.day}  # fmt: skip
        blocks.append(_text(_("= %(amount)s (1 %(base)s = %(value)s %(quote)s, rate of %(day)s)") % said))
    blocks += [_text(say_tag(reason)) for reason in (*credit.refusals, *found.reasons)]
    rows = [
        [say_tag({"code": s.code, "facts": {"currency": found.currency, **s.facts}}),
         step_amount(s.amount, s.facts, found.currency)]
        for s in found.steps
    ]  # fmt: skip
    blocks.append({"kind": "table", "head": [[_("Step")], [found.currency]], "rows": rows, "answer": True})
    return [*blocks, {"kind": "small", "text": say_tag("credit_is_advice")}]


def _standing(report: report_parts.Report) -> list[Block]:
    if not report.score:
        return [_heading(_("Grade")), _text(say_tag("report_not_graded"))]
    drawn = charts.trend(report.trend, until=report.shown.today)
    line: list[Block] = []
    if drawn:
        points = charts.steps(report.trend, until=report.shown.today)
        line = [{"kind": "trend", "points": points, "from": f"{drawn.first:%Y-%m}", "to": f"{drawn.last:%Y-%m}"}]
    bars = [
        {"label": say_tag(s.title), "step": s.step or 0, "text": standing_said(s)} for s in report.strengths
    ]  # fmt: skip
    return [
        _heading(_("Grade over time")), *line,
        _heading(_("Where the buyer stands")), {"kind": "bars", "rows": bars},
        {"kind": "small", "text": say_tag("strengths_explained")},
    ]  # fmt: skip


def _reasons(report: report_parts.Report) -> list[Block]:
    told = report.explanation
    if told is None:
        return []
    held = [{"code": told.override, "facts": {}}] if told.override else []
    held += [told.ceiling] if told.ceiling else []
    held_rows = [[_("Decides"), [say_tag(line) for line in held]]] if held else []
    missing = pgettext("list", ", ").join(map(say_tag, told.missing)) or _("nothing")
    pulling = strengths.pulls([line.points for line in told.pulling])
    return [
        _heading(_("What lifts it, what lowers it")),
        {"kind": "facts", "rows": held_rows} if held_rows else {},
        _pulled([(say_tag(line), "") for line in told.pulling], pulling),
        {"kind": "facts", "rows": [[_("Missing"), [missing]]]},
        *_changed(told),
    ]


def _changed(told: Explanation) -> list[Block]:
    """The score against the one before it, as the page has it (templates/buyers/changed.html)."""
    blocks = [_heading(_("Changed since the score before")), _text(say_tag(told.since))]
    if told.moved:
        steps = strengths.pulls([change.difference for change in told.moved])
        return [*blocks, _pulled([(said_now(change), said_before(change)) for change in told.moved], steps)]
    return [*blocks, _text(say_tag("no_indicator_changed"))] if told.comparable else blocks


def _pulled(said: list[tuple[str, str]], steps: list[int]) -> Block:
    """Sentences with their bars to the left and to the right, as the page draws them."""
    rows = [
        {"said": now, "before": before, "step": step, "shown": signed(step)}
        for (now, before), step in zip(said, steps, strict=True)
    ]
    if not rows:
        return {}
    sides = [_("Lowers"), _("Supports")]
    return {"kind": "pulls", "sides": sides, "rows": rows, "fine": say_tag("pulls_explained")}


def _accounts(report: report_parts.Report) -> list[Block]:
    heading = _heading(_("Accounts"))
    if not report.years:
        return [heading, _text(say_tag("report_without_accounts"))]
    years = report.years
    head = [[""], *([y.row.period_end.isoformat(), y.row.currency] for y in years)]
    rows = [
        [_("Audited"), *(_("yes") if y.row.audited else _("no") for y in years)],
        [_("Months"), *(str(y.row.months) for y in years)],
        *([str(r.label), *r.cells] for r in report_parts.accounts_table(years, RATIO_LABELS, NOTHING)),
    ]
    return [heading, {"kind": "table", "head": head, "rows": rows, "answer": False}]


def _payment(report: report_parts.Report) -> list[Block]:
    heading = _heading(_("Payment experience"))
    if report.explanation is None:
        return []
    if report.explanation.hidden:
        return [heading, _text(say_tag("payment_is_hidden"))]
    said = [say_tag(line) for line in report.payment if line.effect != "missing"]
    return [heading, {"kind": "list", "rows": said}] if said else [heading, _text(say_tag("payment_unknown"))]


def _events(report: report_parts.Report) -> list[Block]:
    heading = _heading(_("What happened"))
    if not report.events:
        return [heading, _text(say_tag("report_without_events"))]
    rows = [
        [said["when"], list(filter(None, [said["title"], said["text"]]))] for said in map(said_of_event, report.events)
    ]
    return [heading, {"kind": "facts", "rows": rows}]


def _country(report: report_parts.Report) -> list[Block]:
    land = report.land
    if land is None:
        return []
    rows: list[list[Any]] = [[_("House rating"), [_rating_said(land)]]]
    if land.risk:
        oecd = [str(land.risk.oecd_class)] if land.risk.oecd_class is not None else []
        rows.append([_("OECD class"), [" · ".join([*oecd, str(land.class_meaning)])]])
        rows.append([_("Since"), [iso(land.risk.valid_from)]])
    means = {
        _("Limits"): land.means.on_cover, _("Payment terms"): land.means.on_terms, _("Premium"): land.means.on_premium,
    }  # fmt: skip
    rows += [[label, [say_tag(item) for item in items]] for label, items in means.items() if items]
    return [_heading(_("Country: %(country)s") % {"country": land.name}), {"kind": "facts", "rows": rows}]


def _rating_said(land: panels.Land) -> str:
    if land.risk is None:
        return _("not rated")
    return f"{land.risk.rating} · {land.grade_meaning}{pgettext('list', ', ')}{land.level_meaning}"


def _related(report: report_parts.Report) -> list[Block]:
    if not report.related:
        return []
    rows = [
        [
            _("Parent") if company.above else _("Subsidiary"),
            [" · ".join(filter(None, [company.name, company.country, iso(company.since), company.source]))],
        ]
        for company in report.related
    ]
    return [_heading(_("Group")), {"kind": "facts", "rows": rows}]


def oecd_said(risk: Any) -> str:
    """The OECD's class; unclassified is not 0."""
    if risk.oecd_class is not None:
        return str(risk.oecd_class)
    return _("not classified: high income") if risk.high_income else _("not classified")


def iso(day: date | None) -> str:
    """A day as tables show it, '' without one."""
    return day.isoformat() if day else ""
