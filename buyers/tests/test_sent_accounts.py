"""Accounts an exporter sends in: a file waits for an underwriter; nobody else learns who sent it."""

import re
import uuid
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions import submission as acts
from buyers.models import AccountsSubmission, FinancialStatement, Signal
from buyers.signals import catalogue, seen_by_exporters
from buyers.tests.factories import LINES, buyer, in_book, statement
from desk.models import Document, Notice
from desk.tests.files import EXE, PDF
from desk.wording import notice_words
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db
TODAY, END = date(2026, 11, 22), date(2025, 12, 31)
AMOUNTS = {name: Decimal(amount) for name, amount in LINES.items()}


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def editor(firm):
    return member(firm)


@pytest.fixture
def about(firm):
    found = buyer("Kesselring Werkzeuge GmbH")
    in_book(firm, found)
    return found


def pdf(name: str = "accounts.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def sent(firm, editor, about, **told) -> AccountsSubmission:
    facts = {"upload": pdf(), "period_end": END, "currency": "EUR", "today": TODAY, **told}
    return acts.send_accounts(by=editor.pk, exporter=firm.pk, buyer=about.pk, **facts)


def confirmed(row, by=None, **told) -> AccountsSubmission:
    facts = {"period_end": END, "currency": "EUR", "lines": AMOUNTS, "today": TODAY, **told}
    return acts.confirm_accounts(by=(by or staff()).pk, submission=row.pk, **facts)


def codes(refused) -> list[str]:
    return [no.code for no in refused.value.refusals]


# --- the acts --------------------------------------------------------------------------------------------------------


def test_a_file_waits_with_what_the_firm_typed(firm, editor, about):
    row = sent(firm, editor, about, lines={"sales": Decimal("5.50"), "equity": None}, comment=" from them ")
    assert (row.stage, row.figures, row.comment) == ("sent", {"sales": "5.50"}, "from them")
    assert row.reference.startswith("AC-")
    assert str(row) == row.reference
    assert not FinancialStatement.objects.exists()
    assert AuditEvent.objects.filter(action="send_accounts").count() == 1


def test_a_form_sent_twice_is_one_sending_and_a_second_of_the_year_is_refused(firm, editor, about):
    key = uuid.uuid4()
    first = sent(firm, editor, about, form_key=key)
    assert sent(firm, editor, about, form_key=key) == first
    with pytest.raises(Refused) as refused:
        sent(firm, member(firm), about)
    assert codes(refused) == ["accounts_sent_already"]
    assert sent(firm, editor, about, period_end=date(2024, 12, 31)).pk != first.pk
    assert Document.objects.count() == 2


def test_what_cannot_be_sent_is_refused_and_nothing_is_kept(firm, editor, about):
    with pytest.raises(Refused) as refused:
        sent(firm, editor, buyer())
    assert codes(refused) == ["accounts_of_no_buyer_of_yours"]
    with pytest.raises(Refused) as refused:
        sent(firm, editor, about, lines={"cash": Decimal(2), "current_assets": Decimal(1)}, period_end=date(2027, 1, 1))
    assert codes(refused) == ["accounts_of_the_future", "part_exceeds_whole"]
    with pytest.raises(Refused) as refused:
        sent(firm, editor, about, upload=pdf("accounts.pdf", EXE))
    assert codes(refused) == ["document_is_program"]
    for person in (member(firm, "reader"), member(exporter()), staff()):
        with pytest.raises(NotAllowed):
            sent(firm, person, about)
    assert not Document.objects.exists()


def test_confirmed_accounts_count_are_told_and_hide_their_sender(firm, editor, about):
    row = sent(firm, editor, about, lines={"sales": Decimal(5), "equity": AMOUNTS["equity"]})
    done = confirmed(row)
    assert (done.stage, done.statement.source, done.statement.sales) == ("confirmed", "policyholder", AMOUNTS["sales"])
    assert AuditEvent.objects.get(action="confirm_accounts").details["corrected"] == ["sales"]
    told = Notice.objects.get(kind="buyers.accounts_confirmed", recipient=editor, channel="page")
    assert notice_words(told).headline == (
        "The accounts of Kesselring Werkzeuge GmbH to 2025-12-31 that you sent are confirmed"
    )
    signal = Signal.objects.get()
    assert signal.reporter == firm
    (seen,) = seen_by_exporters([signal.told()], catalogue())
    assert (seen.source, seen.reporter, dict(seen.facts)) == ("", None, {})
    about.refresh_from_db()
    assert about.grade
    with pytest.raises(Refused) as refused:
        confirmed(row)
    assert codes(refused) == ["stage_has_moved_on"]


def test_two_firms_that_send_the_same_are_one_year_of_accounts(firm, editor, about):
    rival = exporter()
    in_book(rival, about)
    first, second = confirmed(sent(firm, editor, about)), sent(rival, member(rival), about)
    assert confirmed(second).statement == first.statement
    third = sent(rival, member(rival), about)
    with pytest.raises(Refused) as refused:
        confirmed(third, lines={"sales": Decimal(1)})
    assert codes(refused) == ["statement_known"]
    assert confirmed(third, lines={"sales": Decimal(1)}, replaces=first.statement_id).statement != first.statement


def test_handed_back_with_words_the_firm_is_told(firm, editor, about):
    row = sent(firm, editor, about)
    with pytest.raises(Refused) as refused:
        acts.hand_accounts_back(by=staff().pk, submission=row.pk, remark="  ")
    assert codes(refused) == ["remark_missing"]
    done = acts.hand_accounts_back(by=staff().pk, submission=row.pk, remark=" Another company. ")
    assert (done.stage, done.remark) == ("handed_back", "Another company.")
    assert Notice.objects.filter(kind="buyers.accounts_handed_back", recipient=editor).exists()
    assert sent(firm, editor, about).stage == "sent"  # once more


def test_withdrawn_before_it_is_looked_at_the_file_goes(firm, editor, about):
    row = sent(firm, editor, about)
    for person in (member(exporter()), member(firm, "reader")):
        with pytest.raises(NotAllowed):
            acts.withdraw_accounts(by=person.pk, submission=row.pk)
    assert acts.withdraw_accounts(by=editor.pk, submission=row.pk).stage == "withdrawn"
    assert acts.withdraw_accounts(by=editor.pk, submission=row.pk).stage == "withdrawn"
    row.refresh_from_db()
    assert row.document.removed_at
    with pytest.raises(Refused):
        confirmed(row)


def test_only_underwriters_decide(firm, editor, about):
    row = sent(firm, editor, about)
    for person in (staff(CLAIMS_HANDLER), editor):
        with pytest.raises(NotAllowed):
            confirmed(row, by=person)
        with pytest.raises(NotAllowed):
            acts.hand_accounts_back(by=person.pk, submission=row.pk, remark="no")


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
@pytest.mark.parametrize("same_form", [True, False])
def test_two_clicks_at_once_are_one_sending(firm, editor, about, same_form: bool):
    key, start, found = uuid.uuid4(), Barrier(2), []

    def click():
        start.wait()
        try:
            found.append(sent(firm, editor, about, form_key=key if same_form else uuid.uuid4()).pk)
        except Refused as refused:
            found.append(refused.refusals[0].code)
        finally:
            connection.close()

    clicks = [Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    row = AccountsSubmission.objects.get()
    assert sorted(map(str, found)) == sorted([str(row.pk), str(row.pk) if same_form else "accounts_sent_already"])
    assert Document.objects.count() == 1


# --- the firm's pages ------------------------------------------------------------------------------------------------


def form(**changed) -> dict:
    told = {"file": pdf(), "period_end": "2025-12-31", "months": "12", "currency": "EUR", "form_key": uuid.uuid4()}
    return {**told, **changed}


def test_the_firm_sends_looks_and_withdraws(firm, editor, about, client: Client):
    signed_in(client, editor, firm)
    assert reverse("send_accounts", args=[about.pk]) in client.get(reverse("buyer", args=[about.pk])).content.decode()
    at = reverse("send_accounts", args=[about.pk])
    assert "Nothing yet." in client.get(at).content.decode()
    posted = form(sales="1,234,567", unit="1000", comment="from the register")
    response = client.post(at, posted)
    row = AccountsSubmission.objects.get()
    assert response.headers["Location"] == reverse("accounts_sent", args=[row.pk])
    assert row.figures == {"sales": "1234567000"}
    assert client.post(at, {**posted, "file": pdf()}).headers["Location"] == response.headers["Location"]
    page = client.get(response.headers["Location"]).content.decode()
    assert "1,234,567,000" in page
    assert row.reference in page
    client.post(reverse("withdraw_accounts", args=[row.pk]))
    page = client.get(response.headers["Location"]).content.decode()
    assert "Your firm has withdrawn them" in page
    assert "Send others" in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"file": ""}, "This field is required."),
        ({"file": SimpleUploadedFile("a.exe", EXE)}, "program"),
        ({"currency": "XXX"}, "Select a valid choice"),
        ({"period_end": "2099-12-31"}, "which is still to come"),
        ({"sales": "12x"}, "This is no amount."),
        ({"cash": "2", "current_assets": "1"}, "more than the total it is a part of"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(firm, editor, about, client, changed, words):
    signed_in(client, editor, firm)
    page = client.post(reverse("send_accounts", args=[about.pk]), form(comment="keep me", **changed)).content.decode()
    assert words in page
    assert "keep me" in page
    assert not AccountsSubmission.objects.exists()


def test_too_large_a_file_is_refused_at_its_field(firm, editor, about, client, settings):
    settings.DOCUMENT_MAX_BYTES = 100
    signed_in(client, editor, firm)
    page = client.post(reverse("send_accounts", args=[about.pk]), form(file=pdf(content=PDF + b"x" * 200))).content
    assert b"accounts.pdf" in page
    assert not AccountsSubmission.objects.exists()


def test_another_firm_finds_nothing_and_no_trace(firm, editor, about, client):
    row = confirmed(sent(firm, editor, about))
    rival = exporter()
    in_book(rival, about)
    signed_in(client, member(rival), rival)
    for name in ("accounts_sent", "withdraw_accounts"):
        assert client.post(reverse(name, args=[row.pk])).status_code in (404, 405)
    assert client.get(reverse("accounts_sent", args=[row.pk])).status_code == 404
    page = client.get(reverse("send_accounts", args=[about.pk])).content.decode()
    assert row.reference not in page
    page = client.get(reverse("buyer", args=[about.pk])).content.decode()
    assert firm.name not in page
    assert not re.search(r"\bpolicyholder\b", page)
    assert client.get(reverse("send_accounts", args=[buyer().pk])).status_code == 404


def test_what_came_of_it_is_said_and_a_decided_one_is_not_withdrawn(firm, editor, about, client):
    signed_in(client, editor, firm)
    row = sent(firm, editor, about, lines={"sales": Decimal(5), "cash": Decimal(1)})
    confirmed(row, lines={"sales": Decimal(6)})
    page = client.get(reverse("accounts_sent", args=[row.pk])).content.decode()
    assert "Confirmed. The buyer is graded from these accounts." in page
    assert "As the file says" in page
    answer = client.post(reverse("withdraw_accounts", args=[row.pk]), follow=True).content.decode()
    assert "moved on in the meantime" in answer
    other = sent(firm, editor, about, period_end=date(2024, 12, 31))
    acts.hand_accounts_back(by=staff().pk, submission=other.pk, remark="Pages 3 and 4 are missing.")
    assert "Pages 3 and 4 are missing." in client.get(reverse("accounts_sent", args=[other.pk])).content.decode()


# --- the office ------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, staff(UNDERWRITER))


def typed(**changed) -> dict[str, str]:
    return {
        "period_end": "2025-12-31",
        "months": "12",
        "currency": "EUR",
        **{n: str(v) for n, v in LINES.items()},
        **changed,
    }


def test_the_underwriter_corrects_looks_through_and_confirms(firm, editor, about, office):
    row = sent(firm, editor, about, lines={"sales": Decimal("7.5")})
    later = sent(firm, editor, about, period_end=date(2024, 12, 31))
    page = office.get(reverse("admin:sent_accounts")).content.decode()
    assert row.reference in page
    at = reverse("admin:decide_accounts", args=[row.pk])
    page = office.get(at).content.decode()
    assert 'value="7.5"' in page
    assert reverse("admin:desk_document_download", args=[row.document_id]) in page
    shown = office.post(at, typed()).content.decode()
    assert "35.0 %" in shown
    seen = re.search(r'name="reviewed" value="([0-9a-f]+)"', shown)[1]
    answer = office.post(at, typed(reviewed=seen))
    assert answer.headers["Location"] == reverse("admin:decide_accounts", args=[later.pk])
    row.refresh_from_db()
    assert row.stage == "confirmed"
    assert "What came of it" in office.get(at).content.decode()
    again = office.post(at, typed(reviewed=seen)).content.decode()  # in another window
    assert AccountsSubmission.objects.get(pk=row.pk).stage == "confirmed"
    assert "What came of it" in again


def test_what_the_firm_typed_is_shown_with_its_ratios_before_anything_is_changed(firm, editor, about, office):
    row = sent(firm, editor, about, lines=AMOUNTS)
    page = office.get(reverse("admin:decide_accounts", args=[row.pk])).content.decode()
    assert "35.0 %" in page  # equity of 3.5 in 10 million
    without = sent(firm, editor, about, period_end=date(2024, 12, 31))
    page = office.get(reverse("admin:decide_accounts", args=[without.pk])).content.decode()
    assert "35.0 %" not in page and "This field is required" not in page


def test_the_file_is_seen_page_by_page_beside_the_form(firm, editor, about, office):
    made = typst.compile(b"= Balance sheet\n#pagebreak()\n= Profit", format="pdf")
    row = sent(firm, editor, about, upload=SimpleUploadedFile("accounts.pdf", made))
    at = reverse("admin:decide_accounts", args=[row.pk])
    page = office.get(at).content.decode()
    first, second, third = (reverse("admin:accounts_page", args=[row.pk, number]) for number in (1, 2, 3))
    assert first in page and "Next page" in page and "Previous page" not in page
    turned = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "sheet"}
    part = office.get(at, {"page": "2"}, **turned).content.decode()
    assert second in part and "Previous page" in part and "<html" not in part
    assert "That was the last page" in office.get(at, {"page": "3"}, **turned).content.decode()
    assert first in office.get(at, {"page": "²"}, **turned).content.decode()
    assert second in office.post(at, typed(page="2")).content.decode()  # looked through, the page stays
    answer = office.get(second)
    assert answer.headers["Content-Type"] == "image/png" and "no-store" in answer.headers["Cache-Control"]
    assert answer.content.startswith(b"\x89PNG")
    assert office.get(third).status_code == 404
    acts.withdraw_accounts(by=editor.pk, submission=row.pk)
    assert office.get(first).status_code == 404
    assert first not in office.get(at).content.decode()


