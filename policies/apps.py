"""The app's name in the admin."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PoliciesConfig(AppConfig):
    """See docs/architecture.md for what this floor holds."""

    name = "policies"
    verbose_name = _("Policies and limits")
