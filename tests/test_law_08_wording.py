"""Law 8: every refusal, reason, step, alert and stage has its sentence, in both languages."""

import ast
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import translation
from django.utils.functional import Promise

from portal.wording import WORDS
from tests.house import FLOORS, ROOT, modules

# Calls whose first argument is a code a person may come to read.
SPEAKING = {"refusal": 0, "Refusal": 0, "Step": 0, "reason": 0}
TELLING = {"tell", "tell_firms"}


def spoken_codes() -> set[tuple[str, str]]:
    """(module, code) for every literal code given to a speaking call."""
    return {
        (module.name, node.args[0].value)
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in SPEAKING
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def literal_kinds(*calls: str) -> set[str]:
    """The literal `kind=` of the calls named, wherever they stand."""
    return {
        keyword.value.value
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", None) in calls or getattr(node.func, "attr", None) in calls)
        for keyword in node.keywords
        if keyword.arg == "kind" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def test_every_code_has_its_words():
    assert sorted(f"{module}: {code}" for module, code in spoken_codes() if code not in WORDS) == []


def test_some_codes_are_spoken():
    # The law must not fall silent because a function was renamed.
    assert len(spoken_codes()) > 40


def test_every_notice_and_duty_has_its_words():
    missing = [
        f"{kind} wants templates/{app}/{folder}/{code}.txt"
        for folder, calls in (("notices", ("tell", "tell_firms")), ("duties", ("set_duty",)))
        for kind in sorted(literal_kinds(*calls))
        for app, code in [kind.split(".")]
        if not (ROOT / "templates" / app / folder / f"{code}.txt").exists()
    ]
    assert missing == []


def test_words_are_translated_when_read_not_when_written():
    assert [code for code, words in WORDS.items() if not isinstance(words, Promise)] == []


@pytest.mark.parametrize("code", sorted(WORDS))
def test_a_sentence_asks_for_the_same_facts_in_both_languages(code: str):
    with translation.override("en"):
        english = placeholders(str(WORDS[code]))
    with translation.override("zh-hans"):
        chinese = placeholders(str(WORDS[code]))
    assert english == chinese


def placeholders(sentence: str) -> set[str]:
    class Names(dict):
        def __missing__(self, name: str) -> str:
            self[name] = ""
            return ""

    names = Names()
    _ = sentence % names
    return set(names)


def test_every_choice_a_person_sees_is_translated():
    bare = [
        f"{model._meta.label}.{field.name}: {label}"
        for model in apps.get_models()
        if model._meta.app_label in FLOORS
        for field in model._meta.get_fields()
        for value, label in getattr(field, "choices", None) or []
        if not isinstance(label, Promise) and not isinstance(label, str)
    ]
    assert bare == []


def test_no_message_is_untranslated():
    said = StringIO()
    try:
        call_command("messages", check=True, stdout=said, stderr=said)
    except SystemExit as ended:
        assert ended.code in (0, None), said.getvalue()
