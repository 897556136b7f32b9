"""A buyer the directory does not know is proposed, and confirmed, merged or refused by an underwriter."""

import threading
import uuid

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, Role
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions import proposal as acts
from buyers.actions.merge import merge_buyers
from buyers.actions.proposal import (
    confirm_proposal,
    merge_proposal,
    propose_buyer,
    refuse_proposal,
    withdraw_proposal,
)
from buyers.forms import SCHEME_LABELS
from buyers.identity import SCHEMES, Checked
from buyers.models import BookEntry, Buyer, BuyerProposal, Identifier
from buyers.proposing import REASONS, confirmation_refused, merge_refused, proposal_refused, refusal_refused
from buyers.tests.factories import buyer, in_book
from buyers.wording import WORDS
from desk.models import Notice
from kernel.refusals import NotAllowed, Refused, refusal

pytestmark = pytest.mark.django_db

VAT = "DE136695976"
FACTS = {"name": "Neu GmbH", "country": "DE", "scheme": "VAT", "value": VAT}


@pytest.fixture
def firm():
    return exporter()


@pytest.fixture
def clerk(firm):
    return member(firm, Role.EDITOR)


@pytest.fixture
def underwriter():
    return staff()


@pytest.fixture
def proposed(firm, clerk):
    return propose_buyer(by=clerk.pk, exporter=firm.pk, own_reference="K-7", **FACTS)


def codes(caught) -> list[str]:
    return [r.code for r in caught.value.refusals]


# --- the rule ---------------------------------------------------------------------------------------------------------

WRONG = Checked("X", (refusal("identifier_check_digit_wrong", "value"),))
RIGHT = Checked("X")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (proposal_refused(None), []),
        (proposal_refused(RIGHT), []),
        (proposal_refused(WRONG), ["identifier_check_digit_wrong"]),
        (proposal_refused(WRONG, known="ACME"), ["buyer_already_known"]),
        (proposal_refused(RIGHT, open_reference="BP-2026-000001"), ["buyer_already_proposed"]),
        (confirmation_refused(None), ["proposal_incomplete"]),
        (confirmation_refused(WRONG), ["identifier_check_digit_wrong"]),
        (confirmation_refused(RIGHT, known="ACME"), ["buyer_already_known"]),
        (confirmation_refused(RIGHT), []),
        (refusal_refused("is_a_branch"), []),
        (refusal_refused("no_idea"), ["reason_unknown"]),
        (merge_refused(1, 2, False, False), []),
        (merge_refused(1, 1, False, False), ["buyer_cannot_be_merged"]),
        (merge_refused(1, 2, True, False), ["buyer_cannot_be_merged"]),
        (merge_refused(1, 2, False, True), ["buyer_cannot_be_merged"]),
    ],
)
def test_what_may_be_proposed_confirmed_and_merged(found, expected: list[str]):
    assert [r.code for r in found] == expected


def test_every_reason_and_kind_has_its_words():
    assert [reason for reason in REASONS if reason not in WORDS] == []
    assert set(SCHEME_LABELS) == set(SCHEMES)


# --- proposing --------------------------------------------------------------------------------------------------------


def test_a_proposal_keeps_what_was_typed(proposed, clerk):
    assert (proposed.stage, proposed.value, proposed.proposed_by) == ("proposed", VAT, clerk)
    assert proposed.reference == f"BP-{proposed.proposed_at.year}-{proposed.pk:06d}"


def test_a_form_sent_twice_is_one_proposal(firm, clerk):
    key = uuid.uuid4()
    one = propose_buyer(by=clerk.pk, exporter=firm.pk, form_key=key, **FACTS)
    assert propose_buyer(by=clerk.pk, exporter=firm.pk, form_key=key, **FACTS) == one
    assert BuyerProposal.objects.count() == 1


def test_a_number_is_needed_by_nobody_but_the_underwriter(firm, clerk):
    assert propose_buyer(by=clerk.pk, exporter=firm.pk, name="Neu", country="DE").value == ""


