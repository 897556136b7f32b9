"""What publishers tell about buyers: one module for each publisher's format, and what is looked for by date."""
