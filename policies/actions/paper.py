"""Documents that come with a limit request."""

import uuid
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from accounts.access import require_role
from accounts.audit import action, record, subject_of
from desk.actions.document import keep_document
from policies.models import LimitRequest, RequestPaper


@action
def keep_request_papers(*, by: int, request: int, uploads: Sequence[UploadedFile]) -> list[RequestPaper]:
    """Keep uploaded files with a request, each by desk's own action and checks; within the act that makes the request.

    One refused file refuses the request with all of them. The same content twice in one form is one paper.
    """
    found = LimitRequest.objects.get(pk=request)
    require_role(by, found.exporter_id)
    own_form, kept = uuid.uuid5(found.form_key, subject_of(found)), []
    for upload in uploads:
        document = keep_document(by=by, exporter=found.exporter_id, upload=upload, form=own_form)
        kept.append(RequestPaper.objects.get_or_create(document=document, defaults={"request": found})[0])
    record(by=by, subject=found, exporter=found.exporter_id, files=len({paper.pk for paper in kept}))
    return kept
