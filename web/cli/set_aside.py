"""`doorstep set-aside`: what of a person's work was not done, for a desk whose screens cannot show it now."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import click
import msgspec

from domain.devices.set_aside import SetAside, set_aside_stream
from domain.facts import Envelope, tag_of
from store import passing
from store.centre import Centre
from store.receipts import CommandFaulted, CommandRefused
from store.states import SET_ASIDE
from web.cli.centre import data_option, opened_centre, settings_of

PAGE_OF_FACTS = 1_000
TAGS = {tag_of(CommandRefused), tag_of(CommandFaulted)}


@click.command("set-aside")
@click.option("--person", type=click.UUID, required=True, help="Whose work, by the id of the person.")
@click.option("--words", is_flag=True, help="Show what was sent as well; it is personal.")
@data_option
def set_aside(*, person: UUID, words: bool, data: Path | None) -> int:
    """List what a person's devices sent and the centre did not do: when, what, why, and what became of it."""
    with opened_centre(settings_of(data=data)) as centre:
        found = [one for one in _refused(centre) if one.meta.actor == person and one.meta.command is not None]
        for one in found:
            click.echo(_line(centre, one))
            if words:
                click.echo(_words(centre, one))
    click.echo(f"{len(found)} in all.")
    return 0


def _refused(centre: Centre) -> list[Envelope]:
    """Every receipt that says no, from the log itself: read models may lag behind."""
    position, found = 0, list[Envelope]()
    while True:
        reached, page = centre.stretch(position, PAGE_OF_FACTS, tags=TAGS)
        found += [envelope for _, envelope in page]
        if reached == position:
            return found
        position = reached


def _words(centre: Centre, receipt: Envelope) -> str:
    assert receipt.meta.command is not None
    said = passing.opened(centre.vault, centre.unseal(receipt, "payload"), bound_to=receipt.meta.command)
    return "  not kept any more" if said is None else f"  {msgspec.json.encode(said).decode()}"


def _line(centre: Centre, receipt: Envelope) -> str:
    fact, meta = receipt.fact, receipt.meta
    assert isinstance(fact, CommandRefused | CommandFaulted)
    assert meta.command is not None
    state = centre.state(set_aside_stream(meta.actor, meta.command), SET_ASIDE)
    became = state.became if isinstance(state, SetAside) else "open"
    why = f"{fact.verdict} {fact.code}" if isinstance(fact, CommandRefused) else "quarantined server-fault"
    return f"{meta.recorded_at:%Y-%m-%d %H:%M} {meta.command} {fact.type}: {why} ({became})"
