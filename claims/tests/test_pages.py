"""The pages of claims, for each kind of person: nobody, reader, editor, rival, handler, other staff."""

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import UNDERWRITER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.merge import merge_buyers
from buyers.tests.factories import buyer as new_buyer
from buyers.tests.factories import in_book
from claims.actions.claim import file_claim
from claims.actions.paper import attach_paper
from claims.models import Claim, ClaimPaper
from claims.models.claim import FILING, Cause, ClaimStage
from claims.tests.factories import PDF, draft, filed, handler, papers_asked, pdf
from desk.models import Document, Notice
from desk.tests import files
from policies.tests.factories import policy as new_policy
from receivables.tests.factories import invoice as new_invoice

pytestmark = pytest.mark.django_db

LOOKED_AT = ("claim", "amend_claim", "withdraw_claim")
POSTED = ("send_claim", "hand_back_claim", "withdraw_claim", "add_claim_invoice", "attach_papers", "amend_claim")


def as_author(claim: Claim) -> Client:
    return signed_in(Client(), claim.created_by, claim.exporter)


def text(answer: Any) -> str:
    return answer.content.decode()


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


# --- who --------------------------------------------------------------------------------------------------------------


def test_claims(client: Client):
    claim, rival = draft(), exporter()
    assert client.get(at("claims")).status_code == 302
    assert str(claim.reference) in text(as_author(claim).get(at("claims")))
    seen = text(signed_in(Client(), member(rival), rival).get(at("claims")))
    assert str(claim.reference) not in seen and "No claim yet" in seen


def test_a_reader_looks_and_changes_nothing():
    claim = draft()
    reader = signed_in(Client(), member(claim.exporter, Role.READER), claim.exporter)
    page = text(reader.get(at("claim", claim.pk)))
    assert claim.buyer.name in page and "<form" in page and "File now" not in page and "Add files" not in page
    assert "File a claim" not in text(reader.get(at("claims")))
    for name in POSTED:
        assert reader.post(at(name, claim.pk)).status_code == 403, name
    assert reader.get(at("file_claim")).status_code == 403


def test_a_rivals_claim_is_not_there_and_nobodys_wants_a_sign_in():
    claim, rival = papers_asked(), exporter()
    stranger = signed_in(Client(), member(rival), rival)
    item, request = claim.items.get(), claim.paper_requests.get()
    paper = attach_paper(by=claim.created_by_id, claim=claim.pk, upload=pdf(), kind="contract")
    for name in LOOKED_AT:
        assert stranger.get(at(name, claim.pk)).status_code == 404, name
        assert Client().get(at(name, claim.pk)).status_code == 302, name
    addresses = [at(name, claim.pk) for name in POSTED] + [
        at("remove_claim_invoice", claim.pk, item.pk),
        at("add_ledger_invoice", claim.pk, item.invoice_id),
        at("remove_paper", claim.pk, paper.pk),
        at("answer_paper_request", request.pk),
    ]
    for address in addresses:
        assert stranger.post(address).status_code == 404, address
        assert Client().post(address).status_code == 302, address
    assert stranger.get(at("file_claim", claim.buyer_id)).status_code == 404  # not in the rival's book


def test_an_address_one_only_posts_to_leads_back_to_the_claim():
    claim = papers_asked()
    author = as_author(claim)
    for name in ("send_claim", "hand_back_claim", "add_claim_invoice", "attach_papers"):
        assert author.get(at(name, claim.pk)).url == at("claim", claim.pk)
    assert author.get(at("answer_paper_request", claim.paper_requests.get().pk)).url.startswith(at("claim", claim.pk))


# --- a new one --------------------------------------------------------------------------------------------------------


