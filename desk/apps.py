"""The app's name in the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """See docs/architecture.md for what this floor holds."""

    name = "desk"
    verbose_name = _("What lands on a desk")