def test_a_file_that_cannot_be_drawn_is_to_be_downloaded(firm, editor, about, office):
    row = sent(firm, editor, about, upload=SimpleUploadedFile("accounts.csv", b"assets;1\n"))
    page = office.get(reverse("admin:decide_accounts", args=[row.pk])).content.decode()
    assert "A file of this kind is not shown here" in page


def test_pages_of_the_file_are_for_underwriters(firm, editor, about):
    row = sent(firm, editor, about)
    at = reverse("admin:accounts_page", args=[row.pk, 1])
    assert signed_in(Client(), editor, firm).get(at).status_code != 200
    assert signed_in(Client(), staff(CLAIMS_HANDLER)).get(at).status_code == 403


def test_known_figures_are_shown_beside_before_they_are_superseded(firm, editor, about, office):
    old = statement(about, source="policyholder", sales=1)
    row = sent(firm, editor, about)
    at = reverse("admin:decide_accounts", args=[row.pk])
    shown = office.post(at, typed()).content.decode()
    assert "with other figures" in shown
    seen = re.search(r'name="reviewed" value="([0-9a-f]+)"', shown)[1]
    assert office.post(at, typed(reviewed=seen)).headers["Location"] == reverse("admin:sent_accounts")
    old.refresh_from_db()
    assert old.superseded_at


def test_the_underwriter_hands_back_with_words(firm, editor, about, office):
    row = sent(firm, editor, about)
    at = reverse("admin:decide_accounts", args=[row.pk])
    assert "Say what is wrong" in office.post(at, {"hand_back": "1", "remark": ""}).content.decode()
    answer = office.post(at, {"hand_back": "1", "remark": "Another year."})
    assert answer.headers["Location"] == reverse("admin:sent_accounts")
    row.refresh_from_db()
    assert (row.stage, row.remark) == ("handed_back", "Another year.")
    assert "Nothing to confirm" in office.get(reverse("admin:sent_accounts")).content.decode()


def test_the_worklist_costs_the_same_queries_for_one_and_for_fifty(firm, editor, about, office):
    sent(firm, editor, about)
    office.get(reverse("admin:sent_accounts"))
    with CaptureQueriesContext(connection) as few:
        office.get(reverse("admin:sent_accounts"))
    for year in range(1970, 2019):
        sent(firm, editor, about, period_end=date(year, 12, 31))
    with CaptureQueriesContext(connection) as many:
        office.get(reverse("admin:sent_accounts"))
    assert len(many) == len(few)
