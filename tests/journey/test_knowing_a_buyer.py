"""What a firm knows of a buyer before any loss: its country, its report on page and paper, a quick look at a grade; and
two underwriters who set one. Every page at the width of a desk and of a phone, in both languages, with axe."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from accounts.models import User
from accounts.models.roles import SENIOR_UNDERWRITER, UNDERWRITER
from accounts.tests.factories import member, staff
from buyers.actions.score import score_buyer
from buyers.models import Buyer, GradeOverride, Score
from buyers.tests.factories import buyer, in_book, statement
from policies.models import BuyerCapacity
from tests.journey.scene import PLOTS, Scene, set_scene
from tests.journey.screen import Screen

NAMES = {"en": "Anadolu Çelik Sanayi A.Ş.", "zh-hans": "苏州“强钢”管业有限公司"}
WHY = {
    "en": "The parent has guaranteed all trade debts until June.",
    "zh-hans": "母公司已为全部货款提供担保，有效期至明年六月底，担保函原件已收到。",
}
# Names of sources and of a scorecard are nobody's to translate.
SAME = ("test", "credit", "World Bank", "OECD country risk classification", "OECD", "Natural Earth")


@pytest.fixture
def known(request: pytest.FixtureRequest, settings: Any, portal_server: Any) -> tuple[Scene, User, Buyer]:
    """A scene, its clerk, and a buyer in Türkiye with three years of accounts, scored twice."""
    language = request.node.callspec.params["language"]
    settings.GRADE_LOOKUPS_A_DAY = 1
    scene = set_scene(language)
    call_command("load_countries", verbosity=0)
    call_command("load_governance", verbosity=0)
    clerk = member(scene.firm, name=PLOTS[language]["clerk"])
    about = in_book(scene.firm, buyer(NAMES[language], country="TR", founded_on=date(1994, 5, 1))).buyer
    today = timezone.now().date()
    for years in (3, 2):
        statement(about, date(today.year - years, 12, 31), audited=True)
    score_buyer(by=None, buyer=about.pk, today=today - timedelta(days=1))
    statement(about, date(today.year - 1, 12, 31), net_profit=-900_000, profit_before_tax=-900_000, cash=100_000)
    score_buyer(by=None, buyer=about.pk, today=today)
    about.refresh_from_db()
    return scene, clerk, about


def screen_of(screens: Callable[..., Screen], language: str, scene: Scene) -> Screen:
    return screens(language, names=(*scene.names, *NAMES.values(), *WHY.values(), *SAME))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_clerk_knows_a_buyer(language: str, known: tuple[Scene, User, Buyer], screens: Callable[..., Screen]) -> None:
    scene, clerk, about = known
    desk = screen_of(screens, language, scene)
    try:
        desk.page.goto("/")
        desk.sign_in(clerk)
        looks_at_countries(desk, about)
        reads_the_report(desk, about)
        takes_it_along_as_a_pdf(desk, about, scene)
        looks_up_a_grade_once_a_day(desk, scene)
    finally:
        print(*desk.inspection.troubles, sep="\n")
    desk.inspection.settle()


def looks_at_countries(desk: Screen, about: Buyer) -> None:
    """The map is a picture and a list of links; the table says the same, and narrows to one's own."""
    desk.go("Countries")
    map_of = desk.page.locator("svg.world")
    expect(map_of).to_be_visible()
    assert map_of.locator("a").count() > 100
    desk.look("60-countries", axe="wide")
    desk.page.locator("a[href='?own#list']").click()
    rows = desk.page.locator("table.lands tbody tr")
    expect(rows).to_have_count(1)
    desk.look("61-own-countries")
    rows.first.get_by_role("link").click()
    expect(desk.page.locator("h1")).to_contain_text(str(in_language(desk, about)))
    expect(desk.page.locator("main")).to_contain_text(desk.said("What it means for your cover"))
    expect(desk.page.locator("table.governance tbody tr")).to_have_count(6)
    desk.look("62-country")
    desk.page.get_by_role("link", name=about.name, exact=True).click()
    expect(desk.page.locator("section[aria-labelledby=country]")).to_contain_text(desk.said("Payment terms"))
    desk.look("63-buyer")


def in_language(desk: Screen, about: Buyer) -> str:
    return {"en": "Türkiye", "zh-hans": "土耳其"}[desk.language]


def reads_the_report(desk: Screen, about: Buyer) -> None:
    """Grade, bars, reasons, what changed, accounts over years, the recommended credit with its working, the country."""
    desk.follow("Report", "main")
    main = desk.page.locator("main")
    for words in ("Where the buyer stands", "What lifts it, what lowers it", "Changed since the score before",
                  "Recommended maximum credit", "Working", "Grade over time", "Payment experience", "What happened",
                  "Accounts"):  # fmt: skip
        expect(main).to_contain_text(desk.said(words))
    assert desk.page.locator("section[aria-labelledby=accounts] thead th").count() == 4
    desk.look("64-report")


def takes_it_along_as_a_pdf(desk: Screen, about: Buyer, scene: Scene) -> None:
    """The file that comes down is parsed: its words, in the reader's language, and the glyphs of every one of them."""
    with desk.page.expect_download() as coming:
        desk.follow("Report as PDF", "main")
    content = coming.value.path().read_bytes()
    assert re.fullmatch(r"report-[a-z0-9-]+\.pdf", coming.value.suggested_filename)
    pages = PdfReader(BytesIO(content)).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    said = ["Recommended maximum credit", "Where the buyer stands", "Changed since the score before", "Accounts",
            "Payment experience", "What happened", "1 is best, 10 is insolvent"]  # fmt: skip
    for words in (about.name, scene.firm.name, in_language(desk, about), *map(desk.said, said)):
        assert "".join(words.split()) in text, words
    assert "\ufffd" not in text and "□" not in text
    fonts = {str(font["/BaseFont"]) for page in pages for font in fonts_of(page)}
    assert any("NotoSansSC" in name for name in fonts), fonts
    if desk.language == "en":
        assert not re.search("[㐀-鿿]", text)
    else:
        assert not re.search("[a-z]{12,}", re.sub(r"credit-2026-1|test", "", text))


