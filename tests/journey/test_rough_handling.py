"""What befalls forms: double clicks, ended sessions, wrong files, no mouse, no JavaScript."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.tests.factories import signed_in
from claims.models import ClaimPaper
from claims.tests.factories import draft
from desk.tests.files import EXE, PDF
from policies.models import LimitRequest
from policies.tests.scene import Scene, scene
from tests.journey.screen import Screen


@pytest.fixture
def desk(screens: Callable[..., Screen]) -> tuple[Scene, Screen]:
    """A firm with a policy and a good buyer, and its clerk signed in, in English."""
    made = scene()
    return made, enter(screens(names=()), made)


def enter(screen: Screen, made: Scene) -> Screen:
    """The clerk is signed in on this screen."""
    cookie = signed_in(Client(), made.clerk, made.firm).cookies["sessionid"].value
    screen.context.add_cookies([{"name": "sessionid", "value": cookie, "url": screen.home}])
    return screen


def form_for_limit(screen: Screen, made: Scene, **values: str) -> None:
    """The form, open and filled in."""
    screen.page.goto(f"/limits/ask/{made.buyer.pk}/")
    screen.fill(**{"amount": "120000", "terms_days": "45", **values})


# --- sent twice -------------------------------------------------------------------------------------------------------


def test_a_double_click_asks_once(desk: tuple[Scene, Screen]) -> None:
    made, screen = desk
    form_for_limit(screen, made)
    screen.page.get_by_role("button", name="Ask for the limit").dblclick()
    expect(screen.page.locator("#decision")).to_be_visible()
    assert LimitRequest.objects.count() == 1


def test_a_form_sent_twice_past_the_script_asks_once(desk: tuple[Scene, Screen]) -> None:
    made, screen = desk
    form_for_limit(screen, made)
    # As two quick clicks on a slow line where the script has not come yet.
    screen.page.evaluate("""async () => {
        const form = document.querySelector("form[action*='/limits/ask/']");
        const send = () => fetch(form.action, {method: "POST", body: new FormData(form)});
        await Promise.all([send(), send(), send()]);
    }""")
    assert LimitRequest.objects.count() == 1


def test_two_windows_ask_at_once_and_one_is_told_why_not(desk: tuple[Scene, Screen], screens: Any) -> None:
    made, first = desk
    second = enter(screens(names=()), made)
    for screen in (first, second):
        form_for_limit(screen, made, comment="A person should look.")
    first.press("Ask for the limit")
    expect(first.page.locator("#decision")).to_be_visible()
    second.press("Ask for the limit")
    expect(second.page.locator("main .alert, main .note").first).to_be_visible()
    expect(second.page.locator("[name=amount]")).to_have_value("120000")
    assert LimitRequest.objects.count() == 1


# --- the session ends -------------------------------------------------------------------------------------------------


def test_a_session_that_ended_loses_nothing_typed(desk: tuple[Scene, Screen]) -> None:
    made, screen = desk
    form_for_limit(screen, made, own_reference="D-4711", comment="Typed for a quarter of an hour.")
    expect(screen.page.locator("#preview")).to_contain_text("An underwriter would decide")
    Session.objects.all().delete()
    screen.press("Ask for the limit")
    expect(screen.page.locator("main")).to_contain_text("your form comes back as you typed it")
    screen.sign_in(made.clerk)
    expect(screen.page.locator("main")).to_contain_text("Typed for a quarter of an hour.")
    screen.look("unsent")
    screen.press("Send it now")
    expect(screen.page.locator("#decision")).to_be_visible()
    kept = LimitRequest.objects.get()
    assert (kept.amount, kept.own_reference, kept.comment) == (120_000, "D-4711", "Typed for a quarter of an hour.")
    screen.inspection.settle()


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.pdf", b"", "is empty (0 bytes)"),
        ("invoice.pdf", EXE, "looks like a program"),
        ("large.pdf", PDF + bytes(26 * 1024**2), "is too large"),
    ],
)
@pytest.mark.parametrize("scripted", [True, False])
def test_a_file_that_cannot_be_taken_is_told_at_the_file(
    scripted: bool, name: str, content: bytes, words: str, screens: Any, tmp_path: Path
) -> None:
    made = scene()
    screen = enter(screens(java_script_enabled=scripted), made)
    found = draft(firm=made.firm, by=made.clerk, policy=made.policy, buyer=made.buyer)
    file = tmp_path / name
    file.write_bytes(content)
    (tmp_path / "good.pdf").write_bytes(PDF)
    screen.page.goto(f"/claims/{found.pk}/")
    screen.page.locator("form[data-upload] input[type=file]").set_input_files([file, tmp_path / "good.pdf"])
    screen.press("Send the files")
    place = "[data-fates]" if scripted else "form[data-upload]"
    said = words if scripted else words.replace("is too large", "is larger than 25 MB")
    expect(screen.page.locator(place)).to_contain_text(said)
    # The page lives on, and the good file was kept.
    expect(screen.page.locator("h1")).to_be_visible()
    if scripted:
        screen.follow("Show the papers", "[data-fates]")
    expect(screen.page.locator("#papers tbody")).to_contain_text("good.pdf")
    assert [paper.document.name for paper in ClaimPaper.objects.all()] == ["good.pdf"]


# --- by keyboard ------------------------------------------------------------------------------------------------------


def test_tab_reaches_the_skip_link_first_and_slash_the_search(desk: tuple[Scene, Screen]) -> None:
    _made, screen = desk
    page = screen.page
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("#search")).to_have_value("a/b")


# Who has the focus, and whether it shows. The parts of a date field share one ring.
FOCUS = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    return [at.name || at.textContent.trim(), style.outlineStyle !== "none" || style.boxShadow !== "none"];
}"""


