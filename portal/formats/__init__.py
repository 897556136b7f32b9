"""Days and moments as the portal writes them everywhere: 2026-11-21 (pages.md, "Numbers")."""
