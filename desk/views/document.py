"""The only way out for a private file: through a permission check, as a download, never shown in the page."""

import uuid

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.access import reads
from desk.models import Document


@reads
def document(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A file of the firm's."""
    own = Document.objects.visible_to(request.user).of(request.firm)
    return download(get_object_or_404(own, pk=pk, removed_at__isnull=True))


def download(found: Document) -> FileResponse:
    """The file in pieces, under the name people know it by (RFC 5987), whatever its type always as an attachment."""
    try:
        content = default_storage.open(found.key)
    except FileNotFoundError as lost:
        raise Http404 from lost
    answer = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Length"] = str(found.size)
    return answer
