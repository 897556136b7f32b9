"""People, the exporters they work for, what they may do and what they did."""

from accounts.models.audit import AuditEvent
from accounts.models.authority import StaffAuthority
from accounts.models.exporter import Exporter, Invitation, Membership
from accounts.models.person import User

__all__ = ["AuditEvent", "Exporter", "Invitation", "Membership", "StaffAuthority", "User"]
