"""The frame of every page: rail, menus, languages, what strangers and staff see, and pages for what went wrong."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import lucide
import pytest
from django.conf import settings
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch
from django.utils import translation

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER, Role
from accounts.tests import factories
from portal import shell
from portal.views.errors import server_error


def rendered(source: str, **context: object) -> str:
    return Template("{% load fairlead i18n %}" + source).render(Context(context))


# --- where a page belongs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/"),
        ("/limits/", "/limits/"),
        ("/limits/ask/7/", "/limits/"),
        ("/limits/policy/", "/limits/policy/"),
        ("/help/", ""),  # not on this rail: nothing is marked, Home neither
        ("/accounts/password/", ""),
    ],
)
def test_a_page_belongs_to_the_longest_address_above_it(path: str, place: str) -> None:
    assert shell.current(path, ["/", "/limits/", "/limits/policy/", "/ledger/"]) == place


def test_a_place_without_a_page_is_left_out_of_the_rail() -> None:
    assert shell.address("no_such_page") == ""
    assert rendered('{% url_if "no_such_page" %}|{% menu_link "no_such_page" "Words" %}') == "|"
    with pytest.raises(NoReverseMatch):
        rendered('{% url "no_such_page" %}')


def test_the_rail_marks_the_page_one_is_on_and_counts_what_is_to_do() -> None:
    request = RequestFactory().get("/")
    html = rendered("{% rail %}", request=request, firm=object(), open_duties=5)
    assert html.count("aria-current") == 1
    assert '<a href="/" aria-current="page">' in html
    assert re.search(r'class="n">5<span class="visually-hidden"> to do', html)


def test_an_alert_belongs_to_the_alerts_and_a_buyer_to_the_buyers() -> None:
    addresses = [address for place in shell.PLACES if (address := shell.address(place.name))]
    assert shell.current("/buyers/alerts/7/", addresses) == "/buyers/alerts/"
    assert shell.current("/buyers/7/", addresses) == "/buyers/"


def test_crumbs_lead_back_and_the_last_is_the_page_itself() -> None:
    html = rendered('{% crumb _("Home") "home" %}{% crumb name %}', name="Müller & Co")
    assert '<a href="/">Home</a>' in html
    assert '<li class="breadcrumb-item active" aria-current="page">Müller &amp; Co</li>' in html


def test_a_frame_vanishes_with_its_content() -> None:
    assert rendered('{% frame "div" "sub" %}  {{ x }} {% endframe %}', x="") == ""
    assert rendered('{% frame "nav" "crumbs" "Way" %}{{ x }}{% endframe %}', x="<b>") == (
        '<nav class="crumbs" aria-label="Way">&lt;b&gt;</nav>'
    )


def test_the_title_ends_with_the_portal() -> None:
    assert rendered("{% titled %} Limits \n of A {% endtitled %}") == "Limits of A · Fairlead"
    assert rendered("{% titled %}{% endtitled %}") == "Fairlead"


def test_html_names_its_language_with_the_script() -> None:
    assert rendered("{% html_lang %}") == "en"
    with translation.override("zh-hans"):
        assert rendered("{% html_lang %}") == "zh-Hans"
        assert rendered("{% other_language as o %}{{ o.code }} {{ o.html }} {{ o.name }}") == "en en English"
    assert rendered("{% other_language as o %}{{ o.code }} {{ o.html }} {{ o.name }}") == "zh-hans zh-Hans 中文"


# --- icons and styles -------------------------------------------------------------------------------------------------


def test_an_icon_is_hidden_from_screen_readers_and_has_no_inline_style() -> None:
    html = rendered('{% icon "bell" size=20 %}')
    assert 'aria-hidden="true"' in html
    assert 'width="20"' in html
    assert "style=" not in html


def test_every_icon_named_in_a_template_or_the_rail_exists() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    named = {name for path in templates for name in re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8"))}
    named |= {place.icon for place in (*shell.PLACES, *shell.OFFICE)}
    for name in sorted(named):
        lucide._load_icon(name)


def pages() -> list[Path]:
    """Every template of a page. Mails are none: they have no policy, and need inline style."""
    found = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))
    return [path for path in found if "mail" not in (path.stem, path.parent.name)]


@pytest.mark.parametrize("path", pages(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_breaks_the_content_security_policy(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=", text), "inline style"
    assert not re.search(r"<style", text), "inline style sheet"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "inline script"
    assert not re.search(r"\son[a-z]+=", text), "inline handler"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text), "another host"


# --- whole pages ------------------------------------------------------------------------------------------------------


def test_a_member_sees_the_rail_the_firm_and_the_way_out(client: Client, db: None) -> None:
    firm = factories.exporter(name="Ningbo Lanhai Tools")
    factories.signed_in(client, factories.member(firm, Role.OWNER, name="Lin Yue"), firm)
    html = client.get("/help/").content.decode()
    for words in ("Ningbo Lanhai Tools", "Lin Yue", "Sign out", 'role="search"', 'lang="zh-Hans"', 'href="#content"'):
        assert words in html
    assert html.count("<h1") == 1
    assert html.count("<main") == 1


def test_a_stranger_sees_no_rail(client: Client, db: None) -> None:
    html = client.get("/accounts/login/").content.decode()
    assert 'class="rail"' not in html
    assert 'class="door"' in html
    assert "中文" in html


@pytest.mark.parametrize(("group", "shown", "hidden"), [(CLAIMS_HANDLER, "Claims", "Referred"), (UNDERWRITER, "", "")])
def test_the_office_shows_each_group_its_own_worklists(
    client: Client, db: None, group: str, shown: str, hidden: str
) -> None:
    user = factories.staff(group, amount="500000", worst_grade=7)
    factories.signed_in(client, user)
    html = client.get("/office/").content.decode()
    bar = html[html.index('class="office-bar"') : html.index("</header>")]
    assert shown in bar
    if hidden:
        assert hidden not in bar
    assert "authority 500,000 EUR to grade 7" in bar
    assert "theme.js" not in html
    assert "dark_mode" not in html


def test_the_first_page_of_the_office_says_what_waits_in_each_worklist(client: Client, db: None) -> None:
    factories.signed_in(client, factories.operator())
    html = client.get("/office/").content.decode()
    for entry in shell.WORKLISTS:
        assert html.count(f'href="{shell.address(entry.name)}{entry.query}"') >= 2  # in the bar and among the cards
    assert "What waits for you" in html
    assert "Recent actions" not in html


def test_days_are_iso_wherever_django_writes_them_itself() -> None:
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert rendered("{{ d }} {{ m }}", d=date(2026, 11, 2), m=datetime(2026, 11, 2, 9, 5, tzinfo=UTC)) == (
                "2026-11-02 2026-11-02 09:05"
            )


def test_staff_without_an_authority_have_none_shown(db: None) -> None:
    assert rendered("{% authority user %}", user=factories.staff(UNDERWRITER)) == ""


# --- the language switch ----------------------------------------------------------------------------------------------


def test_the_switch_brings_one_back_in_the_other_language_and_remembers_it(client: Client, db: None) -> None:
    firm = factories.exporter()
    user = factories.member(firm)
    factories.signed_in(client, user, firm)
    answer = client.post("/i18n/", {"language": "zh-hans", "next": "/help/?a=1"})
    assert (answer.status_code, answer["Location"]) == (302, "/help/?a=1")
    user.refresh_from_db()
    assert user.language == "zh-hans"
    assert 'lang="zh-Hans"' in client.get("/help/").content.decode()
    client.post("/i18n/", {"language": "zh-hans", "next": "/help/"})
    assert AuditEvent.objects.filter(action="choose_language").count() == 1


def test_a_stranger_switches_by_cookie_and_is_sent_to_no_other_site(client: Client, db: None) -> None:
    answer = client.post("/i18n/", {"language": "zh-hans", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert 'lang="zh-Hans"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("language", ["", "xx", "../../etc", "zh-hans\x00"])
def test_an_unknown_language_changes_nothing(client: Client, db: None, language: str) -> None:
    user = factories.member(factories.exporter())
    factories.signed_in(client, user)
    assert client.post("/i18n/", {"language": language}).status_code == 302
    user.refresh_from_db()
    assert user.language == ""


def test_the_switch_is_no_link(client: Client, db: None) -> None:
    assert client.get("/i18n/").status_code == 405


# --- what went wrong --------------------------------------------------------------------------------------------------


def test_the_page_for_our_own_fault_needs_no_database() -> None:
    """Without the `db` fixture pytest-django refuses every query, as a database that is down would."""
    with translation.override("zh-hans"):
        answer = server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "返回首页" in answer.content.decode()
    assert not connection.in_atomic_block


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_page_that_is_not_there_says_so_with_a_way_on(client: Client, db: None, signed_in: bool) -> None:
    if signed_in:
        factories.signed_in(client, factories.member(factories.exporter()))
    answer = client.get("/no-such-page/", headers={"accept-language": "zh-CN"})
    assert answer.status_code == 404
    assert "返回首页" in answer.content.decode()


def test_a_form_from_an_old_page_says_that_nothing_was_sent(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/i18n/", {"language": "en"})
    assert answer.status_code == 403
    assert "Nothing was sent" in answer.content.decode()