def test_what_is_refused_at_once(firm, clerk, proposed):
    with pytest.raises(Refused) as caught:
        propose_buyer(by=clerk.pk, exporter=firm.pk, **FACTS)
    assert codes(caught) == ["buyer_already_proposed"]
    with pytest.raises(Refused) as caught:
        propose_buyer(by=clerk.pk, exporter=firm.pk, **{**FACTS, "value": "DE136695977"})
    assert codes(caught) == ["identifier_check_digit_wrong"]
    stays = buyer("Bekannt AG")
    buyer("Alt AG", merged_into=stays, identifiers={"CRN": "00445790"})
    with pytest.raises(Refused) as caught:
        propose_buyer(by=clerk.pk, exporter=firm.pk, **{**FACTS, "scheme": "CRN", "value": "445790"})
    assert (codes(caught), caught.value.refusals[0].facts["name"]) == (["buyer_already_known"], "Bekannt AG")


def test_another_firm_may_propose_the_same_company_and_is_not_told(proposed):
    other = exporter()
    assert propose_buyer(by=member(other).pk, exporter=other.pk, **FACTS).stage == "proposed"


def test_who_may_propose_and_decide(firm, clerk, proposed, underwriter):
    for person in (member(firm, Role.READER), member(exporter()), underwriter):
        with pytest.raises(NotAllowed):
            propose_buyer(by=person.pk, exporter=firm.pk, **FACTS)
        with pytest.raises(NotAllowed):
            withdraw_proposal(by=person.pk, proposal=proposed.pk)
    for person in (clerk, staff(CLAIMS_HANDLER), staff(POLICY_ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            confirm_proposal(by=person.pk, proposal=proposed.pk, **FACTS)
        with pytest.raises(NotAllowed):
            merge_proposal(by=person.pk, proposal=proposed.pk, buyer=buyer().pk)
        with pytest.raises(NotAllowed):
            refuse_proposal(by=person.pk, proposal=proposed.pk, reason="is_a_branch")


# --- deciding ---------------------------------------------------------------------------------------------------------


def test_a_confirmed_proposal_is_a_buyer_in_the_book(proposed, firm, clerk, underwriter):
    facts = {**FACTS, "name": "NEU Handels GmbH", "category": "RESIDENT_GOVERNMENT_ENTITY", "city": "Bonn"}
    row = confirm_proposal(by=underwriter.pk, proposal=proposed.pk, **facts)
    made = row.buyer
    assert (row.stage, row.decided_by, made.name, made.sort_key) == (
        "confirmed", underwriter, "NEU Handels GmbH", "neu handels gmbh",
    )  # fmt: skip
    assert (made.public_body, made.city, made.source) == (True, "Bonn", "proposal")
    assert made.identifiers.get().value == VAT
    entry = BookEntry.objects.get(exporter=firm, buyer=made)
    assert (entry.own_reference, entry.added_by) == ("K-7", underwriter)
    told = Notice.objects.filter(recipient=clerk, kind="buyers.proposal_confirmed")
    assert {n.channel for n in told} == {"page", "mail"}
    assert told.first().path == f"/buyers/{made.pk}/"
    events = AuditEvent.objects.filter(action__in=["confirm_proposal", "add_to_book", "tell"])
    assert len({e.correlation for e in events}) == 1


def test_a_confirmed_buyer_needs_a_right_and_new_number(proposed, underwriter):
    for facts, code in (
        ({"scheme": "", "value": ""}, "proposal_incomplete"),
        ({"value": "DE136695977"}, "identifier_check_digit_wrong"),
    ):
        with pytest.raises(Refused) as caught:
            confirm_proposal(by=underwriter.pk, proposal=proposed.pk, **{**FACTS, **facts})
        assert codes(caught) == [code]
    buyer("Was quicker", identifiers={"VAT": VAT})
    with pytest.raises(Refused) as caught:
        confirm_proposal(by=underwriter.pk, proposal=proposed.pk, **FACTS)
    assert codes(caught) == ["buyer_already_known"]
    proposed.refresh_from_db()
    assert proposed.stage == "proposed"


def test_a_merged_proposal_is_the_known_buyer_in_the_book(proposed, firm, clerk, underwriter):
    stays = buyer("Neu Gesellschaft mbH")
    old = buyer("Neu", merged_into=stays)
    row = merge_proposal(by=underwriter.pk, proposal=proposed.pk, buyer=old.pk, with_number=True)
    assert (row.stage, row.buyer) == ("merged", stays)
    assert stays.identifiers.get().value == VAT
    assert BookEntry.objects.get(exporter=firm).buyer == stays
    assert Notice.objects.filter(recipient=clerk, kind="buyers.proposal_merged").exists()


def test_merging_without_the_number_leaves_the_buyer_as_it_is(proposed, underwriter):
    known = buyer()
    merge_proposal(by=underwriter.pk, proposal=proposed.pk, buyer=known.pk)
    assert not known.identifiers.exists()


def test_a_number_of_another_buyer_is_not_given_to_this_one(proposed, underwriter):
    buyer(identifiers={"VAT": VAT})
    with pytest.raises(Refused) as caught:
        merge_proposal(by=underwriter.pk, proposal=proposed.pk, buyer=buyer().pk, with_number=True)
    assert codes(caught) == ["buyer_already_known"]


def test_a_refusal_names_a_reason_and_is_told(proposed, clerk, underwriter):
    with pytest.raises(Refused):
        refuse_proposal(by=underwriter.pk, proposal=proposed.pk, reason="")
    row = refuse_proposal(by=underwriter.pk, proposal=proposed.pk, reason="is_a_branch", remark=" Propose the parent. ")
    assert (row.stage, row.reason, row.remark, row.buyer) == ("refused", "is_a_branch", "Propose the parent.", None)
    notice = Notice.objects.get(recipient=clerk, kind="buyers.proposal_refused", channel="page")
    assert notice.facts["reason"] == "is_a_branch"
    assert notice.path == f"/buyers/proposals/{row.pk}/"


def test_the_firm_takes_its_proposal_back(proposed, clerk, underwriter):
    assert withdraw_proposal(by=clerk.pk, proposal=proposed.pk).stage == "withdrawn"
    assert withdraw_proposal(by=clerk.pk, proposal=proposed.pk).stage == "withdrawn"
    for decide in (
        lambda: confirm_proposal(by=underwriter.pk, proposal=proposed.pk, **FACTS),
        lambda: merge_proposal(by=underwriter.pk, proposal=proposed.pk, buyer=buyer().pk),
        lambda: refuse_proposal(by=underwriter.pk, proposal=proposed.pk, reason="is_a_branch"),
    ):
        with pytest.raises(Refused) as caught:
            decide()
        assert codes(caught) == ["stage_has_moved_on"]


def test_a_decided_proposal_cannot_be_taken_back(proposed, clerk, underwriter):
    refuse_proposal(by=underwriter.pk, proposal=proposed.pk, reason="is_a_branch")
    with pytest.raises(Refused):
        withdraw_proposal(by=clerk.pk, proposal=proposed.pk)


def at_once(*jobs) -> list[object]:
    """Each job in a thread with a connection of its own, begun together; what it returned, or its Refused."""
    start, answers = threading.Barrier(len(jobs)), []

    def run(job) -> None:
        start.wait()
        try:
            answers.append(job())
        except Refused as refused:
            answers.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    [t.start() for t in threads], [t.join() for t in threads]
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_two_underwriters_decide_at_once_and_one_is_heard(proposed, underwriter):
    other = staff(SENIOR_UNDERWRITER)
    answers = at_once(
        lambda: confirm_proposal(by=underwriter.pk, proposal=proposed.pk, **FACTS),
        lambda: refuse_proposal(by=other.pk, proposal=proposed.pk, reason="is_a_branch"),
    )
    refused = [a for a in answers if isinstance(a, Refused)]
    assert [r.refusals[0].code for r in refused] == ["stage_has_moved_on"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_one_company_proposed_by_two_firms_is_confirmed_once(proposed, underwriter):
    other = exporter()
    second = propose_buyer(by=member(other).pk, exporter=other.pk, **FACTS)
    answers = at_once(
        *(lambda pk=p.pk: confirm_proposal(by=underwriter.pk, proposal=pk, **FACTS) for p in (proposed, second))
    )
    refused = [a for a in answers if isinstance(a, Refused)]
    assert [r.refusals[0].code for r in refused] == ["buyer_already_known"]
    assert Identifier.objects.filter(value=VAT).count() == Buyer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_a_double_click_at_once_is_one_proposal(firm, clerk):
    key = uuid.uuid4()
    jobs = [lambda: propose_buyer(by=clerk.pk, exporter=firm.pk, form_key=key, **FACTS)] * 2
    answers = at_once(*jobs)
    assert BuyerProposal.objects.count() == 1
    assert all(isinstance(a, BuyerProposal) or codes_of(a) == ["buyer_already_proposed"] for a in answers)


def codes_of(refused: Refused) -> list[str]:
    return [r.code for r in refused.refusals]


def test_a_proposal_without_a_number_sent_twice_at_once_is_found_again(firm, clerk, monkeypatch):
    # The second click passes the first look, and meets the first one's row when it writes.
    key = uuid.uuid4()
    one = propose_buyer(by=clerk.pk, exporter=firm.pk, name="Neu", country="DE", form_key=key)
    real = BuyerProposal.objects.filter

    def blind(**asked):
        return real(**asked).none() if "form_key" in asked else real(**asked)

    monkeypatch.setattr(acts.BuyerProposal.objects, "filter", blind)
    assert propose_buyer(by=clerk.pk, exporter=firm.pk, name="Neu", country="DE", form_key=key) == one


# --- two entries are one firm -----------------------------------------------------------------------------------------


def test_merged_entries_are_one_in_every_book(underwriter):
    old, new, older = buyer("Old", lei="5493001KJTIIGC8Y1R12"), buyer("New"), buyer("Older")
    merge_buyers(by=underwriter.pk, source=older.pk, into=old.pk)
    only_old, both, both_aside, none = exporter(), exporter(), exporter(), exporter()
    mail = member(only_old)
    for firm in (only_old, both, both_aside):
        in_book(firm, old, own_reference="R")
    in_book(both, new)
    laid_aside = in_book(both_aside, new, archived_at="2026-01-01T00:00Z", archived_by=underwriter)
    merge_buyers(by=underwriter.pk, source=old.pk, into=new.pk)
    for firm in (only_old, both, both_aside):
        (entry,) = BookEntry.objects.of(firm).current()
        assert (entry.buyer, entry.sort_key) == (new, "new")
    assert BookEntry.objects.get(exporter=only_old).own_reference == "R"
    laid_aside.refresh_from_db()
    assert laid_aside.archived_at is None
    assert not BookEntry.objects.of(none).exists()
    assert Buyer.objects.present(older.pk) == Buyer.objects.present(old.pk) == new  # no chain
    assert set(Buyer.objects.same_firm(new.pk)) == {new, old, older}
    assert Notice.objects.filter(recipient=mail, kind="buyers.buyers_merged", path=f"/buyers/{new.pk}/").exists()
    assert AuditEvent.objects.filter(action="merge_buyers", subject=f"buyer:{old.pk}").get().details == {
        "into": new.pk, "books": 3,
    }  # fmt: skip


def test_what_cannot_be_merged(underwriter):
    one, two = buyer(), buyer()
    with pytest.raises(NotAllowed):
        merge_buyers(by=staff(CLAIMS_HANDLER).pk, source=one.pk, into=two.pk)
    merge_buyers(by=underwriter.pk, source=one.pk, into=two.pk)
    for source, into in ((one, two), (two, two), (two, one)):
        with pytest.raises(Refused):
            merge_buyers(by=underwriter.pk, source=source.pk, into=into.pk)


# --- pages of the firm ------------------------------------------------------------------------------------------------


@pytest.fixture
def page(client: Client, clerk):
    return signed_in(client, clerk)


def test_propose_buyer(page: Client, firm):
    opened = page.get("/buyers/propose/?name=Neu+GmbH&country=DE")
    assert opened.context["form"].initial["name"] == "Neu GmbH"
    sent = page.post("/buyers/propose/", {**FACTS, "form_key": uuid.uuid4()})
    made = BuyerProposal.objects.get()
    assert sent["Location"] == f"/buyers/proposals/{made.pk}/"
    assert made.exporter == firm
    assert signed_in(Client(), member(firm, Role.READER)).get("/buyers/propose/").status_code == 403


def test_a_number_the_directory_has_is_shown_to_be_added(page: Client):
    known = buyer("Bekannt AG", identifiers={"VAT": VAT})
    answer = page.post("/buyers/propose/", FACTS).content.decode()
    assert "Already in the directory: add it" in answer
    assert f'name="buyer" value="{known.pk}"' in answer
    answer = page.post("/buyers/propose/", {**FACTS, "looked": "on"}).content.decode()
    assert "The directory has a buyer with this number: Bekannt AG." in answer
    assert not BuyerProposal.objects.exists()


def test_a_name_the_directory_has_is_asked_about_once(page: Client):
    buyer("Neu GmbH", country="DE")
    facts = {**FACTS, "scheme": "", "value": ""}
    answer = page.post("/buyers/propose/", facts)
    assert "Is it one of these?" in answer.content.decode()
    assert 'name="looked" value="on"' in answer.content.decode() or 'name="looked"' in answer.content.decode()
    assert page.post("/buyers/propose/", {**facts, "looked": "on"}).status_code == 302


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 501}, "at most 500 characters"),
        ({"country": "ZZ"}, "Select a valid choice"),
        ({"scheme": ""}, "Choose the kind of number."),
        ({"value": "DE136695977"}, "The check digit of this VAT number is wrong."),
        ({"scheme": "LEI"}, "A number of the kind LEI has 20 characters; this one has 11."),
        ({"website": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"comment": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_a_fault_is_told_where_it_is_and_nothing_is_lost(page: Client, facts: dict, words: str):
    answer = page.post("/buyers/propose/", {**FACTS, "own_reference": "K-77", **facts}).content.decode()
    assert words in answer
    assert "K-77" in answer
    assert not BuyerProposal.objects.exists()


def test_buyer_proposals_and_buyer_proposal(page: Client, firm, clerk, proposed, underwriter):
    assert "Neu GmbH" in page.get("/buyers/proposals/").content.decode()
    path = f"/buyers/proposals/{proposed.pk}/"
    assert "Withdraw" in page.get(path).content.decode()
    reader = signed_in(Client(), member(firm, Role.READER))
    assert "Withdraw" not in reader.get(path).content.decode()
    stranger = signed_in(Client(), member(exporter()))
    assert stranger.get(path).status_code == 404
    assert "Neu GmbH" not in stranger.get("/buyers/proposals/").content.decode()
    refuse_proposal(by=underwriter.pk, proposal=proposed.pk, reason="is_a_branch", remark="Propose <the> parent")
    shown = page.get(path).content.decode()
    assert "This is a branch" in shown and "Propose &lt;the&gt; parent" in shown


@pytest.mark.parametrize("outcome", ["confirmed", "merged", "withdrawn"])
def test_what_came_of_a_proposal_is_shown(page: Client, clerk, proposed, underwriter, outcome: str):
    if outcome == "confirmed":
        confirm_proposal(by=underwriter.pk, proposal=proposed.pk, **FACTS)
    elif outcome == "merged":
        merge_proposal(by=underwriter.pk, proposal=proposed.pk, buyer=buyer("Bekannt AG").pk)
    else:
        withdraw_proposal(by=clerk.pk, proposal=proposed.pk)
    shown = page.get(f"/buyers/proposals/{proposed.pk}/").content.decode()
    words = {"confirmed": "in the directory and in your book", "merged": "as Bekannt AG", "withdrawn": "has withdrawn"}
    assert words[outcome] in shown


def test_withdraw_proposal(page: Client, proposed, underwriter):
    path = f"/buyers/proposals/{proposed.pk}/withdraw/"
    assert page.get(path).status_code == 405
    assert signed_in(Client(), member(exporter())).post(path).status_code == 404
    refuse_proposal(by=underwriter.pk, proposal=proposed.pk, reason="is_a_branch")
    page.post(path)
    proposed.refresh_from_db()
    assert proposed.stage == "refused"
    other = BuyerProposal.objects.create(
        exporter=proposed.exporter, name="B", country="DE", proposed_by=proposed.proposed_by
    )
    assert page.post(path.replace(str(proposed.pk), str(other.pk))).status_code == 302
    other.refresh_from_db()
    assert other.stage == "withdrawn"


def test_the_list_of_proposals_costs_the_same_for_one_row_and_for_fifty(page: Client, firm, clerk):
    def add(number: int) -> None:
        BuyerProposal.objects.create(exporter=firm, name=f"P{number}", country="DE", proposed_by=clerk)

    add(0)
    page.get("/buyers/proposals/")
    with CaptureQueriesContext(connection) as one:
        page.get("/buyers/proposals/")
    [add(number) for number in range(1, 50)]
    with CaptureQueriesContext(connection) as fifty:
        page.get("/buyers/proposals/")
    assert len(fifty) == len(one)


def test_the_pages_speak_chinese(page: Client, proposed):
    page.cookies["django_language"] = "zh-hans"
    with translation.override("zh-hans"):
        for path in ("/buyers/", "/buyers/find/", "/buyers/propose/", "/buyers/proposals/"):
            assert page.get(path, headers={"Accept-Language": "zh-hans"}).status_code == 200