def test_file_claim():
    firm, buyer = exporter(), new_buyer("Kesselring Werkzeuge GmbH")
    editor, policy = member(firm), new_policy(firm, currency="USD")
    in_book(firm, buyer, own_reference="D-1042")
    browser = signed_in(Client(), editor, firm)
    for wanted, found in (("kessel", True), ("1042", True), ("zzz", False), ("\x00", True)):
        assert (buyer.name in text(browser.get(at("file_claim"), {"q": wanted}))) == found
    page = browser.get(at("file_claim", buyer.pk))
    form = page.context["form"]
    assert form["currency"].initial == "USD" or form.fields["currency"].initial == "USD"
    facts = {
        "cause": Cause.INSOLVENCY, "event_on": "2026-08-01", "policy": policy.pk, "currency": "USD",
        "form_key": form["form_key"].value(), "own_reference": "S-1", "account": "Gone.",
    }  # fmt: skip
    first = browser.post(at("file_claim", buyer.pk), facts)
    again = browser.post(at("file_claim", buyer.pk), facts)
    claim = Claim.objects.get()
    assert first.url == again.url == at("claim", claim.pk)
    future = {**facts, "form_key": uuid.uuid4(), "event_on": "2039-01-01"}
    refused = browser.post(at("file_claim", buyer.pk), future)
    assert "This day lies in the future" in text(refused) and "Gone." in text(refused)
    assert "XYZ" in text(browser.post(at("file_claim", buyer.pk), {**facts, "currency": "XYZ"}))
    assert browser.post(at("file_claim", buyer.pk), {**facts, "form_key": "no key"}).status_code == 200
    assert Claim.objects.count() == 1


def test_a_firm_without_policy_or_book_is_told_so():
    firm, buyer = exporter(), new_buyer()
    browser = signed_in(Client(), member(firm), firm)
    assert "Your book is empty" in text(browser.get(at("file_claim")))
    in_book(firm, buyer)
    assert "No policy yet" in text(browser.get(at("file_claim", buyer.pk)))


def test_more_buyers_than_fit_are_narrowed_by_name():
    firm = exporter()
    browser = signed_in(Client(), member(firm), firm)
    for _n in range(21):
        in_book(firm, new_buyer())
    assert "There are more" in text(browser.get(at("file_claim")))


# --- a draft ----------------------------------------------------------------------------------------------------------


def test_claim_shows_invoices_with_their_total_and_what_is_missing():
    claim = draft(invoices=2)
    page = text(as_author(claim).get(at("claim", claim.pk)))
    assert "Total of 2 invoices" in page and "20,000.00" in page
    assert f"?buyer={claim.buyer_id}&amp;currency={claim.currency}" in page
    assert "5 papers are still missing" in page and "File now, papers follow" in page


def test_an_invoice_is_typed_in_or_refused_at_its_field():
    claim = draft(invoices=0)
    browser, today = as_author(claim), timezone.now().date()
    facts = {
        "number": "26-0881", "delivered_on": today - timedelta(days=150), "issued_on": today - timedelta(days=150),
        "due_on": today - timedelta(days=90), "net": "84210.50", "vat": "",
    }  # fmt: skip
    for _click in range(2):
        assert browser.post(at("add_claim_invoice", claim.pk), facts).url == at("claim", claim.pk) + "#invoices"
    assert claim.invoices().get().net == 84210.5
    for field, value, words in (
        ("net", "0", "more than 0"),
        ("net", "-1", "more than 0"),
        ("net", "1.234", "2 digits after the point"),
        ("net", "1000000000000000", "larger than any"),
        ("net", "1e9999", "Ensure that there are no more than"),
        ("net", "NaN", "Enter a number"),
        ("due_on", "2020-01-01", "before the invoice date"),
        ("delivered_on", "2039-01-01", "lies in the future"),
        ("delivered_on", "0226-01-01", "Check the year"),
        ("number", "x" * 300, "at most 60 characters"),
    ):
        answer = browser.post(at("add_claim_invoice", claim.pk), {**facts, "number": "26-9", field: value})
        assert answer.status_code == 200 and words in text(answer), (field, value)
        assert value[:20] in text(answer)  # nothing typed is lost
    assert claim.invoices().count() == 1


