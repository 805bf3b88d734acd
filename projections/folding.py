"""A page of facts into changed documents: pure but for the views that are read before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from domain.facts import Envelope
from domain.identity.erasure import PersonErased
from projections import beside
from projections.cases.figures import figures_of
from projections.cases.fold import BESIDE, HANDLINGS, fold
from projections.cases.full import case_of
from projections.cases.people import applicant_name
from projections.cases.queue import queue_of
from projections.cases.scopes import parties_of, place_of, scopes_of
from projections.cases.status import status_of
from projections.cases.view import At, CaseView
from projections.database import Change, Folded, Held, Scopes
from projections.documents import Body
from projections.ledgers import Book
from projections.lookups import PUBLISHED, Lookups
from projections.words import Signs, words_of

Recorded = tuple[int, Envelope]

_DEFECTS = (ArithmeticError, AssertionError, AttributeError, LookupError, StopIteration, TypeError, ValueError)
"""What a handler raises that does not understand its fact; trouble with the log or the file is something else."""

_encoder = msgspec.json.Encoder()


class Unfoldable(Exception):
    """A fact could not be folded: a defect of the program, or damage.

    Attributes:
        position: of the fact.
        envelope: the fact at its place.
    """

    def __init__(self, position: int, envelope: Envelope) -> None:
        """Name the fact; the circumstance is the exception's cause."""
        super().__init__(position, envelope)
        self.position = position
        self.envelope = envelope


class Ground(Protocol):
    """What a page is folded onto: the state of all projections before it."""

    def lookups(self) -> Lookups:
        """Published data up to the page; facts of the page are folded into it."""
        ...

    def erased(self) -> set[UUID]:
        """Persons erased before the page; those whom the page erases are added."""
        ...

    def view(self, case_id: UUID) -> Held:
        """The view of a case before the page, with the scopes that hold it."""
        ...

    def cases_of(self, person: UUID) -> list[UUID]:
        """Cases of which the person is a party."""
        ...

    def ledger(self, name: str, id: str) -> Struct | None:
        """A view beside cases before the page, None if there is none."""
        ...

    def ledgers_of(self, person: UUID) -> list[tuple[str, str]]:
        """Name and id of the views beside cases where values of the person may be."""
        ...


class Source(Protocol):
    """Where facts come from."""

    def unseal(self, envelope: Envelope, field: str, /) -> Any:
        """The plain value of a sealed field, None once its key is gone."""
        ...

    def story(self, case_id: UUID, until: int, /) -> list[Recorded]:
        """The facts that show in a case before position `until`, in order, with their positions."""
        ...

    def stream_at(self, position: int, /) -> UUID:
        """The stream of the fact at a position."""
        ...


class _Case(Struct):
    """A case while a page is folded.

    Attributes:
        started: position before the page.
        before: the view before the page; None before the case was filed, and where all of it is written anew.
        scopes: who holds which document now.
        last: the last fact of the page that changed it.
        left: documents that left a scope and are not back, with the position at which they left.
    """

    view: CaseView
    started: int
    before: CaseView | None
    scopes: Scopes
    last: Recorded | None = None
    left: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def take(self, at: At, lookups: Lookups) -> bool:
        """Fold one fact; returns whether others may hold or concern the case now."""
        before, self.view = self.view, fold(self.view, at)
        if place_of(before) == place_of(self.view):
            return False
        new = scopes_of(self.view, lookups.item_of(self.view.state))
        for kind, scopes in new.items():
            self.left |= {(kind, scope): at.position for scope in self.scopes.get(kind, frozenset()) - scopes}
            for scope in scopes:
                self.left.pop((kind, scope), None)
        self.scopes = new
        return True


def fold_page(page: Iterable[Recorded], ground: Ground, source: Source) -> Folded:
    """Fold a page of facts; what comes out does not depend on where pages end.

    Args:
        page: facts in log order with their positions.
        ground: the projections before the page.
        source: opens sealed values, and gives the facts of a case again where an erasure has it folded anew.

    Raises:
        Unfoldable: a handler failed.
    """
    folding = _Folding(ground, source)
    for position, envelope in page:
        folding.take(position, envelope)
    return folding.result()


