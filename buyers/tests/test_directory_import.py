"""An import brings a whole file into the directory or nothing of it, and can be run again."""

import csv
import gzip
import io
import threading
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, connections

from accounts.models import AuditEvent
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, UNDERWRITER
from accounts.tests.factories import exporter, signed_in, staff
from buyers import adapters
from buyers.actions.directory_file import hand_in_directory_file
from buyers.actions.directory_import import give_up_directory_file, merge_directory_file
from buyers.adapters import ImportRunning, load_directory_file
from buyers.directory import staging
from buyers.models import BookEntry, Buyer, DirectoryImport, Identifier
from buyers.tasks import import_directory_file, sweep_directory_files
from buyers.tests.factories import buyer, in_book
from kernel.refusals import NotAllowed, Refused

pytestmark = pytest.mark.django_db

GLEIF = "LEI,legal_name,country,category"
ONE, TWO, THREE = "5493001KJTIIGC8Y1R12", "213800KUD8LAJWSQ9D15", "391200011MR2KPMKTD85"


def write(path: Path, *rows: str, header: str = GLEIF) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def imported(path: Path, shape: str = "") -> DirectoryImport:
    run = hand_in_directory_file(by=None, file_name=path.name, shape=shape)
    return load_directory_file(run.pk, path)


def counts(run: DirectoryImport) -> dict[str, int]:
    names = ("rows_read", "accepted", "added", "changed", "unchanged", "refused", "warned")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


def test_companies_go_in_and_persons_do_not(tmp_path: Path):
    run = imported(
        write(
            tmp_path / "gleif.csv",
            f"{ONE},Bloomberg Finance L.P.,US,GENERAL",
            f"{TWO},Stadt Köln,DE,RESIDENT_GOVERNMENT_ENTITY",
            "00TR8NKAEL48RGTZEW89,Max Muster,DE,SOLE_PROPRIETOR",
            f"{THREE},Senator Entertainment AG,,GENERAL",
        )
    )
    assert counts(run) == {"rows_read": 4, "accepted": 3, "added": 3, "refused": 1, "warned": 2}
    assert (run.stage, run.shape, run.encoding, run.header) == ("done", "gleif", "utf-8-sig", GLEIF)
    assert run.reasons(warning=False) == [("row_is_a_person", 1)]
    row = run.refused_rows.get(code="row_is_a_person")
    assert (row.line, row.raw, row.warning) == (4, "00TR8NKAEL48RGTZEW89,Max Muster,DE,SOLE_PROPRIETOR", False)
    city = Buyer.objects.get(identifiers__value=TWO)
    assert (city.name, city.sort_key, city.public_body, city.source) == ("Stadt Köln", "stadt koln", True, "gleif")
    assert Identifier.objects.get(value=THREE).check_digits_fail
    assert not Buyer.objects.filter(name="Max Muster").exists()


def test_a_second_run_changes_nothing(tmp_path: Path):
    path = write(tmp_path / "gleif.csv", f"{ONE},ACME,DE,GENERAL", f"{THREE},Other,DE,FUND")
    imported(path)
    before = list(Buyer.objects.order_by("pk").values())
    run = imported(path)
    assert counts(run) == {"rows_read": 2, "accepted": 2, "unchanged": 2, "warned": 1}
    assert list(Buyer.objects.order_by("pk").values()) == before


def test_a_known_number_brings_its_buyer_up_to_date(tmp_path: Path):
    known = buyer("Old Name Ltd", country="GB", lei=ONE, address="Long Lane 1", grade=4, public_body=True)
    entry = in_book(exporter(), known)
    run = imported(write(tmp_path / "a.csv", f"{ONE},Äcme Ltd,DE,BRANCH"))
    known.refresh_from_db(), entry.refresh_from_db()
    assert counts(run) == {"rows_read": 1, "accepted": 1, "changed": 1}
    assert (known.name, known.sort_key, known.country.code, known.category) == ("Äcme Ltd", "acme ltd", "DE", "BRANCH")
    assert (known.address, known.grade) == ("Long Lane 1", 4)  # the file says nothing of them
    assert known.public_body  # said by a person; a file does not take it back
    assert entry.sort_key == "acme ltd"  # the book sorts by it


