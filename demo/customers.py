"""What the demo's firms bring along about their customers: a list to match, a year's accounts, an unknown company."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from buyers.actions.customer_list import confirm_columns, hand_in_customer_list
from buyers.actions.proposal import propose_buyer
from buyers.actions.submission import send_accounts
from buyers.customer_lists.tasks import match_next_range, read_next_list
from buyers.models import Identifier
from demo.cast import Cast
from demo.clock import set_to
from demo.papers import pdf
from demo.statements import last_year_end

NAMESPACE = uuid.UUID("6f1d3c0e-54c1-4c0b-9a52-fa171ead0003")
LIST = Path(__file__).parent / "customers.csv"
WRONG_LEI = "FAIR00DEMO0000000500"
# Lines of the accounts that were sent, in the currency of the buyer.
SENT = {
    "total_assets": 6_410_000, "current_assets": 3_980_000, "cash": 410_000, "stock": 1_640_000,
    "receivables": 1_730_000, "equity": 1_720_000, "current_liabilities": 3_310_000, "long_term_debt": 1_380_000,
    "sales": 9_260_000, "operating_profit": 301_000, "net_profit": 148_000,
}  # fmt: skip


def bring_list(cast: Cast) -> None:
    """Lanhai's list of customers, as its spreadsheet saves it, matched to the directory; somebody has to choose and to
    add."""
    shown = {key: Identifier.objects.get(buyer=buyer, scheme="LEI").value for key, buyer in cast.buyers.items()}
    content = LIST.read_text(encoding="utf-8").format(**shown, wrong=WRONG_LEI).encode("gb18030")
    upload = SimpleUploadedFile("客户名单.csv", content, content_type="text/csv")
    by = cast.editor("lanhai")
    with set_to(cast.story.moment(1, 2)):
        brought = hand_in_customer_list(
            by=by, exporter=cast.firms["lanhai"].pk, upload=upload, form_key=uuid.uuid5(NAMESPACE, "list")
        )
        confirm_columns(by=by, customer_list=brought.pk, columns=brought.columns)
        while read_next_list() or match_next_range():
            pass


def bring_accounts(cast: Cast) -> None:
    """Lanhai sends what its buyer gave it; an underwriter has to confirm."""
    title, lines = "Annual accounts", [f"{name.replace('_', ' ')}: {value:,}" for name, value in SENT.items()]
    upload = SimpleUploadedFile("accounts.pdf", pdf(title, lines), content_type="application/pdf")
    today = cast.story.today - timedelta(days=2)
    with set_to(cast.story.moment(2, 3)):
        send_accounts(
            by=cast.editor("lanhai"), exporter=cast.firms["lanhai"].pk, buyer=cast.buyers["condorina"].pk,
            upload=upload, period_end=date(last_year_end(cast.story.today).year, 12, 31), currency="USD", today=today,
            lines={name: Decimal(value) for name, value in SENT.items()}, comment="From the buyer's managing director.",
            form_key=uuid.uuid5(NAMESPACE, "accounts"),
        )  # fmt: skip


def propose(cast: Cast) -> None:
    """Lourido proposes a company the directory lacks."""
    with set_to(cast.story.moment(1, 9)):
        propose_buyer(
            by=cast.editor("lourido"), exporter=cast.firms["lourido"].pk, name="Azulejos Vila Serena Lda", country="PT",
            city="Leiria", comment="Met at the fair; first order expected next month.",
            form_key=uuid.uuid5(NAMESPACE, "proposal"),
        )  # fmt: skip
