"""`manage.py refresh_scores`: the refresh without the queue. As many of these may run, beside workers, as one likes."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from buyers.actions.score_run import make_everyone_due, plan_refresh
from buyers.models import ScoreRange
from buyers.tasks import work_on_next_range


class Command(BaseCommand):
    """Plans what is due and works until nothing is left to claim."""

    help = "Refreshes the scores that are due, here and now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="score on the facts of this day (default: today)")
        parser.add_argument("--everyone", action="store_true", help="all rated buyers are due: after a new edition")
        parser.add_argument("--join", action="store_true", help="help with what is planned, plan nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["everyone"]:
            made_due = make_everyone_due(by=None, today=options["day"] or timezone.now().date())
            self.stdout.write(f"{made_due} buyers made due")
        run = None if options["join"] else plan_refresh(by=None, today=options["day"] or timezone.now().date())
        ranges = 0
        while work_on_next_range():
            ranges += 1
        failed = ScoreRange.objects.filter(run=run, done_at__isnull=True).count() if run else 0
        self.stdout.write(f"{ranges} ranges refreshed, {failed} not done")
