"""The ledger: invoices and what was received on them."""

from receivables.models.invoice import Invoice
from receivables.models.receipt import Receipt

__all__ = ["Invoice", "Receipt"]
