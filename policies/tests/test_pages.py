"""The exporter's pages: asking, previewing, reading decisions, the policy. Bad input is answered, never a 500."""

import uuid
from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import exporter, member, signed_in
from buyers.models import Signal
from buyers.tests.factories import buyer, in_book
from desk.models import Document
from desk.tests.files import PDF
from policies.actions.decision import decide_limit_request
from policies.actions.policy import change_terms
from policies.actions.review import review_limit
from policies.models import CreditLimit, LimitDecision, LimitRequest, PolicyTerms
from policies.tests.factories import appetite, decision, limit_request, policy
from policies.tests.scene import Scene, good_buyer, rates, scene, underwriter
from policies.tests.test_actions_policy import administrator

pytestmark = pytest.mark.django_db
LONG = "The buyer’s grade"


@pytest.fixture
def s() -> Scene:
    return scene()


@pytest.fixture
def clerk(client: Client, s: Scene) -> Client:
    return signed_in(client, s.clerk, s.firm)


def form(**changes: Any) -> dict[str, Any]:
    values = {
        "form_key": str(uuid.uuid4()), "kind": "new", "turnover": "", "terms_days": "60", "currency": "EUR",
        "amount": "100000", "until": "", "comment": "", "own_reference": "",
    }  # fmt: skip
    return {**values, **changes}


def ask_url(s: Scene) -> str:
    return reverse("ask_limit", args=[s.buyer.pk])


# --- ask_limit -------------------------------------------------------------------------------------------------------


def test_ask_limit_leads_to_the_decision(clerk: Client, s: Scene) -> None:
    page = clerk.get(ask_url(s))
    assert page.status_code == 200
    answer = clerk.post(ask_url(s), form(amount="1,234.50", own_reference="PO 7"))
    made = LimitRequest.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("limit_request", args=[made.pk]))
    assert (made.amount, made.own_reference, made.stage) == (D("1234.50"), "PO 7", "decided")
    shown = clerk.get(answer["Location"]).content.decode()
    assert "1,234.50" in shown and LONG in shown and "How it was worked out" in shown


def test_the_need_is_asked_for_where_no_amount_is_typed(clerk: Client, s: Scene) -> None:
    clerk.post(ask_url(s), form(amount="", turnover="500000"))
    made = LimitRequest.objects.get()
    assert (made.amount, made.expected_turnover) == (D(83_000), D(500_000))


