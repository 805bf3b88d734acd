"""`doorstep catalogue`: versions of items, delegation orders and the list of all items, published from files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

import click
import yaml
from msgspec.structs import replace

from domain.case.commands import Command
from domain.catalogue.delegation import DelegationOrder, order_faults
from domain.catalogue.items import ServiceItem
from domain.catalogue.listing import Fault, ListedItem, entries_from_rows, with_pinyin
from domain.catalogue.publication import Publication, publication_from_source
from domain.catalogue.source import CatalogueIsWrong
from domain.catalogue.trials import failures_of
from domain.centre.centre import (
    CATALOGUE_STREAM,
    DELEGATION_STREAM,
    LISTING_STREAM,
    arrangement_of,
    item_stream,
)
from domain.centre.commands import ArrangeCatalogue, OrderDelegation, PublishItem, PublishListing
from domain.refusals import NotFound
from projections.words import spelled
from store.centre import Centre
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.trouble import Trouble
from web.spreadsheets import SheetUnreadable, sheets_of

F = TypeVar("F", bound=Callable[..., Any])
_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _file(command: F) -> F:
    return click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))(command)


@click.group()
def catalogue() -> None:
    """Check and publish items, delegation orders and the list of all items, from files."""


@catalogue.command()
@_file
@data_option
def check(file: Path, data: Path | None) -> int:
    """Say everything that would keep FILE from being published, and publish nothing.

    FILE is a catalogue as YAML, with test cases (`trials`) and days beside its items and `orders` beside them. The test
    cases are run under the calendar and the delegation orders of the centre. Exit code 1 if anything was found.
    """
    publication = _read(file)
    with opened_centre(settings_of(data=data)) as centre:
        found = list(_findings(publication, centre))
    for line in found:
        click.echo(line)
    click.echo(f"{len(found)} findings: nothing of it can be published." if found else _all_well(publication))
    return 1 if found else 0


@catalogue.command()
@_file
@data_option
def publish(file: Path, data: Path | None) -> int:
    """Publish what is new in FILE: items whose version is not published yet, orders that are not recorded yet.

    It is checked first, as by `check`; if anything is found, nothing is published. The service may run meanwhile.
    """
    publication = _read(file)
    with opened_centre(settings_of(data=data)) as centre:
        if found := list(_findings(publication, centre)):
            for line in found:
                click.echo(line)
            click.echo(f"{len(found)} findings: nothing was published.")
            return 1
        done = [line for line, lane, command in _commands(publication, centre) if _done(centre, line, lane, command)]
    click.echo("\n".join(done) if done else "Everything in it is published already.")
    return 0


@catalogue.command(name="import-summaries")
@_file
@data_option
def import_summaries(file: Path, data: Path | None) -> int:
    """Replace the list of items that have no handbook page yet by that of FILE, a spreadsheet (CSV or XLSX).

    Every fault is a line that names sheet, row and column; if there is one, nothing is changed. People find these items
    with the department to ask; they cannot be filed online.
    """
    entries, faults = _entries(file)
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(f"{len(faults)} faults: the list was not changed.")
        return 1
    with opened_centre(settings_of(data=data)) as centre:
        _done(centre, "The list", LISTING_STREAM, PublishListing(entries=entries))
    click.echo(f"{len(entries)} items are listed.")
    return 0


def _read(file: Path) -> Publication:
    try:
        raw: Any = yaml.load(file.read_text(encoding="utf-8"), Loader=_YAML)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Trouble(f"{file.name} is no YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(raw, dict):
        raise Trouble(f"{file.name} holds no catalogue.")
    try:
        return publication_from_source(cast("dict[str, Any]", raw))
    except CatalogueIsWrong as error:
        raise Trouble(f"{file.name}: {error}.") from error


def _all_well(publication: Publication) -> str:
    items = publication.catalogue.items if publication.catalogue else ()
    trials = sum(len(planned.trials) for planned in publication.planned.values())
    return f"All is well: {len(items)} items, {trials} test cases, {len(publication.orders)} orders."


def _findings(publication: Publication, centre: Centre) -> Iterator[str]:
    items = publication.catalogue.items if publication.catalogue else ()
    orders = {order.number: order for order in (*centre.orders(), *publication.orders)}
    for item in items:
        yield from _item_findings(item, publication, tuple(orders.values()), centre)
    for order in publication.orders:
        named = {
            entry.item: versions[max(versions)] for entry in order.items if (versions := centre.versions(entry.item))
        }
        named |= {item.id: item for item in items}
        yield from (f"order {order.number}: {fault}" for fault in order_faults(order, named.values()))
        recorded = next((one for one in centre.orders() if one.number == order.number), order)
        if replace(recorded, ends_on=order.ends_on) != order:
            yield f"order {order.number}: an order of that number was recorded with other content"


def _item_findings(
    item: ServiceItem, publication: Publication, orders: tuple[DelegationOrder, ...], centre: Centre
) -> Iterator[str]:
    where = f"{item.id} version {item.version}"
    versions = centre.versions(item.id)
    if versions.get(item.version, item) != item:
        yield f"{where}: that version was published with other content, so give it a higher one"
    elif item.version not in versions and item.version < max(versions, default=0):
        yield f"{where}: version {max(versions)} was published already, so give it a higher one"
    trials = publication.planned[item.id].trials
    if not trials:
        return
    try:
        calendar = centre.calendar()
    except NotFound:
        yield f"{where}: its test cases cannot be run before a calendar is published"
        return
    for failure in failures_of(item, trials, orders=orders, calendar=calendar):
        yield f"{where}: {failure.trial}: {failure.aspect}: expected {failure.expected}, found {failure.found}"


def _commands(publication: Publication, centre: Centre) -> Iterator[tuple[str, UUID, Command]]:
    if publication.catalogue is not None:
        arrangement = arrangement_of(publication.catalogue)
        if arrangement != centre.arrangement():
            yield "The arrangement", CATALOGUE_STREAM, ArrangeCatalogue(arrangement=arrangement)
        for item in publication.catalogue.items:
            if item.version not in centre.versions(item.id):
                planned = publication.planned[item.id]
                command = PublishItem(
                    item=item, trials=planned.trials, effective_on=planned.effective_on, ends_on=planned.ends_on
                )
                yield f"{item.id} version {item.version}", item_stream(item.id), command
    recorded = {order.number for order in centre.orders()}
    for order in publication.orders:
        if order.number not in recorded:
            yield f"Order {order.number}", DELEGATION_STREAM, OrderDelegation(order=order)


def _done(centre: Centre, what: str, lane: UUID, command: Command) -> bool:
    answer = centre.by_itself(command, lane=lane)
    if answer.verdict != "applied":
        raise Trouble(f"{what} was refused: {answer.code} {answer.params or ''}.")
    return True


def _entries(file: Path) -> tuple[tuple[ListedItem, ...], list[Fault]]:
    try:
        sheets = sheets_of(file)
    except SheetUnreadable as error:
        raise Trouble(str(error)) from error
    entries: list[ListedItem] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for sheet in sheets:
        read, wrong = entries_from_rows(sheet.name or file.name, sheet.rows)
        faults += wrong
        for entry in read:
            if entry.id in seen:
                faults.append(Fault(sheet.name, 0, "", f"{entry.id} stands in sheet {seen[entry.id]} already"))
            seen.setdefault(entry.id, sheet.name)
            entries.append(with_pinyin(entry, spelled))
    return tuple(entries), faults
