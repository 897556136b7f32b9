"""The main job of the portal, done by people of three desks in a real browser, in both languages."""
