"""Claims: what is claimed, the papers that prove it, and everything that happened to it."""

from claims.models.claim import Claim, ClaimItem
from claims.models.event import ClaimEvent
from claims.models.paper import ClaimPaper, PaperRequest

__all__ = ["Claim", "ClaimEvent", "ClaimItem", "ClaimPaper", "PaperRequest"]
