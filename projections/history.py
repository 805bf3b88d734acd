"""History of a case: what happened, and the case as it stood at any position, replayed from the facts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.case.state import FACTS
from domain.centre.centre import views_stream
from domain.facts import Envelope, Sealed, tag_of
from projections.case_view import At, CaseView, fold
from projections.documents import CaseBody
from projections.lookups import Lookups
from projections.render import case_of
from store.centre import Centre

_CASE_FACTS = frozenset(FACTS)


class HistoryMoment(Struct, frozen=True, kw_only=True):
    """One fact of a case as an auditor sees it.

    Attributes:
        facts: the fact's own fields that are kept in clear; sealed ones are named in `sealed`.
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


def moments(centre: Centre, case_id: UUID, lookups: Lookups) -> list[HistoryMoment]:
    """Everything recorded on the case and every reading of it, in the order of the log."""
    found: list[HistoryMoment] = []
    for stream in (case_id, views_stream(case_id)):
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
        actor_name=lookups.name(envelope.meta.actor),
        actor=envelope.meta.actor,
        role=envelope.meta.role,
        office=envelope.meta.office,
        device=envelope.meta.device,
        facts=clear,
        sealed=sealed,
    )


def view_at(centre: Centre, case_id: UUID, lookups: Lookups, *, position: int | None = None) -> CaseView:
    """The view of a case as it stood at `position` (now, if None), replayed from its facts."""
    view, positions = CaseView(id=case_id), centre.positions(case_id)
    for envelope in centre.read(case_id):
        place = positions[envelope.originator_version]
        if position is not None and place > position:
            break
        if type(envelope.fact) in _CASE_FACTS:
            view = fold(view, At(place, envelope, lookups, centre.unseal))
    return view


def case_at(
    centre: Centre, case_id: UUID, lookups: Lookups, *, position: int | None = None
) -> tuple[int, CaseBody] | None:
    """Position and full document of a case as of `position`; None before it was filed."""
    view = view_at(centre, case_id, lookups, position=position)
    return (view.position, case_of(view, lookups)) if view.state.is_filed else None
