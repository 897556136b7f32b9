"""Files of annual accounts: taken in once however often they come, newer figures beside the older, row by row."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import signed_in, staff
from buyers.actions import accounts_file
from buyers.actions.accounts_file import hand_in_accounts_file
from buyers.actions.accounts_rows import close_accounts_file, open_accounts_file, take_in_accounts
from buyers.intake import adapters
from buyers.intake.adapters import load_accounts_file
from buyers.intake.rows import opened, rows
from buyers.intake.tasks import sweep_accounts_files, take_in_accounts_file
from buyers.models import FeedRun, FinancialStatement, Signal
from buyers.tests.factories import buyer, statement
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db

LEI, OTHER = "529900T8BM49AURSDO55", "HWUPKR0MPOU8FGXBT394"
HEAD = "number,scheme,period_end,currency,source,sales,equity\n"


@pytest.fixture
def about():
    return buyer("Kesselring Werkzeuge GmbH", lei=LEI)


def loaded(tmp_path, content: str) -> FeedRun:
    path = tmp_path / "accounts.csv"
    path.write_text(HEAD + content)
    return load_accounts_file(hand_in_accounts_file(by=None, file_name=path.name).pk, path)


def counts(run: FeedRun) -> tuple:
    return run.stage, run.rows_read, run.taken_in, run.repeated, run.refused, run.signals


@pytest.mark.parametrize(
    ("sales", "equity", "code", "column"),
    [
        ("NaN", "50", "amount_unreadable", "sales"), ("Infinity", "50", "amount_unreadable", "sales"),
        ("100", "-inf", "amount_unreadable", "equity"), ("1e5", "50", "amount_in_powers", "sales"),
        ("-100", "50", "line_below_nothing", "sales"), ("#DIV/0!", "50", "amount_unreadable", "sales"),
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_refuses_its_row_and_no_other(tmp_path, about, sales, equity, code, column):
    run = loaded(
        tmp_path, f"{LEI},,2025-12-31,EUR,register,{sales},{equity}\n{LEI},,2024-12-31,EUR,register,90,-40\n"
    )  # fmt: skip
    assert [(row.line, row.code) for row in run.refused_rows.all()] == [(2, code)]
    assert column in str(run.refused_rows.get().facts)
    assert list(FinancialStatement.objects.values_list("sales", "equity")) == [(90, -40)]  # negative equity is a value


def test_rows_are_taken_in_refused_with_their_reason_and_the_rest_goes_on(tmp_path, about):
    run = loaded(
        tmp_path,
        f"{LEI},,2025-12-31,EUR,register,100,50\n"
        f"{OTHER},,2025-12-31,EUR,register,100,50\n"
        f'{LEI},,2024-12-31,EUR,register,"1,234",50\n'
        f"{LEI},LEI,2024-12-31,EUR,register,90,40\n",
    )
    assert counts(run) == ("done", 4, 2, 0, 2, 2)
    assert [(row.line, row.code, row.facts.get("column")) for row in run.refused_rows.order_by("line")] == [
        (3, "number_unknown", "number"), (4, "amount_ambiguous", "sales"),
    ]  # fmt: skip
    assert set(FinancialStatement.objects.values_list("buyer", "sales")) == {(about.pk, 100), (about.pk, 90)}
    assert Signal.objects.filter(kind="accounts_received", buyer=about).count() == 2
    about.refresh_from_db()
    assert about.next_score_on == timezone.now().date()


def test_the_same_file_again_changes_nothing_and_newer_figures_leave_the_older(tmp_path, about):
    row = f"{LEI},,2025-12-31,EUR,register,100,50\n"
    newer = f"{LEI},,2025-12-31,EUR,register,101,50\n"
    assert counts(loaded(tmp_path, row + row))[2:] == (1, 1, 0, 1)
    assert counts(loaded(tmp_path, row))[2:] == (0, 1, 0, 0)
    assert counts(loaded(tmp_path, newer))[2:] == (1, 0, 0, 1)
    # An older file once more: what it says was said before.
    assert counts(loaded(tmp_path, row))[2:] == (0, 1, 0, 0)
    versions = [(row.sales, row.superseded_at is None) for row in FinancialStatement.objects.order_by("id")]
    assert versions == [(100, False), (101, True)]


def test_two_rows_of_one_year_that_differ_count_once(tmp_path, about):
    run = loaded(tmp_path, f"{LEI},,2025-12-31,EUR,r,1,\n{LEI},,2025-12-31,EUR,r,2,\n{LEI},,2025-12-31,EUR,s,2,\n")
    assert counts(run)[2:5] == (2, 0, 1)
    assert run.refused_rows.get().code == "accounts_twice_in_file"


def test_a_number_of_two_companies_is_refused_and_a_merged_one_followed(tmp_path, about):
    buyer(merged_into=about, identifiers={"CRN": "01234567"})
    buyer(identifiers={"SIREN": "732829320"})
    buyer(identifiers={"BRN": "1234567890", "DUNS": "732829320"})
    assert counts(loaded(tmp_path, "01234567,CRN,2025-12-31,GBP,r,1,\n"))[2] == 1
    assert FinancialStatement.objects.get().buyer == about
    twin = buyer(identifiers={"EIN": "732829320"})
    run = loaded(tmp_path, "732829320,,2025-12-31,USD,r,1,\n")
    assert twin.pk
    assert [row.code for row in run.refused_rows.all()] in (["number_of_several"], [])


def test_a_file_goes_on_where_a_killed_worker_left_it(tmp_path, about, monkeypatch):
    monkeypatch.setattr(adapters, "BLOCK", 1)
    path = tmp_path / "accounts.csv"
    path.write_text(HEAD + "".join(f"{LEI},,{year}-12-31,EUR,r,1,\n" for year in (2023, 2024, 2025)))
    run = hand_in_accounts_file(by=None, file_name="x").pk
    found = list(rows(opened(path), date(2026, 11, 22)))
    open_accounts_file(by=None, run=run, file=opened(path))
    take_in_accounts(by=None, run=run, after=0, rows=found[:1], today=date(2026, 11, 22))
    assert counts(load_accounts_file(run, path)) == ("done", 3, 3, 0, 0, 3)
    with pytest.raises(Refused):
        take_in_accounts(by=None, run=run, after=3, rows=found, today=date(2026, 11, 22))
    assert load_accounts_file(run, path).rows_read == 3
    assert close_accounts_file(by=None, run=run, failure="accounts_broke_off").stage == "done"


def test_a_worker_that_comes_second_leaves_the_file_to_the_first(tmp_path, about, monkeypatch):
    path = tmp_path / "accounts.csv"
    path.write_text(HEAD + f"{LEI},,2025-12-31,EUR,r,1,\n")
    run = hand_in_accounts_file(by=None, file_name="x").pk

    def overtaken(**told):
        FeedRun.objects.filter(pk=run).update(rows_read=7)
        return take_in_accounts(**told)

    monkeypatch.setattr(adapters, "take_in_accounts", overtaken)
    assert (load_accounts_file(run, path).stage, FinancialStatement.objects.count()) == ("running", 0)


def test_a_fault_of_the_portal_closes_the_run_and_is_not_hidden(tmp_path, monkeypatch):
    def broken(**told):
        raise ZeroDivisionError

    monkeypatch.setattr(adapters, "open_accounts_file", broken)
    with pytest.raises(ZeroDivisionError):
        loaded(tmp_path, "")
    assert FeedRun.objects.get().failure == "accounts_broke_off"


def test_only_underwriters_hand_files_in_and_a_double_click_is_one():
    upload = SimpleUploadedFile("a.csv", HEAD.encode())
    with pytest.raises(NotAllowed):
        hand_in_accounts_file(by=staff(CLAIMS_HANDLER).pk, file_name="a.csv", upload=upload)
    with pytest.raises(Refused):
        hand_in_accounts_file(by=staff().pk, file_name="a.csv", upload=SimpleUploadedFile("a.csv", b""))
    key = "6d9e0fa5-7a0b-4c3a-9f0e-000000000001"
    first = hand_in_accounts_file(by=staff().pk, file_name="a.csv", upload=upload, form_key=key)
    assert hand_in_accounts_file(by=staff().pk, file_name="a.csv", upload=upload, form_key=key) == first


def test_too_large_an_upload_is_refused(monkeypatch):
    monkeypatch.setattr(accounts_file, "LARGEST", 3)
    with pytest.raises(Refused):
        hand_in_accounts_file(by=staff().pk, file_name="a.csv", upload=SimpleUploadedFile("a.csv", b"1234"))


def test_the_command_prints_counts_and_reasons(tmp_path, about, capsys):
    path = tmp_path / "accounts.csv"
    path.write_text(HEAD + f"{LEI},,2025-12-31,EUR,r,1,\n{OTHER},,2025-12-31,EUR,r,1,\n{LEI},,2025-12-31\n")
    call_command("import_accounts", str(path))
    told = capsys.readouterr().out
    assert "3 rows read" in told
    assert "1 accounts taken in, 0 known already, 2 refused" in told
    assert "line 3 (number): The directory has no company with this number." in told
    path.write_text("nonsense\n")
    with pytest.raises(CommandError, match="lacks the columns"):
        call_command("import_accounts", str(path))
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_accounts", str(tmp_path / "none.csv"))


# --- the pages -------------------------------------------------------------------------------------------------------


def test_the_office_hands_a_file_in_and_downloads_what_was_refused(client: Client, about):
    office = signed_in(client, staff(UNDERWRITER))
    page = office.get(reverse("admin:import_accounts")).content.decode()
    assert "No file of accounts yet." in page
    content = HEAD + f"{LEI},,2025-12-31,EUR,r,1,\n{OTHER},,2025-12-31,EUR,r,=1+1,\n"
    sent = office.post(reverse("admin:import_accounts"), {"file": SimpleUploadedFile("a.csv", content.encode())})
    run = FeedRun.objects.get()
    at = reverse("admin:accounts_import", args=[run.pk])
    assert sent.headers["Location"] == at
    assert 'hx-trigger="every 2s"' in office.get(at, headers={"HX-Request": "true"}).content.decode()
    take_in_accounts_file(run.pk)
    page = office.get(at).content.decode()
    assert "This is no amount." in page
    assert "a.csv" in office.get(reverse("admin:import_accounts")).content.decode()
    file = b"".join(office.get(reverse("admin:refused_accounts", args=[run.pk])).streaming_content).decode("utf-8-sig")
    assert file.splitlines()[0] == HEAD.strip() + ",line,column,reason"
    assert file.splitlines()[1].startswith(f"{OTHER},,2025-12-31,EUR,r,=1+1,,3,sales,")
    empty = office.post(reverse("admin:import_accounts"), {"file": SimpleUploadedFile("b.csv", b"")}).content.decode()
    assert "The file is empty." in empty
    assert office.get(reverse("admin:buyers_financialstatement_changelist")).content.decode().count("Import accounts")


def test_uploads_that_were_left_are_taken_up_and_failures_said(client: Client, about):
    run = hand_in_accounts_file(by=None, file_name="a.csv", upload=SimpleUploadedFile("a.csv", b"x,y\n"))
    sweep_accounts_files()
    run.refresh_from_db()
    assert (run.stage, run.failure) == ("failed", "columns_missing")
    assert list(FeedRun.objects.waiting_accounts()) == []
    office = signed_in(client, staff(UNDERWRITER))
    assert "lacks the columns" in office.get(reverse("admin:accounts_import", args=[run.pk])).content.decode()


def test_scores_are_made_from_what_a_source_said_last(tmp_path, about):
    old = statement(about, source="register", superseded_at=timezone.now(), sales=Decimal(1))
    loaded(tmp_path, f"{LEI},,2025-12-31,EUR,register,100,50\n")
    assert about.statements.filter(superseded_at__isnull=True).get().sales == 100
    assert about.statements.get(pk=old.pk).sales == 1
