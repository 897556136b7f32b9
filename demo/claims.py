"""The demo's claims: one for insolvency that is assessed, one in progress with a paper still asked for, one draft."""

import uuid
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from claims.actions.claim import file_claim, start_claim
from claims.actions.handling import ask_for_papers, assess_claim, take_claim
from claims.actions.item import add_ledger_invoice
from claims.actions.paper import answer_paper_request, attach_paper
from claims.models import Claim, PaperRequest
from claims.models.claim import Cause
from claims.models.paper import PaperKind
from demo.cast import Cast
from demo.clock import set_to
from demo.papers import pdf
from receivables.models import Invoice

NAMESPACE = uuid.UUID("6f1d3c0e-54c1-4c0b-9a52-fa171ead0002")
# What each firm wrote of what happened, in its own language.
ACCOUNTS = {
    "lanhai": "多次书面催收并通过当地代理人联系，买方承诺付款但未履行。",
    "wiesen": "The buyer applied for protection from its creditors; our registered letter was not answered.",
    "lourido": "Reminders and calls were without result.",
}
HANDLER = "sofia.marques@fairlead.example"


def insolvency(cast: Cast) -> None:
    """Wiesenbruck's claim on the insolvent buyer: filed, papers asked for and received, assessed."""
    claim = _begun(cast, "wiesen", "pampasol", Cause.INSOLVENCY, 66, 62, ("R1984", "R2011"))
    _papers(cast, "wiesen", claim, 62, (
        (PaperKind.CONTRACT, "Frame contract", ("Frame contract between Wiesenbruck Pumpentechnik GmbH",
                                                "and Pampasol Maquinaria SRL, signed in Rosario.")),
        (PaperKind.INVOICE, "Invoices R1984 and R2011", ("R1984: 36,600.00 EUR", "R2011: 27,400.00 EUR")),
        (PaperKind.DELIVERY, "Bills of lading", ("Hamburg to Rosario, clean on board.",)),
        (PaperKind.INSOLVENCY_PROOF, "Order of the commercial court", ("Opening of concurso preventivo.",)),
        (PaperKind.STATEMENT, "Statement of account", ("Two invoices open, no receipts.",)),
        (PaperKind.DUNNING, "Reminders sent", ("Two reminders, the last one by registered mail.",)),
    ))  # fmt: skip
    with set_to(cast.story.moment(61, 10)):
        file_claim(by=cast.owner("wiesen"), claim=claim.pk)
    with set_to(cast.story.moment(55, 9)):
        take_claim(by=cast.staff[HANDLER], claim=claim.pk)
        asked = ask_for_papers(
            by=cast.staff[HANDLER],
            claim=claim.pk,
            asked=[(PaperKind.GUARANTEE, "Is there a guarantee of the shareholders? The contract speaks of one.")],
            answer_by=cast.story.today - timedelta(days=35),
        )
    with set_to(cast.story.moment(50, 9)):
        _answer(cast, "wiesen", asked[0], "There is none: the clause was struck out when the contract was renewed.")
    with set_to(cast.story.moment(24, 15)):
        assess_claim(
            by=cast.staff[HANDLER],
            claim=claim.pk,
            words="Both invoices were delivered under the limit in force. The loss is recognised in full.",
        )


def in_progress(cast: Cast) -> None:
    """Lanhai's claim for protracted default: filed in time, ten days before its last day, with its papers; the proof of
    delivery is still asked for."""
    claim = _begun(cast, "lanhai", "guadalmar", Cause.PROTRACTED_DEFAULT, 159, 21, ("26-0410", "26-0455"))
    _papers(cast, "lanhai", claim, 21, (
        (PaperKind.CONTRACT, "Sales contract", ("Sales contract LH-2214, Herramientas Guadalmar SA, Malaga.",)),
        (PaperKind.INVOICE, "Invoices 26-0410 and 26-0455", ("26-0410: 58,400.00 USD", "26-0455: 41,800.00 USD")),
        (PaperKind.STATEMENT, "Statement of account", ("Owed: 93,700.00 USD after a receipt of 6,500.00.",)),
        (PaperKind.DUNNING, "Reminders sent", ("Friendly reminder, formal demand, call of the agent.",)),
        (PaperKind.DELIVERY, "Delivery note 26-0410", ("Signed at the warehouse in Malaga.",)),
    ))  # fmt: skip
    with set_to(cast.story.moment(20, 3)):
        file_claim(by=cast.editor("lanhai"), claim=claim.pk)
    with set_to(cast.story.moment(18, 9)):
        take_claim(by=cast.staff[HANDLER], claim=claim.pk)
    with set_to(cast.story.moment(3, 13)):
        ask_for_papers(
            by=cast.staff[HANDLER],
            claim=claim.pk,
            asked=[(PaperKind.DELIVERY, "The delivery note of invoice 26-0455 is missing.")],
            answer_by=cast.story.today + timedelta(days=11),
        )


def draft(cast: Cast) -> None:
    """Lourido has begun a claim and not sent it."""
    _begun(cast, "lourido", "almenara", Cause.PROTRACTED_DEFAULT, 20, 2, ("FT 287",))


def _begun(cast: Cast, firm: str, buyer: str, cause: str, event: int, days_ago: int, numbers: tuple[str, ...]) -> Claim:
    editor, exporter = cast.editor(firm), cast.firms[firm]
    with set_to(cast.story.moment(days_ago, 2)):
        claim = start_claim(
            by=editor,
            exporter=exporter.pk,
            policy=cast.policies[firm].pk,
            buyer=cast.buyers[buyer].pk,
            cause=cause,
            event_on=cast.story.today - timedelta(days=event),
            currency=cast.policies[firm].currency,
            form_key=uuid.uuid5(NAMESPACE, f"{firm}/{buyer}"),
            account=ACCOUNTS.get(firm, ""),
        )
        for invoice in Invoice.objects.filter(exporter=exporter, number__in=numbers).order_by("number"):
            add_ledger_invoice(by=editor, claim=claim.pk, invoice=invoice.pk)
    return claim


def _papers(
    cast: Cast, firm: str, claim: Claim, days_ago: int, papers: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> None:
    with set_to(cast.story.moment(days_ago, 2, 30)):
        for kind, title, lines in papers:
            upload = SimpleUploadedFile(f"{title}.pdf", pdf(title, lines), content_type="application/pdf")
            attach_paper(by=cast.editor(firm), claim=claim.pk, upload=upload, kind=kind)


def _answer(cast: Cast, firm: str, request: PaperRequest, words: str) -> None:
    answer_paper_request(by=cast.editor(firm), request=request.pk, words=words)
