"""Every buyer is found by the names it has and had: whatever path wrote them, whenever the terms were counted."""

import pytest
from django.core.management import call_command

from buyers.models import Buyer, Name, TermFrequency
from buyers.names import sort_key
from buyers.search import find_buyers, keeping
from buyers.search.keeping import count_terms, count_terms_if_grown, fill_names, keep_names
from buyers.tasks import keep_names_current
from buyers.terms import terms_of
from buyers.tests.factories import buyer, named

pytestmark = pytest.mark.django_db


def renamed(row: Buyer, name: str) -> None:
    Buyer.objects.filter(pk=row.pk).update(name=name, sort_key=sort_key(name))
    keep_names([row.pk])


def names_of(row: Buyer) -> list[tuple[str, str]]:
    return sorted(row.names.values_list("kind", "text"))


def test_a_renamed_buyer_is_found_by_its_former_name_too():
    row = buyer("Ilium Works GmbH")
    renamed(row, "Aurora Energy AG")
    assert names_of(row) == [("current", "Aurora Energy AG"), ("former", "Ilium Works GmbH")]
    assert row.names.get(kind="former").until is not None
    [found] = find_buyers(text="ilium works").rows
    assert (found.buyer.pk, found.former, found.how) == (row.pk, "Ilium Works GmbH", "form")
    [found] = find_buyers(text="aurora energy").rows
    assert (found.buyer.pk, found.former) == (row.pk, "")


def test_a_name_written_otherwise_is_no_former_name():
    row = buyer("Ilium Works GmbH")
    renamed(row, "ILIUM WORKS G.m.b.H.")
    assert names_of(row) == [("current", "ILIUM WORKS G.m.b.H.")]


def test_a_buyer_renamed_back_has_its_name_once():
    row = buyer("Ilium Works GmbH")
    renamed(row, "Aurora Energy AG")
    renamed(row, "Ilium Works GmbH")
    assert names_of(row) == [("current", "Ilium Works GmbH"), ("former", "Aurora Energy AG")]


def test_a_buyer_that_moved_is_found_in_its_new_country_by_all_its_names():
    row = buyer("Ilium Works GmbH", country="DE")
    named(row, "Troja Werke", kind="other")
    Buyer.objects.filter(pk=row.pk).update(country="AT")
    keep_names([row.pk])
    assert set(row.names.values_list("country", flat=True)) == {"AT"}
    assert [found.buyer.pk for found in find_buyers(text="troja werke", country="AT").rows] == [row.pk]
    assert find_buyers(text="troja werke", country="DE").rows == []


def test_the_command_puts_right_what_a_path_forgot_and_can_be_called_again(capsys: pytest.CaptureFixture[str]):
    forgotten = Buyer.objects.create(name="Forgotten Sons Ltd", sort_key="forgotten sons ltd", country="GB")
    outdated = buyer("Old Name Ltd")
    Buyer.objects.filter(pk=outdated.pk).update(name="New Name Ltd")
    call_command("fill_names")
    assert "2 names put right" in capsys.readouterr().out
    assert [found.buyer.pk for found in find_buyers(text="forgotten sons").rows] == [forgotten.pk]
    assert names_of(outdated) == [("current", "New Name Ltd"), ("former", "Old Name Ltd")]
    assert fill_names(0, 10**9) == 0
    keep_names_current()


def test_names_are_made_anew_when_the_rules_by_which_they_are_folded_have_changed(capsys: pytest.CaptureFixture[str]):
    row, other = buyer("Ilium Works GmbH"), buyer("Troja AG")
    named(row, "Ilium Factory Ltd", kind="former")
    row.names.update(core="as it was", terms=[1])
    call_command("fill_names")
    assert "0 names put right" in capsys.readouterr().out
    call_command("fill_names", "--anew")
    assert "2 names put right" in capsys.readouterr().out
    assert set(row.names.values_list("core", flat=True)) == {"ilium works", "ilium factory"}
    assert [found.buyer for found in find_buyers(text="works ilium").rows] == [row]
    assert names_of(other) == [("current", "Troja AG")]


def test_a_name_that_is_only_folded_otherwise_is_no_former_name():
    row = buyer("Ilium Works GmbH")
    row.names.update(core="as it was")
    keep_names([row.pk])
    assert names_of(row) == [("current", "Ilium Works GmbH")]


def test_an_empty_directory_has_nothing_to_fill(capsys: pytest.CaptureFixture[str]):
    call_command("fill_names")
    assert capsys.readouterr().out == "0 names put right, 0 terms counted\n"
    assert TermFrequency.objects.get(pk=0).names == 0


def test_terms_are_counted_and_rare_ones_left_out():
    for number in range(25):
        buyer(f"Counted {number} GmbH")
    assert count_terms() > 0
    counted = dict(TermFrequency.objects.values_list("term", "names"))
    assert counted[0] == 25
    assert set(counted.values()) == {25}  # "counted" and its trigrams; a number stands in fewer than twenty
    assert find_buyers(text="counted 7").rows[0].buyer.name == "Counted 7 GmbH"


def test_of_terms_that_many_have_the_shortest_names_are_kept_as_examples(monkeypatch: pytest.MonkeyPatch):
    for constant, value in {"FEWEST": 1, "MANY": 3, "EXAMPLES": 2}.items():
        monkeypatch.setattr(keeping, constant, value)
    for name in ("北京市宏远贸易", "上海贸易", "宁波大发贸易", "天津宏远"):
        buyer(name)
    count_terms()
    examples = dict(TermFrequency.objects.values_list("term", "examples"))
    kept = Name.objects.filter(pk__in=examples[terms_of(["贸易"])[1]]).values_list("text", flat=True)
    assert set(kept) == {"上海贸易", "宁波大发贸易"}
    assert examples[terms_of(["宏远"])[1]] == []  # two have it: all of them are found


def test_a_large_directory_is_counted_by_a_sample(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeping, "COUNTED", 1)
    monkeypatch.setattr(keeping, "FEWEST", 1)
    for number in range(40):
        buyer(f"Counted {number} GmbH")
    count_terms()
    counted = TermFrequency.objects.exclude(pk=TermFrequency.ALL_NAMES).values_list("names", flat=True)
    assert all(names % 40 == 0 for names in counted)  # each name that was looked at stands for forty


def test_terms_are_counted_again_only_when_many_names_came():
    buyer("One GmbH")
    count_terms_if_grown(0)
    assert not TermFrequency.objects.exists()
    count_terms_if_grown(1)
    assert TermFrequency.objects.get(pk=0).names == 1
    Name.objects.all().delete()
    TermFrequency.objects.filter(pk=0).update(names=1000)
    count_terms_if_grown(49)
    assert TermFrequency.objects.get(pk=0).names == 1000
    count_terms_if_grown(50)
    assert TermFrequency.objects.get(pk=0).names == 0
