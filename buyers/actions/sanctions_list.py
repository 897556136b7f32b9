"""A sanctions list comes in: entries added, changed, taken off; then everybody is screened against it anew."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.audit import action, record
from buyers.feeds.files import Unfit
from buyers.feeds.lists import ListEntry, ListName, digest_of
from buyers.feeds.ofac import OfacAddress, OfacAlias
from buyers.models import FeedRefusal, FeedRun, SanctionsEntry, SanctionsName, ScreeningDue, ScreeningHit
from buyers.models.copying import copy_in
from buyers.models.screening import HitStage, NameQuality, SanctionsList
from buyers.screening import rule
from kernel.refusals import refusal, refuse

TOLD = ("kind", "name", "programs", "countries", "listed_on", "details", "digest", "version", "edition", "removed_on")


@action
def take_in_list(
    *, by: int | None, run: int, sanctions_list: str, rows: Sequence[ListEntry | Unfit], edition: date
) -> int:
    """Bring a whole list up to its edition: all of it in one transaction, or nothing. How many entries changed.

    What the edition lacks is taken off the list. Refuses `list_is_older` than what is known, and `list_shrank`: one
    that lacks more than the rule allows of what was listed is rather a file cut short than an act of the publisher.
    """
    row = FeedRun.objects.select_for_update().get(pk=run)
    known = {e.source_id: e for e in SanctionsEntry.objects.select_for_update().filter(sanctions_list=sanctions_list)}
    listed = [r for r in rows if isinstance(r, ListEntry)]
    unfit = [r for r in rows if isinstance(r, Unfit)]
    _refuse_wrong_edition(known.values(), listed, unfit, edition)
    further = _further_names(sanctions_list) if sanctions_list == SanctionsList.OFAC_SDN else {}
    new, changed = [], []
    for entry in listed:
        before = known.get(entry.source_id)
        if before is None:
            new.append(_new(entry, sanctions_list, row, edition))
        elif _brought_up(before, entry, further.get(before.pk, []), edition, row):
            changed.append(before)
    numbers = {entry.source_id for entry in listed}
    # A row that cannot be read may be of any entry, so that an edition with such rows takes nobody off the list.
    gone = [] if unfit else [e for number, e in known.items() if number not in numbers and not e.removed_on]
    for off in gone:
        off.removed_on = edition
    copy_in(new)
    SanctionsEntry.objects.bulk_update([*changed, *gone], TOLD, batch_size=1_000)
    _replace_names(listed, {e.source_id: e for e in (*new, *changed)}, {e.pk for e in new})
    withdrawn = _withdraw_hits(gone)
    if new or changed:
        ScreeningDue.objects.queue_all()
    taken = len(new) + len(changed)
    row.add(len(rows), taken, len(listed) - taken, _refused(unfit), removed=len(gone))
    record(by=by, subject=row, added=len(new), changed=len(changed), removed=len(gone), withdrawn=withdrawn)
    return len(new) + len(changed)


@action
def take_in_aliases(*, by: int | None, run: int, rows: Sequence[OfacAlias | Unfit], edition: date) -> int:
    """OFAC's aliases, the whole file: they replace those known; entries whose names changed are screened for anew."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    entries = _ofac()
    unfit, names = _by_entry(rows, entries)
    changed = []
    known = _further_names(SanctionsList.OFAC_SDN)
    for number, entry in entries.items():
        told = names.get(number, [])
        if {(n.key, n.name, n.quality) for n in told} != set(known.get(entry.pk, [])):
            changed.append(entry)
    SanctionsName.objects.filter(entry__in=changed, source_key__startswith="a").delete()
    copy_in([_name(entry, name) for entry in changed for name in names.get(entry.source_id, [])])
    _renew(changed, edition)
    taken = sum(len(names.get(e.source_id, [])) for e in changed)
    row.add(len(rows), taken, len(rows) - len(unfit) - taken, _refused(unfit))
    record(by=by, subject=row, changed=len(changed), refused=len(unfit))
    return len(changed)


