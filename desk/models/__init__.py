"""Notices, duties, reviews and documents."""

from desk.models.digest import Digest
from desk.models.document import Document
from desk.models.duty import Duty
from desk.models.notice import Notice
from desk.models.review import Review

__all__ = ["Digest", "Document", "Duty", "Notice", "Review"]
