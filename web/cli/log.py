"""`doorstep log`: what the log says of a case, without its sealed values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from uuid import UUID

import click

from domain.case.facts import CaseAccepted, CaseFiled
from domain.facts import Envelope, tag_of
from store.centre import Centre
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.progress import progress
from web.cli.trouble import Trouble

PAGE = 1_000


@click.group()
def log() -> None:
    """What the log says."""


@log.command()
@click.option("--case", "number", required=True, metavar="NUMBER", help="Filing number, case number or id of the case.")
@data_option
def show(number: str, data: Path | None) -> int:
    """Show what was recorded on a case, in order: position, time, fact, and the role and office of who did it.

    Nothing that is sealed is opened, and nobody is named.
    """
    with opened_centre(settings_of(data=data)) as centre:
        facts = centre.event_log.rows(_case(centre, number))
        for row in facts:
            meta = centre.facts.envelope(*row[1:]).meta
            who = f"{meta.role} {meta.office}".rstrip()
            click.echo(f"{row.position:>9} {meta.recorded_at:%Y-%m-%dT%H:%M:%SZ} {row.tag:<28} {who}")
    return 0


def _case(centre: Centre, number: str) -> UUID:
    for case in chain(_ids(number), _numbered(centre, number)):
        if centre.case(case).is_filed:
            return case
    raise Trouble(f"There is no case {number}.")


def _ids(text: str) -> Iterator[UUID]:
    with suppress(ValueError):
        yield UUID(text)


def _numbered(centre: Centre, number: str) -> Iterator[UUID]:
    """Cases with this filing or case number."""
    with progress("looking for the case") as told:
        position, head = 0, centre.head()
        while position < head:
            position, page = centre.stretch(position, PAGE, tags=(tag_of(CaseFiled), tag_of(CaseAccepted)))
            yield from (envelope.originator_id for _, envelope in page if _has(envelope, number))
            told(position, head)


def _has(envelope: Envelope, number: str) -> bool:
    match envelope.fact:
        case CaseFiled():
            return envelope.fact.filing_number == number
        case CaseAccepted():
            return envelope.fact.case_number == number
        case _:
            return False