def test_a_country_left_out_does_not_take_one_away(tmp_path: Path):
    known = buyer("ACME", country="NA", lei=ONE)
    run = imported(write(tmp_path / "a.csv", f"{ONE},ACME,,GENERAL"))
    known.refresh_from_db()
    assert (known.country.code, run.changed) == ("NA", 0)


def test_a_number_twice_in_a_file_is_taken_once(tmp_path: Path):
    run = imported(
        write(tmp_path / "a.csv", f"{THREE},First,DE,GENERAL", f"{TWO},Other,DE,GENERAL", f"{THREE},Second,DE,GENERAL")
    )
    assert counts(run) == {"rows_read": 3, "accepted": 2, "added": 2, "refused": 1, "warned": 1}
    assert Buyer.objects.get(identifiers__value=THREE).name == "First"
    assert [(r.line, r.code, r.raw) for r in run.refused_rows.filter(warning=False)] == [
        (4, "identifier_repeated", f"{THREE},Second,DE,GENERAL")
    ]


def test_a_plain_list_brings_addresses_and_other_registers(tmp_path: Path):
    path = write(
        tmp_path / "plain.csv",
        "宏远贸易有限公司;CN;USCC;91110000600037341L;长安街1号;北京;;dissolved;2001-02-03;trade",
        "Kim Co;VN;REG;0312-345;;;FUND;;;",
        header="name;country;scheme;number;address;city;category;status;founded_on;sector",
    )
    run = imported(path)
    row = Buyer.objects.get(identifiers__scheme="USCC")
    assert counts(run) == {"rows_read": 2, "accepted": 2, "added": 2}
    assert (row.address, row.city, row.status, str(row.founded_on), row.sector) == (
        "长安街1号", "北京", "dissolved", "2001-02-03", "trade",
    )  # fmt: skip
    assert Identifier.objects.filter(scheme="REG", value="VN0312345").exists()
    assert imported(path).changed == 0


def test_two_numbers_of_one_buyer_in_one_file_change_it_by_the_first(tmp_path: Path):
    known = buyer("Old", identifiers={"LEI": ONE, "VAT": "DE136695976"})
    path = write(
        tmp_path / "plain.csv", f"New,DE,LEI,{ONE}", "Newer,DE,VAT,DE136695976", header="name,country,scheme,number"
    )
    assert imported(path).changed == 1
    known.refresh_from_db()
    assert known.name == "New"
    assert imported(path).changed == 0


def test_bytes_a_database_cannot_keep_are_refused_rows(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_bytes(f"{GLEIF}\n{ONE},AC\0ME,DE,GENERAL\n{TWO},Good,DE,GENERAL\n".encode())
    run = imported(path)
    assert counts(run) == {"rows_read": 2, "accepted": 1, "added": 1, "refused": 1}
    assert run.refused_rows.get().raw == f"{ONE},AC\ufffdME,DE,GENERAL"


def test_a_file_with_wrong_columns_leaves_the_directory_alone(tmp_path: Path):
    run = imported(write(tmp_path / "a.csv", "x,y", header="foo,bar"))
    assert (run.stage, run.failure, run.failure_facts["found"]) == ("failed", "columns_missing", "foo, bar")
    assert run.finished_at
    assert not Buyer.objects.exists()


@pytest.mark.parametrize("share", [1, 10_000_000])
def test_a_first_load_builds_its_indexes_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: int):
    monkeypatch.setattr(staging, "_FIRST_LOAD_FROM", 1)
    monkeypatch.setattr(staging, "_FIRST_LOAD_SHARE", share)
    before = definitions()
    assert before
    imported(write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL"))
    assert definitions() == before
    assert Buyer.objects.filter(name__icontains="acm").count() == 1


def definitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename IN ('buyers_buyer', 'buyers_identifier') UNION ALL "
            "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN "
            "('buyers_buyer'::regclass, 'buyers_identifier'::regclass) ORDER BY 1"
        )
        return [line for (line,) in cursor.fetchall()]


