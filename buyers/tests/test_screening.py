"""Sanctions screening: what is like enough, who is due, what a person decides, and that no exporter hears of it."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models.roles import CLAIMS_HANDLER, UNDERWRITER
from accounts.tests.factories import exporter, staff
from buyers.actions.feed import hand_in_feed
from buyers.actions.link import end_link, link_buyers
from buyers.actions.linked_trouble import spread_trouble
from buyers.actions.score import score_buyer
from buyers.actions.screening import decide_hit, screen_batch
from buyers.actions.signal import record_signal
from buyers.feeds.tasks import look_for_late_accounts, look_for_linked_trouble, screen_whoever_is_due
from buyers.linking import link_refused
from buyers.models import (
    Alert,
    BuyerLink,
    HitDecision,
    SanctionsEntry,
    SanctionsName,
    ScreeningDue,
    ScreeningHit,
    ScreeningRun,
    Signal,
)
from buyers.models.name import NameKind
from buyers.romanising import romanised
from buyers.screening import (
    Alike,
    Listed,
    Screen,
    Weighed,
    country_likeness,
    is_hit,
    likeness,
    meant,
    rule,
    shapes,
    weight,
    words_of,
)
from buyers.tests.factories import buyer, in_book, named, score, statement
from kernel.refusals import NotAllowed, Refused

TODAY = timezone.now().date()


def like(one: str, other: str) -> int:
    return likeness(Weighed.of(one), Weighed.of(other), rule().likeness_of_words)[0]


# --- the rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wonsan Shipping Co., Ltd.", "WONSAN SHIPPING"),
        ("Shipping Wonsan", "WONSAN SHIPPING LLC"),
        ("Ansarallah", "ANSAR ALLAH"),
        ("Société Générale Maritime S.A.", "SOCIETE GENERALE MARITIME"),
    ],
)
def test_the_same_words_in_any_order_and_legal_form_are_the_same_name(one, other):
    assert like(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other", "least"),
    [
        ("Goldenstar Maritim Trading", "GOLDENSTAR MARITIME TRADING", 95),  # a letter less
        ("Godlenstar Maritime", "GOLDENSTAR MARITIME", 90),  # two letters swapped
        ("Goldenstar Maritime Global", "GOLDENSTAR MARITIME", 90),  # a word that tells little
    ],
)
def test_a_slip_or_a_common_word_leaves_names_alike_but_never_the_same(one, other, least):
    assert least <= like(one, other) < 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Goldenstar Trading", "Silverstar Trading"),
        ("Mar Azul", "Mas Azul"),  # short words are compared letter by letter
        ("Global Trading Company", "International Trading Company"),
        ("Kesselring Werkzeuge", "Wonsan Shipping"),
    ],
)
def test_names_that_share_only_what_many_have_are_not_alike(one, other):
    assert like(one, other) < rule().likeness_from["same"]


def test_rare_words_tell_more_than_common_ones_and_long_ones_more_than_short():
    assert weight("wonsan") > weight("maritime") > weight("trading") > weight("global")
    assert weight("wonsan") > weight("kala")
    assert words_of("Wonsan Wonsan Ltd") == ("wonsan",)
    assert set(shapes("abcde")) == {"abcde", "bcde", "acde", "abde", "abce", "abcd"}
    assert list(shapes("abcd")) == ["abcd"]


@pytest.mark.parametrize(
    ("percent", "shared", "country", "weak", "hit"),
    [
        (100, 0.1, "same", False, True),
        (100, 0.1, "unknown", False, True),
        (100, 0.1, "other", False, False),  # "Industrial Bank" in another country
        (100, 2.0, "other", False, True),
        (80, 1.0, "same", False, True),
        (79, 1.0, "same", False, False),
        (86, 1.0, "unknown", False, True),
        (85, 1.0, "unknown", False, False),
        (96, 1.0, "other", False, True),
        (95, 1.0, "other", False, False),
        (95, 0.59, "same", False, False),
        (100, 2.0, "same", True, True),
        (99, 2.0, "same", True, False),
        (100, 2.0, "unknown", True, False),
    ],
)
def test_what_is_like_enough_depends_on_country_and_on_what_is_shared(percent, shared, country, weak, hit):
    assert is_hit(Alike(percent, shared), country, weak, rule()) is hit


def test_the_same_but_for_a_slip_need_not_be_distinctive_but_in_another_country():
    assert is_hit(Alike(90, 0.1, slip=True), "unknown", False, rule())
    assert not is_hit(Alike(99, 0.1, slip=True), "other", False, rule())
    assert not is_hit(Alike(99, 0.1, slip=True), "same", True, rule())  # a weak alias


@pytest.mark.parametrize(
    ("one", "other", "percent", "slip"),
    [
        ("Goldenstar Maritime Limitd", "GOLDENSTAR MARITIME LIMITED", 99, True),  # a slip in the legal form
        ("Joint Stock Copany Goldenstar", "JOINT STOCK COMPANY GOLDENSTAR", 99, True),
        ("Goldenstar Lmited", "GOLDENSTAR GMBH", 67, False),  # which the other does not have
        ("Atlas Euipment", "ATLAS EQUIPMENT", 98, True),  # frequent words only
        ("Smb Bank", "SMP BANK", 29, False),  # a word of three letters with a slip may be another one
        ("Yakuaz", "YAKUZA", 86, True),
        ("Mleon", "MELON", 83, True),
        ("Vtb Bak", "VTB BANK", 86, True),
    ],
)
def test_one_slip_in_the_whole_name_counts_however_short_or_common_its_words(one, other, percent, slip):
    found = likeness(Weighed.of(one), Weighed.of(other), rule().likeness_of_words)
    assert (found.percent, found.slip) == (percent, slip)


@pytest.mark.parametrize("name", ["Atlas Euipment Ltd", "Gloobal Age", "Sky Trade Cmopany", "Sky Tradee Company"])
def test_a_slip_in_a_name_of_frequent_words_is_found(name):
    screen = Screen(
        [
            Listed(n, name, frozenset())
            for n, name in enumerate(("ATLAS EQUIPMENT CO", "GLOBAL AGE", "SKY TRADE COMPANY"))
        ],
        rule(),
    )
    assert len(screen.hits(name, "DE")) == 1


def test_a_word_is_weighed_as_the_frequent_one_it_may_be_a_slip_of():
    assert meant("limoted") == 0 and meant("internatonal") == weight("international") < weight("internatonal")
    assert meant("wonsan") == weight("wonsan") and meant("bank") == weight("bank")


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("丹东金祥贸易有限公司", "dandong jinxiang trading"),
        ("丹東中盛工貿有限公司", "dandong zhongsheng industry trade"),  # traditional characters
        ("哈尔滨新西安电子（集团）有限公司", "harbin xinxian electronics group"),  # a place within a name is part of it
        ("中国石油", "china petroleum"),
        ("ABC贸易有限公司", "abc trading"),
        ("Dandong Jinxiang", ""),
        ("", ""),
    ],
)
def test_chinese_names_are_romanised_as_their_companies_write_them(name, latin):
    assert romanised(name) == latin


def test_a_chinese_name_is_found_by_its_latin_one_and_the_other_way_round():
    screen = Screen(
        [
            Listed(1, "DANDONG JINXIANG TRADE CO., LTD.", frozenset(["CN"])),
            Listed(2, "武汉三江进出口有限公司", frozenset()),
        ],
        rule(),
    )
    assert [h.listed.entry for h in screen.hits("丹东金祥贸易有限公司", "CN")] == [1]
    assert [h.listed.entry for h in screen.hits("Wuhan Sanjiang Import and Export Co., Ltd.", "CN")] == [2]
    assert [(h.listed.entry, h.percent) for h in screen.hits("武漢三江進出口有限公司", "CN")] == [(2, 100)]
    assert screen.hits("上海宏远贸易有限公司", "CN") == []


def test_a_country_is_the_same_another_or_not_known():
    found = [country_likeness(c, frozenset(cs)) for c, cs in (("DE", ["DE"]), ("DE", ["FR"]), ("DE", []), ("", ["FR"]))]
    assert found == ["same", "other", "unknown", "unknown"]


def test_each_entry_is_hit_once_by_the_likest_of_its_names():
    screen = Screen([
        Listed(1, "GOLDENSTAR MARITIME SERVICE", frozenset()), Listed(1, "GOLDENSTAR MARITIME", frozenset()),
        Listed(2, "GOLDENSTAR MARITIM", frozenset()), Listed(3, "WONSAN", frozenset()),
        Listed(4, "GOLDENSTAR MARITIME PETROCHEMICAL KOMBINAT SEVASTOPOL", frozenset()),
    ], rule())  # fmt: skip
    hits = screen.hits("Goldenstar Maritime GmbH", "DE")
    assert [(h.listed.entry, h.listed.name, h.percent == 100) for h in hits] == [
        (1, "GOLDENSTAR MARITIME", True), (2, "GOLDENSTAR MARITIM", False)]  # fmt: skip
    assert screen.hits("Kesselring Werkzeuge GmbH", "DE") == [] == screen.hits("", "")
    # A rare word in common makes a name worth comparing, and not yet alike.
    works = Screen([Listed(1, "SEVASTOPOL KOMBINAT", frozenset())], rule())
    assert works.hits("Sevastopol Ferries", "DE") == []


# --- the job ----------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr("buyers.tasks.score_signalled.delay_on_commit", lambda *_: None)
    monkeypatch.setattr("buyers.tasks.plan_scores.delay_on_commit", lambda *_: None)


def listed(name: str = "GOLDENSTAR MARITIME", **columns) -> SanctionsEntry:
    run = hand_in_feed(by=None, kind="ofac_sdn", file_name="x")
    columns = {"source_id": str(SanctionsEntry.objects.count() + 1), "kind": "entity", "digest": "x", **columns}
    entry = SanctionsEntry.objects.create(
        sanctions_list="ofac_sdn", name=name, first_edition=TODAY, edition=TODAY, run=run, **columns
    )
    SanctionsName.objects.create(entry=entry, source_key="", name=name, quality="primary")
    return entry


def screened() -> int:
    total = 0
    while batch := screen_batch(by=None, size=2):
        total += batch
    return total


@pytest.mark.django_db
def test_the_new_and_the_renamed_are_due_and_nobody_else():
    one, two = buyer("One"), buyer("Two")
    merged = buyer("Three", merged_into=one)
    assert set(ScreeningDue.objects.values_list("buyer_id", flat=True)) == {one.pk, two.pk}
    assert (screened(), ScreeningDue.objects.count()) == (2, 0)
    two.next_score_on = TODAY
    two.save(update_fields=["next_score_on"])
    assert not ScreeningDue.objects.exists()
    two.name = "Goldenstar Maritime"
    two.save()
    assert list(ScreeningDue.objects.values_list("buyer_id", flat=True)) == [two.pk]
    assert ScreeningDue.objects.queue_all() == 1 and merged.pk not in ScreeningDue.objects.values_list("pk", flat=True)


@pytest.mark.django_db
def test_a_hit_is_found_once_and_the_run_counts_it():
    listed()
    listed("WONSAN SHIPPING", kind="vessel")
    listed("OLD WONSAN SHIPPING", removed_on=TODAY)
    firm, ship = buyer("Goldenstar Maritime Ltd"), buyer("Wonsan Shipping Ltd")
    assert screened() == 2
    hit = ScreeningHit.objects.get()
    assert (hit.buyer, hit.likeness, hit.country, hit.stage) == (firm, 100, "unknown", "open")
    run = ScreeningRun.objects.get()
    assert (run.screened, run.hits, run.entries, run.finished_at is not None, run.rate > 0) == (2, 1, 1, True, True)
    ScreeningDue.objects.queue_all()
    assert (screened(), ScreeningHit.objects.count()) == (2, 1)
    assert not ship.screening_hits.exists()


@pytest.mark.django_db
def test_former_names_are_screened_too_and_the_likest_name_is_kept():
    entry = listed()
    firm = buyer("Goldenstar Maritim Ltd")
    named(firm, "Goldenstar Maritime Ltd", kind=NameKind.FORMER)
    screened()
    hit = ScreeningHit.objects.get()
    assert (hit.entry, hit.buyer_name, hit.likeness) == (entry, "Goldenstar Maritime Ltd", 100)


@pytest.mark.django_db
def test_a_cleared_pair_comes_back_only_when_the_entry_changed():
    entry, by = listed(), staff(UNDERWRITER).pk
    firm = buyer("Goldenstar Maritime Ltd")
    screened()
    hit = decide_hit(by=by, hit=ScreeningHit.objects.get().pk, outcome="clear", reason="Another founding year")
    assert hit.stage == "cleared"
    ScreeningDue.objects.queue_all()
    screened()
    assert ScreeningHit.objects.count() == 1
    SanctionsEntry.objects.filter(pk=entry.pk).update(version=2)
    ScreeningDue.objects.queue_all()
    screened()
    assert list(firm.screening_hits.order_by("id").values_list("stage", "entry_version")) == [
        ("cleared", 1),
        ("open", 2),
    ]


@pytest.mark.django_db
def test_a_confirmed_hit_is_a_signal_for_staff_and_alerts_nobody():
    listed()
    firm = buyer("Goldenstar Maritime Ltd", next_score_on=date(2030, 1, 1))
    in_book(exporter(), firm)
    screened()
    by = staff(UNDERWRITER).pk
    assert ScreeningHit.objects.standing_on(firm) == (False, True)
    hit = decide_hit(by=by, hit=ScreeningHit.objects.get().pk, outcome="confirm", reason="Same address in Havana")
    row = Signal.objects.get()
    assert (row.kind, row.staff_only, row.source, row.facts["hit"]) == ("sanctions_hit", True, "screening", hit.pk)
    assert (Signal.objects.timeline(firm.pk), Alert.objects.count()) == ([], 0)
    assert [line.code for line in Signal.objects.timeline(firm.pk, for_exporters=False)] == ["signal_sanctions_hit"]
    firm.refresh_from_db()
    assert firm.next_score_on == date(2030, 1, 1)
    assert ScreeningHit.objects.standing_on(firm) == (True, False)
    ScreeningDue.objects.queue_all()
    screened()
    assert ScreeningHit.objects.count() == 1
    lifted = decide_hit(by=by, hit=hit.pk, outcome="lift", reason="The address was read wrongly")
    assert (lifted.stage, HitDecision.objects.count()) == ("cleared", 2)
    assert ScreeningHit.objects.standing_on(firm) == (False, False)


@pytest.mark.django_db
def test_a_decision_needs_an_underwriter_a_reason_and_an_open_hit():
    listed()
    buyer("Goldenstar Maritime Ltd")
    screened()
    pk, by = ScreeningHit.objects.get().pk, staff(UNDERWRITER).pk
    with pytest.raises(NotAllowed):
        decide_hit(by=staff(CLAIMS_HANDLER).pk, hit=pk, outcome="clear", reason="Another company altogether")
    for outcome, reason, code in (("shrug", "Another company", "hit_outcome_unknown"), ("clear", " no ", "reason_too"),
                                  ("lift", "Another company", "stage_has_moved_on")):  # fmt: skip
        with pytest.raises(Refused, match=code):
            decide_hit(by=by, hit=pk, outcome=outcome, reason=reason)
    decide_hit(by=by, hit=pk, outcome="clear", reason="Another company altogether")
    with pytest.raises(Refused, match="stage_has_moved_on"):
        decide_hit(by=by, hit=pk, outcome="confirm", reason="It is the one after all")


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["buyer_name = 'X'", "likeness = 1", "list_name = 'X'"])
def test_what_was_found_and_decided_stays_written(change):
    listed()
    buyer("Goldenstar Maritime Ltd")
    screened()
    hit = ScreeningHit.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ScreeningHit.objects.extra(where=["true"]).filter(pk=hit.pk).update(**{change.split(" ")[0]: 1})
    with pytest.raises(DatabaseError), transaction.atomic():
        hit.delete()
    decide_hit(by=staff(UNDERWRITER).pk, hit=hit.pk, outcome="clear", reason="Another company altogether")
    with pytest.raises(TypeError):
        HitDecision.objects.all().delete()


@pytest.mark.django_db
def test_the_tasks_do_what_is_due_and_nothing_when_nothing_is(monkeypatch):
    again = []
    monkeypatch.setattr("buyers.feeds.tasks.screen_whoever_is_due.delay_on_commit", lambda: again.append(1))
    screen_whoever_is_due()
    assert (ScreeningRun.objects.count(), again) == (0, [])
    buyer()
    screen_whoever_is_due()
    screen_whoever_is_due()
    assert (ScreeningRun.objects.get().finished_at is not None, again) == (True, [1])
    assert (look_for_late_accounts(), look_for_linked_trouble()) == (0, 0)


# --- groups and linked trouble ----------------------------------------------------------------------------------------


def parent(child, head):
    return link_buyers(by=None, buyer=child.pk, relation="parent", other=head.pk, source="annual report")


@pytest.mark.parametrize(
    ("buyer", "other", "relation", "above", "parent", "since", "codes"),
    [
        (1, 2, "parent", [2], None, None, []),
        (1, 2, "parent", [2], 2, TODAY, []),
        (1, 2, "cousin", [2], None, None, ["relation_unknown"]),
        (1, 1, "parent", [1], None, None, ["link_to_itself"]),
        (1, 2, "parent", [2, 3, 1], None, None, ["link_goes_in_a_circle"]),
        (1, 2, "main_customer", [2, 3, 1], 3, None, []),  # who buys from whom may go in circles
        (1, 2, "parent", [2], 3, None, ["parent_known"]),
        (1, 1, "main_supplier", [], None, TODAY + timedelta(1), ["link_to_itself", "link_in_future"]),
    ],
)
def test_a_link_stands_unless_it_leads_back_or_there_is_a_parent(buyer, other, relation, above, parent, since, codes):
    assert [r.code for r in link_refused(buyer, other, relation, above, parent, since, TODAY)] == codes


@pytest.mark.django_db
def test_a_group_is_everybody_below_its_head_whatever_was_merged():
    head, middle, low, alone = (buyer(name) for name in ("Head", "Middle", "Low", "Alone"))
    old = buyer("Old middle")
    parent(old, head)
    parent(low, middle)
    type(old).objects.filter(pk=old.pk).update(merged_into=middle)
    assert BuyerLink.objects.group_of(low.pk) == [head.pk, middle.pk, low.pk]
    assert BuyerLink.objects.above(low.pk) == [low.pk, middle.pk, head.pk]
    assert BuyerLink.objects.group_of(alone.pk) == [alone.pk]
    for child, other, code in ((head, low, "circle"), (head, head, "itself"), (low, alone, "parent_known")):
        with pytest.raises(Refused, match=code):
            parent(child, other)
    assert parent(low, middle) == parent(low, middle)
    assert BuyerLink.objects.of_firm(middle.pk).count() == 2


@pytest.mark.django_db
def test_a_link_ends_and_is_never_overwritten():
    one, two = buyer(), buyer()
    link, by = parent(one, two), staff(UNDERWRITER).pk
    with pytest.raises(NotAllowed):
        end_link(by=staff(CLAIMS_HANDLER).pk, link=link.pk, ended_on=TODAY, source="x")
    with pytest.raises(Refused, match="future"):
        end_link(by=by, link=link.pk, ended_on=TODAY + timedelta(3), source="x")
    end_link(by=by, link=link.pk, ended_on=TODAY, source="register")
    assert end_link(by=by, link=link.pk, ended_on=TODAY, source="register").end_source == "register"
    with pytest.raises(Refused, match="link_has_ended"):
        end_link(by=by, link=link.pk, ended_on=TODAY - timedelta(1), source="x")
    later = link_buyers(by=by, buyer=one.pk, relation="main_customer", other=two.pk, source="x", since=TODAY)
    with pytest.raises(Refused, match="before_it_began"):
        end_link(by=by, link=later.pk, ended_on=TODAY - timedelta(1), source="x")
    for column in ("source", "ended_on"):
        with pytest.raises(DatabaseError), transaction.atomic():
            BuyerLink.objects.filter(pk=link.pk).update(**{column: TODAY if column == "ended_on" else "y"})
    with pytest.raises(DatabaseError), transaction.atomic():
        link.delete()


@pytest.mark.django_db
def test_trouble_of_a_parent_and_of_a_main_customer_reaches_the_linked_once():
    head, child, supplier, low = (buyer(name) for name in ("Head", "Child", "Supplier", "Low"))
    firm = exporter()
    in_book(firm, child)
    in_book(firm, supplier)
    parent(child, head)
    parent(low, child)
    link_buyers(by=None, buyer=supplier.pk, relation="main_customer", other=head.pk, source="report")
    link_buyers(by=None, buyer=low.pk, relation="main_supplier", other=head.pk, source="report")
    record_signal(by=None, buyer=head.pk, kind="insolvency_filed", happened_on=TODAY, source="court")
    record_signal(by=None, buyer=head.pk, kind="name_change", happened_on=TODAY, source="court")
    assert (spread_trouble(by=None), spread_trouble(by=None)) == (2, 0)
    found = {row.buyer: row for row in Signal.objects.filter(kind="linked_trouble")}
    assert set(found) == {child, supplier}
    assert found[child].facts == {"relation": "parent", "linked_name": "Head", "trouble": "insolvency_filed"}
    assert (found[supplier].facts["relation"], found[supplier].staff_only) == ("main_customer", False)
    assert [line.code for line in Signal.objects.timeline(child.pk)] == ["signal_linked_trouble"]
    assert Alert.objects.filter(kind="linked_trouble").count() == 2
    # What a second source tells of the same day is the same trouble.
    record_signal(by=None, buyer=head.pk, kind="insolvency_filed", happened_on=TODAY, source="gazette")
    assert spread_trouble(by=None) == 0
    # What came by a link goes no further.
    assert spread_trouble(by=None) == 0 and not Signal.objects.filter(buyer=low).exists()


@pytest.fixture
def looked(monkeypatch) -> list[str]:
    """The messages to look for trouble at linked companies, instead of sending them."""
    sent: list[str] = []
    monkeypatch.setattr(look_for_linked_trouble, "apply_async", lambda *a, **k: sent.append("look"))
    return sent


@pytest.mark.django_db
def test_trouble_has_the_linked_looked_for_at_its_commit(looked, django_capture_on_commit_callbacks):
    head, child, alone = buyer("Head"), buyer("Child"), buyer("Alone")

    def woken(act, **given) -> int:
        looked.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act(by=None, **given)
        return len(looked)

    def signal(about, kind: str) -> int:
        return woken(record_signal, buyer=about.pk, kind=kind, happened_on=TODAY, source="court")

    assert signal(head, "dissolved") == 0  # nobody is linked to it yet
    assert woken(link_buyers, buyer=child.pk, relation="parent", other=head.pk, source="register") == 1
    assert signal(head, "insolvency_filed") == 1
    assert (signal(head, "name_change"), signal(alone, "insolvency_filed"), signal(child, "dissolved")) == (0, 0, 0)
    old = buyer("Old head", merged_into=head)
    BuyerLink.objects.create(buyer=alone, relation="main_customer", other=old, source="x")
    assert signal(head, "dissolved") == 1


@pytest.mark.django_db
def test_a_grade_that_fell_into_trouble_has_the_linked_looked_for(looked, django_capture_on_commit_callbacks):
    head, child = buyer("Head"), buyer("Child")
    parent(child, head)
    statement(head, equity=9_000_000)
    with django_capture_on_commit_callbacks(execute=True):
        assert score_buyer(by=None, buyer=head.pk, today=TODAY).grade < 8
    assert looked == []
    record_signal(by=None, buyer=head.pk, kind="insolvency_filed", happened_on=TODAY, source="court")
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert score_buyer(by=None, buyer=head.pk, today=TODAY).grade == 10
        assert looked == ["look"]  # not again while it stays as bad


@pytest.mark.django_db
def test_a_grade_or_a_sanctions_hit_of_another_company_is_for_staff():
    head, child = buyer("Head"), buyer("Child")
    in_book(exporter(), child)
    parent(child, head)
    score(head, 5, scored_for=TODAY)
    score(head, 8, scored_for=TODAY)
    record_signal(by=None, buyer=head.pk, kind="sanctions_hit", happened_on=TODAY, source="x", staff_only=True)
    assert spread_trouble(by=None) == 2
    rows = Signal.objects.filter(buyer=child)
    assert {row.facts["trouble"] for row in rows} == {"downgrade", "sanctions_hit"}
    assert all(row.staff_only for row in rows)
    assert (Signal.objects.timeline(child.pk), Alert.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_trouble_of_long_ago_a_small_downgrade_or_an_ended_link_reach_nobody():
    head, child, other = buyer("Head"), buyer("Child"), buyer("Other")
    parent(child, head)
    end_link(by=None, link=parent(other, head).pk, ended_on=TODAY, source="x")
    score(head, 5, scored_for=TODAY)
    score(head, 7, scored_for=TODAY)
    record_signal(by=None, buyer=head.pk, kind="dissolved", happened_on=TODAY - timedelta(31), source="x")
    assert spread_trouble(by=None) == 0
    record_signal(by=None, buyer=head.pk, kind="dissolved", happened_on=TODAY - timedelta(30), source="x")
    assert (spread_trouble(by=None), Signal.objects.filter(buyer=other).count()) == (1, 0)
