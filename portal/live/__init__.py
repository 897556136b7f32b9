"""Live events: what open pages are told while they are open (docs/adr/0015-live-events.md)."""
