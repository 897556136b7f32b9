"""Law 4: an action queues after its commit. A worker woken earlier would not find the row it is woken for."""

import ast

from tests.house import modules

TOO_EARLY = {"delay", "apply_async", "send_task"}
# Where delay_on_commit itself is made.
ALLOWED = {"portal.celery"}


def test_work_is_queued_on_commit_only():
    found = [
        f"{module.name}:{node.lineno} .{node.func.attr}("
        for module in modules()
        if module.name not in ALLOWED
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TOO_EARLY
    ]
    assert found == []
