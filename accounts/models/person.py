"""A person who signs in: someone of an exporter's, or staff."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.roles import UNDERWRITER_GROUPS


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """A person with the lower-cased `email`; without a password until one is set by invitation or reset."""
        if not email:
            raise ValueError("A person needs an e-mail address")
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        """The operator's own account, for the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with that address, whatever its capitals."""
        return self.get(email__iexact=username)


class MailRhythm(models.TextChoices):
    """When mails about buyers come. What cannot wait comes at once, whatever is chosen (desk/gravity.py)."""

    AT_ONCE = "at_once", _("At once, one by one")
    DAILY = "daily", _("Once a day, in the morning")
    WEEKLY = "weekly", _("Once a week, on Monday morning")


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Staff work in the admin; everyone else works for the exporters they are members of."""

    email = models.EmailField(_("E-mail address"), max_length=254)
    name = models.CharField(pgettext_lazy("person", "Name"), max_length=150)
    language = models.CharField(_("Language"), max_length=10, blank=True)  # '' = as the browser says
    browser_language = models.CharField(max_length=10, blank=True, editable=False)  # last seen while `language` is ''
    mail_rhythm = models.CharField(
        _("Mails about buyers"), max_length=10, choices=MailRhythm.choices, default=MailRhythm.AT_ONCE
    )
    time_zone = models.CharField(_("Time zone"), max_length=50, blank=True)  # whose morning; '' = settings.TIME_ZONE
    is_staff = models.BooleanField(_("Staff"), default=False)
    is_active = models.BooleanField(_("Active"), default=True)
    joined_at = models.DateTimeField(_("Joined"), default=timezone.now)
    seen_changes_at = models.DateTimeField(null=True, blank=True)  # Home's "what changed" starts here

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("Person")
        verbose_name_plural = _("People")
        constraints = [models.UniqueConstraint(Lower("email"), name="one_person_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def mail_language(self) -> str:
        """The language of mails to this person: their own choice, else what their browser last asked for."""
        return self.language or self.browser_language or settings.LANGUAGE_CODE

    def get_full_name(self) -> str:
        """The name as mails greet it."""
        return self.name

    def get_short_name(self) -> str:
        """The same: names are not split (Chinese, Arabic and single names)."""
        return self.name

    def staff_groups(self) -> set[str]:
        """The names of the staff groups this person is in; read once per instance."""
        if not hasattr(self, "_staff_groups"):
            self._staff_groups = set(self.groups.values_list("name", flat=True)) if self.is_staff else set()
        return self._staff_groups

    @property
    def is_underwriter(self) -> bool:
        """Underwriter or senior underwriter."""
        return bool(self.staff_groups() & UNDERWRITER_GROUPS)
