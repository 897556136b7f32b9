"""Lists of an exporter's customers: how their files are read and what their columns mean."""
