"""What follows from the erasure of a person, on every node: what this process still holds of them is dropped.

The command line, or another node, may have written the fact. Whatever is shared (key, files, uploads) is removed again,
which does nothing the second time, and the key in memory with it; then what is this process's own: small pictures, open
sockets, messages of the demonstration.
"""

from __future__ import annotations

import asyncio
from uuid import UUID

from domain.facts import tag_of
from domain.identity.erasure import PersonErased
from store.erasure import Erasure
from web.carrier import DemoCarrier
from web.edge import Edge

PAGE_OF_FACTS = 1_000
TURN_SECONDS = 1.0


async def follow(edge: Edge) -> None:
    """Carry erasures out until cancelled."""
    position = 0
    while True:
        position = await _turn(edge, position)
        await asyncio.sleep(TURN_SECONDS)


def finish(edge: Edge) -> None:
    """Make whole what a crash cut off or a restored backup brought back, before anybody is served from it."""
    Erasure(edge.centre, edge.files, edge.staging).finish()


async def _turn(edge: Edge, position: int) -> int:
    """Carry out what was recorded after `position`, and return the position reached."""
    reached, page = await asyncio.to_thread(edge.centre.stretch, position, PAGE_OF_FACTS, tags={tag_of(PersonErased)})
    persons = [envelope.originator_id for _, envelope in page]
    await asyncio.to_thread(Erasure(edge.centre, edge.files, edge.staging).carry_out, persons)
    for person in persons:
        await drop(edge, person)
    if page:
        await asyncio.to_thread(edge.runner.wait, page[-1][0])
        await edge.readers.go_on()
    return reached


async def drop(edge: Edge, person: UUID) -> None:
    """Drop what this process holds of an erased person."""
    edge.presence.dismiss(person)
    edge.arrivals.forget(person)
    edge.thumbs.forget_gone()
    link = (await asyncio.to_thread(edge.centre.person, person)).link
    if link is not None and isinstance(edge.carrier, DemoCarrier):
        edge.carrier.forget(lambda phone: edge.centre.link_of(phone) == link)
