"""Fairlead's portal: settings, queue, addresses and the pages that need several apps."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
