"""The main job from end to end: three desks, a real web server, a real Chromium; once in English, once in Chinese.

Nobody types an address but the first, the link of the invitation. Every page on the way is inspected at the width of a
desk and of a phone: axe finds nothing, the console is silent, no other host is asked, nothing is wider than the window,
and no word is left in the other language.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from buyers.actions.accounts import record_statement
from buyers.actions.score_run import plan_refresh
from buyers.models import Alert, Buyer
from buyers.tasks import work_on_next_range
from claims.models import Claim
from claims.models.claim import ClaimStage
from desk.models import Notice
from desk.models.notice import Channel
from desk.tasks import send_mails
from desk.tests.files import PDF
from desk.wording import notice_words
from policies.models import LimitDecision, LimitRequest
from policies.models.limit_decision import Outcome
from policies.models.limit_request import RequestStage
from tests.journey.scene import Scene, invited, set_scene
from tests.journey.screen import Screen

# A year in which everything went wrong.
RUIN = {
    "total_assets": 8_000_000, "current_assets": 3_000_000, "cash": 20_000, "stock": 1_800_000,
    "receivables": 1_100_000, "equity": -400_000, "current_liabilities": 6_500_000, "long_term_debt": 1_900_000,
    "sales": 9_000_000, "cost_of_sales": 8_800_000, "operating_profit": -1_200_000, "net_profit": -1_500_000,
    "interest": 350_000, "depreciation": 300_000,
}  # fmt: skip

FILES = ("order 7.pdf", "invoice 2026-0417.pdf", "invoice copy.pdf")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_clerk_goes_from_invitation_to_claim(language: str, screens: Callable[..., Screen]) -> None:
    scene = set_scene(language)
    clerk = screens(language, names=(*scene.names, *FILES))
    office = screens(language, names=(*scene.names, *FILES, "papers-2026-1"))
    try:
        joins_and_signs_in(clerk, scene)
        takes_a_buyer_into_the_book_by_part_of_its_name(clerk, scene)
        is_granted_a_limit_at_once(clerk, scene)
        is_referred_with_a_comment(clerk, scene)
        underwriter_grants_a_part(office, scene)
        reads_the_decision_under_the_bell(clerk, scene)
        is_alerted_when_the_grade_falls(clerk, scene)
        underwriter_reviews_the_limit(office, scene)
        files_a_claim(clerk, scene)
        handler_asks_for_a_paper(office, scene)
        answers_with_a_document(clerk, scene)
    finally:
        print(*clerk.inspection.troubles, *office.inspection.troubles, sep="\n")  # shown when a step fails
    clerk.inspection.settle()
    office.inspection.settle()


# --- the clerk arrives ------------------------------------------------------------------------------------------------


def joins_and_signs_in(clerk: Screen, scene: Scene) -> None:
    """The link of the mail; the language is the browser's and is remembered for mails."""
    clerk.page.goto(invited(scene, clerk.language))
    clerk.look("01-invitation")
    clerk.fill(password="a long walk in the rain")
    clerk.press("Register and join")
    expect(clerk.page.locator("#to-do")).to_be_visible()
    assert User.objects.get(email=scene.clerk_email).language == clerk.language
    clerk.look("02-first-home")
    clerk.sign_out()
    expect(clerk.page.locator("input[name=password]")).to_be_visible()
    clerk.look("03-sign-in")
    clerk.sign_in(User.objects.get(email=scene.clerk_email), "a long walk in the rain")
    expect(clerk.page.locator("#to-do")).to_be_visible()


# --- buyers -----------------------------------------------------------------------------------------------------------