class _Folding:
    """The cases and other views that a page touches."""

    def __init__(self, ground: Ground, source: Source) -> None:
        self._ground = ground
        self._source = source
        self._lookups = ground.lookups()
        self._erased = ground.erased()
        self._cases: dict[UUID, _Case] = {}
        self._streams: dict[int, UUID] = {}
        self._last: Recorded | None = None
        self._book = Book(ground.ledger, lambda case_id: self._case(case_id).view.state.applicant)
        self._out = Folded()

    def take(self, position: int, envelope: Envelope) -> None:
        self._last = (position, envelope)
        try:
            self._take(position, envelope)
        except _DEFECTS as fault:
            raise Unfoldable(position, envelope) from fault

    def _take(self, position: int, envelope: Envelope) -> None:
        kind = type(envelope.fact)
        if kind in HANDLINGS:
            stream = self._case_told_of(position, envelope)
            case = self._case(stream)
            if kind in BESIDE and not case.view.state.is_filed:
                at = At(position, envelope, self._lookups, self._source.unseal, self._erased)
                for tell in beside.TOLD.get(kind, ()):
                    tell(envelope.fact, stream, at, self._book)
                return
            case.last = (position, envelope)
            if case.take(At(position, envelope, self._lookups, self._source.unseal, self._erased), self._lookups):
                self._out.parties |= {(person, case.view.id) for person in parties_of(case.view)}
        elif kind in beside.HANDLERS:
            if kind in PUBLISHED:
                self._publish(position, envelope)
            at = At(position, envelope, self._lookups, self._source.unseal, self._erased)
            beside.HANDLERS[kind](envelope.fact, at, self._book)
        elif kind in PUBLISHED:
            self._publish(position, envelope)
        elif kind is PersonErased:
            self._erase(position, envelope)
        else:
            raise LookupError("no projection handles this fact, and none ignores it")

    def _case_told_of(self, position: int, envelope: Envelope) -> UUID:
        """The case that a fact shows in; one beside it names an earlier fact of the case by its position."""
        if type(envelope.fact) not in BESIDE:
            self._streams[position] = envelope.originator_id
            return envelope.originator_id
        told: int = getattr(envelope.fact, "position")  # noqa: B009
        if told >= position:
            return envelope.originator_id  # it tells of nothing that has happened, and shows nowhere
        return self._streams.get(told) or self._source.stream_at(told)

    def _publish(self, position: int, envelope: Envelope) -> None:
        self._lookups.apply(position, envelope)
        self._out.published = position

    def _case(self, case_id: UUID) -> _Case:
        case = self._cases.get(case_id)
        if case is None:
            view, scopes = self._ground.view(case_id)
            before = view if view.state.is_filed else None
            case = self._cases[case_id] = _Case(view, view.position, before, scopes)
        return case

    def _erase(self, position: int, envelope: Envelope) -> None:
        """Build every case of the person anew with their values gone; it changed now, for all who hold it."""
        person = envelope.originator_id
        self._erased.add(person)
        self._out.erased[person] = position
        touched = {id for party, id in self._out.parties if party == person}
        for case_id in sorted(touched | set(self._ground.cases_of(person))):
            case = self._case(case_id)
            if case.view.position < position:
                anew = self._anew(case_id, position)
                self._out.has_remains |= anew != replace(
                    case.view, position=anew.position, told=anew.told, erased=anew.erased
                )
                case.last = (position, envelope)
                case.view = replace(anew, position=position, told=position)
        for name, id in self._ledgers_of(person):
            self._out.has_remains |= beside.forget(person, name, id, self._book, position=position)

    def _ledgers_of(self, person: UUID) -> list[tuple[str, str]]:
        touched = {(name, id) for whose, name, id in self._book.persons if whose == person}
        return sorted(touched | set(self._ground.ledgers_of(person)))

    def _anew(self, case_id: UUID, until: int) -> CaseView:
        view = CaseView(id=case_id)
        for position, envelope in self._source.story(case_id, until):
            if type(envelope.fact) in HANDLINGS:
                view = fold(view, At(position, envelope, self._lookups, self._source.unseal, self._erased))
        return view

    def purge(self, persons: Iterable[UUID], until: int) -> Folded:
        for person in persons:
            for case_id in self._ground.cases_of(person):
                before, scopes = self._ground.view(case_id)
                anew = replace(self._anew(case_id, until), position=before.position, told=before.told)
                self._cases[case_id] = _Case(anew, 0, None, scopes)
            for name, id in self._ground.ledgers_of(person):
                beside.forget(person, name, id, self._book, position=None)
        return self.result()

    def result(self) -> Folded:
        for case in self._cases.values():
            if case.view.position > case.started:
                try:
                    _add_documents(case, self._lookups, self._out)
                except _DEFECTS as fault:
                    if case.last is None:
                        raise
                    raise Unfoldable(*case.last) from fault
        self._out.ledgers = self._book.changed
        self._out.ledger_persons = self._book.persons
        for one in self._beside():
            why = "reassigned" if one.row is None else ""
            self._out.changes.append(Change(one.key.scope, one.key.kind, one.key.id, one.position, one.row, why))
        return self._out

    def _beside(self) -> list[beside.Made]:
        """The documents beside cases; one that cannot be made is told of the last fact of the page."""
        try:
            return beside.made(self._book)
        except _DEFECTS as fault:
            if self._last is None:
                raise
            raise Unfoldable(*self._last) from fault


