"""Under the bell: what has been told to the person, newest first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import person
from accounts.paging import keyset_page
from desk.actions.notice import read_notices
from desk.models import Notice
from desk.wording import notice_words


@person
def notices(request: HttpRequest) -> HttpResponse:
    """The person's own notices, of all their firms; `?show=unread` leaves out what was read."""
    own = _own(request)
    unread_only = request.GET.get("show") == "unread"
    found = own.filter(read_at__isnull=True) if unread_only else own
    page = keyset_page(request, found.select_related("exporter"), order=("-id",))
    rows = [{"notice": notice, "words": notice_words(notice)} for notice in page.rows]
    return render(request, "desk/notices.html", {"page": page, "rows": rows, "unread_only": unread_only})


@person
@require_POST
def read_all_notices(request: HttpRequest) -> HttpResponse:
    """Everything has been seen."""
    read_notices(by=request.user.pk)
    return redirect("notices")


@person
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks one as read and leads to the page it is about, in the firm it is about."""
    found = get_object_or_404(_own(request), pk=pk)
    if found.read_at is None:
        read_notices(by=request.user.pk, notices=[found.pk])
    if found.exporter_id in {firm.pk for firm in request.firms}:  # type: ignore[attr-defined]
        request.session["firm"] = found.exporter_id
    if found.path and url_has_allowed_host_and_scheme(found.path, allowed_hosts=None):
        return redirect(found.path)
    return redirect("notices")


def _own(request: HttpRequest):  # type: ignore[no-untyped-def]
    """Staff may see everybody's in the admin; under the bell is one's own."""
    return Notice.objects.visible_to(request.user).in_page().filter(recipient=request.user)