def takes_a_buyer_into_the_book_by_part_of_its_name(clerk: Screen, scene: Scene) -> None:
    """Part of a name finds companies; the clerk chooses one of them by number and country."""
    clerk.go("Buyers")
    clerk.look("04-empty-book")
    clerk.follow("Add a buyer", "main")
    clerk.look("05-find")
    clerk.fill(q=scene.plot["part"])
    clerk.press("Search", "main")
    expect(clerk.page.locator("table.choices tbody tr").first).to_be_visible()
    clerk.look("06-found")
    number = scene.granted.identifiers.get().value
    clerk.page.locator("tr", has_text=number).get_by_role("button").click()
    expect(clerk.page.locator("h1")).to_contain_text(scene.granted.name)
    clerk.look("07-buyer")


# --- limits -----------------------------------------------------------------------------------------------------------


def is_granted_a_limit_at_once(clerk: Screen, scene: Scene) -> None:
    """The preview answers while one types; the machine decides as it foretold, and shows its working."""
    clerk.follow("Ask for a limit", "main")
    preview = clerk.page.locator("#preview")
    clerk.look("08-ask")
    clerk.fill(turnover="1200000")
    expect(preview).to_contain_text(clerk.said("Need"))
    clerk.fill(amount="150000")
    expect(preview).to_contain_text("150,000")
    expect(preview).to_contain_text(clerk.said("Would likely be granted"))
    clerk.look("09-preview")
    clerk.press("Ask for the limit")
    expect(clerk.page.locator("#decision")).to_have_text(clerk.said("The decision"))
    made = LimitRequest.objects.get(buyer=scene.granted)
    assert made.stage == RequestStage.DECIDED
    assert LimitDecision.objects.get(request=made).amount == Decimal(150_000)
    expect(clerk.page.locator(".working")).to_be_visible()
    clerk.look("10-granted")


def is_referred_with_a_comment(clerk: Screen, scene: Scene) -> None:
    """Another buyer, found by its number as an invoice prints it; a comment wants a person."""
    clerk.go("Buyers")
    clerk.look("11-book")
    clerk.follow("Add a buyer", "main")
    clerk.fill(q=scene.plot["number"])
    clerk.press("Search", "main")
    clerk.look("12-found-by-number")
    clerk.page.locator("tr", has_text=scene.referred.name).get_by_role("button").click()
    clerk.follow("Ask for a limit", "main")
    clerk.fill(amount="400000", terms_days="45", comment=scene.plot["comment"], own_reference="D-1007")
    expect(clerk.page.locator("#preview")).to_contain_text(clerk.said("An underwriter would decide"))
    clerk.press("Ask for the limit")
    expect(clerk.page.locator("#decision")).to_have_text(clerk.said("With an underwriter"))
    clerk.look("13-referred")
    clerk.go("Limits")
    clerk.look("14-limits")


def underwriter_grants_a_part(office: Screen, scene: Scene) -> None:
    """At another desk: password, second factor, worklist, decision page, and the words the exporter will read."""
    office.page.goto("/office/")
    office.sign_in(scene.underwriter)
    expect(office.page.locator(".office-bar")).to_be_visible()
    office.look("20-office")
    office.go("Referred")
    office.look("21-worklist")
    office.page.locator("main a.ref, #content a.ref").first.click()
    office.look("22-decision")
    form = office.page.locator("form", has=office.page.locator("[name=outcome]"))
    form.locator("[name=outcome]").select_option("partly_approved")
    form.locator("[name=amount]").fill("250000")
    form.locator("details summary").first.click()
    form.locator("[name=reasons][value=weak_equity]").check()
    expect(office.page.locator("#letters")).to_contain_text("250,000")
    expect(office.page.locator("#letters [lang=zh-Hans]")).to_contain_text("250,000")
    office.look("23-before-deciding")
    office.press("Decide and go to next")
    expect(office.page.locator("#content")).to_contain_text(office.said("Nothing waits"))
    office.look("24-nothing-waits")
    decided = LimitDecision.objects.get(buyer=scene.referred)
    assert (decided.outcome, decided.amount, decided.decided_by) == (
        Outcome.PARTLY_APPROVED,
        Decimal(250_000),
        scene.underwriter,
    )