@action
def take_in_addresses(*, by: int | None, run: int, rows: Sequence[OfacAddress | Unfit], edition: date) -> int:
    """OFAC's addresses, the whole file: the countries of its entries, which the list itself does not have. What else an
    address says is kept for who compares."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    entries = _ofac()
    countries: dict[str, list[str]] = defaultdict(list)
    addresses: dict[str, list[str]] = defaultdict(list)
    unfit = [r for r in rows if isinstance(r, Unfit)]
    for address in (r for r in rows if isinstance(r, OfacAddress)):
        if address.entry not in entries:
            unfit.append(Unfit(address.line, "entry_unknown", facts={"number": address.entry}))
            continue
        if address.country:
            countries[address.entry].append(address.country)
        if address.text:
            addresses[address.entry].append(address.text)
    moved = []
    for number, entry in entries.items():
        before, entry.details = entry.details, _with_addresses(entry.details, addresses.get(number, []))
        moved += [entry] if entry.details != before else []
    SanctionsEntry.objects.bulk_update(moved, ["details"], batch_size=1_000)
    changed = [e for number, e in entries.items() if set(e.countries) != set(countries.get(number, []))]
    for entry in changed:
        entry.countries = sorted(set(countries.get(entry.source_id, [])))
    SanctionsEntry.objects.bulk_update(changed, ["countries"], batch_size=1_000)
    _renew(changed, edition)
    taken = sum(len(countries.get(e.source_id, [])) for e in changed)
    row.add(len(rows), taken, len(rows) - len(unfit) - taken, _refused(unfit))
    record(by=by, subject=row, changed=len(changed), refused=len(unfit))
    return len(changed)


def _refused(unfit: Sequence[Unfit]) -> list[FeedRefusal]:
    return [FeedRefusal(line=u.line, code=u.code, facts=u.facts, raw=u.raw) for u in unfit]


def _refuse_wrong_edition(
    known: Iterable[SanctionsEntry], listed: Sequence[ListEntry], unfit: Sequence[Unfit], edition: date
) -> None:
    standing = [entry for entry in known if entry.removed_on is None]
    newest = max((entry.edition for entry in standing), default=None)
    refuse([refusal("list_is_older", "file", edition_on=newest.isoformat())] if newest and edition < newest else [])
    numbers = {entry.source_id for entry in listed}
    lost = sum(entry.source_id not in numbers for entry in standing) - len(unfit)
    if standing and lost * 100 > len(standing) * rule().list_may_shrink_percent:
        refuse([refusal("list_shrank", "file", lost=lost, listed=len(standing))])


def _new(entry: ListEntry, sanctions_list: str, run: FeedRun, edition: date) -> SanctionsEntry:
    return SanctionsEntry(
        sanctions_list=sanctions_list, source_id=entry.source_id, kind=entry.kind, name=entry.name,
        programs=entry.programs, countries=list(entry.countries), listed_on=entry.listed_on,
        details=dict(entry.details), digest=entry.digest, first_edition=edition, edition=edition, run=run,
    )  # fmt: skip


def _brought_up(
    before: SanctionsEntry, now: ListEntry, further: list[tuple[str, str, str]], edition: date, run: FeedRun
) -> bool:
    """Whether anything of the entry changed. Its version rises only with what identifies it."""
    # OFAC's countries, addresses and aliases are in files of their own, and stay as those told them.
    countries = list(now.countries) or before.countries
    names = [(n.name, n.quality) for n in now.names] + [(name, quality) for _key, name, quality in further]
    identity = digest_of(now.kind, now.name, countries, names)
    details = dict(now.details)
    if before.sanctions_list == SanctionsList.OFAC_SDN:
        details = _with_addresses(details, before.details.get("addresses", []))
    told = (now.programs, now.listed_on, details)
    same = before.digest == identity and (before.programs, before.listed_on, before.details) == told
    if same and before.removed_on is None:
        return False
    if before.digest != identity or before.removed_on is not None:
        before.version += 1
    before.kind, before.name, before.countries, before.digest = now.kind, now.name, countries, identity
    before.programs, before.listed_on, before.details = told
    before.edition, before.removed_on = edition, None
    return True


def _with_addresses(details: dict[str, Any], addresses: Sequence[str]) -> dict[str, Any]:
    others = {name: value for name, value in details.items() if name != "addresses"}
    return {**others, "addresses": list(addresses[:20])} if addresses else others


def _replace_names(listed: Sequence[ListEntry], entries: dict[str, SanctionsEntry], new: set[int]) -> None:
    touched = [e for e in listed if e.source_id in entries]
    rows = [entries[e.source_id] for e in touched]
    own = Q(source_key="") | Q(source_key__startswith="r") | Q(source_key="original")
    un = Q(entry__sanctions_list=SanctionsList.UN)
    SanctionsName.objects.filter(own | un, entry__in=[row for row in rows if row.pk not in new]).delete()
    names = []
    for entry in touched:
        names.append(_name(entries[entry.source_id], ListName("", entry.name, NameQuality.PRIMARY)))
        names += [_name(entries[entry.source_id], name) for name in entry.names]
    copy_in(names)


def _name(entry: SanctionsEntry, name: ListName) -> SanctionsName:
    return SanctionsName(entry=entry, source_key=name.key, name=name.name, quality=name.quality)


def _ofac() -> dict[str, SanctionsEntry]:
    rows = SanctionsEntry.objects.select_for_update().filter(sanctions_list=SanctionsList.OFAC_SDN)
    return {entry.source_id: entry for entry in rows}


def _further_names(sanctions_list: str) -> dict[int, list[tuple[str, str, str]]]:
    """The aliases of OFAC's own file by entry."""
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    rows = SanctionsName.objects.filter(entry__sanctions_list=sanctions_list, source_key__startswith="a")
    for entry, key, name, quality in rows.values_list("entry_id", "source_key", "name", "quality"):
        found[entry].append((key, name, quality))
    return found


