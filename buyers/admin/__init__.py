"""The rows of this floor in the admin."""

from buyers.admin import directory, scores, watching

__all__ = ["directory", "scores", "watching"]