def test_a_double_submit_leads_to_the_one_request(clerk: Client, s: Scene) -> None:
    data = form()
    first, second = clerk.post(ask_url(s), data), clerk.post(ask_url(s), data)
    assert first["Location"] == second["Location"]
    assert LimitRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"amount": "0"}, "amount", "more than 0"),
        ({"amount": "-5"}, "amount", "more than 0"),
        ({"amount": "1,5"}, "amount", "not an amount"),
        ({"amount": "ten"}, "amount", "not an amount"),
        ({"amount": "NaN"}, "amount", "not an amount"),
        ({"amount": "1e-99"}, "amount", "not an amount"),
        ({"amount": "1e15"}, "amount", "larger than any"),
        ({"amount": "1e999999"}, "amount", "larger than any"),
        ({"amount": "9" * 60}, "amount", "larger than any"),
        ({"amount": "100.555"}, "amount", "2 digits"),
        ({"amount": "100.5", "currency": "JPY"}, "amount", "0 digits"),
        ({"amount": ""}, "amount", "Write the limit"),
        ({"amount": "", "turnover": "x"}, "turnover", "not an amount"),
        ({"currency": "XXX"}, "currency", "not a currency"),
        ({"currency": ""}, "currency", "required"),
        ({"terms_days": "121"}, "terms_days", "up to 120"),
        ({"terms_days": "-1"}, "terms_days", "0 days or more"),
        ({"terms_days": "9" * 30}, "terms_days", "less than or equal"),
        ({"terms_days": ""}, "terms_days", "required"),
        ({"until": "2027-02-29"}, "until", "valid date"),
        ({"until": "2020-01-01"}, "until", "after today"),
        ({"until": "9999-12-31"}, "until", "policy ends"),
        ({"comment": "x" * 2001}, "comment", "2000"),
        ({"own_reference": "x" * 61}, "own_reference", "60"),
        ({"kind": "gift"}, "kind", "valid choice"),
        ({"kind": "increase"}, "kind", "valid choice"),
        ({"form_key": "no"}, "form_key", "UUID"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_written(
    clerk: Client, s: Scene, changes: dict[str, str], field: str, words: str
) -> None:
    rates()
    answer = clerk.post(ask_url(s), form(**changes))
    assert answer.status_code == 200
    assert any(words in error for error in answer.context["form"].errors[field]), answer.context["form"].errors
    assert not LimitRequest.objects.exists()
    assert answer.context["form"]["own_reference"].value() == changes.get("own_reference", "")


@pytest.mark.parametrize(("language", "words"), [("en", "more than 0"), ("zh-hans", "必须大于 0")])
def test_refusals_are_told_in_the_reader_s_language(clerk: Client, s: Scene, language: str, words: str) -> None:
    s.clerk.language = language
    s.clerk.save()
    assert words in clerk.post(ask_url(s), form(amount="0")).content.decode()


def test_a_second_open_request_and_a_closed_policy_are_said_above_the_form(clerk: Client, s: Scene) -> None:
    clerk.post(ask_url(s), form(comment="Please look."))
    assert "open already" in clerk.get(ask_url(s)).content.decode()
    assert "open already" in clerk.post(ask_url(s), form()).content.decode()
    s.policy.stage = "cancelled"
    s.policy.save()
    assert "no longer in force" in clerk.post(ask_url(s), form()).content.decode()
    assert LimitRequest.objects.count() == 1


def test_a_buyer_outside_the_book_is_not_there(clerk: Client) -> None:
    for pk in (buyer().pk, 999_999_999):
        for name in ("ask_limit", "limit_preview"):
            assert clerk.post(reverse(name, args=[pk]), form()).status_code == 404


def test_a_firm_without_a_policy_is_told_so(client: Client) -> None:
    firm, known = exporter(), buyer()
    in_book(firm, known)
    signed_in(client, member(firm), firm)
    assert "no policy yet" in client.get(reverse("ask_limit", args=[known.pk])).content.decode()
    assert client.post(reverse("limit_preview", args=[known.pk]), form()).status_code == 404
    assert client.get(reverse("policy")).status_code == 200
    assert client.get(reverse("limits")).status_code == 200


def test_a_colleague_sees_all_that_was_entered_and_what_stands_already(client: Client) -> None:
    s = scene(buyer=good_buyer(name="Nordwind AG", lei="529900T8BM49AURSDO55"),
              firm={"reviewed_acts": ["policies.ask_for_limit"]})  # fmt: skip
    decision(policy=s.policy, buyer=s.buyer, amount=D(70_000))
    made = s.ask(kind="increase", amount=D(90_000), own_reference="PO 17", comment="Spring season.")
    signed_in(client, s.colleague, s.firm)
    page = client.get(reverse("limit_request", args=[made.pk])).content.decode()
    card = page[page.index('aria-labelledby="asked"') :]
    for shown in ("Nordwind AG", "529900T8BM49AURSDO55", "Germany", "90,000.00", "60 days", "PO 17", "Spring season."):
        assert shown in card
    assert "70,000.00" in card  # the present limit


def test_a_draft_handed_back_opens_with_its_own_key(client: Client) -> None:
    s = scene(firm={"reviewed_acts": ["policies.ask_for_limit"]})
    signed_in(client, s.clerk, s.firm)
    client.post(ask_url(s), form(turnover="1000", amount="5000"))
    made = LimitRequest.objects.get()
    signed_in(client, s.colleague, s.firm)
    assert "Send it" in client.get(reverse("limit_request", args=[made.pk])).content.decode()
    page = client.post(reverse("hand_back_request", args=[made.pk]), {"words": ""}, follow=True).content.decode()
    assert "what should be mended" in page
    client.post(reverse("hand_back_request", args=[made.pk]), {"words": "Only 4,000 please."})
    signed_in(client, s.clerk, s.firm)
    assert "Only 4,000 please." in client.get(reverse("limit_request", args=[made.pk])).content.decode()
    page = client.get(f"{ask_url(s)}?from={made.pk}")
    assert page.context["form"]["form_key"].value() == str(made.form_key)
    client.post(ask_url(s), form(form_key=str(made.form_key), amount="4000"))
    signed_in(client, s.colleague, s.firm)
    client.post(reverse("send_reviewed_request", args=[made.pk]))
    made.refresh_from_db()
    assert (made.stage, made.amount) == ("decided", D(4000))


@pytest.mark.parametrize("origin", ["x", "9" * 40, "1"])
def test_opening_the_form_from_nowhere_opens_it_empty(clerk: Client, s: Scene, origin: str) -> None:
    assert clerk.get(f"{ask_url(s)}?from={origin}").context["form"]["amount"].value() is None


def test_asking_again_takes_the_former_words_but_a_new_key(clerk: Client, s: Scene) -> None:
    made = s.ask(comment="Season")
    page = clerk.get(f"{ask_url(s)}?from={made.pk}")
    assert page.context["form"]["comment"].value() == "Season"
    assert page.context["form"]["form_key"].value() != str(made.form_key)


# --- limit_preview ---------------------------------------------------------------------------------------------------


def preview(client: Client, s: Scene, **changes: Any) -> str:
    answer = client.post(reverse("limit_preview", args=[s.buyer.pk]), form(**changes))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"turnover": "500000", "amount": ""}, "83,000.00"),
        ({}, "likely be granted"),
        ({"amount": "4000000"}, "granted in part"),
        ({"comment": "hello"}, "An underwriter would decide"),
        ({"terms_days": "61"}, "longer than the policy"),
        ({"amount": "0"}, "Cannot be asked"),
        ({"currency": "XXX"}, "not a currency"),
        ({"currency": "SVC"}, "Cannot be asked"),
        ({"amount": ""}, "Fill in"),
        ({"amount": "nonsense", "terms_days": "x", "until": "soon"}, "Fill in"),
        ({"turnover": "1e14", "amount": ""}, "An underwriter would decide"),
    ],
)
def test_limit_preview_says_what_would_happen_and_writes_nothing(
    clerk: Client, s: Scene, changes: dict[str, str], words: str
) -> None:
    assert words in preview(clerk, s, **changes)
    assert not LimitRequest.objects.exists()


