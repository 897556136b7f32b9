"""What a person may be, in a firm and among staff."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A member's role in an exporter; each may do what the ones after it may."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    READER = "reader", _("Reader")


MAY_WRITE = frozenset({Role.OWNER, Role.EDITOR})
MAY_READ = frozenset({Role.OWNER, Role.EDITOR, Role.READER})

UNDERWRITER, SENIOR_UNDERWRITER = "underwriter", "senior underwriter"
CLAIMS_HANDLER, POLICY_ADMINISTRATOR = "claims handler", "policy administrator"
STAFF_GROUPS = (UNDERWRITER, SENIOR_UNDERWRITER, CLAIMS_HANDLER, POLICY_ADMINISTRATOR)
UNDERWRITER_GROUPS = frozenset({UNDERWRITER, SENIOR_UNDERWRITER})
GROUP_LABELS = {
    UNDERWRITER: _("Underwriter"),
    SENIOR_UNDERWRITER: _("Senior underwriter"),
    CLAIMS_HANDLER: _("Claims handler"),
    POLICY_ADMINISTRATOR: _("Policy administrator"),
}
