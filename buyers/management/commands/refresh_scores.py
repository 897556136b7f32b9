"""`manage.py refresh_scores`: the refresh without the queue. As many of these may run, beside workers, as one likes."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from buyers.actions.score_run import plan_refresh, plan_rescore, resume_refresh
from buyers.models import ScoreRange, ScoreRun
from buyers.tasks import work_on_next_range


class Command(BaseCommand):
    """Plans what is due, or everybody under the edition in use, and works until nothing is left to claim."""

    help = "Refreshes scores here and now: those that are due, or everybody's under a new edition."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", type=date.fromisoformat, help="score on the facts of this day (default: today)")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--everyone", action="store_true", help="all rated buyers under the edition in use")
        what.add_argument("--join", action="store_true", help="help with what is planned, plan nothing")
        what.add_argument("--resume", type=int, metavar="RUN", help="let what this run gave up be tried again")
        parser.add_argument("--plan-only", action="store_true", help="leave the work to the queue")

    def handle(self, *args: Any, **options: Any) -> None:
        day = options["day"] or timezone.now().date()
        if options["resume"]:
            self._resume(options["resume"])
        elif not options["join"]:
            run = (plan_rescore if options["everyone"] else plan_refresh)(by=None, today=day)
            self.stdout.write(f"run {run.pk}: {run.ranges.count()} ranges" if run else "nothing to refresh")
        if options["plan_only"]:
            return  # beat wakes the workers within a minute
        ranges = 0
        while work_on_next_range():
            ranges += 1
        left, given_up = ScoreRange.objects.to_do().count(), ScoreRange.objects.given_up().count()
        self.stdout.write(f"{ranges} ranges refreshed, {left} not done, {given_up} given up")

    def _resume(self, run: int) -> None:
        try:
            freed = resume_refresh(by=None, run=run)
        except ScoreRun.DoesNotExist:
            raise CommandError(f"there is no run {run}") from None
        self.stdout.write(f"run {run}: {freed} ranges to be tried again")
