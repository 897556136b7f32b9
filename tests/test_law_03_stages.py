"""Law 3: only actions move a stage, so that every move has its checks and its audit event."""

import ast

from tests.house import action_modules, modules


def moves(tree: ast.AST) -> list[int]:
    """Lines that assign `.stage` or update it through a queryset."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [node.lineno for t in targets if isinstance(t, ast.Attribute) and t.attr == "stage"]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            named = {k.arg for k in node.keywords}
            if node.func.attr in {"update", "bulk_update", "update_or_create"} and "stage" in named:
                found.append(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
            found += [node.lineno for a in node.args if isinstance(a, ast.Constant) and a.value == "stage"]
    return found


def test_a_stage_is_moved_by_actions_only():
    actions = set(action_modules())
    found = [f"{m.name}:{line}" for m in modules() if m not in actions for line in moves(m.tree)]
    assert found == []


def test_the_law_sees_a_move_written_in_a_view():
    assert moves(ast.parse("request.stage = 'decided'")) == [1]
    assert moves(ast.parse("LimitRequest.objects.filter(pk=1).update(stage='decided')")) == [1]
    assert moves(ast.parse("setattr(row, 'stage', 'x')")) == [1]
    assert moves(ast.parse("row.amount = 1")) == []
