"""History of a case: what happened, and the case as it stood at any position, replayed from the facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain.case.facts import CaseFiled
from domain.centre.centre import views_stream
from domain.effects.notices import notices_stream
from domain.effects.papers import papers_stream
from domain.effects.parcels import parcels_stream
from domain.facts import Envelope, Sealed, tag_of
from domain.identity.erasure import PersonErased
from domain.rights.glass import glass_stream
from projections.cases.fold import HANDLINGS, fold
from projections.cases.full import case_of
from projections.cases.view import At, CaseView
from projections.documents import CaseBody
from projections.lookups import Lookups
from projections.reader import Reader
from store.centre import Centre

LOOKED_THROUGH = 64
"""Newest events of the log that are looked through before a case is replayed instead."""
_ERASURES = frozenset({tag_of(PersonErased)})


class HistoryMoment(Struct, frozen=True, kw_only=True):
    """One fact of a case as an auditor sees it.

    Attributes:
        facts: the fact's own fields that are kept in clear; sealed ones are named in `sealed`.
        command: that led to it.
        signature: what is found of the signature of the device of a member of staff (`web.signatures`): `good`,
            `wrong`, `other-words`, `gone`, `closed` or `none`; empty where none is asked for.
    """

    position: int
    at: datetime
    captured_at: datetime | None
    tag: str
    actor_name: str
    actor: UUID
    role: str
    office: str
    device: UUID | None
    facts: dict[str, Any]
    sealed: tuple[str, ...]
    command: UUID | None = None
    signature: str = ""


def moments(centre: Centre, case_id: UUID, lookups: Lookups) -> list[HistoryMoment]:
    """Everything recorded on the case and every reading of it, in the order of the log."""
    found: list[HistoryMoment] = []
    for stream in (case_id, views_stream(case_id), glass_stream(case_id)):
        positions = centre.positions(stream)
        found += (_moment(positions[e.originator_version], e, lookups) for e in centre.read(stream))
    return sorted(found, key=lambda moment: moment.position)


def _moment(position: int, envelope: Envelope, lookups: Lookups) -> HistoryMoment:
    fields = {name: getattr(envelope.fact, name) for name in envelope.fact.__struct_fields__}
    sealed = tuple(name for name, value in fields.items() if isinstance(value, Sealed))
    clear = {name: msgspec.to_builtins(value) for name, value in fields.items() if name not in sealed}
    return HistoryMoment(
        position=position,
        at=envelope.meta.recorded_at,
        captured_at=envelope.meta.captured_at,
        tag=tag_of(envelope.fact),
        actor_name=lookups.name(envelope.meta.actor, at=position),
        actor=envelope.meta.actor,
        role=envelope.meta.role,
        office=envelope.meta.office,
        device=envelope.meta.device,
        facts=clear,
        sealed=sealed,
        command=envelope.meta.command,
    )


def latest_view(centre: Centre, reader: Reader, case_id: UUID) -> CaseView | None:
    """The view of a case at the head of the log as it was last folded; None where it has to be replayed."""
    folded = reader.position()
    view = reader.view(case_id)
    return view if _is_the_latest(centre, case_id, folded) else None


def latest_status(centre: Centre, reader: Reader, case_id: UUID, person: UUID) -> str | None:
    """The row of a case at the head of the log as its person's devices hold it; None where it has to be replayed."""
    folded = reader.position()
    row = reader.held(f"person:{person}", "status", str(case_id))
    return row if _is_the_latest(centre, case_id, folded) else None


def _is_the_latest(centre: Centre, case_id: UUID, folded: int) -> bool:
    """Whether all that shows in a case, and every erasure, is folded, and of the rest of the log nearly all."""
    with centre.at_one_moment():
        if centre.looked_at == folded:
            return True
    _, newer = centre.event_log.rows_after(folded, LOOKED_THROUGH)
    shown = set(_streams(case_id))
    return len(newer) < LOOKED_THROUGH and not any(row.stream in shown or row.tag in _ERASURES for row in newer)


def _streams(case_id: UUID) -> tuple[UUID, ...]:
    """The streams whose facts show in a case."""
    return (case_id, notices_stream(case_id), papers_stream(case_id), parcels_stream(case_id))


def story_of(centre: Centre, case_id: UUID, until: int | None = None) -> list[tuple[int, Envelope]]:
    """Every fact that shows in a case up to a position (all, if None), those on streams beside it too, in log order."""
    rows = centre.event_log.rows(*_streams(case_id))
    return [(row.position, centre.facts.envelope(*row[1:])) for row in rows if until is None or row.position <= until]


def view_at(centre: Centre, case_id: UUID, lookups: Lookups, *, position: int | None = None) -> CaseView:
    """The view of a case as it stood at `position` (now, if None), replayed from its facts.

    What has been erased since is gone from it, however far back the position lies.
    """
    recorded = story_of(centre, case_id, position)
    erased = _erasures(centre, recorded)
    view = CaseView(id=case_id)
    for place, envelope in recorded:
        if type(envelope.fact) in HANDLINGS:
            view = fold(view, At(place, envelope, lookups, centre.unseal, erased))
    last = max((at for at in erased.values() if position is None or at <= position), default=0)
    return replace(view, position=last, told=last) if last > view.position else view


def _erasures(centre: Centre, recorded: list[tuple[int, Envelope]]) -> dict[UUID, int]:
    """Who of the parties of a case was erased, and at which position."""
    parties = {
        person
        for _, envelope in recorded
        if isinstance(envelope.fact, CaseFiled)
        for person in (envelope.fact.applicant, envelope.fact.agent)
        if person
    }
    tag = tag_of(PersonErased)
    return {row.stream: row.position for row in centre.event_log.rows(*parties) if row.tag == tag}


def case_at(
    centre: Centre, case_id: UUID, lookups: Lookups, *, position: int | None = None
) -> tuple[int, CaseBody] | None:
    """Position and full document of a case as of `position`; None before it was filed."""
    view = view_at(centre, case_id, lookups, position=position)
    return (view.position, case_of(view, lookups)) if view.state.is_filed else None
