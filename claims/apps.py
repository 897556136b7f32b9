"""The app's name in the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClaimsConfig(AppConfig):
    """See docs/architecture.md for what this floor holds."""

    name = "claims"
    verbose_name = _("Claims")