def purged(persons: Iterable[UUID], ground: Ground, source: Source, *, until: int) -> Folded:
    """What every case of `persons` looks like with their values gone, as of the same position as before.

    Args:
        persons: whose values must go; `ground` names them among the erased.
        ground: the projections as of a position of the past.
        source: gives the facts of the cases again.
        until: the position after that of the past.
    """
    return _Folding(ground, source).purge(persons, until)


BODIES: dict[str, Callable[[CaseView, Lookups], Body]] = {"status": status_of, "queue": queue_of, "case": case_of}
"""Kind of row to what its document is made by."""


def _add_documents(case: _Case, lookups: Lookups, out: Folded) -> None:
    view = case.view
    out.held[view.id] = Held(view, case.scopes)
    if not view.state.is_filed:
        return
    out.index.append(_index(view, lookups))
    out.figures.append(figures_of(view, lookups))
    out.codes += _codes(view)
    if _is_found_otherwise(view, case.before):
        out.words.append({"filed": view.filed, "words": words_of(_signs(view))})
    for kind, build in BODIES.items():
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


def _codes(view: CaseView) -> list[dict[str, Any]]:
    """Every code that ever stood on a paper of the case, and whether the paper counts."""
    id, is_revoked = str(view.id), view.revocation is not None
    void = {one.verification_code: (one.document_number, "voided") for one in view.result_void}
    if view.result is not None:
        void[view.result.verification_code] = (view.result.document_number, "revoked" if is_revoked else "issued")
    return [{"code": code, "id": id, "number": number, "state": state} for code, (number, state) in void.items()]


def _is_found_otherwise(view: CaseView, before: CaseView | None) -> bool:
    """Whether the case can be found by something else than before."""
    if before is None:
        return True
    is_same = (
        view.state is before.state
        and view.answers is before.answers
        and view.result is before.result
        and view.result_void is before.result_void
    )
    return not is_same and _signs(view) != _signs(before)


def _signs(view: CaseView) -> Signs:
    state, answers = view.state, view.answers
    names = (applicant_name(view), *(str(answers.get(name) or "") for name in ("applicant_name", "agent_name")))
    results = (view.result.document_number if view.result else "", *(one.document_number for one in view.result_void))
    numbers = (state.filing_number, state.case_number or "", *results)
    return Signs(
        names=tuple(name for name in names if name),
        phones=tuple(str(answers[name]) for name in ("applicant_phone", "agent_phone") if answers.get(name)),
        numbers=tuple(number for number in numbers if number),
    )


def _index(view: CaseView, lookups: Lookups) -> dict[str, Any]:
    item = lookups.item_of(view.state)
    return {
        "filed": view.filed,
        "id": str(view.id),
        "filing_number": view.state.filing_number,
        "case_number": view.state.case_number,
        "item_id": item.id,
        "item_name": item.name_zh,
        "applicant": applicant_name(view),
        "status": str(view.state.status),
        "pos": view.position,
    }
