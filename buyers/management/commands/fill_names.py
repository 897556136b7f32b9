"""`manage.py fill_names`: the names of all buyers as the search reads them, and the count of their terms.

Once after the upgrade that brought the search; later the nightly sweep does the same. With --anew after an upgrade that
brings other rules of folding or other legal forms. May be interrupted at any time and called again.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from buyers.search.keeping import count_terms, fill_all_names


class Command(BaseCommand):
    """Puts right range by range what is missing or outdated, and says how far it is."""

    help = "Makes every buyer of the directory found by its name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew", action="store_true", help="make names that are there already anew from their texts"
        )

    def handle(self, *args: Any, anew: bool = False, **options: Any) -> None:
        done = 0
        for looked_at, last, rows in fill_all_names(anew):
            done += rows
            self.stdout.write(f"buyers up to {looked_at:,} of {last:,}: {done:,} names put right")
        self.stdout.write(f"{done:,} names put right, {count_terms():,} terms counted")
