"""The rows of this floor in the admin."""

from buyers.admin import directory

__all__ = ["directory"]
