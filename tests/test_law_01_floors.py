"""Law 1: floors import downward only, at the top of the file. Upward news travels as rows."""

import ast
from graphlib import TopologicalSorter

from tests.house import FLOORS, every_module, imported, modules


def test_a_floor_imports_itself_and_lower_floors_only():
    upward = [
        f"{module.name} imports {name}"
        for module in modules()
        for node in ast.walk(module.tree)
        for name in imported(node)
        if name.split(".")[0] in FLOORS and FLOORS.index(name.split(".")[0]) > FLOORS.index(module.floor)
    ]
    assert upward == []


def test_no_two_files_name_each_other_however_far_round():
    files = {module.name for module in modules()}
    graph = {
        module.name: {
            name
            for node in module.tree.body
            for stem in imported(node)
            for name in (stem, *(f"{stem}.{alias.name}" for alias in getattr(node, "names", ())))
            # A package's own list of what it offers is no wall between its files.
            if name in files and not f"{module.name}.".startswith(f"{name}.")
        }
        for module in modules()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(files)  # CycleError names a circle


def test_the_house_never_imports_its_demo_scripts_or_tests():
    outside = {"demo", "scripts", "benchmarks", "tests"}
    allowed = {"portal.management.commands.seed_demo", "portal.management.commands.demo_people"}
    found = [
        f"{module.name} imports {name}"
        for module in modules()
        if module.name not in allowed
        for node in ast.walk(module.tree)
        for name in imported(node)
        if name.split(".")[0] in outside
    ]
    assert found == []


def test_nothing_of_the_house_is_imported_inside_a_function():
    hidden = [
        f"{module.name}:{inner.lineno}"
        for module in modules()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if any(name.split(".")[0] in FLOORS for name in imported(inner))
    ]
    assert hidden == []


def test_relative_imports_do_not_hide_a_floor():
    relative = [
        module.name
        for module in every_module()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_our_apps_do_not_talk_by_signals():
    # The one receiver is of Django's own post_migrate, which keeps the staff groups there.
    allowed = {"accounts.apps"}
    found = [
        module.name
        for module in modules()
        if module.name not in allowed
        for node in ast.walk(module.tree)
        if any(name.startswith("django.db.models.signals") or name == "django.dispatch" for name in imported(node))
    ]
    assert found == []


def test_only_the_floor_that_knows_all_holds_lays_a_buyer_aside():
    found = [
        module.name
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and "archive_book_entry" in {alias.name for alias in node.names}
    ]
    assert found == ["claims.actions.book"]
