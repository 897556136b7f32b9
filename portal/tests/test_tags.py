"""Tags for figures, words and drawings (portal/templatetags)."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from babel.numbers import format_decimal
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from accounts.wording import MINUS, amount_shown, babel_locale
from buyers.explanation import LIFTS, LOWERS, MISSING, Change, Line
from kernel.currencies import MINOR_UNITS
from kernel.refusals import refusal
from kernel.working import Step
from portal.templatetags import figures, words
from portal.wording import WORDS

TODAY = date(2026, 11, 21)  # a Saturday


def rendered(source: str, **context: Any) -> str:
    return Template("{% load fairlead %}" + source).render(Context(context))


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (Decimal("84210.0000"), "USD", "84,210.00"),
        ("1284906.55", "USD", "1,284,906.55"),
        (Decimal("1500"), "JPY", "1,500"),
        (Decimal("1.5"), "KWD", "1.500"),
        (Decimal("-84210"), "USD", "−84,210.00"),
        (0, "EUR", "0.00"),
        (None, "EUR", "–"),
        ("", "EUR", "–"),
        (7, "", "7.00"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: Any, currency: str, shown: str) -> None:
    assert rendered("{% money a c %}", a=amount, c=currency) == shown


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", ""])
@pytest.mark.parametrize(
    "amount", ["0", "0.005", "0.015", "-0.5", "999.995", "1000", "-1234567.89", "99999999999999.4321"]
)
def test_numbers_are_written_as_the_locale_writes_them(amount: str, currency: str, language: str) -> None:
    digits = MINOR_UNITS.get(currency, 2)
    shape = "#,##0" + ("." + "0" * digits if digits else "")
    with translation.override(language):
        expected = format_decimal(Decimal(amount), format=shape, locale=babel_locale()).replace("-", MINUS)
        assert amount_shown(Decimal(amount), currency) == f"{expected} {currency}".strip()


def test_money_shows_its_currency_or_whole_units_when_asked() -> None:
    assert rendered('{% money 1234 "USD" code=True %}') == "1,234.00\u00a0USD"
    assert rendered('{% money a "USD" whole=True %}', a=Decimal("1234.56")) == "1,235"
    assert rendered('{% money a "USD" code=True %}', a=None) == "–"


def test_a_day_is_iso_with_its_weekday_on_hover() -> None:
    assert rendered("{{ d|day }}", d=TODAY) == (
        '<time datetime="2026-11-21" title="Saturday, 21 November 2026">2026-11-21</time>'
    )
    with translation.override("zh-hans"):
        assert 'title="2026年11月21日星期六"' in rendered("{{ d|day }}", d="2026-11-21")
    assert rendered("{{ d|day }}", d=None) == "–"


def test_a_moment_is_told_in_the_time_zone_in_force() -> None:
    at = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    with timezone.override("Asia/Shanghai"):
        html = rendered("{{ at|moment }}{{ text|moment }}{{ none|moment }}", at=at, text=at.isoformat(), none=None)
        assert html.count(">2026-11-22 07:30</time>") == 2
        assert ">2026-11-22<" in rendered("{{ at|day }}", at=at)
    assert html.endswith("–")


@pytest.mark.parametrize(
    ("due", "country", "near"),
    [
        (date(2026, 11, 21), "CN", "today"),
        (date(2026, 11, 22), "CN", "in 1 day"),  # a Sunday: no working day lies between
        (date(2026, 11, 23), "CN", "in 1 working day"),
        (date(2026, 11, 26), "CN", "in 4 working days"),
        (date(2026, 11, 26), "US", "in 3 working days"),  # Thanksgiving
        (date(2026, 11, 23), "", "in 2 days"),
        (date(2026, 11, 20), "CN", "1 day ago"),
        (date(2026, 11, 18), "CN", "3 days ago"),
    ],
)
def test_a_deadline_says_how_far_it_is(due: date, country: str, near: str) -> None:
    assert f">{near}<" in rendered("{% due d country %}", d=due, country=country, today=TODAY)


def test_a_deadline_gives_weekday_and_month_and_the_year_only_when_it_is_another() -> None:
    assert ">Mon 23 Nov<" in rendered("{% due d %}", d=date(2026, 11, 23), today=TODAY)
    assert ">31 Mar 2027<" in rendered("{% due d %}", d=date(2027, 3, 31), today=TODAY)
    with translation.override("zh-hans"):
        html = rendered('{% due d "CN" %}', d=date(2026, 11, 23), today=TODAY)
        assert ">11月23日周一<" in html
        assert ">1 个工作日后<" in html
        assert ">2027年3月31日<" in rendered("{% due d %}", d=date(2027, 3, 31), today=TODAY)


def test_late_and_near_deadlines_have_their_own_shape() -> None:
    assert "due-late" in rendered("{% due d %}", d=date(2026, 11, 20), today=TODAY)
    assert "due-soon" in rendered("{% due d %}", d=date(2026, 11, 24), today=TODAY)
    assert 'class="due"' in rendered("{% due d %}", d=date(2026, 11, 25), today=TODAY)
    assert rendered("{% due d %}", d=None) == "–"


def test_per_cents_lose_their_idle_zeros() -> None:
    assert rendered("{{ p|percent }}", p=Decimal("90.0000")) == "90\u00a0%"
    assert rendered("{{ p|percent }}", p="87.5") == "87.5\u00a0%"
    assert rendered("{{ p|percent }}", p=Decimal(100)) == "100\u00a0%"
    assert rendered("{{ p|percent }}", p=None) == "–"


# --- words ------------------------------------------------------------------------------------------------------------


def test_a_status_is_a_word_with_a_shape_and_escapes_it() -> None:
    assert rendered('{% status "bad" text %}', text="<b>") == '<span class="tag bad">&lt;b&gt;</span>'
    with pytest.raises(TemplateSyntaxError):
        rendered('{% status "purple" "x" %}')


def test_a_code_a_refusal_and_its_json_say_the_same_sentence() -> None:
    sentence = "JPY has 0 digits after the point; this amount has more."
    facts = {"currency": "JPY", "digits": 0}
    assert rendered("{% say r %}", r=refusal("too_many_decimals", "amount", **facts)) == sentence
    assert rendered("{% say r %}", r={"code": "too_many_decimals", "facts": facts}) == sentence
    assert rendered("{{ r|say }}", r="amount_not_positive") == "The amount must be more than 0."
    assert rendered("{{ r|say }}", r="") == ""
    with translation.override("zh-hans"):
        assert rendered("{{ r|say }}", r="amount_not_positive") != "The amount must be more than 0."


@pytest.mark.parametrize("item", ["no_such_code", {"code": "too_many_decimals", "facts": {}}])
def test_a_missing_sentence_costs_the_sentence_and_not_the_page(item: Any) -> None:
    assert rendered("{% say r %}", r=item) == (item if isinstance(item, str) else item["code"])


@pytest.mark.parametrize(
    ("grade", "colour"), [(1, "ok"), (4, "ok"), (5, "warn"), (7, "warn"), (8, "bad"), (10, "bad"), ("7", "warn")]
)
def test_a_grade_is_coloured_by_how_good_it_is(grade: Any, colour: str) -> None:
    html = rendered("{% grade g %}", g=grade)
    assert f"grade-{colour}" in html
    assert f"</span>{grade}</span>" in html


def test_a_buyer_without_a_grade_is_said_to_have_none() -> None:
    assert "Not graded" in rendered("{% grade g %}", g=None)
    assert "grade-s" in rendered("{% grade 3 small=True %}")


def test_a_working_shows_every_step_and_marks_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    for code in ("base", "share", "past_due", "answer"):
        monkeypatch.setitem(WORDS, code, code + " in %(currency)s")
    steps = [
        Step("base", Decimal(600000)),
        Step("share", Decimal("90.5"), {"unit": "percent"}),
        {"code": "past_due", "amount": "-84210", "facts": {}},
        {"code": "answer", "amount": None, "facts": {"unit": "factor"}},
    ]
    html = rendered("{% working steps 'USD' %}", steps=steps)
    for words_ in ("base in USD", "600,000.00", "90.5\u00a0%", "−84,210.00", '<tr class="answer"><td>answer in USD'):
        assert words_ in html
    assert html.count('class="answer"') == 1
    assert rendered("{% working steps %}", steps=None).count("<tr") == 1


def test_a_factor_is_a_number_and_no_amount() -> None:
    assert words.step_amount("1.00", {"unit": "factor"}, "USD") == "1.00"
    assert words.step_amount("12", {"currency": "JPY"}, "USD") == "12"


def test_a_timeline_tells_what_when_and_by_whom() -> None:
    items = [
        {"title": "Granted <now>", "url": "/x", "at": datetime(2026, 11, 21, 9, 14, tzinfo=UTC), "by": "Maria Koch"},
        {"title": "Asked", "text": "for the season", "at": TODAY},
        {"title": "Bare"},
    ]
    html = rendered("{% timeline items %}", items=items)
    for words_ in ('<a href="/x">Granted &lt;now&gt;</a>', "2026-11-21 09:14", "Maria Koch", "for the season", "Bare"):
        assert words_ in html
    assert html.count("time-when") == 2


def test_an_empty_state_has_one_way_on_or_none() -> None:
    assert '<a class="btn btn-outline-primary" href="/x">Go</a>' in rendered('{% empty_state "T" "x" "/x" "Go" %}')
    assert "<a" not in rendered('{% empty_state "T" %}')


def notice(kind: str, path: str = "/limits/7/", **facts: Any) -> SimpleNamespace:
    return SimpleNamespace(pk=3, kind=kind, path=path, facts=facts, exporter=None)


def test_a_notice_is_its_headline_leading_to_its_page(settings: Any, tmp_path: Any) -> None:
    folder = tmp_path / "limits" / "notices"
    folder.mkdir(parents=True)
    (folder / "granted.txt").write_text("\n{{ buyer }} was granted\n\nBody.\n")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert rendered("{% notice_line n %}", n=notice("limits.granted", buyer="A & B")) == (
        '<a href="/desk/notices/3/">A &amp; B was granted</a>'
    )
    assert (
        rendered("{% notice_line n %}", n=notice("limits.granted", path="", buyer="A & B")) == "A &amp; B was granted"
    )
    assert rendered("{% notice_line n %}", n=notice("limits.unknown", path="")) == "limits.unknown"


# --- drawings ---------------------------------------------------------------------------------------------------------


def test_a_limit_bar_says_in_words_what_it_draws() -> None:
    html = rendered('{% limit_bar 612400 528000 "Used of the limit" "USD" %}')
    assert 'role="img"' in html
    assert 'aria-label="Used of the limit: 612,400 of 528,000"' in html
    assert "bar-over" in html
    assert "bar-over" not in rendered('{% limit_bar 528000 528000 "x" %}')
    assert "bar-limit" not in rendered('{% limit_bar 5 limit "x" %}', limit=None)


def test_bars_on_one_scale_lead_to_their_rows() -> None:
    rows = [
        {"label": "Kesselring", "value": 612400, "limit": 528000, "url": "/buyers/1/"},
        {"label": "<Morvan>", "value": "157500", "limit": None, "text": "157,500 owed"},
    ]
    html = rendered("{% hbars rows 'Owed' %}", rows=rows)
    assert '<a href="/buyers/1/">Kesselring</a>' in html
    assert "612,400 of 528,000" in html
    assert "&lt;Morvan&gt;" in html
    assert "157,500 owed" in html
    assert "over the limit" in html
    assert "key" not in rendered("{% hbars rows %}", rows=[{"label": "a", "value": 3}])
    assert rendered("{% hbars rows %}", rows=[]).strip() == ""
    assert 'width="0"' in rendered("{% hbars rows %}", rows=[{"label": "a", "value": None}])


def test_short_rows_keep_to_one_line_on_a_phone() -> None:
    assert "hbars-short" in rendered("{% hbars rows %}", rows=[{"label": "7", "value": 3, "text": "3"}])
    assert "hbars-short" not in rendered("{% hbars rows %}", rows=[{"label": "Kesselring Werkzeuge", "value": 3}])


def test_shares_are_given_in_the_key_and_in_the_words_for_screen_readers() -> None:
    rows = [
        {"label": "A", "value": 75, "url": "/a"},
        {"label": "B", "value": Decimal(25)},
        {"label": "C", "value": None},
    ]
    html = rendered("{% share_bar rows 'Concentration' %}", rows=rows)
    assert 'aria-label="Concentration: A 75 %; B 25 %; C 0 %"' in html
    assert '<a href="/a">A</a>' in html
    assert rendered("{% share_bar rows %}", rows=None).strip() == ""


def test_a_trend_tells_first_and_last_grade() -> None:
    points = [(date(2024, 11, 21), 4), ("2026-01-09", "7")]
    html = rendered("{% trend points 'Grade' %}", points=points, today=TODAY)
    assert 'aria-label="Grade: grade 4 on 2024-11-21, 7 on 2026-11-21"' in html
    assert "trend-fell" in html
    assert rendered("{% trend points %}", points=[]).strip() == ""


def test_no_drawing_has_inline_style() -> None:
    rows = [{"label": "A", "value": 75, "limit": 50}]
    html = rendered(
        "{% hbars r %}{% share_bar r %}{% limit_bar 3 2 %}{% trend p %}{% pulls l %}",
        r=rows,
        p=[(TODAY, 3)],
        l=[line(2)],
    )
    assert "style" not in html


def test_dates_are_read_from_what_rows_and_json_hold() -> None:
    assert figures.as_date("2026-11-21T10:00:00+00:00") == TODAY
    assert figures.as_date(TODAY) is TODAY
    assert figures.as_date("") is None


def line(points: int, code: str = "audited_no", effect: str = "") -> Line:
    return Line("x", "accounts", effect or (LIFTS if points > 0 else LOWERS), points, 1, code)


def figures_in(html: str) -> list[str]:
    return re.findall(r'<span class="hbars-text num">([^<]*)</span>', html)


def test_reasons_are_told_in_steps_to_exporters_and_in_points_to_staff() -> None:
    lines = [line(-20), line(-4), line(9), line(1)]
    assert figures_in(rendered("{% pulls lines 'Why' %}", lines=lines)) == ["−5", "−1", "+3", "+1"]
    staff = rendered("{% pulls lines 'Why' points=True each=1 %}", lines=lines)
    assert figures_in(staff) == ["−20", "+9"]  # the strongest of each side, on one scale
    assert '<rect class="bar-lowers" x="0" width="500"' in staff
    assert '<rect class="bar-in" x="500" width="225"' in staff
    assert "five steps" not in staff
    assert rendered("{% pulls lines %}", lines=[]).strip() == ""


def test_what_changed_says_what_it_was_before() -> None:
    known, gone = line(3, "audited_yes"), line(-1, "audited_missing", MISSING)
    html = rendered("{% changes found %}", found=[Change(-4, gone, known), Change(4, known, gone)])
    assert figures_in(html) == ["−5", "+5"]
    assert "not known now" in html
    assert "not known before" in html
