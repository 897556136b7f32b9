"""The office's pages: worklists with the facts in the row, a page per decision, policies, appetite."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR
from accounts.tests.factories import exporter, operator, signed_in, staff
from buyers.actions.link import link_buyers
from buyers.models import Signal
from buyers.tests.factories import buyer, experience, quoted, score
from policies.models import Appetite, BuyerCapacity, CreditLimit, LimitDecision, LimitRequest, Policy, PolicyTerms
from policies.tests.factories import appetite, decision, limit_request
from policies.tests.scene import Scene, scene, senior, underwriter

pytestmark = pytest.mark.django_db


@pytest.fixture
def s() -> Scene:
    return scene()


@pytest.fixture
def desk(client: Client) -> Client:
    return signed_in(client, underwriter())


def page(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def verdict(**changes: Any) -> dict[str, Any]:
    return {
        "outcome": "partly_approved",
        "amount": "60,000",
        "valid_to": "",
        "reasons": ["slow_payment"],
        "words": "",
        **changes,
    }


# --- referred_limits -------------------------------------------------------------------------------------------------


def test_referred_limits_shows_the_longest_waiting_first_with_its_facts(desk: Client, s: Scene) -> None:
    first = s.ask(comment="Season order.")
    other = scene()
    other.ask()
    second = other.ask(kind="increase", amount=D(300_000), comment="More.")
    shown = page(desk, "referred_limits")
    assert shown.index(str(first.reference)) < shown.index(str(second.reference))
    assert "300,000.00" in shown and "100,000.00" in shown and s.firm.name in shown
    assert "a person reads it" in shown
    assert (
        "Nothing waits"
        in page(desk, "referred_limits")
        + desk.get(reverse("admin:referred_limits") + "?show=countersign").content.decode()
    )
    assert str(first.reference) not in desk.get(reverse("admin:referred_limits") + "?show=appeals").content.decode()


@pytest.mark.parametrize("name", ["referred_limits", "limit_reviews"])
def test_worklists_cost_as_many_queries_for_fifty_rows_as_for_one(desk: Client, s: Scene, name: str) -> None:
    def more() -> None:
        known = buyer()
        decision(policy=s.policy, buyer=known)
        known.regraded_at = timezone.now() + timedelta(minutes=1)
        known.save()
        limit_request(s.policy, known, referral_reasons=[{"code": "comment_given", "facts": {}}])

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            page(desk, name)
        return len(found)

    more()
    queries()
    one = queries()
    for _ in range(50):
        more()
    assert queries() == one


@pytest.mark.parametrize("name", ["referred_limits", "limit_reviews"])
def test_worklists_are_for_underwriters(client: Client, s: Scene, name: str) -> None:
    for nobody in (s.owner, staff(CLAIMS_HANDLER)):
        assert signed_in(client, nobody).get(reverse(f"admin:{name}")).status_code in (302, 403)
    assert signed_in(client, operator()).get(reverse(f"admin:{name}")).status_code == 200


# --- decide_limit ----------------------------------------------------------------------------------------------------


def test_decide_limit_shows_facts_working_capacity_and_both_languages(desk: Client, s: Scene) -> None:
    rival = scene(buyer=s.buyer)
    rival.ask()
    experience(s.buyer, rival.firm, month=timezone.now().date().replace(day=1))
    Signal.objects.create(buyer=s.buyer, kind="overdue_reported", happened_on=timezone.now().date(), source="test")
    made = s.ask(comment="Season order.")
    shown = page(desk, "decide_limit", made.pk)
    for words in ("100,000 of 15,000,000", "Season order.", "staff only", "Within your authority", "1 of 1", "AA1"):
        assert words in shown, words
    assert "您" in shown or "贵" in shown or "中文" in shown


def test_decide_limit_shows_what_is_issued_on_the_whole_group(desk: Client, s: Scene) -> None:
    head, sister = buyer("Head of Group AG"), buyer("Sister GmbH")
    for child in (s.buyer, sister):
        link_buyers(by=None, buyer=child.pk, relation="parent", other=head.pk, source="report")
    BuyerCapacity.objects.create(buyer=sister, issued=D(1_000_000))
    BuyerCapacity.objects.create(buyer=head, issued=D(250_000))
    made = s.ask(comment="Season order.")
    shown = page(desk, "decide_limit", made.pk)
    for words in ("The whole group", "Head of Group AG", "head of the group", "Sister GmbH", "1,250,000"):
        assert words in shown, words
    reader = signed_in(Client(), s.reader, s.firm)
    own = reader.get(reverse("limit_request", args=[made.pk])).content.decode()
    assert "Sister GmbH" not in own and "1,250,000" not in own


def test_decide_limit_decides_and_goes_to_the_next(desk: Client, s: Scene) -> None:
    made, second = s.ask(comment="One."), scene().ask(comment="Two.")
    answer = desk.post(reverse("admin:decide_limit", args=[made.pk]), verdict())
    assert answer["Location"] == reverse("admin:decide_limit", args=[second.pk])
    assert LimitDecision.objects.get().amount == D(60_000)
    last = desk.post(reverse("admin:decide_limit", args=[second.pk]), verdict(outcome="declined", amount=""))
    assert last["Location"] == reverse("admin:referred_limits")
    assert "Who decided" in page(desk, "decide_limit", made.pk)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "0"}, "more than 0"),
        ({"amount": ""}, "more than 0"),
        ({"amount": "1e15"}, "larger than any"),
        ({"amount": "100000"}, "means less than"),
        ({"outcome": "approved"}, "means the full"),
        ({"outcome": "maybe"}, "valid choice"),
        ({"reasons": []}, "at least one reason"),
        ({"reasons": ["credit_limit_full"]}, "valid choice"),
        ({"valid_to": "2027-02-29"}, "valid date"),
        ({"valid_to": "2020-01-01"}, "after today"),
    ],
)
def test_a_decision_that_cannot_stand_is_told_at_its_field(desk: Client, s: Scene, changes: Any, words: str) -> None:
    made = s.ask(comment="One.")
    shown = desk.post(reverse("admin:decide_limit", args=[made.pk]), verdict(**changes)).content.decode()
    assert words in shown
    assert not LimitDecision.objects.exists()


def test_the_letter_beside_a_refused_decision_is_of_what_was_tried(desk: Client, s: Scene) -> None:
    made = s.ask(comment="One.")
    shown = desk.post(reverse("admin:decide_limit", args=[made.pk]), verdict(reasons=[])).content.decode()
    letter = shown[shown.index('id="letters"') :]
    assert "60,000.00" in letter


def test_over_the_authority_the_page_says_who_must_countersign(desk: Client, s: Scene) -> None:
    boss = senior(name="Maria Koch")
    made = s.ask(amount=D(600_000), comment="Big.")
    assert "Maria Koch" in page(desk, "decide_limit", made.pk)
    desk.post(reverse("admin:decide_limit", args=[made.pk]), verdict(outcome="approved", amount="600000"))
    made.refresh_from_db()
    assert made.stage == "countersign"
    assert ">Countersign<" not in page(desk, "decide_limit", made.pk)
    signed_in(desk, boss)
    assert ">Countersign<" in page(desk, "decide_limit", made.pk)
    desk.post(reverse("admin:countersign_limit", args=[made.pk]), {"act": "countersign"})
    assert LimitDecision.objects.get().countersigned_by == boss
    assert (
        "moved on"
        in desk.post(
            reverse("admin:countersign_limit", args=[made.pk]), {"act": "return"}, follow=True
        ).content.decode()
    )
    assert desk.get(reverse("admin:countersign_limit", args=[made.pk])).status_code == 302


def test_a_proposal_goes_back_to_the_worklist(desk: Client, s: Scene) -> None:
    made = s.ask(amount=D(600_000), comment="Big.")
    desk.post(reverse("admin:decide_limit", args=[made.pk]), verdict(outcome="approved", amount="600000"))
    desk.post(reverse("admin:countersign_limit", args=[made.pk]), {"act": "return"})
    assert LimitRequest.objects.get().stage == "referred"


def test_nobody_s_authority_reaches_so_far(desk: Client, s: Scene) -> None:
    assert "reaches so far" in page(desk, "decide_limit", s.ask(amount=D(600_000), comment="Big.").pk)


def test_limit_letter_follows_the_form(desk: Client, s: Scene) -> None:
    made = s.ask(comment="One.")
    url = reverse("admin:limit_letter", args=[made.pk])
    shown = desk.post(url, verdict(words="Until spring.", conditions=["parent_guarantee"])).content.decode()
    for words in ("partly approved: 60,000.00", "Until spring.", "pays slower", "parent company"):
        assert words in shown, words
    assert "not approved" in desk.post(url, verdict(outcome="declined")).content.decode()
    assert "100,000.00" in desk.post(url, verdict(outcome="")).content.decode()


def test_what_never_left_its_firm_is_not_on_an_underwriter_s_desk(desk: Client) -> None:
    hidden = limit_request(stage="awaiting_review")
    for name in ("decide_limit", "limit_letter", "countersign_limit"):
        assert desk.get(reverse(f"admin:{name}", args=[hidden.pk])).status_code == 404
    assert str(hidden.reference) not in page(desk, "policies_limitrequest_changelist")


def test_a_currency_that_is_no_longer_quoted_does_not_break_the_page(desk: Client, s: Scene) -> None:
    quoted("RUB", "100", date(2022, 3, 1))
    made = limit_request(s.policy, s.buyer, currency="RUB")
    assert "RUB" in page(desk, "decide_limit", made.pk)


@pytest.mark.parametrize(("outcome", "amount"), [("partly_approved", "250,000"), ("approved", "90,000")])
def test_limit_letter_says_when_the_amount_does_not_fit_the_outcome(
    desk: Client, s: Scene, outcome: str, amount: str
) -> None:
    made = s.ask(comment="Please look.")
    url = reverse("admin:limit_letter", args=[made.pk])
    wrong = desk.post(url, verdict(outcome=outcome, amount=amount)).content.decode()
    assert "Cannot be decided like this" in wrong
    assert amount not in wrong
    assert "Cannot be decided like this" not in desk.post(url, verdict(amount="60,000")).content.decode()


# --- limit_reviews, review_limit -------------------------------------------------------------------------------------


def test_limit_reviews_and_review_limit(desk: Client, s: Scene) -> None:
    assert "Nothing to review" in page(desk, "limit_reviews")
    s.ask()
    score(s.buyer, 7)
    limit = CreditLimit.objects.get()
    assert s.buyer.name in page(desk, "limit_reviews")
    url = reverse("admin:review_limit", args=[limit.pk])
    assert "was 4" in page(desk, "review_limit", limit.pk)
    wrong = desk.post(url, {"choice": "reduce", "amount": "100000", "reasons": ["weak_equity"]}).content.decode()
    assert "below the present limit" in wrong
    done = desk.post(url, {"choice": "reduce", "amount": "40000", "reasons": ["weak_equity"]})
    assert done["Location"] == reverse("admin:limit_reviews")
    assert CreditLimit.objects.get().upcoming.amount == D(40_000)


def test_review_limit_shows_the_exposure_and_the_rule_asked_anew(desk: Client, s: Scene) -> None:
    s.ask()
    rival = scene(s.buyer)
    rival.ask(amount=D(250_000))
    score(s.buyer, 7)
    shown = page(desk, "review_limit", CreditLimit.objects.get(policy=s.policy).pk)
    assert "350,000" in shown  # issued over all policies
    assert "What changed in the grade" in shown
    assert "The rule, asked for the same limit today" in shown
    assert "Most for a buyer of grade 7" in shown


def test_review_limit_without_a_grade_or_a_rate_says_so(desk: Client, s: Scene) -> None:
    s.ask()
    limit = CreditLimit.objects.get()
    CreditLimit.objects.update(currency="SVC")  # nobody quotes it
    assert "could not be worked out" in page(desk, "review_limit", limit.pk)
    CreditLimit.objects.update(currency="EUR")
    PolicyTerms.objects.all().delete()
    assert "could not be worked out" in page(desk, "review_limit", limit.pk)


def test_after_a_review_comes_the_next_one(desk: Client, s: Scene) -> None:
    other = scene()
    for one in (s, other):
        one.ask()
        score(one.buyer, 7)
    first, second = CreditLimit.objects.to_review()
    done = desk.post(reverse("admin:review_limit", args=[first.pk]), {"choice": "keep"})
    assert done["Location"] == reverse("admin:review_limit", args=[second.pk])


# --- policies --------------------------------------------------------------------------------------------------------


@pytest.fixture
def administration(client: Client) -> Client:
    return signed_in(client, staff(POLICY_ADMINISTRATOR))


def binding(**changes: Any) -> dict[str, Any]:
    numbers = {
        f.name: "0"
        for f in PolicyTerms._meta.concrete_fields
        if f.name not in ("id", "policy", "valid_from", "valid_to") and not f.null
    }
    units = {name: "days" for name in numbers if name.endswith("_unit")}
    values = {
        **numbers, **units, "exporter": str(exporter().pk), "number": "TC-2027-1", "currency": "CNY",
        "time_zone": "Asia/Shanghai", "calendar_country": "CN", "starts_on": "2027-01-01", "ends_on": "2027-12-31",
        "edition": "2026-1", "insured_percentage": "90", "standard_terms_days": "60", "maximum_terms_days": "120",
    }  # fmt: skip
    return {**values, **changes}


def test_bind_policy(administration: Client) -> None:
    url = reverse("admin:policies_policy_add")
    empty = administration.get(url).context["bind"]
    assert not empty["calendar_country"].value() and not empty["time_zone"].value()
    assert empty.fields["calendar_country"].choices[0][0] == ""
    firm = exporter(country="CN")
    known = administration.get(url, {"exporter": firm.pk}).context["bind"]
    assert (known["exporter"].value(), known["calendar_country"].value()) == (firm.pk, "CN")
    assert not known["time_zone"].value()
    assert not administration.get(url, {"exporter": "x"}).context["bind"]["calendar_country"].value()
    wrong = administration.post(url, binding(ends_on="2026-01-01", insured_percentage="101")).content.decode()
    assert "before its first" in wrong and "above 0 and up to 100" in wrong
    assert administration.post(url, binding(number="")).status_code == 200
    assert not Policy.objects.exists()
    done = administration.post(url, binding())
    made = Policy.objects.get()
    assert done["Location"] == reverse("admin:administer_policy", args=[made.pk])
    assert made.terms.get().maximum_terms_days == 120


def test_administer_policy(administration: Client, s: Scene) -> None:
    url = reverse("admin:administer_policy", args=[s.policy.pk])
    assert "Suspend from today" in page(administration, "administer_policy", s.policy.pk)
    administration.post(url, {"act": "suspend", "reason": "Premium unpaid"})
    assert "Put in force again" in page(administration, "administer_policy", s.policy.pk)
    assert "moved on" in administration.post(url, {"act": "suspend"}, follow=True).content.decode()
    administration.post(url, {"act": "resume"})
    administration.post(url, {"act": "dance"})
    administration.post(url, {"act": "cancel", "reason": "Sold"})
    s.policy.refresh_from_db()
    assert s.policy.stage == "cancelled"
    s.policy.terms.all().delete()
    assert "says nothing about today" in page(administration, "administer_policy", s.policy.pk)


def test_change_terms_takes_only_what_was_changed(administration: Client, s: Scene) -> None:
    url = reverse("admin:change_terms", args=[s.policy.pk])
    shown = administration.get(url).context["terms"]
    data = {name: shown[name].value() if shown[name].value() is not None else "" for name in shown.fields}
    day = timezone.now().date() + timedelta(days=10)
    wrong = administration.post(url, {**data, "valid_from": "2001-01-01", "maximum_terms_days": "90"}).content.decode()
    assert "while the policy runs" in wrong
    assert administration.post(url, {**data, "valid_from": ""}).status_code == 200
    administration.post(url, {**data, "valid_from": day.isoformat(), "maximum_terms_days": "90"})
    assert PolicyTerms.objects.terms_on(s.policy.pk, day).maximum_terms_days == 90
    assert PolicyTerms.objects.terms_on(s.policy.pk, day).machine_limit_maximum == D(5_000_000)


def test_the_admin_s_own_page_of_a_policy_leads_administrators_to_theirs(administration: Client, s: Scene) -> None:
    url = reverse("admin:policies_policy_change", args=[s.policy.pk])
    assert administration.get(url)["Location"] == reverse("admin:administer_policy", args=[s.policy.pk])
    signed_in(administration, underwriter())
    assert administration.get(url).status_code == 200
    assert administration.get(reverse("admin:administer_policy", args=[s.policy.pk])).status_code == 403


# --- appetite --------------------------------------------------------------------------------------------------------


def test_appetite_is_set_by_a_senior_underwriter(client: Client) -> None:
    signed_in(client, senior())
    url = reverse("admin:policies_appetite_add")
    assert client.get(url).status_code == 200
    assert "exactly one" in client.post(url, {"cap": "5", "valid_from": "2126-01-01"}).content.decode()
    unknown = client.post(url, {"cap": "5", "valid_from": "2126-01-01", "buyer": "999999"}).content.decode()
    assert "no buyer with this number" in unknown
    client.post(url, {"cap": "5,000,000", "valid_from": "2126-01-01", "grade": "4"})
    assert Appetite.objects.get().cap == D(5_000_000)
    assert "5000000" in page(client, "policies_appetite_changelist").replace(",", "")
    signed_in(client, underwriter())
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    "name", ["policy", "limitrequest", "limitdecision", "creditlimit", "buyercapacity", "appetite"]
)
def test_rows_are_there_to_look_at(desk: Client, s: Scene, name: str) -> None:
    appetite(10_000_000, buyer=s.buyer)
    s.ask()
    assert page(desk, f"policies_{name}_changelist")
