"""The outbox, duties, reviews and documents as staff see them. Mails of unknown outcome wait here for a person."""

import uuid

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import staff
from accounts.admin import OfficeAdmin, ReadOnlyAdmin
from accounts.models.roles import CLAIMS_HANDLER, POLICY_ADMINISTRATOR, SENIOR_UNDERWRITER, UNDERWRITER
from accounts.wording import said_of
from desk.actions.mail import mark_mail_sent, send_mail_again
from desk.models import Digest, Document, Duty, Notice, Review
from desk.views.document import download
from desk.wording import WORDS, notice_words
from kernel.refusals import Refused

READS_PAPERS = (CLAIMS_HANDLER, UNDERWRITER, SENIOR_UNDERWRITER)


@admin.register(Notice)
class NoticeAdmin(OfficeAdmin):
    """The outbox. Mails of unknown outcome are looked into (the mail server's log, the recipient) and decided."""

    seen_by = (POLICY_ADMINISTRATOR,)
    list_display = ("pk", "headline", "recipient", "channel", "stage", "trouble", "created_at", "sent_at")
    list_filter = ("channel", "stage", "kind")
    list_select_related = ("recipient", "exporter")
    search_fields = ("recipient__email", "subject", "message_id")
    ordering = ("-pk",)
    fields = readonly_fields = (
        "recipient", "exporter", "channel", "kind", "headline", "facts", "subject", "path", "created_at", "read_at",
        "stage", "message_id", "attempts", "not_before", "claimed_until", "sent_at", "trouble",
    )  # fmt: skip
    actions = ("send_again", "mark_sent")

    @admin.display(description=gettext_lazy("Headline"))
    def headline(self, notice: Notice) -> str:
        """In the language of whoever looks; the kind where its words are broken, which is what one looks for here."""
        try:
            return notice_words(notice).headline
        except Exception:
            return notice.kind

    @admin.action(description=gettext_lazy("Send again"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[Notice]) -> None:
        """Queues unknown and failed mails anew."""
        self._decided(request, chosen, send_mail_again)

    @admin.action(description=gettext_lazy("Mark as sent"))
    def mark_sent(self, request: HttpRequest, chosen: QuerySet[Notice]) -> None:
        """They did arrive."""
        self._decided(request, chosen, mark_mail_sent)

    def _decided(self, request: HttpRequest, chosen: QuerySet[Notice], act) -> None:  # type: ignore[no-untyped-def]
        done, refused = 0, ""
        for notice in chosen.filter(channel="mail"):
            try:
                act(by=request.user.pk, notice=notice.pk)
                done += 1
            except Refused as why:
                refused = said_of(WORDS, why.refusals[0])
        if done:
            messages.success(request, ngettext("%(n)s mail decided.", "%(n)s mails decided.", done) % {"n": done})
        if refused or not done:
            messages.warning(request, refused or _("Choose mails: what is in the page needs no sending."))


@admin.register(Digest)
class DigestAdmin(ReadOnlyAdmin):
    """Which digests were made for whom; their mails stand in the outbox."""

    seen_by = (POLICY_ADMINISTRATOR,)
    list_display = ("recipient", "rhythm", "starts_on", "made_at")
    list_filter = ("rhythm",)
    list_select_related = ("recipient",)
    search_fields = ("recipient__email",)
    ordering = ("-pk",)


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    """What firms have to do by when."""

    list_display = ("kind", "exporter", "due_on", "done_at", "lapsed_at")
    list_filter = ("kind",)
    list_select_related = ("exporter",)
    ordering = ("-due_on",)


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """What firms look through themselves before they send it; of no effect outside the firm while it is open."""

    seen_by = (POLICY_ADMINISTRATOR,)
    list_display = ("act", "exporter", "asked_by", "asked_at", "outcome", "decided_by")
    list_filter = ("outcome", "act")
    list_select_related = ("exporter", "asked_by", "decided_by")
    ordering = ("-pk",)


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Files of the firms; opened by those who judge them."""

    seen_by = READS_PAPERS
    list_display = ("name", "exporter", "content_type", "size", "scan_state", "uploaded_at", "removed_at")
    list_filter = ("content_type", "scan_state")
    list_select_related = ("exporter",)
    search_fields = ("name", "sha256")
    ordering = ("-uploaded_at",)

    def get_urls(self) -> list[URLPattern]:
        """The way out of storage for staff."""
        view = self.admin_site.admin_view(document_download)
        return [path("<uuid:pk>/download/", view, name="desk_document_download"), *super().get_urls()]


@staff(*READS_PAPERS)
def document_download(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A firm's file, for staff who judge papers."""
    return download(get_object_or_404(Document.objects.visible_to(request.user), pk=pk, removed_at__isnull=True))
