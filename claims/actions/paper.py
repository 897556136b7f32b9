"""Papers of a claim: attached, taken away, sent in answer to what the handler asked for."""

import uuid
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.access import require_role
from accounts.audit import action, record, subject_of
from claims.deadlines import moved
from claims.lifecycle import CLAIM, TAKES_PAPERS
from claims.models import Claim, ClaimEvent, ClaimPaper, PaperRequest
from claims.models.claim import FILING, ClaimStage
from claims.models.paper import PaperKind
from desk.actions.document import keep_document, remove_document
from desk.actions.duty import close_duty
from desk.actions.notice import tell
from desk.actions.review import drop_review
from desk.storage import files_follow_rows
from kernel.refusals import refusal, refuse


@files_follow_rows()
@action
def attach_paper(*, by: int, claim: int, upload: UploadedFile, kind: str, form: uuid.UUID | None = None) -> ClaimPaper:
    """Keep an uploaded file as a paper of that kind. Content sent twice with one form is one of its papers.

    Open until the claim is assessed or withdrawn. Refuses what keep_document refuses; then nothing is left of it.
    """
    found = Claim.objects.locked(claim)
    require_role(by, found.exporter_id)
    refuse([] if found.stage in TAKES_PAPERS else [refusal("claim_takes_no_papers")])
    # A paper may be taken away with its file, so each claim keeps a file of its own, whatever form it came with.
    own_form = uuid.uuid5(form, subject_of(found)) if form else None
    document = keep_document(by=by, exporter=found.exporter_id, upload=upload, form=own_form)
    paper, new = ClaimPaper.objects.get_or_create(document=document, defaults={"claim": found, "kind": PaperKind(kind)})
    if new:
        if found.stage == ClaimStage.DRAFT:
            drop_review(by=by, exporter=found.exporter_id, act=FILING, subject=subject_of(found))
        ClaimEvent.objects.add(found, "paper_added", by, name=document.name, paper=f"paper_{paper.kind}")
    record(
        by=by, subject=paper, exporter=found.exporter_id, claim=found.pk, kind=paper.kind, name=document.name,
        outcome="attached" if new else "repeated",
    )  # fmt: skip
    return paper


@action
def remove_paper(*, by: int, paper: int) -> ClaimPaper:
    """Take a paper away again, as long as the claim is a draft: what was sent stays. Twice is once."""
    row = ClaimPaper.objects.select_related("document").get(pk=paper)
    found = Claim.objects.locked(row.claim_id)
    require_role(by, found.exporter_id)
    refuse([] if found.stage == ClaimStage.DRAFT else [refusal("claim_filed_already")])
    row.refresh_from_db(fields=["removed_at"])
    repeated = row.removed_at is not None
    if not repeated:
        row.removed_at, row.removed_by_id = timezone.now(), by
        row.save(update_fields=["removed_at", "removed_by"])
        remove_document(by=by, document=row.document_id)
        drop_review(by=by, exporter=found.exporter_id, act=FILING, subject=subject_of(found))
        ClaimEvent.objects.add(found, "paper_taken_away", by, name=row.document.name, paper=f"paper_{row.kind}")
    record(
        by=by, subject=row, exporter=found.exporter_id, claim=found.pk, outcome="repeated" if repeated else "removed"
    )
    return row


@files_follow_rows()
@action
def answer_paper_request(
    *, by: int, request: int, words: str = "", uploads: Sequence[UploadedFile] = (), form: uuid.UUID | None = None
) -> PaperRequest:
    """Answer what the handler asked for, by files (kept as papers of that kind), by words, or by both.

    With the last open request answered the papers are complete: the insurer's clock runs again, later by the days it
    rested. All files are kept or, when one is refused, none. Refuses an answer of nothing and what a colleague has
    answered meanwhile; the same person saying the same again is once.
    """
    asked = PaperRequest.objects.get(pk=request)
    found = Claim.objects.locked(asked.claim_id)
    require_role(by, found.exporter_id)
    asked.refresh_from_db()
    if asked.answered_at:
        own = asked.answered_by_id == by and asked.answer == words.strip()
        refuse([] if own else [refusal("paper_request_answered_already")])
        record(by=by, subject=asked, exporter=found.exporter_id, claim=found.pk, outcome="repeated")
        return asked
    refuse([] if found.stage == ClaimStage.PAPERS_ASKED else [refusal("claim_takes_no_papers")])
    refuse([] if words.strip() or uploads else [refusal("answer_is_empty", "words")])
    for upload in uploads:
        attach_paper(by=by, claim=found.pk, upload=upload, kind=asked.kind, form=form)
    asked.answer, asked.answered_at, asked.answered_by_id = words.strip(), timezone.now(), by
    asked.save(update_fields=["answer", "answered_at", "answered_by"])
    ClaimEvent.objects.add(found, "paper_request_answered", by, paper=f"paper_{asked.kind}", words=asked.answer)
    complete = not found.paper_requests.filter(answered_at__isnull=True).exists()
    if complete:
        _complete(by, found)
    record(
        by=by, subject=asked, exporter=found.exporter_id, claim=found.pk, files=len(uploads),
        outcome="complete" if complete else "answered",
    )  # fmt: skip
    return asked


def _complete(by: int, claim: Claim) -> None:
    """Every request is answered: the clock runs again, the duty is done, the handler hears of it."""
    claim.stage = CLAIM.target("complete_papers", claim.stage)
    assert claim.decide_by and claim.clock_stopped_on  # set when it was filed, when papers were asked for
    claim.decide_by = moved(claim.decide_by, claim.clock_stopped_on, claim.today(), claim.terms())
    claim.clock_stopped_on = None
    claim.save(update_fields=["stage", "decide_by", "clock_stopped_on"])
    ClaimEvent.objects.add(claim, "papers_complete", by, decide_on=claim.decide_by.isoformat())
    close_duty(by=by, exporter=claim.exporter_id, kind="claims.answer_papers", subject=subject_of(claim))
    last = claim.paper_requests.latest("pk")
    if claim.handler_id:
        tell(
            by=by, exporter=None, kind="claims.papers_answered",
            facts={"reference": str(claim.reference), "buyer": claim.buyer.name, "firm": claim.exporter.name,
                   "decide_on": claim.decide_by.isoformat()},
            subject=subject_of(last), path=reverse("admin:claims_claim_decide", args=[claim.pk]),
            recipients=[claim.handler_id],
        )  # fmt: skip