def fonts_of(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def looks_up_a_grade_once_a_day(desk: Screen, scene: Scene) -> None:
    """A name makes a list, choosing a row shows the grade; the second company of the day is refused with the reason."""
    desk.go("Buyers")
    desk.follow("Look up a grade", "main")
    desk.look("65-look-up")
    desk.fill(q=scene.plot["part"])
    desk.press("Search", "main")
    rows = desk.page.locator("table.choices tbody tr")
    expect(rows.first).to_be_visible()
    desk.look("66-candidates")
    rows.filter(has_text=scene.granted.identifiers.get().value).get_by_role("button").click()
    expect(desk.page.locator("h1")).to_contain_text(scene.granted.name)
    expect(desk.page.locator("main")).to_contain_text("90")  # confidence
    desk.look("67-grade")
    desk.follow("Look up another", "main")
    desk.fill(q="Kesselring")
    desk.press("Search", "main")
    expect(rows.first).to_contain_text("Kesselring")
    rows.first.get_by_role("button").click()
    expect(desk.page.locator("p.note.bad")).to_be_visible()
    desk.look("68-limit-of-the-day")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_two_underwriters_set_a_grade(
    language: str, known: tuple[Scene, User, Buyer], screens: Callable[..., Screen]
) -> None:
    scene, clerk, about = known
    BuyerCapacity.objects.create(buyer=about, issued=400_000)
    small = staff(UNDERWRITER, amount=300_000, name="Small Authority" if language == "en" else "许可")
    second = staff(SENIOR_UNDERWRITER, amount=5_000_000, name="Second Pair" if language == "en" else "周全")
    wanted = 9 if about.grade != 9 else 8
    first, other, third = (screen_of(screens, language, scene) for _ in range(3))
    try:
        asks_for_a_grade(first, scene, about, wanted)
        may_not_confirm(third, small, about)
        confirms_it(other, second, about)
        about.refresh_from_db()
        assert about.grade == wanted
        reads_that_it_was_set(screen_of(screens, language, scene), clerk, about)
    finally:
        print(*first.inspection.troubles, *other.inspection.troubles, *third.inspection.troubles, sep="\n")
    for one in (first, other, third):
        one.inspection.settle()


def asks_for_a_grade(desk: Screen, scene: Scene, about: Buyer, wanted: int) -> None:
    """From the list of grades set: choose the buyer, say the grade, until when, and why."""
    desk.page.goto("/office/")
    desk.sign_in(scene.underwriter)
    desk.go("Grades to confirm")
    desk.page.goto("/office/buyers/gradeoverride/add/")
    desk.look("70-choose")
    desk.page.locator("#content [name=q]").fill(about.name)
    desk.press("Find", "#content")
    desk.page.get_by_role("link", name=about.name, exact=True).click()
    desk.look("71-ask")
    until = timezone.now().date() + timedelta(days=60)
    for name, value in (("until", until.isoformat()), ("reason", WHY[desk.language])):
        desk.page.locator(f"#content [name={name}]").fill(value)
    desk.page.locator("#content [name=grade]").select_option(str(wanted))
    desk.press("Ask a colleague to confirm", "#content")
    expect(desk.page.locator("#content")).to_contain_text(desk.said("Who may confirm it:"))
    assert desk.page.locator("[name=act][value=confirm]").count() == 0
    desk.look("72-asked")


def may_not_confirm(desk: Screen, small: User, about: Buyer) -> None:
    """Whose authority does not reach so far reads why and who may."""
    desk.page.goto("/office/")
    desk.sign_in(small)
    expect(desk.page.locator(".office-bar")).to_be_visible()
    desk.page.goto(f"/office/buyers/gradeoverride/{GradeOverride.objects.get().pk}/decide/")
    expect(desk.page.locator("#content")).to_contain_text(desk.said("This is beyond your authority:"))
    assert desk.page.locator("[name=act][value=confirm]").count() == 0
    desk.look("73-beyond-authority")


def confirms_it(desk: Screen, second: User, about: Buyer) -> None:
    """The second pair of eyes; the grade counts at once."""
    desk.page.goto("/office/")
    desk.sign_in(second)
    expect(desk.page.locator(".office-bar")).to_be_visible()
    desk.go("Grades to confirm")
    desk.look("74-to-confirm", axe="wide")
    desk.page.get_by_role("link", name=about.name).first.click()
    desk.look("75-before-confirming")
    desk.press("Confirm: this grade counts", "#content")
    expect(desk.page.locator("[name=act][value=end]")).to_be_visible()
    desk.look("76-in-force")


def reads_that_it_was_set(desk: Screen, clerk: User, about: Buyer) -> None:
    """The exporter reads that an underwriter set it: not why, not who."""
    desk.page.goto("/")
    desk.sign_in(clerk)
    desk.go("Buyers")
    desk.page.get_by_role("link", name=about.name, exact=True).first.click()
    by_card = Score.objects.latest_of(about).computed_grade
    said = desk.said("An underwriter, for a time; by the scorecard the grade would be %(by_card)s", by_card=by_card)
    expect(desk.page.locator("main")).to_contain_text(said)
    assert WHY[desk.language] not in desk.page.content()
    desk.look("77-set-grade")
    desk.inspection.settle()
