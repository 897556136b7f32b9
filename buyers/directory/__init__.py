"""Files of companies and how they become rows of the directory: characters, shapes, rows, and the bulk load."""