def test_the_preview_works_without_javascript(clerk: Client, s: Scene) -> None:
    shown = clerk.post(ask_url(s), form(preview="1")).content.decode()
    assert "likely be granted" in shown
    assert not LimitRequest.objects.exists()


def test_the_preview_is_the_same_whatever_rivals_have(clerk: Client, s: Scene) -> None:
    before = preview(clerk, s)
    appetite(1, buyer=s.buyer)
    decision(policy=scene(buyer=s.buyer).policy, buyer=s.buyer)
    Signal.objects.create(buyer=s.buyer, kind="overdue_reported", happened_on=timezone.now().date(), source="test")
    assert preview(clerk, s) == before


def test_an_unknown_currency_is_said_to_be_one_where_the_need_is_asked_for(clerk: Client, s: Scene) -> None:
    for currency in ("XXX", "eur", "\0"):
        assert preview(clerk, s, currency=currency, turnover="500000", amount="")
        asked = form(currency=currency, turnover="500000", amount="")
        assert clerk.post(reverse("ask_limit", args=[s.buyer.pk]), asked).status_code == 200
    assert not LimitRequest.objects.exists()


def test_the_preview_of_less_and_of_a_decline(clerk: Client, s: Scene) -> None:
    s.ask()
    assert "done at once" in preview(clerk, s, kind="reduction", amount="50000")
    assert "done at once" in preview(clerk, s, kind="cancellation", amount="")
    s.buyer.status = "insolvent"
    s.buyer.save()
    assert "likely be declined" in preview(clerk, s, kind="increase", amount="150000")


# --- limits, limit, limit_request ------------------------------------------------------------------------------------


def test_limits_lists_what_is_in_force_and_what_was_asked(clerk: Client, s: Scene) -> None:
    s.ask()
    s.ask(kind="increase", amount=D(200_000), comment="Please look.")
    s.ask(kind="reduction", amount=D(40_000))
    shown = clerk.get(reverse("limits")).content.decode()
    assert s.buyer.name in shown and "100,000.00" in shown and "40,000.00" in shown
    asked = clerk.get(reverse("limits") + "?view=requests").content.decode()
    assert "200,000.00" in asked and "With an underwriter" in asked
    assert "200,000.00" not in clerk.get(reverse("limits") + "?view=requests&stage=decided").content.decode()
    assert "Nothing fits" in clerk.get(reverse("limits") + "?view=requests&stage=withdrawn").content.decode()
    assert "Nothing fits" in clerk.get(reverse("limits") + "?q=zzz%00%25").content.decode()
    assert clerk.get(reverse("limits") + "?view=x&stage=y&after=z").status_code == 200


