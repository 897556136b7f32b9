"""The set-up, the supervisor and the embedded servers; and the fixtures that put the portal before a browser."""
