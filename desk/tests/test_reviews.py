"""Four eyes: what one colleague entered another one sends, and the database insists on it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, signed_in
from desk.actions.review import decide_review, drop_review, open_review
from desk.models import Notice, Review
from desk.models.review import ReviewOutcome
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db


def opened(firm: Any, by: Any, subject: str = "claim:1") -> Review:
    return open_review(by=by.pk, exporter=firm.pk, act="claims.file_claim", subject=subject, path="/claims/1/")


def codes(refused: Any) -> list[str]:
    return [refusal.code for refusal in refused.value.refusals]


def test_colleagues_who_may_send_are_told_and_nobody_else():
    firm = exporter()
    author, editor, owner = member(firm), member(firm), member(firm, Role.OWNER)
    member(firm, Role.READER)
    assert opened(firm, author) == opened(firm, author)
    told = Notice.objects.filter(channel="page", kind="desk.review_asked")
    assert set(told.values_list("recipient", flat=True)) == {editor.pk, owner.pk}


def test_only_owners_and_editors_enter_and_decide():
    firm = exporter()
    reader, rival = member(firm, Role.READER), member(exporter())
    review = opened(firm, member(firm))
    for person in (reader, rival):
        with pytest.raises(NotAllowed):
            opened(firm, person, "claim:2")
        with pytest.raises(NotAllowed):
            decide_review(by=person.pk, review=review.pk, outcome=ReviewOutcome.SENT)
        with pytest.raises(NotAllowed):
            drop_review(by=person.pk, exporter=firm.pk, act=review.act, subject=review.subject)


def test_nobody_sends_what_they_entered():
    firm = exporter()
    author, colleague = member(firm), member(firm)
    review = opened(firm, author)
    with pytest.raises(Refused) as refused:
        decide_review(by=author.pk, review=review.pk, outcome=ReviewOutcome.SENT)
    assert codes(refused) == ["review_needs_a_colleague"]
    sent = decide_review(by=colleague.pk, review=review.pk, outcome=ReviewOutcome.SENT)
    assert (sent.outcome, sent.decided_by) == ("sent", colleague)
    assert decide_review(by=colleague.pk, review=review.pk, outcome=ReviewOutcome.SENT) == sent
    with pytest.raises(Refused) as refused:
        decide_review(by=author.pk, review=review.pk, outcome=ReviewOutcome.WITHDRAWN)
    assert codes(refused) == ["review_decided_already"]


def test_the_database_itself_wants_four_eyes():
    firm = exporter()
    review = opened(firm, member(firm))
    with pytest.raises(IntegrityError, match="review_by_another_person"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(
            outcome="sent", decided_by=review.asked_by, decided_at=timezone.now()
        )


def test_an_author_may_take_back_and_hand_in_again():
    firm = exporter()
    author = member(firm)
    review = opened(firm, author)
    decide_review(by=author.pk, review=review.pk, outcome=ReviewOutcome.WITHDRAWN)
    again = opened(firm, author)
    assert again != review
    assert drop_review(by=author.pk, exporter=firm.pk, act=again.act, subject=again.subject) == 1
    assert drop_review(by=author.pk, exporter=firm.pk, act=again.act, subject=again.subject) == 0


def test_reviews(client: Client):
    firm, rival = exporter(), exporter()
    author, colleague, reader = member(firm), member(firm), member(firm, Role.READER)
    address = reverse("reviews")
    assert "Nothing awaits a colleague" in signed_in(client, author, firm).get(address).content.decode()
    opened(firm, author)
    seen = {p: signed_in(Client(), p, firm).get(address).content.decode() for p in (author, colleague, reader)}
    assert all("Filing a claim" in page for page in seen.values())
    assert "A colleague’s" in seen[author] and "Yours" in seen[colleague] and "An editor’s" in seen[reader]
    assert "Filing a claim" not in signed_in(Client(), member(rival), rival).get(address).content.decode()
    assert Client().get(address).status_code == 302


def test_fifty_reviews_cost_as_many_queries_as_one(client: Client):
    firm = exporter()
    author = member(firm)
    signed_in(client, author, firm)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("reviews")).status_code == 200
        return len(found)

    opened(firm, author)
    queries()
    one = queries()
    for n in range(2, 51):
        opened(firm, author, f"claim:{n}")
    assert queries() == one
