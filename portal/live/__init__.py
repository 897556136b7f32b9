"""Live events: what open pages are told while they are open (docs/adr/0016-live-events-wake-and-rows-tell.md)."""
