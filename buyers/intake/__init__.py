"""Annual accounts on their way in: typed in, as rows of a file, or sent by an exporter."""