def test_a_large_directory_keeps_its_indexes_while_little_is_added(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(staging, "_FIRST_LOAD_FROM", 2)
    buyer(), buyer(), buyer()
    with connection.cursor() as cursor:
        assert not staging._is_first_load(cursor, 1)
        assert not staging._is_first_load(cursor, 8)
        assert staging._is_first_load(cursor, 12)


# --- acts, queue, command ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [POLICY_ADMINISTRATOR, UNDERWRITER])
def test_staff_of_the_directory_hand_in_a_file(group: str, tmp_path: Path, django_capture_on_commit_callbacks):
    upload = SimpleUploadedFile("my companies.csv.gz", gzip.compress(f"{GLEIF}\n{ONE},ACME,DE,GENERAL\n".encode()))
    with django_capture_on_commit_callbacks() as woken:
        run = hand_in_directory_file(by=staff(group).pk, file_name=upload.name, upload=upload)
    assert len(woken) == 1
    import_directory_file(run.pk)
    run.refresh_from_db()
    assert (run.stage, run.added, run.file_name) == ("done", 1, "my companies.csv.gz")
    assert [e.action for e in AuditEvent.objects.filter(subject=f"directoryimport:{run.pk}").order_by("id")] == [
        "hand_in_directory_file", "merge_directory_file",
    ]  # fmt: skip
    import_directory_file(run.pk)  # a message delivered twice
    run.refresh_from_db()
    assert run.added == 1


def test_a_claims_handler_does_not_import():
    with pytest.raises(NotAllowed):
        hand_in_directory_file(by=staff(CLAIMS_HANDLER).pk, file_name="a.csv")


def test_a_double_click_is_one_import():
    by, key = staff(UNDERWRITER).pk, "9d9b0a3e-54d1-4f43-9f4f-1f1f1f1f1f1f"
    one = hand_in_directory_file(by=by, file_name="a.csv", form_key=key)
    assert hand_in_directory_file(by=by, file_name="a.csv", form_key=key) == one


@pytest.mark.parametrize(("size", "code"), [(0, "file_empty"), (1024**3 + 1, "file_too_large")])
def test_an_upload_of_no_bytes_or_too_many_is_refused(size: int, code: str):
    upload = SimpleUploadedFile("a.csv", b"x")
    upload.size = size
    with pytest.raises(Refused) as caught:
        hand_in_directory_file(by=staff(UNDERWRITER).pk, file_name="a.csv", upload=upload)
    assert caught.value.refusals[0].code == code


def test_an_import_that_is_over_stays_as_it_ended(tmp_path: Path):
    run = imported(write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL"))
    assert give_up_directory_file(by=None, run=run.pk, failure="import_interrupted", facts={}).stage == "done"
    with pytest.raises(Refused):
        merge_directory_file(by=None, run=run.pk, file=None)  # type: ignore[arg-type]


def test_a_fault_of_ours_is_written_to_the_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(adapters, "stage", broken)
    path = write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL")
    run = hand_in_directory_file(by=None, file_name="a.csv")
    with pytest.raises(ZeroDivisionError):
        load_directory_file(run.pk, path)
    run.refresh_from_db()
    assert (run.stage, run.failure) == ("failed", "import_broke_off")


def test_the_command_says_what_came_of_it(tmp_path: Path):
    said = io.StringIO()
    path = write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL", "x,Max,DE,SOLE_PROPRIETOR")
    call_command("import_directory", str(path), stdout=said)
    assert "1 accepted (1 added, 0 changed, 0 as they were), 1 refused, 0 warnings." in said.getvalue()
    assert "1  A sole proprietor is a private person" in said.getvalue()


def test_the_command_names_what_is_wrong(tmp_path: Path):
    with pytest.raises(CommandError, match="There is no file"):
        call_command("import_directory", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="lacks the columns"):
        call_command("import_directory", str(write(tmp_path / "a.csv", header="foo,bar")))


def test_a_queue_whose_worker_was_killed_takes_the_upload_up_again():
    upload = SimpleUploadedFile("a.csv", f"{GLEIF}\n{ONE},ACME,DE,GENERAL\n".encode())
    run = hand_in_directory_file(by=staff(UNDERWRITER).pk, file_name="a.csv", upload=upload)
    DirectoryImport.objects.filter(pk=run.pk).update(phase="reading", rows_read=7)
    sweep_directory_files()
    run.refresh_from_db()
    assert (run.stage, run.rows_read, run.added) == ("done", 1, 1)


def test_a_command_that_was_killed_is_given_up_by_the_next_one(tmp_path: Path):
    killed = hand_in_directory_file(by=None, file_name="a.csv")
    DirectoryImport.objects.filter(pk=killed.pk).update(phase="reading")
    waiting = hand_in_directory_file(by=None, file_name="b.csv")
    imported(write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL"))
    killed.refresh_from_db(), waiting.refresh_from_db()
    assert (killed.stage, killed.failure) == ("failed", "import_interrupted")
    assert waiting.stage == "running"


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_one_import_at_a_time_and_its_progress_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr("buyers.directory.reading.BLOCK", 1)
    path = write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL", f"{TWO},Other,DE,GENERAL")
    other = write(tmp_path / "b.csv", f"{THREE},Third,DE,GENERAL")
    first = hand_in_directory_file(by=None, file_name="a.csv")
    second = hand_in_directory_file(by=None, file_name="b.csv")
    in_the_way = []

    def look() -> None:
        seen.append(DirectoryImport.objects.values_list("rows_read", "added").get(pk=first.pk))
        try:
            load_directory_file(second.pk, other)
        except ImportRunning:
            in_the_way.append(1)
        connections.close_all()

    real = staging.judged

    def watched(*arguments):
        looking = threading.Thread(target=look)
        looking.start(), looking.join()
        return real(*arguments)

    monkeypatch.setattr(staging, "judged", watched)
    done = load_directory_file(first.pk, path)
    assert (seen, in_the_way) == ([(0, 0), (1, 0)], [1, 1])
    assert done.added == 2
    monkeypatch.setattr(staging, "judged", real)
    assert load_directory_file(second.pk, other).added == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_an_import_whose_database_went_away_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(staging, "_FIRST_LOAD_FROM", 1)
    before = definitions()
    path = write(tmp_path / "a.csv", f"{ONE},ACME,DE,GENERAL", "x,Max,DE,SOLE_PROPRIETOR")
    killed = hand_in_directory_file(by=None, file_name="a.csv")

    def killing(cursor: object, run: int, file: object) -> None:
        staging.merge(cursor, run, file)  # type: ignore[arg-type]
        with connections["default"].cursor() as own:
            own.execute("SELECT pg_backend_pid()")
            pid = own.fetchone()[0]
        thread = threading.Thread(target=terminate, args=(pid,))
        thread.start(), thread.join()
        with connections["default"].cursor() as own:
            own.execute("SELECT 1")

    monkeypatch.setattr("buyers.actions.directory_import.merge", killing)
    with pytest.raises(Exception):  # noqa: B017 - whatever a broken connection raises
        load_directory_file(killed.pk, path)
    connections.close_all()
    assert not Buyer.objects.exists() and not BookEntry.objects.exists()
    assert definitions() == before
    killed.refresh_from_db()
    assert (killed.failure, killed.refused_rows.count()) == ("import_broke_off", 0)
    monkeypatch.undo()
    assert imported(path).added == 1


def terminate(pid: int) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    connections.close_all()


def test_the_refused_rows_can_be_mended_and_handed_in_again(tmp_path: Path, client):

    run = imported(write(tmp_path / "a.csv", f'{ONE},"ACME, Inc",XX,GENERAL', f"{TWO},Good,DE,GENERAL"))
    answer = signed_in(client, staff(UNDERWRITER)).get(f"/office/buyers/directoryimport/{run.pk}/refused.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content))) == [
        ["LEI", "legal_name", "country", "category", "line", "reason"],
        [ONE, "ACME, Inc", "XX", "GENERAL", "2", "The country is not a two-letter code of ISO 3166."],
    ]
    mended = tmp_path / "mended.csv"
    mended.write_text(content.replace(",XX,", ",DE,"), encoding="utf-8-sig")
    assert imported(mended).added == 1
