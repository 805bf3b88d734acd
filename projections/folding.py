"""A page of facts into changed documents: pure but for the views that are read before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, field

from domain.case.state import FACTS
from domain.facts import Envelope, tag_of
from projections.case_view import At, CaseView, fold
from projections.database import Change, Held, Scopes
from projections.documents import Body
from projections.lookups import TAGS, Lookups
from projections.render import applicant_name, case_of, queue_of, scopes_of, status_of

_CASE_FACTS = frozenset(FACTS)
FOLDED_TAGS = TAGS | {tag_of(kind) for kind in FACTS}
"""Tags of the facts that documents are made of; receipts, sessions and numbers are none."""

_encoder = msgspec.json.Encoder()

Recorded = tuple[int, Envelope]


class Folded(Struct):
    """What one page of facts changes."""

    held: dict[UUID, Held] = field(default_factory=dict[UUID, Held])
    changes: list[Change] = field(default_factory=list[Change])
    index: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    lookups_changed: bool = False


class _Case(Struct):
    """A case while a page is folded.

    Attributes:
        started: position before the page.
        scopes: who holds which document now.
        left: documents that left a scope and are not back, with the position at which they left.
    """

    view: CaseView
    started: int
    scopes: Scopes
    left: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def take(self, at: At, lookups: Lookups) -> None:
        """Fold one fact."""
        before, self.view = self.view, fold(self.view, at)
        if _place(before) == _place(self.view):
            return
        new = scopes_of(self.view, lookups.item(self.view.state.item_id, self.view.state.item_version))
        for kind, scopes in new.items():
            self.left |= {(kind, scope): at.position for scope in self.scopes.get(kind, frozenset()) - scopes}
            for scope in scopes:
                self.left.pop((kind, scope), None)
        self.scopes = new


def _place(view: CaseView) -> tuple[object, ...]:
    """What decides who holds the documents of a case."""
    return view.state.status, view.state.claimed_by, view.state.reviews_done


def fold_page(
    page: Iterable[Recorded],
    lookups: Lookups,
    *,
    view_of: Callable[[UUID], Held],
    unseal: Callable[[Envelope, str], Any],
) -> Folded:
    """Fold a page of facts; what comes out does not depend on where pages end.

    Args:
        page: facts in log order with their positions.
        lookups: published data up to the page; facts of the page are folded into it.
        view_of: the view of a case before the page, with the scopes that hold it.
        unseal: opens a sealed value.
    """
    out = Folded()
    cases: dict[UUID, _Case] = {}
    for position, envelope in page:
        if type(envelope.fact) in _CASE_FACTS:
            case = cases.get(envelope.originator_id)
            if case is None:
                held = view_of(envelope.originator_id)
                case = cases[envelope.originator_id] = _Case(held.view, held.view.position, held.scopes)
            case.take(At(position, envelope, lookups, unseal), lookups)
        elif lookups.apply(envelope):
            out.lookups_changed = True
    for case in cases.values():
        _documents(case, lookups, out)
    return out


_BODIES: dict[str, Callable[[CaseView, Lookups], Body]] = {"status": status_of, "queue": queue_of, "case": case_of}


def _documents(case: _Case, lookups: Lookups, out: Folded) -> None:
    view = case.view
    if view.position == case.started:
        return
    out.held[view.id] = Held(view, case.scopes)
    if not view.state.is_filed:
        return
    out.index.append(_index(view, lookups))
    for kind, build in _BODIES.items():
        position = position_of(kind, view)
        if position > case.started and (scopes := case.scopes[kind]):
            row = row_text(kind, view, build(view, lookups))
            out.changes += (Change(scope, kind, str(view.id), position, row) for scope in sorted(scopes))
    for (kind, scope), position in sorted(case.left.items()):
        out.changes.append(Change(scope, kind, str(view.id), position, None, "reassigned"))


def position_of(kind: str, view: CaseView) -> int:
    """Position of the last fact that shows in a document of the case."""
    return view.told if kind == "status" else view.position


def row_text(kind: str, view: CaseView, body: Body) -> str:
    """A row as it is stored and sent."""
    encoded = _encoder.encode(body).decode()
    return f'{{"id":"{view.id}","kind":"{kind}","pos":{position_of(kind, view)},"body":{encoded}}}'


def _index(view: CaseView, lookups: Lookups) -> dict[str, Any]:
    item = lookups.item(view.state.item_id, view.state.item_version)
    return {
        "id": str(view.id),
        "filing_number": view.state.filing_number,
        "case_number": view.state.case_number,
        "item_id": item.id,
        "item_name": item.name_zh,
        "applicant": applicant_name(view),
        "status": str(view.state.status),
        "verification_code": view.result.verification_code if view.result else None,
        "pos": view.position,
    }
