"""An overdue that a policyholder reports: typed or out of its ledger, told to nobody else before enough have come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import Role
from accounts.tests.factories import exporter, member, signed_in
from buyers.models import Alert, Signal
from buyers.tests.factories import buyer, in_book
from claims.actions.overdue import report_overdue
from claims.overdues import overdue_refused
from kernel.refusals import NotAllowed, Refused
from policies.tests.factories import policy
from receivables.tests.factories import invoice, receipt

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("amount", "due_on", "codes"),
    [
        ("1", date(2026, 11, 21), []), ("1", date(2006, 11, 22), []),
        ("1", TODAY, ["not_overdue_yet"]), ("1", date(2006, 11, 21), ["date_far_off"]),
        ("0", date(2026, 11, 21), ["amount_not_positive"]), ("NaN", date(2026, 11, 21), ["not_an_amount"]),
        ("0.001", TODAY, ["too_many_decimals", "not_overdue_yet"]),
    ],
)  # fmt: skip
def test_only_what_was_due_before_today_is_overdue(amount: str, due_on: date, codes: list[str]):
    assert [r.code for r in overdue_refused(Decimal(amount), "EUR", due_on, TODAY)] == codes


def report(firm, about, **told) -> Signal:
    told = {"amount": Decimal(500), "currency": "EUR", "due_on": timezone.now().date() - timedelta(days=40), **told}
    return report_overdue(by=member(firm).pk, exporter=firm.pk, buyer=about.pk, **told)


@pytest.mark.django_db
def test_three_firms_that_report_alert_a_fourth_and_nobody_before():
    about, fourth = buyer("Kesselring AG"), exporter()
    in_book(fourth, about)
    firms = [exporter() for _ in range(3)]
    for firm in firms:
        assert not Alert.objects.exists()
        in_book(firm, about)
        signal = report(firm, about)
        assert (signal.kind, signal.reporter, signal.facts["amount"]) == ("overdue_reported", firm, "500")
    raised = Alert.objects.filter(exporter=fourth)
    assert [(row.kind, set(row.facts)) for row in raised] == [("overdue_reported", {"happened_on"})]
    assert not Alert.objects.filter(exporter=firms[-1]).exists()  # its own report alerts nobody at home


@pytest.mark.django_db
def test_the_same_due_date_is_one_overdue_and_another_is_another():
    about, firm = buyer(), exporter()
    in_book(firm, about)
    first = report(firm, about)
    assert report(firm, about, amount=Decimal(400)) == first
    assert report(firm, about, due_on=timezone.now().date() - timedelta(days=10)) != first
    with pytest.raises(Refused, match="not_overdue_yet"):
        report(firm, about, due_on=timezone.now().date() + timedelta(days=2))
    with pytest.raises(Refused, match="buyer_not_in_book"):
        report(firm, buyer())
    with pytest.raises(NotAllowed):
        report_overdue(by=member(firm, Role.READER).pk, exporter=firm.pk, buyer=about.pk, amount=Decimal(1),
                       currency="EUR", due_on=TODAY)  # fmt: skip


@pytest.mark.django_db
def test_report_overdue(client: Client):
    about, held = buyer("Kesselring AG"), policy()
    firm = held.exporter
    in_book(firm, about)
    page = signed_in(client, member(firm), firm)
    path = reverse("report_overdue", args=[about.pk])
    assert "Nothing yet." in page.get(path).content.decode()
    receipt(owed := invoice(held, about), 4_000)
    invoice(held, about, due_on=timezone.now().date() + timedelta(days=5))
    shown = page.get(path)
    assert shown.context["form"].initial == {"currency": "EUR", "amount": Decimal(6_000), "due_on": owed.due_on}
    told = {"amount": "6000.00", "currency": "EUR", "due_on": timezone.now().date().isoformat()}
    assert "has not passed yet" in page.post(path, told).content.decode()
    assert page.post(path, {**told, "amount": "much"}).context["form"].errors
    done = page.post(path, {**told, "due_on": owed.due_on.isoformat()}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("buyer", args=[about.pk])
    assert "The overdue is reported" in done.content.decode()
    assert "6,000.00" in page.get(path).content.decode()
    assert Signal.objects.get().reporter == firm
    assert page.get(reverse("report_overdue", args=[buyer().pk])).status_code == 404
