"""The app's name in the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceivablesConfig(AppConfig):
    """See docs/architecture.md for what this floor holds."""

    name = "receivables"
    verbose_name = _("Receivables")
