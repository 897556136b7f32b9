"""What surrounds the portal: its set-up, its embedded servers and the demo. Nothing here is imported by the portal."""