def test_invoices_are_picked_from_the_ledger_and_taken_out_again():
    claim = draft(invoices=0)
    browser, owed = as_author(claim), new_invoice(claim.policy, claim.buyer)
    assert at("add_ledger_invoice", claim.pk, owed.pk) in text(browser.get(at("claim", claim.pk)))
    browser.post(at("add_ledger_invoice", claim.pk, owed.pk))
    item = claim.items.get()
    browser.post(at("remove_claim_invoice", claim.pk, item.pk))
    assert not claim.invoices()
    assert browser.post(at("add_ledger_invoice", claim.pk, new_invoice().pk)).status_code == 404
    assert browser.post(at("remove_claim_invoice", claim.pk, draft().items.get().pk)).status_code == 404


def test_after_a_merge_the_page_offers_the_invoices_of_both_entries():
    claim, into = draft(invoices=0), new_buyer()
    in_book(claim.exporter, into)
    merge_buyers(by=staff(UNDERWRITER).pk, source=claim.buyer_id, into=into.pk)
    after = draft(policy=claim.policy, buyer=into, by=claim.created_by, invoices=0)
    owed = [new_invoice(claim.policy, buyer) for buyer in (claim.buyer, into)]
    for each in (claim, after):
        page = text(as_author(each).get(at("claim", each.pk)))
        assert all(at("add_ledger_invoice", each.pk, invoice.pk) in page for invoice in owed)


def test_amend_claim():
    claim = draft()
    browser = as_author(claim)
    assert "Save" in text(browser.get(at("amend_claim", claim.pk)))
    facts = {"cause": Cause.INSOLVENCY, "event_on": "2026-08-01", "account": "More."}
    assert browser.post(at("amend_claim", claim.pk), facts).status_code == 302
    assert "Proof of insolvency" in text(browser.get(at("claim", claim.pk)))
    assert "lies in the future" in text(browser.post(at("amend_claim", claim.pk), {**facts, "event_on": "2039-01-01"}))
    file_claim(by=claim.created_by_id, claim=claim.pk)
    assert browser.get(at("amend_claim", claim.pk)).url == at("claim", claim.pk)


def test_send_claim_twice_files_it_once():
    claim = draft()
    browser = as_author(claim)
    page = text(browser.post(at("send_claim", claim.pk), follow=True))
    assert "The claim is filed" in page
    browser.post(at("send_claim", claim.pk))
    assert claim.events.filter(code="claim_filed").count() == 1


def test_send_claim_that_is_refused_says_why():
    claim = draft(invoices=0)
    assert "Add at least one invoice" in text(as_author(claim).post(at("send_claim", claim.pk), follow=True))


def test_hand_back_claim_in_two_steps():
    firm = exporter(reviewed_acts=[FILING])
    claim, colleague = draft(firm=firm, by=member(firm)), member(firm)
    browser, other = as_author(claim), signed_in(Client(), colleague, firm)
    assert "Hand to a colleague" in text(browser.get(at("claim", claim.pk)))
    assert "Handed over" in text(browser.post(at("send_claim", claim.pk), follow=True))
    assert "Take it back" in text(browser.get(at("claim", claim.pk)))
    page = text(other.get(at("claim", claim.pk)))
    assert "has entered this" in page and "Give it back" in page
    silent = other.post(at("hand_back_claim", claim.pk), follow=True)
    assert "Say what should be mended" in text(silent) and "Give it back" in text(silent)
    other.post(at("hand_back_claim", claim.pk), {"words": "The second invoice is paid."})
    assert "The second invoice is paid." in text(browser.get(at("claim", claim.pk)))
    assert "decided already" in text(other.post(at("hand_back_claim", claim.pk), follow=True))
    browser.post(at("send_claim", claim.pk))
    assert "The claim is filed" in text(other.post(at("send_claim", claim.pk), follow=True))


def test_withdraw_claim_asks_once_more():
    claim = filed()
    browser = as_author(claim)
    assert "The insurer stops working" in text(browser.get(at("withdraw_claim", claim.pk)))
    assert Claim.objects.get(pk=claim.pk).stage == ClaimStage.FILED
    assert "withdrawn" in text(browser.post(at("withdraw_claim", claim.pk), follow=True))
    assert "10,000.00" in text(browser.get(at("claim", claim.pk)))  # it still shows what it was for
    Claim.objects.filter(pk=claim.pk).update(stage=ClaimStage.ASSESSED)
    assert "has moved on" in text(browser.post(at("withdraw_claim", claim.pk), follow=True))


