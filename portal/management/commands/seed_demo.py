"""``manage.py seed_demo``: the demo's data. Does nothing where they are; an interrupted run leaves no half."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo.seed import seed


class Command(BaseCommand):
    """Refuses a portal that is neither a demo nor in development: its passwords are printed."""

    help = "Load the demo's invented firms and buyers, and a sample of real names without grades."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("The demo's people have known passwords, so they are made only with DEMO=1 or DEBUG=1.")
        made = seed(lambda words: self.stdout.write(f"  {words}"))
        if options["verbosity"] > 1 and not made:
            self.stdout.write("The demo's data are there.")
