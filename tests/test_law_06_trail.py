"""Law 6: every action leaves exactly one event. That the trail cannot be rewritten is tried in accounts/tests."""

import ast
from importlib import import_module

import pytest

from portal.wording import WORDS
from tests.house import action_modules, every_module


def public_functions() -> list[tuple[str, str]]:
    """(module, function) for every function an actions module defines for others."""
    return [
        (module.name, node.name)
        for module in action_modules()
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


@pytest.mark.parametrize(("module", "name"), public_functions())
def test_what_an_actions_module_offers_is_an_action(module: str, name: str):
    function = getattr(import_module(module), name)
    assert getattr(function, "is_action", False), f"{module}.{name} is not decorated by accounts.audit.action"


@pytest.mark.parametrize(("module", "name"), public_functions())
def test_every_act_of_the_trail_is_worded(module: str, name: str):
    assert f"audit_{name}" in WORDS


@pytest.mark.parametrize(("module", "name"), public_functions())
def test_every_action_is_tried_by_a_test(module: str, name: str):
    words = {
        node.id if isinstance(node, ast.Name) else node.attr
        for test in every_module()
        if test.is_test
        for node in ast.walk(test.tree)
        if isinstance(node, ast.Name | ast.Attribute)
    }
    assert name in words


def test_an_action_takes_keyword_arguments_only():
    positional = [
        f"{module.name}.{node.name}"
        for module in action_modules()
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if node.args.args or node.args.posonlyargs or node.args.vararg
    ]
    assert positional == []