def test_a_limit_is_asked_for_without_a_mouse(desk: tuple[Scene, Screen]) -> None:
    made, screen = desk
    page = screen.page
    page.goto(f"/limits/ask/{made.buyer.pk}/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    ringed: dict[str, bool] = {}
    for _turn in range(20):
        page.keyboard.press("Tab")
        at, ring = page.evaluate(FOCUS)
        ringed[at] = ringed.get(at, False) or ring
        if at == "Ask for the limit":
            page.keyboard.press("Enter")
            break
        page.keyboard.type({"amount": "90000", "terms_days": "30"}.get(at, ""))
    assert [at for at, ring in ringed.items() if not ring] == []  # one sees where one is
    assert "turnover" in ringed
    expect(page.locator("#decision")).to_be_visible()
    kept = LimitRequest.objects.get()
    assert (kept.amount, kept.terms_days) == (90_000, 30)


# --- without JavaScript -----------------------------------------------------------------------------------------------


def test_a_limit_is_previewed_and_asked_for_without_javascript(screens: Any) -> None:
    made = scene()
    screen = enter(screens(java_script_enabled=False), made)
    form_for_limit(screen, made)
    screen.press("Preview the answer")
    expect(screen.page.locator("#preview")).to_contain_text("Would likely be granted")
    expect(screen.page.locator("[name=amount]")).to_have_value("120000")
    assert not LimitRequest.objects.exists()
    screen.press("Ask for the limit")
    expect(screen.page.locator("#decision")).to_be_visible()
    assert LimitRequest.objects.count() == 1


def test_a_claim_takes_its_invoice_without_javascript(screens: Any) -> None:
    made = scene()
    screen = enter(screens(java_script_enabled=False), made)
    found = draft(firm=made.firm, by=made.clerk, policy=made.policy, buyer=made.buyer, invoices=0)
    today = timezone.now().date()
    screen.page.goto(f"/claims/{found.pk}/")
    screen.fill(
        number="A-1", delivered_on=(today - timedelta(days=150)).isoformat(),
        issued_on=(today - timedelta(days=150)).isoformat(), due_on=(today - timedelta(days=90)).isoformat(),
        net="1000",
    )  # fmt: skip
    screen.press("Add the invoice")
    expect(screen.page.locator("#invoices tbody")).to_contain_text("A-1")
