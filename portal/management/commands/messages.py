"""Bring the Chinese catalogues up to the code: `manage.py messages`; only look: `manage.py messages --check`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import catalogues


class Command(BaseCommand):
    """Adds new messages (to be translated), keeps what is translated, drops what is no longer said."""

    help = "Extract messages from code and templates into each app's zh_Hans catalogue."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("app", nargs="*", help="only these apps (portal: the shared templates too)")
        parser.add_argument("--check", action="store_true", help="change nothing; list faults and exit 1 on any")

    def handle(self, *args: Any, **options: Any) -> None:
        root, ours = Path(settings.BASE_DIR), our_apps()
        if unknown := set(options["app"]) - set(ours):
            raise CommandError(f"No such app: {', '.join(sorted(unknown))}. There are {', '.join(ours)}.")
        chosen = options["app"] or ours
        if options["check"]:
            self.check_them(root, chosen, ours)
        else:
            for app in chosen:
                self.update(root, app, ours)

    def update(self, root: Path, app: str, ours: list[str]) -> None:
        """Rewrite one catalogue, when anything in it changes."""
        path, found = catalogues.catalogue_path(root, app), catalogues.wanted(root, app, ours)
        catalogue = catalogues.updated(catalogues.read(path), found)
        content = catalogues.written(catalogue)
        if found and (not path.exists() or path.read_bytes() != content):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        missing = sum(not catalogues.filled(m) or m.fuzzy for m in catalogue if m.id)
        self.stdout.write(f"{app}: {len(found)} messages, {missing} to translate ({path.relative_to(root)})")

    def check_them(self, root: Path, chosen: list[str], ours: list[str]) -> None:
        """Print every fault of the chosen catalogues; exit 1 when there is one."""
        read = {app: catalogues.read(catalogues.catalogue_path(root, app)) for app in ours}
        found = [
            f"{app}: {fault}"
            for app in chosen
            for fault in catalogues.faults(read[app], catalogues.wanted(root, app, ours))
        ]
        found += list(catalogues.quarrels(read))
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} faults in the catalogues", returncode=1)


def our_apps() -> list[str]:
    """The floors with messages of their own, as settings names them."""
    root = Path(settings.BASE_DIR)
    return sorted(config.label for config in apps.get_app_configs() if Path(config.path).parent == root)
