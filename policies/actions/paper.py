"""Documents that come with a limit request."""

import uuid
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile

from accounts.audit import subject_of
from desk.actions.document import keep_document
from policies.models import LimitRequest, RequestPaper


def keep_papers(by: int, request: LimitRequest, uploads: Sequence[UploadedFile]) -> int:
    """Keep uploaded files with the stored request, each through desk's own action and checks; returns how many.

    For the action that makes the request, inside its transaction: one refused file refuses the request with all of
    them. The same content twice in one form is one paper.
    """
    own_form = uuid.uuid5(request.form_key, subject_of(request))
    for upload in uploads:
        document = keep_document(by=by, exporter=request.exporter_id, upload=upload, form=own_form)
        RequestPaper.objects.get_or_create(document=document, defaults={"request": request})
    return len(uploads)
