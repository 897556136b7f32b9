"""Figures that cannot be are refused on every way in: the office's form, a firm's upload, a file – where the rest goes
on. One table for all three, so that no way knows less than another."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models.roles import UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.accounts_file import hand_in_accounts_file
from buyers.intake.adapters import load_accounts_file
from buyers.models import AccountsSubmission, FinancialStatement
from buyers.tests.factories import LINES, buyer, in_book
from desk.tests.files import PDF

pytestmark = pytest.mark.django_db

LEI = "5493001KJTIIGC8Y1R12"
# What is changed, and the code a file's row is refused with.
IMPOSSIBLE = [
    ({"sales": "NaN"}, "amount_unreadable"),
    ({"sales": "nan"}, "amount_unreadable"),
    ({"sales": "inf"}, "amount_unreadable"),
    ({"sales": "-Infinity"}, "amount_unreadable"),
    ({"sales": "1e400"}, "amount_in_powers"),
    ({"sales": "=1/0"}, "amount_unreadable"),
    ({"sales": "#DIV/0!"}, "amount_unreadable"),
    ({"sales": "9" * 30}, "amount_too_large"),
    ({"sales": "1.2345"}, "too_many_decimals"),
    ({"sales": "-1"}, "line_below_nothing"),
    ({"total_assets": "(5)"}, "line_below_nothing"),
    ({"stock": "-0.01"}, "line_below_nothing"),
    ({"equity": "999999999"}, "part_exceeds_whole"),
    ({"period_end": "2999-12-31"}, "accounts_of_the_future"),
    ({"currency": "QQQ"}, "unknown_currency"),
    ({"currency": ""}, "unknown_currency"),
    ({"months": "0"}, "months_out_of_range"),
    ({"months": "-12"}, "months_unreadable"),
]


def told(**changed: str) -> dict[str, str]:
    plain = {"period_end": "2025-12-31", "months": "12", "currency": "EUR"}
    return {name: str(value) for name, value in {**plain, **LINES, **changed}.items()}


@pytest.mark.parametrize(("changed", "code"), [*IMPOSSIBLE, ({"country": "ZZ"}, "country_unknown")])
def test_a_file_refuses_the_row_and_takes_the_rest(tmp_path, changed: dict[str, str], code: str):
    buyer("Kesselring Werkzeuge GmbH", lei=LEI)
    names = ["number", "country", *told()]
    plain = {"number": LEI, "country": "de"}
    rows = [{**plain, **told(period_end="2024-12-31")}, {**plain, **told(**changed)},
            {**plain, **told(period_end="2023-12-31")}]  # fmt: skip
    path = tmp_path / "accounts.csv"
    path.write_text("\n".join([";".join(names), *(";".join(row[name] for name in names) for row in rows)]))
    run = load_accounts_file(hand_in_accounts_file(by=None, file_name=path.name).pk, path)
    assert (run.stage, run.taken_in, run.refused) == ("done", 2, 1)
    [refused] = run.refused_rows.all()
    assert (refused.line, refused.code) == (3, code)
    assert set(FinancialStatement.objects.values_list("period_end", flat=True)) == {
        date(2024, 12, 31), date(2023, 12, 31),
    }  # fmt: skip


@pytest.mark.parametrize(("changed", "code"), IMPOSSIBLE)
def test_the_office_form_says_it_at_the_field_and_keeps_nothing(client: Client, changed: dict[str, str], code: str):
    office = signed_in(client, staff(UNDERWRITER))
    response = office.post(
        f"{reverse('admin:buyers_financialstatement_add')}?buyer={buyer().pk}",
        {**told(**changed), "source": "register"},
    )
    assert response.status_code == 200
    assert set(response.context["form"].errors) & set(changed), response.context["form"].errors
    assert not FinancialStatement.objects.exists()


@pytest.mark.parametrize(("changed", "code"), IMPOSSIBLE)
def test_a_firms_upload_says_it_at_the_field_and_keeps_nothing(client: Client, changed: dict[str, str], code: str):
    firm, about = exporter(), buyer()
    in_book(firm, about)
    page = signed_in(client, member(firm, "editor"), firm)
    response = page.post(
        reverse("send_accounts", args=[about.pk]), {**told(**changed), "file": SimpleUploadedFile("a.pdf", PDF)}
    )
    assert response.status_code == 200
    assert set(response.context["form"].errors) & set(changed), response.context["form"].errors
    assert not AccountsSubmission.objects.exists()


def test_the_same_figures_unchanged_are_taken(client: Client):
    firm, about = exporter(), buyer()
    in_book(firm, about)
    page = signed_in(client, member(firm, "editor"), firm)
    response = page.post(
        reverse("send_accounts", args=[about.pk]), {**told(), "file": SimpleUploadedFile("a.pdf", PDF)}
    )
    assert response.status_code == 302
    assert AccountsSubmission.objects.get().stage == "sent"