# --- papers -----------------------------------------------------------------------------------------------------------


def send(browser: Client, claim: Claim, *uploads: Any, **more: Any) -> Any:
    return browser.post(
        at("attach_papers", claim.pk), {"kind": "contract", "form_key": uuid.uuid4(), "files": list(uploads), **more}
    )


HOSTILE: list[tuple[str, Callable[[], bytes], str]] = [
    ("empty.pdf", lambda: b"", "is empty (0 bytes)"),
    ("tool.pdf", lambda: files.EXE, "looks like a program"),
    ("bomb.docx", files.bomb, "would unpack to far more"),
    ("nested.docx", lambda: files.office("docx", word__a_dot_zip=files.zipped({"a": b"b"})), "has an archive inside"),
    ("papers.zip", lambda: files.zipped({"a.pdf": PDF}), "looks like an archive"),
    ("macro.docx", lambda: files.office("docx", word__vbaProject_dot_bin=b"x"), "contains macros"),
    ("page.txt", lambda: b"<html><script>alert(1)</script>", "looks like a web page"),
    ("data.xyz", lambda: bytes(range(256)), "was not recognised"),
]


@pytest.mark.parametrize(("name", "content", "words"), HOSTILE, ids=[name for name, _c, _w in HOSTILE])
def test_a_hostile_file_is_refused_at_the_field_and_nothing_is_kept(name, content, words, kept):
    claim = draft()
    answer = send(as_author(claim), claim, SimpleUploadedFile(name, content()))
    assert answer.status_code == 200
    assert words in " ".join(answer.context["papers_form"].errors["files"])
    assert name in text(answer)
    assert kept() == [] and not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("合同.pdf", "合同.pdf"),
        ("x" * 300 + ".pdf", None),
        ("inv\u202efdp.pdf", "invfdp.pdf"),
    ],
)
def test_an_odd_name_is_cleaned_and_kept(name, shown, kept):
    claim = draft()
    assert send(as_author(claim), claim, pdf(name)).status_code == 302
    row = Document.objects.get()
    assert row.name == shown or (shown is None and row.name.endswith("x.pdf") and len(row.name) <= 200)
    assert kept() == [row.key]


def test_one_bad_file_keeps_out_none_of_the_others():
    claim = draft()
    answer = send(
        as_author(claim), claim, pdf("a.pdf"), SimpleUploadedFile("b.pdf", files.EXE), pdf("c.pdf", PDF + b"c")
    )
    page = text(answer)
    assert "“a.pdf” was kept as Contract or order (PDF, 1 KB)." in page
    assert "“b.pdf” looks like a program" in page
    assert sorted(Document.objects.values_list("name", flat=True)) == ["a.pdf", "c.pdf"]


def test_a_double_click_keeps_each_file_once(kept):
    claim, key = draft(), uuid.uuid4()
    for _click in range(2):
        assert send(as_author(claim), claim, pdf("a.pdf"), pdf("b.pdf", PDF + b"b"), form_key=key).status_code == 302
    assert len(kept()) == ClaimPaper.objects.count() == 2


def test_no_file_or_no_kind_is_said_at_the_field():
    claim = draft()
    browser = as_author(claim)
    assert send(browser, claim).context["papers_form"].errors["files"] == ["Choose at least one file."]
    assert "kind" in send(browser, claim, pdf(), kind="poem").context["papers_form"].errors
    assert "form_key" in send(browser, claim, pdf(), form_key="").context["papers_form"].errors
    assert not Document.objects.exists()


