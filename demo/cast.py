"""Everybody and everything of the demo by the short names its story uses."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from accounts.models import Exporter, User
from accounts.models.roles import Role
from buyers.models import Buyer, ExchangeRate
from demo.clock import Story
from demo.people import PEOPLE
from policies.models import Policy


@dataclass
class Cast:
    """`staff` by e-mail (ids), the rest by key."""

    story: Story
    staff: dict[str, int] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    firms: dict[str, Exporter] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    buyers: dict[str, Buyer] = field(default_factory=dict)

    def owner(self, firm: str) -> int:
        """The firm's owner."""
        return self._member(firm, Role.OWNER)

    def editor(self, firm: str) -> int:
        """The firm's editor."""
        return self._member(firm, Role.EDITOR)

    def _member(self, firm: str, role: str) -> int:
        return next(self.people[someone.email].pk for someone in PEOPLE if (firm, role) in someone.roles)

    @staticmethod
    def days(number: int | None) -> timedelta:
        """So many days."""
        return timedelta(days=number or 0)

    def rate(self, base: str, quote: str) -> Decimal:
        """Today's rate, for sizes only; amounts of the portal are converted by its own rule."""
        return ExchangeRate.objects.rate_on(base, quote, self.story.today).value
