"""Invoices and receipts of the demo's firms: paid, not yet due, and late as the buyers' health has it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from demo.cast import Cast
from demo.clock import set_to
from receivables.actions.invoice import record_invoice
from receivables.actions.receipt import record_receipt


class Line(NamedTuple):
    """An invoice delivered so many days ago with so many days to pay; paid so many days ago, or not (None)."""

    firm: str
    buyer: str
    number: str
    net: str
    delivered: int
    terms: int = 60
    paid: int | None = None
    part: str = ""  # received so far, when not all


LINES = (
    Line("lanhai", "kesselring", "26-0881", "84210.00", 103, 45),
    Line("lanhai", "kesselring", "26-0917", "212090.00", 80),
    Line("lanhai", "kesselring", "26-1003", "316100.00", 37),
    Line("lanhai", "kesselring", "26-0702", "148300.00", 170, 60, 92),
    Line("lanhai", "harbour", "26-0960", "128400.00", 52),
    Line("lanhai", "harbour", "26-1011", "216600.00", 20),
    Line("lanhai", "harbour", "26-0801", "97250.50", 140, 60, 78),
    Line("lanhai", "morvan", "26-1040", "38900.00", 4),
    Line("lanhai", "zwaluw", "26-0955", "175400.00", 44),
    Line("lanhai", "zwaluw", "26-1030", "49600.00", 11),
    Line("lanhai", "prairiewind", "26-0899", "402000.00", 66, 90),
    Line("lanhai", "prairiewind", "26-0990", "188750.00", 33, 90),
    Line("lanhai", "brunnmark", "26-0930", "61300.00", 71, 60),
    Line("lanhai", "douro", "26-0911", "23100.00", 83, 60, None, "8000.00"),
    Line("lanhai", "guadalmar", "26-0410", "58400.00", 221, 60),
    Line("lanhai", "guadalmar", "26-0455", "41800.00", 197, 60, None, "6500.00"),
    Line("lanhai", "guadalmar", "26-0398", "22750.00", 239, 60, 160),
    Line("lanhai", "lionrock", "26-1022", "33200.00", 15),
    Line("wiesen", "zwaluw", "R2217", "118400.00", 38, 45),
    Line("wiesen", "carpat", "R2190", "64800.00", 62, 45),
    Line("wiesen", "carpat", "R2231", "38250.00", 21, 45),
    Line("wiesen", "harbour", "R2204", "71900.00", 41, 45),
    Line("wiesen", "pampasol", "R1984", "36600.00", 190, 45),
    Line("wiesen", "pampasol", "R2011", "27400.00", 171, 45),
    Line("wiesen", "lindgraben", "R2240", "92750.00", 12, 45),
    Line("lourido", "vallefonda", "FT 311", "84600.00", 55, 90),
    Line("lourido", "vallefonda", "FT 352", "61200.00", 18, 90),
    Line("lourido", "almenara", "FT 287", "47900.00", 112, 90),
    Line("lourido", "scheldemond", "FT 330", "38400.00", 39, 90),
)  # fmt: skip


def record_line(cast: Cast, line: Line) -> None:
    """Record the invoice on its day of issue (the day after delivery), and what was received on the day it came."""
    delivered = cast.story.today - timedelta(days=line.delivered)
    issued = delivered + timedelta(days=1)
    with set_to(cast.story.moment(line.delivered - 1, 11)):
        invoice = record_invoice(
            by=cast.editor(line.firm),
            exporter=cast.firms[line.firm].pk,
            policy=cast.policies[line.firm].pk,
            buyer=cast.buyers[line.buyer].pk,
            number=line.number,
            delivered_on=delivered,
            issued_on=issued,
            due_on=issued + timedelta(days=line.terms),
            net=Decimal(line.net),
            currency=cast.policies[line.firm].currency,
        )
    if line.paid is not None:
        _receive(cast, line, invoice.pk, Decimal(line.net), line.paid)
    elif line.part:
        _receive(cast, line, invoice.pk, Decimal(line.part), line.delivered - line.terms - 9)


def _receive(cast: Cast, line: Line, invoice: int, amount: Decimal, days_ago: int) -> None:
    day: date = cast.story.today - timedelta(days=days_ago)
    with set_to(cast.story.moment(days_ago, 16)):
        record_receipt(
            by=cast.editor(line.firm), invoice=invoice, amount=amount, received_on=day, reference=f"{line.number}-1"
        )
