"""Sentences of this floor, keyed by code; the words of the floors below come along. Also a notice put into words."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import wording as below
from desk.gravity import Gravity
from desk.models import Notice

WORDS: dict[str, Any] = {
    **below.WORDS,
    # Files
    "document_missing": _("Choose at least one file."),
    "document_empty": _("“%(name)s” is empty (0 bytes). Open it, save it again and choose it once more."),
    "document_too_large": _(
        "“%(name)s” is larger than %(megabytes)s MB, the most one file may have. Send it in parts."
    ),
    "too_many_files": _("Only %(number)s files can be sent at once. Send “%(name)s” with the next ones."),
    "document_cut_short": _("“%(name)s” did not arrive completely. Send it again."),
    "document_is_program": _(
        "“%(name)s” looks like a program, whatever its name says. Programs are not accepted; send a PDF, a picture "
        "or an Office document."
    ),
    "document_is_script": _("“%(name)s” looks like a script. Scripts are not accepted; send a PDF, a picture or text."),
    "document_is_old_office": _(
        "“%(name)s” looks like a document of an old Office edition or an Outlook message. Save it as PDF, DOCX, XLSX "
        "or PPTX."
    ),
    "document_is_archive": _("“%(name)s” looks like an archive (ZIP or the like). Unpack it and send the files in it."),
    "document_is_web_page": _("“%(name)s” looks like a web page or XML. Print it to PDF and send that."),
    "document_is_recording": _("“%(name)s” looks like a sound or film recording. These are not accepted as papers."),
    "document_has_macros": _("“%(name)s” contains macros (small programs). Save it without macros, or as PDF."),
    "document_is_locked": _(
        "“%(name)s” is protected by a password, so nobody here could read it. Save it without one."
    ),
    "document_holds_archive": _("“%(name)s” has an archive inside. Take it out and send its files by themselves."),
    "document_unpacks_too_large": _(
        "“%(name)s” would unpack to far more than it seems, as harmful files do. Save it as PDF and send that."
    ),
    "document_is_damaged": _(
        "“%(name)s” is damaged: it begins like an Office document but cannot be read. Save it again."
    ),
    "document_type_unknown": _(
        "What “%(name)s” contains was not recognised. Accepted are PDF, PNG, JPEG, TIFF, HEIC, DOCX, XLSX, PPTX, TXT, "
        "CSV and EML."
    ),
    "document_not_scanned": _(
        "“%(name)s” could not be checked for viruses just now, so it was not taken. Try again in a few minutes."
    ),
    "document_infected": _("“%(name)s” was refused: the virus scanner found %(threat)s in it."),
    # How grave
    "gravity_urgent": _("Urgent"),
    "gravity_serious": _("Serious"),
    "gravity_worse": _("Got worse"),
    "gravity_news": _("For your information"),
    # Mails
    "mail_needs_nobody": _("This mail is neither of unknown outcome nor failed, so there is nothing to decide."),
    # Reviews
    "review_decided_already": _("This has been decided already. Reload the page to see how."),
    "review_needs_a_colleague": _("You entered this yourself, so a colleague has to send it."),
    # The trail
    "audit_tell": _("Sent a notice"),
    "audit_tell_firms": _("Sent notices"),
    "audit_retell_firms": _("Added to notices sent before"),
    "audit_read_notices": _("Read notices"),
    "audit_make_digests": _("Gathered mails into digests"),
    "audit_set_duty": _("Noted something to do"),
    "audit_close_duty": _("Noted something as done"),
    "audit_lapse_duty": _("Let something to do lapse"),
    "audit_keep_document": _("Stored a file"),
    "audit_remove_document": _("Removed a file"),
    "audit_forget_orphans": _("Removed files that belong to nothing"),
    "audit_open_review": _("Handed something to a colleague"),
    "audit_decide_review": _("Looked through what a colleague entered"),
    "audit_drop_review": _("Took something back from review"),
    "audit_claim_mail": _("Took a mail to be sent"),
    "audit_settle_mail": _("Noted what became of a mail"),
    "audit_give_up_lost_mails": _("Gave up lost mails"),
    "audit_send_mail_again": _("Sent a mail again"),
    "audit_mark_mail_sent": _("Noted a mail as sent"),
}


@dataclass(frozen=True)
class NoticeWords:
    """A notice for its reader: one line for the page and the mail's subject, the rest for the mail."""

    headline: str
    body: str


def notice_words(notice: Notice, language: str = "") -> NoticeWords:
    """The words of `notice` in `language` (empty: the one in force), from templates/<app>/notices/<code>.txt."""
    app, _dot, code = notice.kind.partition(".")
    with translation.override(language or translation.get_language()):
        facts = {**notice.facts, "exporter": notice.exporter, "notice": notice}
        if notice.kind == DIGEST:
            facts["firms"] = digest_rows(notice.facts["digest"])
        # Plain text: nothing is escaped here; the page escapes the headline and the mail its HTML.
        template: Any = get_template(f"{app}/notices/{code}.txt")
        text = template.template.render(Context(facts, autoescape=False))
    headline, _newline, body = text.strip().partition("\n")
    return NoticeWords(headline.strip(), body.strip())


# --- digests ---------------------------------------------------------------------------------------------------------

DIGEST = "desk.digest"
MOST_TOLD = 50  # of one firm and gravity; the rest is a number, and stands in the portal


def digest_rows(digest: int) -> list[dict[str, Any]]:
    """What a digest tells, in the language in force: by firm, the gravest first, each with its page."""
    found = Notice.objects.filter(digest=digest).select_related("exporter")
    told = found.order_by("exporter__name", "exporter", "-gravity", "-id")
    return [
        {"name": str(rows[0].exporter), "groups": [_group(g, list(of)) for g, of in groupby(rows, lambda n: n.gravity)]}
        for rows in (list(of) for _firm, of in groupby(told, lambda n: n.exporter_id))
    ]


def _group(gravity: int, notices: list[Notice]) -> dict[str, Any]:
    site = settings.SITE_URL.rstrip("/")
    items = [{"headline": notice_words(n).headline, "link": site + n.path} for n in notices[:MOST_TOLD]]
    return {
        "label": WORDS[f"gravity_{Gravity(gravity).name.lower()}"],
        "items": items,
        "more": len(notices) - len(items),
    }