def _by_entry(
    rows: Sequence[OfacAlias | Unfit], entries: dict[str, SanctionsEntry]
) -> tuple[list[Unfit], dict[str, list[ListName]]]:
    unfit = [r for r in rows if isinstance(r, Unfit)]
    names: dict[str, list[ListName]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for alias in (r for r in rows if isinstance(r, OfacAlias)):
        if alias.entry not in entries:
            unfit.append(Unfit(alias.line, "entry_unknown", alias.name.name, {"number": alias.entry}))
        elif (alias.entry, alias.name.key) in seen:
            unfit.append(Unfit(alias.line, "entry_twice", alias.name.name, {"number": alias.name.key[1:]}))
        else:
            seen.add((alias.entry, alias.name.key))
            names[alias.entry].append(alias.name)
    return unfit, names


def _renew(changed: Sequence[SanctionsEntry], edition: date) -> None:
    """Entries that are known by other names or countries than before: a new version, for which all are screened."""
    names: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = SanctionsName.objects.filter(entry__in=changed).exclude(source_key="")
    for entry, name, quality in rows.values_list("entry_id", "name", "quality"):
        names[entry].append((name, quality))
    for row in changed:
        row.version += 1
        row.edition = max(row.edition, edition)
        row.digest = digest_of(row.kind, row.name, row.countries, names[row.pk])
    SanctionsEntry.objects.bulk_update(changed, ["version", "edition", "digest"], batch_size=1_000)
    if changed:
        ScreeningDue.objects.queue_all()


def _withdraw_hits(gone: Sequence[SanctionsEntry]) -> int:
    """Who is off the list is no hit any more; what was decided stays written."""
    hits = ScreeningHit.objects.filter(entry__in=gone, stage__in=[HitStage.OPEN, HitStage.CONFIRMED])
    return hits.update(stage=HitStage.WITHDRAWN)
