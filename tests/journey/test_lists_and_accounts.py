"""Two journeys of a clerk: the customers of the own system come into the book from one list; a buyer's accounts are
sent in, an underwriter reads them page by page, and the grade is made anew. In both languages, every page inspected."""

import re
from collections.abc import Callable

import pytest
import typst
from playwright.sync_api import expect

from accounts.models import User
from accounts.models.roles import Role
from accounts.tests.factories import member
from buyers.customer_lists.live import tell_rows
from buyers.customer_lists.tasks import match_next_range, read_next_list
from buyers.models import AccountsSubmission, BookEntry, CustomerList, Score
from buyers.models.customer_list import ListStage
from buyers.tests.factories import LINES, in_book
from desk.models import Notice
from tests.journey.scene import Scene, set_scene
from tests.journey.screen import Screen

LIST = """公司 Name;Country;LEI;City;Our reference
Lorenz Armaturen GmbH;DE;529900T8BM49AURSDO55;;C-1
青岛兴达国际贸易有限公司;CN;;青岛;C-2
Kesselring Werkzeuge;DE;;;C-3
Kesselring Werkzeug;DE;;;C-4
Lorenz Armaturen GmbH;;;;C-5
青岛兴达国际贸易有限公;CN;;;C-6
شركة النور للتجارة;AE;;;C-7
Somewhere Ltd;Narnia;;;C-8
"""
CELLS = (*{cell for line in LIST.splitlines() for cell in line.split(";") if cell}, "公司", "Name", "LEI", "Office")
COMMENT = "Sent by their accountant."
SHEETS = b"= Kesselring Werkzeuge GmbH\n#pagebreak()\n= 2025"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_clerk_brings_the_customers_of_a_list_into_the_book(language: str, screens: Callable[..., Screen]) -> None:
    scene = set_scene(language)
    clerk = signed_in(screens, scene, language, CELLS)
    clerk.go("Buyers")
    clerk.follow("Match a list", "main")
    clerk.look("60-no-lists")
    clerk.follow("Match a list", "main")
    refuses_a_program(clerk)
    sent(clerk, "customers.csv", LIST.encode("gb18030"))
    clerk.look("62-columns")
    # The first heading is two words in one; the Chinese one is known, the other too.
    clerk.press("Confirm and match")
    watches_it_being_matched(clerk)
    reviews(clerk, scene)
    takes_them_into_the_book(clerk, scene)
    clerk.inspection.settle()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_accounts_that_were_sent_are_confirmed_and_the_grade_is_made_anew(
    language: str, screens: Callable[..., Screen]
) -> None:
    scene = set_scene(language)
    in_book(scene.firm, scene.referred)
    words = ("accounts 2025.pdf", COMMENT, "annual accounts")
    clerk = signed_in(screens, scene, language, words)
    sends_accounts(clerk, scene)
    office = screens(language, names=(*scene.names, *words))
    before = Score.objects.filter(buyer=scene.referred).latest("id")
    underwriter_reads_and_confirms(office, scene)
    row = AccountsSubmission.objects.get()
    assert row.stage == "confirmed" and row.statement.sales == LINES["sales"]
    assert Score.objects.filter(buyer=scene.referred).latest("id").pk != before.pk
    clerk.go("Home")
    clerk.page.locator("#bell").click()
    clerk.look("75-told")
    clerk.page.locator("main td a", has_text=scene.referred.name).first.click()
    clerk.look("76-confirmed")
    clerk.inspection.settle()
    office.inspection.settle()


def signed_in(screens: Callable[..., Screen], scene: Scene, language: str, words: tuple[str, ...]) -> Screen:
    """A clerk of the firm, at home."""
    user: User = member(scene.firm, Role.EDITOR, name=scene.plot["clerk"], language=language)
    clerk = screens(language, names=(*scene.names, *words))
    clerk.page.goto("/")
    clerk.sign_in(user)
    expect(clerk.page.locator("#to-do")).to_be_visible()
    return clerk


# --- the list ---------------------------------------------------------------------------------------------------------


