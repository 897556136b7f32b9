"""What can be done with invoices and receipts."""
