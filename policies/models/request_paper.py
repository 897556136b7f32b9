"""What a firm sends along with a request: documents that show what an appealed decision could not know."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from desk.models import Document
from policies.models.limit_request import LimitRequest


class RequestPaper(models.Model):
    """A document that came with a limit request; it stays as long as the request does."""

    request = models.ForeignKey(LimitRequest, models.PROTECT, related_name="papers", verbose_name=_("Limit request"))
    document = models.OneToOneField(Document, models.PROTECT, related_name="request_paper", verbose_name=_("File"))

    class Meta:
        verbose_name = _("Paper of a request")
        verbose_name_plural = _("Papers of requests")

    def __str__(self) -> str:
        return f"{self.request_id} {self.document_id}"