def reads_the_decision_under_the_bell(clerk: Screen, scene: Scene) -> None:
    """The page tells it, and so does a mail, both in the clerk's language."""
    send_mails()
    mails = Notice.objects.filter(
        recipient__email=scene.clerk_email, channel=Channel.MAIL, kind="policies.limit_decided"
    )
    told = mails.get(facts__buyer=scene.referred.name)
    letter = next(sent for sent in mail.outbox if str(told.message_id) in sent.extra_headers.get("Message-ID", ""))
    assert letter.subject == notice_words(told, clerk.language).headline
    assert letter.extra_headers["Content-Language"] == clerk.language
    assert letter.to == [scene.clerk_email]
    clerk.go("Home")
    clerk.look("15-home")
    clerk.page.locator("#bell").click()
    clerk.look("16-notices")
    clerk.page.locator("main td a", has_text="250,000").click()
    expect(clerk.page.locator("#decision")).to_have_text(clerk.said("The decision"))
    expect(clerk.page.locator("main")).to_contain_text(clerk.said("The buyer has little equity."))
    clerk.look("17-partly-granted")


# --- the grade falls --------------------------------------------------------------------------------------------------


def is_alerted_when_the_grade_falls(clerk: Screen, scene: Scene) -> None:
    """An underwriter records bad accounts of one buyer; the other is refreshed by the queue. Only those who have it
    in their book hear of it."""
    today = timezone.now().date()
    lines = {name: Decimal(value) for name, value in RUIN.items()}
    record_statement(
        by=scene.underwriter.pk, buyer=scene.granted.pk, period_end=last_month(today), currency="EUR", source="test",
        lines=lines, today=today,
    )  # fmt: skip
    Buyer.objects.filter(pk=scene.referred.pk).update(next_score_on=today)
    plan_refresh(by=None, today=today)
    while work_on_next_range():
        pass
    scene.granted.refresh_from_db()
    assert scene.granted.grade > 4
    assert set(Alert.objects.filter(buyer=scene.granted).values_list("exporter", flat=True)) == {scene.firm.pk}

    clerk.go("Home")
    clerk.look("30-home-with-news")
    clerk.page.locator("main .news a", has_text=scene.granted.name).first.click()
    expect(clerk.page.locator("#meaning")).to_be_visible()
    clerk.look("31-alert")
    clerk.follow(clerk.said("Alerts"), ".crumbs")
    clerk.look("32-alerts")
    clerk.page.locator("tr", has_text=scene.granted.name).get_by_role("button").click()
    expect(clerk.page.locator("tr", has_text=scene.granted.name)).to_have_count(0)
    clerk.go("Buyers")
    clerk.page.locator("main td a", has_text=scene.granted.name).click()
    clerk.look("33-regraded-buyer")
    clerk.follow("All indicators", "main")
    clerk.look("34-indicators")


def last_month(today: date) -> date:
    """Its last day."""
    return today.replace(day=1) - timedelta(days=1)


def underwriter_reviews_the_limit(office: Screen, scene: Scene) -> None:
    """The limit on the regraded buyer is on the underwriters' list; it is kept for now."""
    office.go("Reviews after regrade")
    office.look("25-reviews")
    office.page.locator("tr", has_text=scene.granted.name).get_by_role("link").first.click()
    office.look("26-review")


# --- the claim --------------------------------------------------------------------------------------------------------


