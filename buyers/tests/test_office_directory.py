"""The office's pages for the directory: proposals to decide, entries to merge, files to import."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER
from accounts.tests.factories import exporter, member, signed_in, staff
from buyers.actions.directory_import import give_up_directory_file
from buyers.adapters import load_directory_file
from buyers.models import BuyerProposal, DirectoryImport
from buyers.tests.factories import buyer

pytestmark = pytest.mark.django_db

VAT, LEI = "DE136695976", "5493001KJTIIGC8Y1R12"
FACTS = {"name": "Neu GmbH", "country": "DE", "category": "GENERAL", "scheme": "VAT", "value": VAT}


@pytest.fixture
def office(client: Client):
    return signed_in(client, staff(UNDERWRITER))


def proposal(name: str = "Neu GmbH", value: str = VAT, **columns) -> BuyerProposal:
    firm = exporter()
    scheme = "VAT" if value else ""
    return BuyerProposal.objects.create(
        exporter=firm, name=name, country="DE", scheme=scheme, value=value, proposed_by=member(firm), **columns
    )


def decide(row: BuyerProposal) -> str:
    return f"/office/buyers/buyerproposal/{row.pk}/decide/"


@pytest.mark.parametrize(
    ("path", "groups"),
    [
        ("/office/buyers/buyerproposal/worklist/", (UNDERWRITER, SENIOR_UNDERWRITER)),
        ("/office/buyers/directoryimport/add/", (UNDERWRITER, SENIOR_UNDERWRITER, POLICY_ADMINISTRATOR)),
        ("/office/buyers/directoryimport/", (UNDERWRITER, SENIOR_UNDERWRITER, POLICY_ADMINISTRATOR)),
        ("/office/buyers/buyerproposal/", (UNDERWRITER, SENIOR_UNDERWRITER)),
        ("/office/buyers/buyer/", (UNDERWRITER, SENIOR_UNDERWRITER, POLICY_ADMINISTRATOR, CLAIMS_HANDLER)),
    ],
)
def test_who_sees_which_page(path: str, groups: tuple[str, ...]):
    for group in (UNDERWRITER, SENIOR_UNDERWRITER, POLICY_ADMINISTRATOR, CLAIMS_HANDLER):
        status = signed_in(Client(), staff(group)).get(path).status_code
        assert (status == 200) is (group in groups), (group, status)
    assert signed_in(Client(), member(exporter())).get(path).status_code in (302, 403)


# --- proposals --------------------------------------------------------------------------------------------------------


def test_proposed_buyers(office: Client):
    """The oldest first, decided ones gone; a number that does not fit is marked."""
    proposal("First"), proposal("Second", value="DE1"), proposal("Third", value="")
    proposal("Gone", stage="withdrawn")
    shown = office.get("/office/buyers/buyerproposal/worklist/")
    assert [row.name for row in shown.context["page"].rows] == ["First", "Second", "Third"]
    assert shown.content.decode().count("does not fit its kind") == 1


def test_an_empty_worklist_says_so(office: Client):
    assert "Nothing to decide" in office.get("/office/buyers/buyerproposal/worklist/").content.decode()


def test_the_worklist_costs_the_same_for_one_row_and_for_fifty(office: Client):
    path = "/office/buyers/buyerproposal/worklist/"
    first = proposal()
    office.get(path)
    with CaptureQueriesContext(connection) as one:
        office.get(path)
    for number in range(49):
        BuyerProposal.objects.create(
            exporter=first.exporter, name=f"P{number}", country="DE", proposed_by=first.proposed_by
        )
    with CaptureQueriesContext(connection) as fifty:
        office.get(path)
    assert len(fifty) == len(one)


def test_candidates_stand_beside_the_proposal(office: Client):
    row = proposal("ACME GmbH")
    buyer("Other name", identifiers={"VAT": VAT})
    buyer("ACME GmbH", country="DE"), buyer("Acme GmbH", country="AT"), buyer("Acme GmbH & Co", country="CH")
    shown = office.get(decide(row))
    assert [(c.buyer.name, c.how) for c, _warning in shown.context["candidates"]] == [
        ("Other name", "number"), ("ACME GmbH", "name"), ("Acme GmbH", "name"), ("Acme GmbH & Co", "form"),
    ]  # fmt: skip


def test_decide_proposal(office: Client):
    """Confirm, merge and refuse each lead on to the next that waits."""
    first, second, third = proposal("Neu GmbH"), proposal("Bekannt", value=""), proposal("Filiale", value="")
    assert office.post(decide(first), {"act": "confirm", **FACTS})["Location"] == decide(second)
    known = buyer("Bekannt AG")
    assert office.post(decide(second), {"act": "merge", "buyer": known.pk})["Location"] == decide(third)
    answer = office.post(decide(third), {"act": "refuse", "reason": "is_a_branch", "remark": "x"})
    assert answer["Location"] == "/office/buyers/buyerproposal/worklist/"
    assert list(BuyerProposal.objects.order_by("pk").values_list("stage", flat=True)) == [
        "confirmed", "merged", "refused",
    ]  # fmt: skip
    for row in (first, second, third):
        shown = office.get(decide(row)).content.decode()
        assert "Confirm and go to next" not in shown and "What came of it" in shown


def test_what_cannot_be_decided_is_said_on_the_page(office: Client):
    row = proposal()
    wrong = office.post(decide(row), {"act": "confirm", **FACTS, "value": "DE136695977"}).content.decode()
    assert "The check digit of this VAT number is wrong." in wrong
    assert office.post(decide(row), {"act": "refuse", "reason": ""}).status_code == 200
    assert office.post(decide(row), {"act": "dance"}).status_code == 200
    assert office.post(decide(row), {"act": "merge", "buyer": "x"}).status_code == 404
    buyer("Has it", identifiers={"VAT": VAT})
    told = office.post(decide(row), {"act": "merge", "buyer": buyer().pk, "with_number": "on"}, follow=True)
    assert "The directory has a buyer with this number: Has it." in told.content.decode()
    row.refresh_from_db()
    assert row.stage == "proposed"
    assert office.get(decide(row).replace(str(row.pk), "999999")).status_code == 404


# --- merging ----------------------------------------------------------------------------------------------------------


def test_merge_entries(office: Client):
    """The two are shown side by side before they are made one."""
    old, new = buyer("Old AG", country="DE"), buyer("New AG", lei=LEI)
    path = f"/office/buyers/buyer/{old.pk}/merge/"
    assert "Which entry stays?" in office.get(path).content.decode()
    assert "No entry of the directory has this number." in office.post(path, {"number": "123456"}).content.decode()
    shown = office.post(path, {"number": LEI.lower()}).content.decode()
    assert "New AG" in shown and "Make the two one" in shown
    old.refresh_from_db()
    assert old.merged_into is None
    assert office.post(path, {"number": LEI, "into": new.pk})["Location"] == f"/office/buyers/buyer/{new.pk}/change/"
    old.refresh_from_db()
    assert old.merged_into == new
    assert "This entry is merged into New AG already." in office.get(path).content.decode()
    again = office.post(path, {"number": LEI, "into": new.pk}).content.decode()
    assert "cannot be merged" in again or "merged into New AG already" in again


def test_a_buyer_in_the_admin_is_looked_at_only(office: Client):
    found = buyer("ACME", lei=LEI)
    buyer("Other")
    shown = office.get(f"/office/buyers/buyer/{found.pk}/change/").content.decode()
    assert "Merge into another entry" in shown and 'name="_save"' not in shown
    listed = office.get(f"/office/buyers/buyer/?q={LEI}").content.decode()
    assert "ACME" in listed and "Other" not in listed
    assert office.get("/office/buyers/buyer/?q=x").status_code == 200
    handler = signed_in(Client(), staff(CLAIMS_HANDLER))
    assert "Merge into another" not in handler.get(f"/office/buyers/buyer/{found.pk}/change/").content.decode()


# --- imports ----------------------------------------------------------------------------------------------------------

FILE = (
    f"LEI,legal_name,country,category\n{LEI},ACME,DE,GENERAL\nx,Max,DE,SOLE_PROPRIETOR\n"
    "391200011MR2KPMKTD85,Odd AG,DE,GENERAL\n"
)


def upload(office: Client, content: bytes, name: str = "gleif.csv"):
    return office.post("/office/buyers/directoryimport/add/", {"file": SimpleUploadedFile(name, content)})


def test_import_companies_and_directory_import(office: Client):
    """Handed in, seen while it runs, its result with reasons."""
    sent = upload(office, FILE.encode())
    run = DirectoryImport.objects.get()
    assert sent["Location"] == f"/office/buyers/directoryimport/{run.pk}/progress/"
    running = office.get(sent["Location"]).content.decode()
    assert "The import is running" in running and 'hx-trigger="every 2s"' in running
    load_directory_file(run.pk)
    part = office.get(sent["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "The import is done" in part and "<html" not in part and "hx-trigger" not in part
    assert "A sole proprietor is a private person" in part
    assert "The check digits of the number are wrong, although it was issued." in part
    assert office.get(f"/office/buyers/directoryimport/{run.pk}/change/").status_code == 200
    refused = b"".join(office.get(f"/office/buyers/directoryimport/{run.pk}/refused.csv").streaming_content)
    assert refused.decode("utf-8-sig").splitlines()[1].startswith("x,Max,DE,SOLE_PROPRIETOR,3,")


def test_a_file_that_is_none_is_told_at_once_or_on_its_page(office: Client):
    assert "The file is empty." in upload(office, b"").content.decode()
    sent = upload(office, "name,country\nMüller,DE\n".encode("utf-16"))
    run = DirectoryImport.objects.get()
    load_directory_file(run.pk)
    shown = office.get(sent["Location"]).content.decode()
    assert "The import was not done" in shown and "The file lacks the columns scheme, number." in shown


def test_a_name_of_a_file_is_no_path(office: Client):
    upload(office, FILE.encode(), name="../../" + "x" * 300 + ".csv")
    run = DirectoryImport.objects.get()
    assert "/" not in run.file_name and len(run.file_name) <= 255
    assert run.stored_as.startswith("directory/")
    give_up_directory_file(by=None, run=run.pk, failure="import_broke_off", facts={})
    shown = office.get(f"/office/buyers/directoryimport/{run.pk}/progress/").content.decode()
    assert "broke off because of a fault of the portal" in shown
