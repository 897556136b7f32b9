"""What a publisher's file says, taken in a block at a time; each block with its counts, or not at all."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from accounts.audit import action, record, subject_of
from buyers.actions.link import take_in_links
from buyers.actions.rename import rename_buyer
from buyers.actions.signal import record_signals
from buyers.feeds.companies_house import SOURCE, Company, Known, changes, statuses
from buyers.feeds.events import Reported
from buyers.feeds.files import Unfit
from buyers.feeds.links import LinkRow
from buyers.models import Buyer, FeedRefusal, FeedRun, Identifier, RegisterEntry
from buyers.signals import Event


@action
def take_in_events(*, by: int | None, run: int, rows: Sequence[Reported | Unfit]) -> int:
    """Record the events of a block about buyers of the directory; how many were new. Others are refused."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    unfit = [r for r in rows if isinstance(r, Unfit)]
    told = [r for r in rows if isinstance(r, Reported)]
    buyers = _buyers_with({(r.scheme, r.number) for r in told})
    unfit += [Unfit(r.line, "company_not_in_directory", r.raw) for r in told if (r.scheme, r.number) not in buyers]
    events = [
        Event(buyers[r.scheme, r.number], r.kind, r.happened_on, r.source, r.key, facts=r.facts)
        for r in told
        if (r.scheme, r.number) in buyers
    ]
    new = len(record_signals(by=by, events=events, subject=subject_of(row)))
    row.add(len(rows), new, len(events) - new, _refused(unfit), signals=new)
    record(by=by, subject=row, rows=len(rows), signals=new, refused=len(unfit))
    return new


@action
def take_in_register(*, by: int | None, run: int, rows: Sequence[Company | Unfit], edition: date) -> int:
    """Compare a block of the register with what it said last of our companies, and record what changed; how many
    signals. The directory follows the register: status, name, address."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    unfit = [r for r in rows if isinstance(r, Unfit)]
    companies: dict[str, Company] = {}
    for company in (r for r in rows if isinstance(r, Company)):
        if company.number in companies:
            unfit.append(Unfit(company.line, "identifier_repeated", company.number))
        else:
            companies[company.number] = company
    buyers = Buyer.objects.in_bulk(_buyers_with({("CRN", number) for number in companies}).values())
    ids = {number: pk for (_crn, number), pk in _buyers_with({("CRN", n) for n in companies}).items()}
    before = {e.number: e for e in RegisterEntry.objects.filter(source=SOURCE, number__in=list(ids))}
    events: list[Event] = []
    told = repeated = 0
    for number, pk in ids.items():
        company, entry = companies[number], before.get(number)
        if entry and (entry.edition > edition or _as_it_was(entry, company)):
            repeated += 1
            if entry.edition >= edition:
                continue
        else:
            told += 1
        found = changes(_known(buyers[pk], entry), company, edition)
        events += found
        _follow(by, buyers[pk], company, entry, found)
        _keep(company, pk, edition)
    new = len(record_signals(by=by, events=events, subject=subject_of(row)))
    not_ours = len(companies) - len(ids)
    row.add(len(rows), told, repeated, _refused(unfit), signals=new, not_ours=not_ours)
    record(by=by, subject=row, rows=len(rows), signals=new, refused=len(unfit))
    return new


@action
def take_in_link_rows(*, by: int | None, run: int, rows: Sequence[LinkRow | Unfit]) -> int:
    """Record the links of a block, both ends of which are in the directory; how many were new or ended."""
    row = FeedRun.objects.select_for_update().get(pk=run)
    ends = {end for r in rows if isinstance(r, LinkRow) for end in (r.buyer, r.other)}
    taken, repeated, unfit = take_in_links(by=by, run=run, rows=rows, buyers=_buyers_with(ends))
    row.add(len(rows), taken, repeated, _refused(unfit))
    record(by=by, subject=row, rows=len(rows), links=taken, refused=len(unfit))
    return taken


def _buyers_with(numbers: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """(scheme, number) → the buyer that has it today, of those in the directory."""
    found = Identifier.objects.filter(value__in=[value for _scheme, value in numbers])
    rows = found.values_list("scheme", "value", "buyer_id", "buyer__merged_into_id")
    return {(s, v): into or buyer for s, v, buyer, into in rows if (s, v) in numbers}


def _refused(unfit: Sequence[Unfit]) -> list[FeedRefusal]:
    return [FeedRefusal(line=u.line, code=u.code, facts=u.facts, raw=u.raw) for u in unfit]


def _known(buyer: Buyer, entry: RegisterEntry | None) -> Known:
    if entry is None:
        return Known(buyer.pk, buyer.name, None, None, None)
    return Known(buyer.pk, entry.name, entry.address, entry.status, entry.edition)


def _as_it_was(entry: RegisterEntry, company: Company) -> bool:
    same = (entry.name, entry.address, entry.status) == (company.name, company.address, company.status)
    return same and not (company.accounts_due_on and company.accounts_due_on < entry.edition)


def _follow(
    by: int | None, buyer: Buyer, company: Company, entry: RegisterEntry | None, found: Sequence[Event]
) -> None:
    """What the register says of the company now stands in the directory; its spelling of what is the same does not."""
    kinds = {event.kind for event in found}
    if "name_change" in kinds:
        rename_buyer(by=by, buyer=buyer.pk, name=company.name, source=SOURCE)
    changed = {}
    meant = statuses()[company.status.lower()].directory
    if meant != buyer.status and (entry is None or entry.status != company.status):
        changed["status"] = meant
    if "address_change" in kinds or (entry is None and not buyer.address and company.address):
        changed |= {"address": company.address, "city": company.city}
    if changed:
        Buyer.objects.filter(pk=buyer.pk).update(**changed)


def _keep(company: Company, buyer: int, edition: date) -> None:
    told = replace(company, cells=())
    RegisterEntry.objects.update_or_create(
        source=SOURCE,
        number=told.number,
        defaults={
            "buyer_id": buyer, "name": told.name, "address": told.address, "status": told.status, "edition": edition,
        },
    )  # fmt: skip
