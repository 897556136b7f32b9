"""The app's name in the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BuyersConfig(AppConfig):
    """See docs/architecture.md for what this floor holds."""

    name = "buyers"
    verbose_name = _("Buyers")
