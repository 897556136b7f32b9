"""Catalogues follow the code (portal/catalogues.py, the `messages` command)."""

import io
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.core.management import CommandError, call_command

from portal import catalogues
from portal.catalogues import Key
from portal.management.commands import messages

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext, npgettext
LABEL = gettext_lazy("Limit")
# Translators: a verb
SAID = _("Ask")
MANY = ngettext("%(n)s day", "%(n)s days", 2)
MONTH = pgettext("month", "May")
BOTH = npgettext("ctx", "one", "many", 2)
NOT = _(variable)
EMPTY = _("")
LONG = _(
    "one "
    "sentence"
)
"""
TEMPLATE = """{% load i18n %}
  {# Translators: above #}
<p title="{% translate "Quote “this”" %}">{% trans 'Old tag' %}</p>
    {% translate "May" context "month" %}
  {% translate "Kept" as kept %}
{% blocktranslate with name=x|default:_("nobody") %}Dear {{ name }}, 50% off{% endblocktranslate %}
{% blocktranslate count n=rows|length trimmed %}
  {{ n }} row
{% plural %}
  {{ n }} rows
{% endblocktranslate %}
{% blocktranslate context "verb" %}Open{% endblocktranslate %}
{{ value|default:_("none") }} {% include "x.html" with label=_("Passed") %} {{ _("Bare") }}
{% comment %}{% translate "Not said" %}{% endcomment %}
  it's an apostrophe " ' ( [ { and 100% of # odd text
"""
FOUND_IN_CODE = {
    Key(None, "Limit"), Key(None, "Ask"), Key(None, ("%(n)s day", "%(n)s days")), Key("month", "May"),
    Key("ctx", ("one", "many")), Key(None, "one sentence"),
}  # fmt: skip
FOUND_IN_TEMPLATE = {
    Key(None, "Quote “this”"), Key(None, "Old tag"), Key("month", "May"), Key(None, "Kept"), Key(None, "nobody"),
    Key(None, "Dear %(name)s, 50%% off"), Key(None, ("%(n)s row", "%(n)s rows")), Key("verb", "Open"),
    Key(None, "none"), Key(None, "Passed"), Key(None, "Bare"),
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object) -> Path:
    """A small house: portal and the app `desk`, each with code and templates, and one shared template."""
    write(tmp_path / "desk/wording.py", CODE)
    write(tmp_path / "desk/tests/test_it.py", 'from x import _\n_("In a test")\n')
    write(tmp_path / "desk/migrations/0001.py", 'from x import _\n_("In a migration")\n')
    write(tmp_path / "templates/desk/page.html", TEMPLATE)
    write(tmp_path / "templates/desk/notices/news.txt", "{% load i18n %}{% translate 'News' %}")
    write(tmp_path / "portal/words.py", 'from x import gettext as _\n_("House")\n')
    write(tmp_path / "templates/base.html", '{% load i18n %}{% translate "Skip" %}')
    write(tmp_path / "templates/admin/page.html", '{% load i18n %}{% translate "Office" %}')
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    monkeypatch.setattr(messages, "our_apps", lambda: ["desk", "portal"])
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("messages", *arguments, stdout=out)
    return out.getvalue()


def translate(path: Path, words: dict[str, str]) -> None:
    catalogue = catalogues.read(path)
    for message in catalogue:
        text = message.id if isinstance(message.id, str) else message.id[0]
        if text in words:
            message.string = words[text] if isinstance(message.id, str) else (words[text],)
    path.write_bytes(catalogues.written(catalogue))


def test_every_way_of_marking_a_message_in_code_is_found(tmp_path: Path) -> None:
    write(tmp_path / "code.py", CODE)
    found = dict(catalogues.messages_in(tmp_path / "code.py"))
    assert set(found) == FOUND_IN_CODE
    assert found[Key(None, "Ask")] == ["a verb"]


def test_every_way_of_marking_a_message_in_a_template_is_found(tmp_path: Path) -> None:
    write(tmp_path / "page.html", TEMPLATE)
    assert {key for key, _comments in catalogues.messages_in(tmp_path / "page.html")} == FOUND_IN_TEMPLATE


def test_each_app_has_its_own_messages_and_the_house_the_shared_ones(house: Path) -> None:
    run()
    desk = catalogues.read(house / "desk/locale/zh_Hans/LC_MESSAGES/django.po")
    shared = catalogues.read(house / "locale/zh_Hans/LC_MESSAGES/django.po")
    assert {catalogues.key_of(m) for m in desk if m.id} == FOUND_IN_CODE | FOUND_IN_TEMPLATE | {Key(None, "News")}
    assert {m.id for m in shared if m.id} == {"House", "Skip", "Office"}


def test_pages_of_allauth_belong_to_accounts(tmp_path: Path) -> None:
    for folder in ("account", "mfa", "usersessions", "accounts", "allauth"):
        write(tmp_path / f"templates/{folder}/page.html", "")
    owned = {path.parent.name for path in catalogues.sources(tmp_path, "accounts", ["accounts", "portal"])}
    assert owned == {"account", "mfa", "usersessions", "accounts"}


def test_translations_stay_new_messages_come_and_what_is_no_longer_said_goes(house: Path) -> None:
    run("desk")
    path = house / "desk/locale/zh_Hans/LC_MESSAGES/django.po"
    translate(path, {"Limit": "信用限额", "Ask": "申请", "%(n)s day": "%(n)s 天"})
    write(house / "desk/wording.py", CODE.replace('"Ask"', '"Ask for it"'))
    assert "to translate" in run("desk")
    catalogue = catalogues.read(path)
    assert catalogue["Limit"].string == "信用限额"
    assert catalogue["%(n)s day"].string == ("%(n)s 天",)
    assert "Ask" not in catalogue
    assert catalogue["Ask for it"].string == ""  # nothing is guessed from what is near
    assert not list(catalogue.obsolete)


def test_a_catalogue_changes_only_where_a_message_does(house: Path) -> None:
    run()
    path = house / "desk/locale/zh_Hans/LC_MESSAGES/django.po"
    before, stamp = path.read_bytes(), path.stat().st_mtime_ns
    write(house / "desk/wording.py", "\n\n\n" + CODE)
    run()
    assert path.read_bytes() == before
    assert path.stat().st_mtime_ns == stamp
    assert b"Date" not in before
    assert b"#:" not in before


def test_the_check_names_what_is_missing_and_fails(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run()
    out = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("messages", "portal", "--check", stdout=out)
    assert failed.value.returncode == 1
    assert "portal: not translated: 'House'" in out.getvalue()
    assert "desk: " not in out.getvalue()


def test_the_check_passes_on_a_complete_catalogue(house: Path) -> None:
    run("portal")
    translate(catalogues.catalogue_path(house, "portal"), {"House": "总部", "Skip": "跳过", "Office": "工作台"})
    assert run("portal", "--check") == ""


def test_an_unknown_app_is_refused_by_name(house: Path) -> None:
    with pytest.raises(CommandError, match="No such app: desks"):
        run("desks")


def complete(**words: str) -> Catalog:
    catalogue = Catalog(locale="zh_Hans")
    for english, chinese in words.items():
        catalogue.add(english, chinese)
    return catalogue


def test_fuzzy_stale_and_broken_messages_are_faults() -> None:
    catalogue = complete(Stale="旧")
    catalogue.add("Guess", "猜", flags={"fuzzy"})
    catalogue.add("%(n)s days", "%(m)s 天", flags={"python-format"})
    catalogue.add(("a", "b"), ("",))
    wanted = {Key(None, "Guess"): [], Key(None, "%(n)s days"): [], Key(None, ("a", "b")): []}
    found = list(catalogues.faults(catalogue, wanted))
    assert "fuzzy: 'Guess'" in found
    assert "no longer said: 'Stale'" in found
    assert "not translated: 'a'" in found
    assert any("%(n)s days" in fault and "placeholder" in fault for fault in found)


def test_the_same_english_with_a_plural_is_another_message() -> None:
    catalogue = complete(day="天")
    assert catalogues.translation(catalogue, Key(None, ("day", "days"))) is None


def test_one_english_in_two_chinese_is_a_quarrel() -> None:
    read = {"buyers": complete(Grade="评级", Buyer="买方"), "claims": complete(Grade="等级", Buyer="买方")}
    assert list(catalogues.quarrels(read)) == ["said in two ways: 'Grade': claims: 等级; buyers: 评级"]
