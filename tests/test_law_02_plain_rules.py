"""Law 2: a module is plain Python unless its name says that it faces Django. Rules can then be read and tried alone."""

import ast

from tests.house import imported, modules

# Names (of the file or of a folder above it) that may import Django and what runs in it.
FACING_DJANGO = {
    "access", "actions", "adapters", "admin", "api", "apps", "asgi", "audit", "catalogues", "celery", "clock",
    "context_processors", "forms", "glossary", "live", "management", "middleware", "models", "pages", "paging",
    "safety", "search", "sectors", "settings", "shell", "storage", "tables", "tasks", "templatetags", "urls", "views",
    "wording", "wsgi",
}  # fmt: skip

DJANGO_WORLD = ("django", "allauth", "celery", "crispy", "psycopg", "pgtrigger", "redis")


def faces_django(parts: tuple[str, ...]) -> bool:
    return not parts or bool(set(parts) & FACING_DJANGO)


def test_a_rule_module_imports_nothing_of_django():
    found = [
        f"{module.name} imports {name}"
        for module in modules()
        if module.floor == "kernel" or not faces_django(module.parts)
        for node in ast.walk(module.tree)
        for name in imported(node)
        if name.startswith(DJANGO_WORLD)
    ]
    # An app's package may say what it exports; only portal's wakes the queue.
    assert [line for line in found if not line.startswith("portal imports")] == []


def test_a_rule_module_asks_no_clock():
    asked = {"today", "now", "utcnow", "time"}
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if not faces_django(module.parts)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in asked
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"date", "datetime", "time", "timezone"}
    ]
    assert found == []


def test_a_rule_module_imports_no_module_that_faces_django():
    found = [
        f"{module.name} imports {name}"
        for module in modules()
        if module.parts and not faces_django(module.parts)
        for node in ast.walk(module.tree)
        for name in imported(node)
        if name.split(".")[0] in {m.floor for m in modules()}
        and len(name.split(".")) > 1
        and set(name.split(".")[1:]) & FACING_DJANGO
    ]
    assert found == []