@pytest.mark.parametrize("view", ["in_force", "requests"])
def test_limits_costs_as_many_queries_for_fifty_rows_as_for_one(clerk: Client, s: Scene, view: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            clerk.get(reverse("limits") + f"?view={view}")
        return len(found)

    decision(policy=s.policy, buyer=buyer())
    limit_request(s.policy, buyer())
    queries()
    one = queries()
    for _ in range(50):
        other = buyer()
        decision(limit_request(s.policy, other, stage="decided"))
    assert queries() == one


def test_limit_shows_every_decision_and_what_changes_when(clerk: Client, s: Scene) -> None:
    s.ask()
    s.ask(kind="reduction", amount=D(40_000))
    shown = clerk.get(reverse("limit", args=[CreditLimit.objects.get().pk])).content.decode()
    assert "Reduced" in shown and "Approved" in shown and "What was covered before stays covered" in shown


def test_what_is_of_another_firm_is_not_there(clerk: Client, s: Scene) -> None:
    rival = scene(buyer=s.buyer)
    made = rival.ask()
    for name, pk in (
        ("limit", CreditLimit.objects.get().pk),
        ("limit_request", made.pk),
        ("appeal_decision", LimitDecision.objects.get().pk),
    ):
        assert clerk.get(reverse(name, args=[pk])).status_code == 404
    for name in ("withdraw_limit_request", "send_reviewed_request", "hand_back_request"):
        assert clerk.post(reverse(name, args=[made.pk])).status_code == 404


def test_a_referred_request_reads_neutral_and_can_be_withdrawn(clerk: Client, s: Scene) -> None:
    appetite(10, buyer=s.buyer)
    made = s.ask()
    url = reverse("limit_request", args=[made.pk])
    shown = clerk.get(url).content.decode()
    assert "An underwriter looks at this request" in shown
    assert "apacity" not in shown and "rounded" not in shown.lower() and "2,400,000" not in shown
    assert clerk.post(reverse("withdraw_limit_request", args=[made.pk]), follow=True).status_code == 200
    assert "Withdrawn" in clerk.get(url).content.decode()
    assert "Ask again" in clerk.get(url).content.decode()


def test_what_has_moved_on_is_said_not_crashed(clerk: Client, s: Scene) -> None:
    made = s.ask()
    answer = clerk.post(reverse("withdraw_limit_request", args=[made.pk]), follow=True)
    assert "moved on" in answer.content.decode()


def test_while_a_countersignature_is_awaited_the_exporter_sees_only_waiting(clerk: Client, s: Scene) -> None:
    proposal = {"outcome": "declined", "amount": "0", "valid_to": None, "reasons": ["slow_payment"], "conditions": [],
                "words": "SECRET"}  # fmt: skip
    by = s.policy.bound_by
    made = limit_request(
        s.policy, s.buyer, stage="countersign", proposed=proposal, proposed_by=by, proposed_at=timezone.now()
    )
    shown = clerk.get(reverse("limit_request", args=[made.pk])).content.decode()
    assert "With an underwriter" in shown
    assert "SECRET" not in shown and "ountersign" not in shown


def test_readers_read_and_do_not_write(client: Client, s: Scene) -> None:
    made = s.ask(comment="Please look.")
    signed_in(client, s.reader, s.firm)
    shown = client.get(reverse("limit_request", args=[made.pk])).content.decode()
    assert "Withdraw<" not in shown
    assert client.post(reverse("withdraw_limit_request", args=[made.pk])).status_code == 403
    assert client.get(ask_url(s)).status_code == 403


# --- appeal_decision -------------------------------------------------------------------------------------------------


def test_an_appeal_goes_to_a_person(clerk: Client, s: Scene) -> None:
    s.ask(amount=D(4_000_000))
    part = LimitDecision.objects.get()
    assert "Appeal" in clerk.get(reverse("limit_request", args=[part.request_id])).content.decode()
    url = reverse("appeal_decision", args=[part.pk])
    assert clerk.get(url).status_code == 200
    nothing = clerk.post(url, {"form_key": str(uuid.uuid4()), "amount": "4000000", "comment": " "})
    assert "required" in nothing.content.decode()
    wrong = clerk.post(url, {"form_key": str(uuid.uuid4()), "amount": "1", "comment": "New accounts."})
    assert "above the present limit" in wrong.content.decode()
    answer = clerk.post(
        url, {"form_key": str(uuid.uuid4()), "amount": "4000000", "comment": "New accounts."}, follow=True
    )
    assert "is with an underwriter" in answer.content.decode()
    assert LimitRequest.objects.get(appeals=part).stage == "referred"


def test_the_documents_of_an_appeal_are_read_by_the_firm_and_by_the_underwriter_and_by_no_rival(
    clerk: Client, client: Client, s: Scene
) -> None:
    s.ask(amount=D(4_000_000))
    url = reverse("appeal_decision", args=[LimitDecision.objects.get().pk])
    data = {"form_key": str(uuid.uuid4()), "amount": "4000000", "comment": "New accounts."}
    empty = clerk.post(url, {**data, "files": [SimpleUploadedFile("empty.pdf", b"")]})
    assert "is empty (0 bytes)" in empty.content.decode() and "New accounts." in empty.content.decode()
    with override_settings(DOCUMENT_MAX_BYTES=20):
        large = clerk.post(url, {**data, "files": [SimpleUploadedFile("large.pdf", PDF)]})
    assert "is larger than" in large.content.decode() and not Document.objects.exists()
    answer = clerk.post(url, {**data, "files": [SimpleUploadedFile("accounts.pdf", PDF)]}, follow=True)
    kept = Document.objects.get()
    link = reverse("document", args=[kept.pk])
    assert link in answer.content.decode() and clerk.get(link).status_code == 200
    assert signed_in(client, member(exporter())).get(link).status_code == 404
    made = LimitRequest.objects.exclude(appeals=None).get()
    desk = signed_in(Client(), underwriter())
    shown = desk.get(reverse("admin:decide_limit", args=[made.pk])).content.decode()
    assert reverse("admin:desk_document_download", args=[kept.pk]) in shown


def test_an_appeal_against_a_declined_request_asks_anew_and_too_late_is_said(clerk: Client, s: Scene) -> None:
    no = decision(limit_request(s.policy, s.buyer, stage="decided"), outcome="declined", amount=0,
                  appeal_by=timezone.now().date() - timedelta(days=1))  # fmt: skip
    data = {"form_key": str(uuid.uuid4()), "amount": "100000", "comment": "New accounts."}
    assert "appeal is over" in clerk.post(reverse("appeal_decision", args=[no.pk]), data).content.decode()


# --- policy ----------------------------------------------------------------------------------------------------------


def test_policy_says_its_terms_in_words_and_what_changes_when(clerk: Client, s: Scene) -> None:
    today = timezone.now().date()
    change_terms(
        by=administrator(), policy=s.policy.pk, valid_from=today + timedelta(days=30),
        valid_to=today + timedelta(days=60),
        changes={"report_overdue_number": 60, "report_overdue_unit": "working_days"},
    )  # fmt: skip
    shown = clerk.get(reverse("policy")).content.decode()
    assert "90 %" in shown and "120 days" in shown and "60 working days" in shown
    assert "What changes, and when" in shown
    assert "The share of a covered loss that we pay." in shown


def test_policy_shows_another_one_by_its_number_and_says_when_it_is_suspended(clerk: Client, s: Scene) -> None:
    old = policy(s.firm, number="TC-OLD", starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31), stage="expired")
    shown = clerk.get(reverse("policy") + "?number=TC-OLD").content.decode()
    assert "says nothing about today" in shown or PolicyTerms.objects.filter(policy=old).exists()
    s.policy.stage, s.policy.stage_on = "suspended", timezone.now().date()
    s.policy.save()
    assert "Suspended since" in clerk.get(reverse("policy")).content.decode()
    s.policy.stage = "cancelled"
    s.policy.save()
    assert "Cancelled on" in clerk.get(reverse("policy")).content.decode()


def test_against_the_insurer_s_own_cut_one_appeals_for_what_there_was(clerk: Client, s: Scene) -> None:
    s.ask()
    limit = CreditLimit.objects.get()
    review_limit(by=underwriter().pk, limit=limit.pk, choice="reduce", amount=D(40_000), reasons=("weak_equity",))
    cut = LimitDecision.objects.get(outcome="reduced")
    assert reverse("appeal_decision", args=[cut.pk]) in clerk.get(reverse("limit", args=[limit.pk])).content.decode()
    url = reverse("appeal_decision", args=[cut.pk])
    assert clerk.get(url).context["form"]["amount"].value() == "100000.00"
    clerk.post(url, {"form_key": str(uuid.uuid4()), "amount": "100000", "comment": "A parent guarantee."})
    made = LimitRequest.objects.get(appeals=cut)
    decide_limit_request(by=underwriter().pk, request=made.pk, outcome="approved", amount=D(100_000))
    limit.refresh_from_db()
    assert (limit.amount, limit.upcoming) == (D(100_000), None)
