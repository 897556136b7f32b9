"""A step of the demo in a process of its own: bring the database up to date and fill it, or print its people.

One process for both commands of the first step: loading Django twice would cost a second of every start.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def prepare() -> None:
    """Migrate the database and seed it. Both do nothing the second time."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed_demo")


def people() -> None:
    """Print who can sign in."""
    from django.core.management import call_command

    call_command("demo_people")


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    people() if sys.argv[1:] == ["people"] else prepare()