def test_a_script_is_answered_with_the_fate_of_its_file():
    claim = draft()
    browser = as_author(claim)

    def sent(upload: Any) -> Any:
        answer = browser.post(
            at("attach_papers", claim.pk),
            {"kind": "invoice", "form_key": uuid.uuid4(), "files": [upload]},
            headers={"Accept": "application/json"},
        )
        return json.loads(answer.content)

    assert sent(pdf("a.pdf")) == {
        "files": [{"accepted": True, "words": "“a.pdf” was kept as Invoice (PDF, 1 KB)."}], "errors": [],
    }  # fmt: skip
    refused = sent(SimpleUploadedFile("b.pdf", files.EXE))
    assert not refused["files"][0]["accepted"] and "program" in refused["files"][0]["words"]


def test_a_file_over_the_limit_never_reaches_the_disk(settings, tmp_path, kept):
    settings.DOCUMENT_MAX_BYTES = 1024**2
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    claim = draft()
    answer = send(as_author(claim), claim, pdf("small.pdf"), pdf("large.pdf", PDF + bytes(3 * 1024**2)))
    assert "“large.pdf” is larger than 1 MB" in text(answer)
    assert "“small.pdf” was kept" in text(answer)
    assert len(kept()) == 1
    assert [p for p in tmp_path.glob("*.upload*") if p.stat().st_size > 1024**2] == []


def test_a_request_of_200_mb_is_let_go_by_as_a_whole(settings):
    """What no number of allowed files could fill is not even begun; the rest of the form arrives."""
    settings.DOCUMENT_MAX_BYTES, settings.DOCUMENTS_PER_UPLOAD = 1024**2, 1
    claim = draft()
    answer = send(as_author(claim), claim, pdf("huge.pdf", PDF + bytes(200 * 1024**2)))
    assert answer.status_code == 200
    assert "“huge.pdf” is larger than 1 MB" in text(answer)
    assert not Document.objects.exists()


def test_files_beyond_the_number_wait_for_the_next_time(settings):
    settings.DOCUMENTS_PER_UPLOAD = 2
    claim = draft()
    answer = send(as_author(claim), claim, *(pdf(f"{n}.pdf", PDF + bytes([48 + n])) for n in range(3)))
    assert "Only 2 files can be sent at once" in text(answer)
    assert Document.objects.count() == 2


def test_uploads_keep_their_guard_against_forged_forms():
    claim = draft()
    browser = signed_in(Client(enforce_csrf_checks=True), claim.created_by, claim.exporter)
    assert send(browser, claim, pdf()).status_code == 403
    assert not Document.objects.exists()


def test_a_paper_is_taken_away_by_its_button():
    claim = draft()
    paper = attach_paper(by=claim.created_by_id, claim=claim.pk, upload=pdf(), kind="contract")
    browser = as_author(claim)
    assert at("document", paper.document_id) in text(browser.get(at("claim", claim.pk)))
    browser.post(at("remove_paper", claim.pk, paper.pk))
    assert "contract.pdf" not in [p.document.name for p in claim.papers.present()]
    other = attach_paper(by=claim.created_by_id, claim=claim.pk, upload=pdf(), kind="contract")
    file_claim(by=claim.created_by_id, claim=claim.pk)
    assert "no longer a draft" in text(browser.post(at("remove_paper", claim.pk, other.pk), follow=True))


def test_forms_of_a_claim_that_was_filed_in_another_window_say_so():
    claim = filed()
    browser = as_author(claim)
    today = timezone.now().date().isoformat()
    facts = {"number": "1", "delivered_on": today, "issued_on": today, "due_on": today, "net": "1"}
    assert "no longer a draft" in text(browser.post(at("add_claim_invoice", claim.pk), facts, follow=True))
    browser.post(at("withdraw_claim", claim.pk))
    answer = browser.post(
        at("attach_papers", claim.pk), {"kind": "contract", "form_key": uuid.uuid4(), "files": [pdf()]}, follow=True
    )
    assert "takes no more papers" in text(answer)


# --- answers ----------------------------------------------------------------------------------------------------------


def answer(browser: Client, request: Any, *uploads: Any, words: str = "", key: Any = None) -> Any:
    fields = {"words": words, "files": list(uploads), "form_key": key or uuid.uuid4()}
    return browser.post(
        at("answer_paper_request", request.pk), {f"r{request.pk}-{name}": value for name, value in fields.items()}
    )


