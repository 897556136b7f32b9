"""The rows of this floor in the admin."""

from buyers.admin import directory, scores

__all__ = ["directory", "scores"]
