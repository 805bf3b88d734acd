"""`/api/audit/log`: what an auditor asks of the log itself: how it stands, when it was restored, what was erased."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.centre.signing import SIGNING_STREAM, LogKeyNamed, LogRestored
from domain.drafts.drafts import DraftEnded
from domain.facts import Envelope, tag_of
from domain.identity.erasure import PersonErased
from domain.rights.table import require
from web.bodies import json_answer
from web.edge import Edge, edge_of
from web.session import actor_of
from web.transparency import sure

READ_AT_ONCE = 1_000
MOST_ERASURES = 500
LAPSED = "lapsed"


class Restored(Struct, frozen=True, kw_only=True):
    """A restoration from a backup.

    Attributes:
        size: events of its former name that the backup held, `root` over them, hex.
    """

    at: datetime
    name: str
    before: str
    size: int
    root: str


class KeyNamed(Struct, frozen=True, kw_only=True):
    """A key of the log, from when on."""

    at: datetime
    key: str
    endorsement: str


class Erased(Struct, frozen=True, kw_only=True):
    """Something that was erased; what says what of, nobody can say any more of whom.

    Attributes:
        what: `person` or `draft`.
        reason: an `ErasureReason`; of a draft `lapsed` or `removed`.
        by: id of whoever entered it.
        cases: cases that had not ended and were erased with it.
    """

    position: int
    at: datetime
    what: str
    reason: str
    basis: str
    role: str
    by: UUID
    cases: int = 0


class Standing(Struct, frozen=True, kw_only=True):
    """The log as it stands.

    Attributes:
        checkpoint: signed note of all that is in it.
        last_at: when its last event was recorded.
        erased: the newest first; at most `MOST_ERASURES`, `more` where there are others.
    """

    name: str
    checkpoint: str
    last_at: datetime
    keys: tuple[KeyNamed, ...]
    restored: tuple[Restored, ...]
    erased: tuple[Erased, ...]
    more: bool


async def standing(request: Request) -> Response:
    """`GET /api/audit/log`: the log as it stands, its keys, restorations and erasures, for those who look back."""
    edge, actor = edge_of(request), await actor_of(request)
    require("audit.log", actor)
    checkpoint = await sure(edge, edge.notary.checkpoint)
    return json_answer(await asyncio.to_thread(_standing, edge, checkpoint))


def _standing(edge: Edge, checkpoint: str) -> Standing:
    signing = edge.centre.read(SIGNING_STREAM)
    erased = sorted(_erased(edge), key=lambda one: one.position, reverse=True)
    return Standing(
        name=edge.notary.name,
        checkpoint=checkpoint,
        last_at=_last_at(edge),
        keys=tuple(_key(one, one.fact) for one in signing if isinstance(one.fact, LogKeyNamed)),
        restored=tuple(_restored(one, one.fact) for one in signing if isinstance(one.fact, LogRestored)),
        erased=tuple(erased[:MOST_ERASURES]),
        more=len(erased) > MOST_ERASURES,
    )


def _last_at(edge: Edge) -> datetime:
    ((_, last),) = edge.centre.follow(edge.notary.position - 1, 1)
    return last.meta.recorded_at


def _key(envelope: Envelope, fact: LogKeyNamed) -> KeyNamed:
    return KeyNamed(at=envelope.meta.recorded_at, key=fact.verifier_key, endorsement=fact.endorsement)


def _restored(envelope: Envelope, fact: LogRestored) -> Restored:
    at = envelope.meta.recorded_at
    return Restored(at=at, name=fact.name, before=fact.before, size=fact.size, root=fact.root)


def _erased(edge: Edge) -> Iterator[Erased]:
    """Persons, and forms that were given up; one that became a case was not erased."""
    tags, reached, head = (tag_of(PersonErased), tag_of(DraftEnded)), 0, edge.centre.head()
    while reached < head:
        reached, found = edge.centre.stretch(reached, READ_AT_ONCE, tags=tags)
        for position, envelope in found:
            if (erased := _erasure(position, envelope)) is not None:
                yield erased


def _erasure(position: int, envelope: Envelope) -> Erased | None:
    meta, fact = envelope.meta, envelope.fact
    match fact:
        case PersonErased():
            what, reason, basis, cases = "person", fact.reason, fact.basis, len(fact.open_cases)
        case DraftEnded(why=why) if why != "filed":
            what, reason, basis, cases = "draft", why, "", 0
        case _:
            return None
    return Erased(
        position=position,
        at=meta.recorded_at,
        what=what,
        reason=reason,
        basis=basis,
        role=meta.role,
        by=meta.actor,
        cases=cases,
    )


ROUTES: tuple[BaseRoute, ...] = (Route("/api/audit/log", standing, methods=["GET"]),)
