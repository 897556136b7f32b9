"""Draws every lifecycle into docs/lifecycles/, one page per noun."""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import module_has_submodule

from kernel.lifecycle import Lifecycle

FOLDER = Path(settings.BASE_DIR) / "docs" / "lifecycles"


def lifecycles() -> list[Lifecycle]:
    """Every Lifecycle that stands in an app's lifecycle.py."""
    modules = [
        import_module(f"{app.name}.lifecycle")
        for app in apps.get_app_configs()
        if app.module and module_has_submodule(app.module, "lifecycle")
    ]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, Lifecycle)]
    return sorted(found, key=lambda lifecycle: lifecycle.noun)


def page_of(lifecycle: Lifecycle) -> Path:
    """Where the drawing of a noun is kept: docs/lifecycles/limit_request.md."""
    return FOLDER / f"{lifecycle.noun.replace(' ', '_')}.md"


class Command(BaseCommand):
    """`--check` writes nothing and fails when a drawing is not current."""

    help = "Draw the lifecycles into docs/lifecycles/."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when a drawing is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        stale = [
            one
            for one in lifecycles()
            if not page_of(one).exists() or page_of(one).read_text(encoding="utf-8") != one.drawing()
        ]
        if options["check"] and stale:
            raise CommandError(f"not current: {', '.join(one.noun for one in stale)}; run manage.py draw_lifecycles")
        if not options["check"]:
            FOLDER.mkdir(parents=True, exist_ok=True)
            for one in stale:
                page_of(one).write_text(one.drawing(), encoding="utf-8")
        self.stdout.write(f"{len(lifecycles())} lifecycles, {len(stale)} drawn")