def sent(clerk: Screen, name: str, content: bytes) -> None:
    """A file chosen and uploaded."""
    clerk.page.locator("main input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    clerk.press("Upload", "main")


def refuses_a_program(clerk: Screen) -> None:
    """The word stands at the field."""
    sent(clerk, "customers.csv", b"MZ\x90\x00" + b"\x00" * 64)
    expect(clerk.page.locator("main .invalid-feedback")).to_contain_text("customers.csv")
    clerk.look("61-refused")


def watches_it_being_matched(clerk: Screen) -> None:
    """Read, then matched, told without anybody loading the page anew."""
    row = CustomerList.objects.get()
    assert row.encoding == "gb18030"
    state = clerk.page.locator("#list-state")
    expect(state).to_contain_text(clerk.said("Its rows are read first."))
    tell_rows(row, 4)
    expect(state).to_contain_text(clerk.said("%(so_far)s rows are read so far.", so_far=4))
    clerk.look("63-being-read")
    read_next_list()
    expect(state.locator("progress[value='0']")).to_be_visible()
    clerk.look("64-being-matched")
    while match_next_range():
        pass
    expect(state).to_contain_text(clerk.said("Review the list"))
    clerk.follow("Review the list", "main")


def reviews(clerk: Screen, scene: Scene) -> None:
    """Each outcome; what several share is chosen row by row, the only one of its name for all rows at once."""
    row = CustomerList.objects.get()
    assert list(row.counts().values()) == [2, 4, 1, 1]
    clerk.look("65-to-choose")
    for step, show in (("66-certain", "certain"), ("67-unknown", "unknown"), ("68-refused", "refused")):
        clerk.page.locator(f".tabs a[href*='show={show}']").click()
        clerk.look(step)
    clerk.page.locator(".tabs a[href*='show=choose']").click()
    shared = row.rows.get(number=6)
    clerk.tick(f"row-{shared.pk}", str(shared.candidates[0]["buyer"]))
    clerk.press("Keep these choices", "main")
    clerk.page.locator("a[href*='named=alone']").click()
    clerk.look("69-one-of-its-name")
    clerk.page.locator("form[action*='namesakes'] button").click()
    expect(clerk.page.locator("form[action*='namesakes']")).to_have_count(0)
    row = CustomerList.objects.get()
    assert dict(row.rows.filter(by_hand=True).values_list("number", "chosen")) == {
        4: scene.referred.pk, 6: shared.candidates[0]["buyer"],
    }  # fmt: skip


def takes_them_into_the_book(clerk: Screen, scene: Scene) -> None:
    """In one step; the book and the file of results have them."""
    clerk.page.locator("form[action$='/add/'] button").click()
    clerk.look("70-added")
    assert CustomerList.objects.get().stage == ListStage.ADDED
    entries = BookEntry.objects.filter(exporter=scene.firm)
    assert scene.referred.pk in entries.values_list("buyer", flat=True) and entries.count() == 3
    with clerk.page.expect_download() as coming:
        clerk.page.locator("a[href$='result.csv']").click()
    assert "Narnia" in coming.value.path().read_text(encoding="utf-8-sig")
    clerk.go("Home")
    clerk.page.locator("#bell").click()
    clerk.look("71-told")
    clerk.page.locator("main td a", has_text="customers.csv").click()
    expect(clerk.page.locator("#came")).to_be_visible()
    assert Notice.objects.filter(kind="buyers.list_matched").count() == 2


# --- accounts ---------------------------------------------------------------------------------------------------------


def sends_accounts(clerk: Screen, scene: Scene) -> None:
    """From the buyer's page: the file, the year, two lines."""
    clerk.go("Buyers")
    clerk.page.locator("main td a", has_text=scene.referred.name).click()
    clerk.follow("Send accounts", "main")
    clerk.page.locator("main input[type=file]").set_input_files(
        {"name": "accounts 2025.pdf", "mimeType": "application/pdf", "buffer": typst.compile(SHEETS, format="pdf")}
    )
    clerk.fill(period_end="2025-12-31", currency="EUR", comment=COMMENT)
    clerk.page.locator("main details summary").click()
    clerk.fill(sales="15000000", equity="1")
    clerk.look("72-send-accounts")
    clerk.press("Send the accounts")
    expect(clerk.page.locator("main")).to_contain_text("accounts 2025.pdf")
    clerk.look("73-sent")


def underwriter_reads_and_confirms(office: Screen, scene: Scene) -> None:
    """The file beside the form, page by page; the lines looked through, then confirmed."""
    office.page.goto("/office/")
    office.sign_in(scene.underwriter)
    office.go("Accounts sent in")
    office.look("80-worklist")
    office.page.locator("td.ref a").first.click()
    picture = office.page.locator("#sheet img")
    expect(picture).to_be_visible()
    assert picture.evaluate("e => e.decode().then(() => e.naturalWidth)") > 500
    office.look("81-decide")
    office.follow("Next page", "#sheet")
    expect(picture).to_have_attribute("src", re.compile(r"/2\.png$"))
    office.fill(**{name: str(amount) for name, amount in LINES.items()})
    office.press("Look them through")
    expect(picture).to_have_attribute("src", re.compile(r"/2\.png$"))  # the page that was open stays open
    office.look("82-looked-through")
    office.press("Confirm and go to next")
    expect(office.page.locator("#content")).to_contain_text(office.said("Nothing to confirm"))
    office.look("83-nothing-left")
