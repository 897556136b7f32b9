"""The app of people and exporters."""

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Keeps the staff groups there after every migration (a database emptied by a test gets them back too)."""

    name = "accounts"
    verbose_name = _("People and exporters")

    def ready(self) -> None:
        post_migrate.connect(ensure_staff_groups, sender=self)
        # allauth's own signal, the only word it gives: who has just typed the app's first code has proved the factor.
        # Named by their paths: both read models, which are not there yet while this file is read.
        added = import_string("allauth.mfa.signals.authenticator_added")
        added.connect(import_string("accounts.adapters.note_second_factor"))


def ensure_staff_groups(**kwargs: Any) -> None:
    """The four staff groups exist; what they may do is said in accounts/access.py, not by Django's permissions."""
    names = ("underwriter", "senior underwriter", "claims handler", "policy administrator")
    group = apps.get_model("auth", "Group")
    for name in names:
        group.objects.get_or_create(name=name)
