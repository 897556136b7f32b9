"""Files on their way in: those that are too large are let go by while the request is read, before Django stores them.

Reading stops for nobody: the rest of the form arrives, so that the refusal stands at its field and nothing is lost.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from desk.contents import too_large
from desk.filenames import shown_name
from kernel.refusals import Refusal, refusal

View = Callable[..., HttpResponse]


class LargeFilesAside(FileUploadHandler):
    """First in the line of handlers: notes a refusal for each file it lets go by, in `request.files_refused`."""

    def __init__(self, request: HttpRequest):
        super().__init__(request)
        request.files_refused = []  # type: ignore[attr-defined]
        self.files_seen = 0
        self.announced = 0

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:
        """Remembers how long the request says it is."""
        self.announced = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """One more. Nothing is raised yet: Django would close the files before it, which are whole and wanted."""
        super().new_file(*args, **kwargs)
        self.files_seen += 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Passes on what may still fit; refuses files beyond the number one form may have."""
        most = settings.DOCUMENTS_PER_UPLOAD
        if self.files_seen > most:
            self._let_go(refusal("too_many_files", "files", number=most, name=self._name))
        # What the form itself says takes little; a request longer than this holds more than files that may come in.
        beyond_all = self.announced > most * settings.DOCUMENT_MAX_BYTES + 1024**2
        if beyond_all or start + len(raw_data) > settings.DOCUMENT_MAX_BYTES:
            self._let_go(too_large(self._name, settings.DOCUMENT_MAX_BYTES))
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers after this one keep the file."""

    @property
    def _name(self) -> str:
        return shown_name(self.file_name or "")

    def _let_go(self, why: Refusal) -> None:
        self.request.files_refused.append(why)  # type: ignore[union-attr]
        raise SkipFile


def limits_uploads(view: View) -> View:
    """For views that take files. CSRF is checked after the handler stands, since checking it reads the request."""
    protected = csrf_protect(view)

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.files_refused = []  # type: ignore[attr-defined]
        if request.method == "POST":
            request.upload_handlers.insert(0, LargeFilesAside(request))
        return protected(request, *args, **kwargs)

    return csrf_exempt(limited)