def test_answer_paper_request_by_files_and_words():
    claim = papers_asked("delivery", "dunning")
    browser = as_author(claim)
    delivery, dunning = claim.paper_requests.order_by("pk")
    page = text(browser.get(at("claim", claim.pk)))
    assert "Asked for by the claims handler" in page and "Please send it." in page
    empty = answer(browser, delivery)
    assert "An empty answer helps nobody" in text(empty)
    hostile = answer(browser, delivery, pdf("a.pdf"), SimpleUploadedFile("b.pdf", files.EXE), words="Two files.")
    assert "looks like a program" in text(hostile) and "Two files." in text(hostile)
    assert not Document.objects.exists()
    assert answer(browser, delivery, pdf("cmr.pdf")).status_code == 302
    assert answer(browser, dunning, words="None were sent.").status_code == 302
    assert Claim.objects.get(pk=claim.pk).stage == ClaimStage.PAPERS_RECEIVED
    page = text(browser.get(at("claim", claim.pk)))
    assert "cmr.pdf" in page and "All papers answered" in page and "Asked for by the claims handler" not in page


def test_an_answer_given_in_another_browser_is_said(settings):
    claim = papers_asked("delivery", "dunning")
    request = claim.paper_requests.order_by("pk").first()
    assert answer(as_author(claim), request, words="Lost.").status_code == 302
    colleague = signed_in(Client(), member(claim.exporter), claim.exporter)
    assert "A colleague has answered this meanwhile" in text(answer(colleague, request, words="Found."))


def test_an_answer_with_a_file_over_the_limit_says_so(settings):
    settings.DOCUMENT_MAX_BYTES = 1024
    claim = papers_asked()
    refused = answer(as_author(claim), claim.paper_requests.get(), pdf("large.pdf", PDF + bytes(4096)), words="Here.")
    assert "“large.pdf” is larger than" in text(refused)
    assert Claim.objects.get(pk=claim.pk).stage == ClaimStage.PAPERS_ASKED


# --- the office -------------------------------------------------------------------------------------------------------


def test_the_worklist_goes_by_days_left_and_shows_no_draft():
    late, soon, hidden = filed(), filed(), draft()
    Claim.objects.filter(pk=late.pk).update(decide_by=timezone.now().date() + timedelta(days=99))
    by = handler()
    Claim.objects.filter(pk=soon.pk).update(handler=by)
    office = signed_in(Client(), by)
    page = text(office.get(at("admin:claims_worklist")))
    assert page.index(str(soon.reference)) < page.index(str(late.reference))
    assert str(hidden.reference) not in page
    assert str(late.reference) not in text(office.get(at("admin:claims_worklist") + "?whose=mine"))
    assert str(soon.reference) not in text(office.get(at("admin:claims_worklist") + "?whose=nobody"))
    assert str(hidden.reference) not in text(office.get(at("admin:claims_claim_changelist")))
    assert office.get(at("admin:claims_claim_decide", hidden.pk)).status_code == 404
    assert office.get(at("admin:claims_claim_change", soon.pk)).status_code == 200


def test_the_office_is_for_claims_handlers():
    claim = filed()
    pages = [at("admin:claims_worklist"), *(at(f"admin:claims_claim_{n}", claim.pk) for n in ("decide", "take"))]
    for address in pages:
        assert signed_in(Client(), staff(UNDERWRITER)).get(address).status_code == 403
        assert as_author(claim).get(address).status_code in (302, 403)
        assert Client().get(address).status_code == 302