def files_a_claim(clerk: Screen, scene: Scene) -> None:
    """Buyer, cause, an invoice typed in, two papers sent with their progress, filed."""
    today = timezone.now().date()
    clerk.go("Overdues & claims")
    clerk.look("40-no-claims")
    clerk.follow("File a claim", "main")
    clerk.look("41-which-buyer")
    clerk.page.locator("tr", has_text=scene.granted.name).get_by_role("link").click()
    clerk.look("42-what-happened")
    clerk.tick("cause", "protracted_default")
    clerk.fill(event_on=(today - timedelta(days=90)).isoformat(), account=scene.plot["story"])
    clerk.press("Begin the claim")
    expect(clerk.page.locator("#invoices-title")).to_be_visible()
    clerk.look("43-draft")
    clerk.fill(
        number="2026-0417", delivered_on=(today - timedelta(days=160)).isoformat(),
        issued_on=(today - timedelta(days=158)).isoformat(), due_on=(today - timedelta(days=98)).isoformat(),
        net="84000.00", vat="15960",
    )  # fmt: skip
    clerk.press("Add the invoice")
    expect(clerk.page.locator("#invoices tbody")).to_contain_text("84,000.00")
    sends_papers(clerk, "contract", FILES[:1])
    sends_papers(clerk, "invoice", FILES[1:])
    clerk.look("44-with-papers")
    clerk.press("File now, papers follow")
    expect(clerk.page.locator("main")).to_contain_text(
        clerk.said("The claim is filed. You will be told what happens to it.")
    )
    assert Claim.objects.get().stage == ClaimStage.FILED
    clerk.look("45-filed")


def sends_papers(clerk: Screen, kind: str, names: tuple[str, ...]) -> None:
    """Several files at once; each has its bar until its fate is known, then the page shows them in their places."""
    form = clerk.page.locator("form[data-upload]")
    form.locator("[name=kind]").select_option(kind)
    content = [{"name": name, "mimeType": "application/pdf", "buffer": PDF + name.encode()} for name in names]
    form.locator("input[type=file]").set_input_files(content)
    clerk.press("Send the files")
    for name in names:
        expect(clerk.page.locator("#papers tbody")).to_contain_text(name)


def handler_asks_for_a_paper(office: Screen, scene: Scene) -> None:
    """The claims handler signs in at the same desk, takes the claim and asks for the proof of delivery."""
    office.sign_out()
    office.page.wait_for_url("**/login/**")
    office.page.goto("/office/")
    office.sign_in(scene.handler)
    office.go("Claims")
    office.look("50-claims-worklist")
    office.page.locator("td.ref a").first.click()
    office.look("51-claim")
    office.press("Take the claim")
    expect(office.page.locator("#content")).to_contain_text(office.said("You are handling this claim."))
    for box in office.page.locator("[name=kinds]").all():
        box.set_checked(box.get_attribute("value") == "delivery")
    office.page.locator("textarea[name=words]").first.fill("CMR 4711")
    office.press("Ask and stop the clock")
    expect(office.page.locator("body")).to_contain_text(office.said("The exporter has been asked; the clock rests."))
    office.look("52-asked")


def answers_with_a_document(clerk: Screen, scene: Scene) -> None:
    """The bell leads to the question; the answer is a document; the timeline has everything in order."""
    clerk.go("Home")
    clerk.page.locator("#bell").click()
    clerk.page.locator("main td a").first.click()
    expect(clerk.page.locator("#asked-title")).to_be_visible()
    clerk.look("46-asked-for")
    answer = clerk.page.locator("#asked form")
    answer.locator("input[type=file]").set_input_files(
        {"name": "CMR 4711.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    answer.get_by_role("button", name=clerk.said("Send the answer")).click()
    expect(clerk.page.locator("main")).to_contain_text(clerk.said("Your answer has been sent to the claims handler."))
    expect(clerk.page.locator("#papers")).to_contain_text("CMR 4711.pdf")
    events = clerk.page.locator("section[aria-labelledby=events] .timeline > li, section[aria-labelledby=events] li")
    assert events.count() >= 6
    clerk.look("47-answered")
    with clerk.page.expect_download() as coming:
        clerk.page.locator("#papers a", has_text="CMR 4711.pdf").click()
    assert coming.value.path().read_bytes() == PDF
    assert Claim.objects.get().stage == ClaimStage.PAPERS_RECEIVED
