"""From ``manage.py`` to the command: first the right Python, then the demo, the tests or Django."""

import os
import sys
from typing import NoReturn

from scripts import bootstrap, borrowed, demo, translations, trouble
from scripts.places import ROOT


def run(argv: list[str]) -> None:
    """Carry out ``manage.py`` with these arguments, in the repository's own virtual environment."""
    command = argv[1] if len(argv) > 1 else "help"
    with trouble.plain_words():
        bootstrap.enter(argv, dev=command == "test")
        translations.compile_stale(ROOT)
        if command == "demo":
            sys.exit(demo.main(argv[2:]))
        if command == "test":
            run_tests(argv[2:])
        run_django(argv, command)


def run_tests(arguments: list[str]) -> NoReturn:
    """Become pytest. It starts the servers itself (conftest.py), so that a bare ``pytest`` is the same thing."""
    os.chdir(ROOT)
    # conftest.py sets it once it has started the servers; set from outside, the settings are read before they exist.
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])


def run_django(argv: list[str], command: str) -> None:
    """Django's own command, with the demo's servers when the environment names none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with borrowed.servers_for(command):
        from django.core.management import execute_from_command_line

        execute_from_command_line(argv)