def test_a_handler_takes_asks_and_assesses_on_one_page():
    claim, by, other = filed(), handler(), handler()
    following = filed(policy=claim.policy, buyer=claim.buyer, by=claim.created_by)
    office = signed_in(Client(), by)
    decide = at("admin:claims_claim_decide", claim.pk)
    assert "Nobody has taken this claim yet" in text(office.get(decide))
    assert office.post(at("admin:claims_claim_take", claim.pk), {"taken_from": ""}).url == decide
    assert "You are handling this claim" in text(office.get(decide))
    slower = signed_in(Client(), other).post(at("admin:claims_claim_take", claim.pk), {"taken_from": ""}, follow=True)
    assert "A colleague has taken this claim meanwhile" in text(slower)
    ask = at("admin:claims_claim_ask", claim.pk)
    assert office.get(ask).url == decide
    day = (timezone.now().date() + timedelta(days=10)).isoformat()
    assert "Choose at least one paper" in text(office.post(ask, {"answer_by": day, "words": "Kept."}))
    assert "Choose a day from tomorrow on" in text(office.post(ask, {"kinds": ["delivery"], "answer_by": "2020-01-01"}))
    asked = office.post(ask, {"kinds": ["delivery"], "answer_by": day, "words": "CMR, please."})
    assert asked.url == at("admin:claims_claim_decide", following.pk)  # on to the next
    assert "CMR, please." in text(office.get(decide)) and "clock rests" in text(office.get(decide))
    answer(as_author(claim), claim.paper_requests.get(), pdf("cmr.pdf"))
    page = text(office.get(decide))
    paper = ClaimPaper.objects.get()
    assert at("admin:desk_document_download", paper.document_id) in page
    assess = at("admin:claims_claim_assess", claim.pk)
    assert office.get(assess).url == decide
    assert "Write what the assessment found" in text(office.post(assess, {"words": ""}))
    assert office.post(assess, {"words": "Covered in full."}).status_code == 302
    page = text(office.get(decide))
    assert "Covered in full." in page and "Close the assessment" not in page
    assert "Covered in full." in text(as_author(claim).get(at("claim", claim.pk)))
    assert "has moved on" in text(office.post(assess, {"words": "Again."}, follow=True))


def test_a_claim_without_a_term_is_shown_and_followed_by_the_one_with_the_fewest_days():
    claim = filed()
    following = filed(policy=claim.policy, buyer=claim.buyer, by=claim.created_by)
    Claim.objects.filter(pk=claim.pk).update(decide_by=None)
    office = signed_in(Client(), handler())
    page = text(office.get(at("admin:claims_claim_decide", claim.pk)))
    assert at("admin:claims_claim_decide", following.pk) in page


# --- many -------------------------------------------------------------------------------------------------------------


def test_fifty_claims_cost_as_many_queries_as_one():
    claim = filed()
    browser, office = as_author(claim), signed_in(Client(), handler())

    def queries() -> tuple[int, int]:
        counts = []
        for who, address in ((browser, at("claims")), (office, at("admin:claims_worklist"))):
            with CaptureQueriesContext(connection) as found:
                assert who.get(address).status_code == 200
            counts.append(len(found))
        return counts[0], counts[1]

    queries()
    one = queries()
    for _n in range(49):
        filed(policy=claim.policy, buyer=claim.buyer, by=claim.created_by)
    assert queries() == one


def test_a_claim_of_many_invoices_and_papers_costs_as_many_queries_as_of_one():
    claim = draft()
    attach_paper(by=claim.created_by_id, claim=claim.pk, upload=pdf(), kind="contract")
    browser = as_author(claim)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert browser.get(at("claim", claim.pk)).status_code == 200
        return len(found)

    queries()
    one = queries()
    for _n in range(10):
        owed = new_invoice(claim.policy, claim.buyer)
        browser.post(at("add_ledger_invoice", claim.pk, owed.pk))
        attach_paper(by=claim.created_by_id, claim=claim.pk, upload=pdf(), kind="delivery")
    browser.get(at("claim", claim.pk))
    assert queries() == one


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_news_about_claims_is_worded_in_both_languages(language):
    claim = papers_asked()
    answer(as_author(claim), claim.paper_requests.get(), words="Lost.")
    member(claim.exporter)
    reader = claim.created_by
    reader.language = language
    reader.save()
    page = text(as_author(claim).get(at("notices")))
    assert str(claim.reference) in page
    assert Notice.objects.filter(kind="claims.papers_answered").exists()
    assert ("需要补充单证" in page) == (language == "zh-hans")
