"""Members of staff as their colleagues see them: roles, certificates, days away (row kind `colleague`)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.staff import staff as people
from domain.staff.staff import (
    Absence,
    CertificateEnded,
    CertificateHeld,
    Staff,
    StaffAbsent,
    StaffBack,
    StaffCertified,
    StaffEnrolled,
)
from domain.training.content import CertificateKind
from projections.cases.view import At
from projections.documents import Away, Certificate, ColleagueBody, Person, Text
from projections.ledgers import Book, Key, Ledger
from projections.lookups import Lookups

HOME = "street"
LEADS = "lead:street"
"""Leads also hold the colleagues of other offices, to whom steps of a route may go."""


class Colleague(Struct, frozen=True, kw_only=True):
    """Everything that documents of one member of staff are made from.

    Attributes:
        position: of the last fact folded.
        names: of the certificates by their stream, as they then were.
        substitutes: names of those who stand in, as they then were.
        offices: where they work and have worked: documents leave with a move.
    """

    state: Staff = Staff()
    position: int = 0
    names: dict[UUID, Text] = {}
    substitutes: dict[UUID, str] = {}
    offices: tuple[str, ...] = ()


def _on_staff(fact: Fact, at: At, book: Book) -> None:
    person = at.envelope.originator_id
    id = str(person)
    before = book.view("colleague", id, Colleague) or Colleague()
    if at.position <= before.position:
        return
    state = people.evolve(fact, before.state, stream=person)
    view = replace(
        before,
        state=state,
        position=at.position,
        names={**before.names, **_named(fact, at)},
        substitutes={**before.substitutes, **_substitute_named(fact, at)},
        offices=tuple(dict.fromkeys((*before.offices, state.office))),
    )
    book.keep("colleague", id, view)
    for office in view.offices:
        book.touch(Key(f"people:{office}", "colleague", id), at.position, id)
        if office != HOME:
            book.touch(Key(LEADS, "colleague", id), at.position, id)


def _named(fact: Fact, at: At) -> dict[UUID, Text]:
    match fact:
        case StaffCertified():
            return {people.recorded_certificate(at.envelope.originator_id, fact.item_id): _item_name(fact.item_id, at)}
        case CertificateHeld(kind=""):
            return {fact.certificate: _item_name(next(iter(fact.items), ""), at)}
        case CertificateHeld():
            return {fact.certificate: certificate_name(fact.kind, at.lookups)}
        case _:
            return {}


def _item_name(item_id: str, at: At) -> Text:
    item = next((one for one in at.lookups.newest_items() if one.id == item_id), None)
    return Text(item.name_zh, item.name_en) if item else Text(item_id, item_id)


def certificate_name(kind: str, lookups: Lookups) -> Text:
    """What a kind of certificate is called, as it was published last."""
    published = lookups.newest_training("certificate", kind)
    return Text(published.name_zh, published.name_en) if isinstance(published, CertificateKind) else Text(kind, kind)


def _substitute_named(fact: Fact, at: At) -> dict[UUID, str]:
    if not isinstance(fact, StaffAbsent) or fact.substitute is None:
        return {}
    return {fact.substitute: at.name(fact.substitute)}


def _colleague(key: Key, view: str, book: Book) -> ColleagueBody | None:
    one = book.view("colleague", view, Colleague)
    assert one is not None
    state = one.state
    is_here = key.scope == f"people:{state.office}" or (key.scope == LEADS and state.office != HOME)
    if state.id is None or not is_here:
        return None
    return ColleagueBody(
        name=state.name,
        roles=state.roles,
        office=state.office,
        certificates=tuple(_certificates(one)),
        absences=tuple(_away(absence, one) for absence in state.absences),
    )


def _certificates(one: Colleague) -> Iterator[Certificate]:
    """What counts or has run out, by name; what was revoked or renewed is left out."""
    for id, held in sorted(one.state.held.items(), key=lambda each: (each[1].kind, each[1].items, str(each[0]))):
        if held.ended not in ("revoked", "renewed"):
            yield Certificate(held.kind, one.names[id], held.items, held.all_items, held.valid_until)


def _away(absence: Absence, one: Colleague) -> Away:
    by = absence.substitute
    return Away(absence.first, absence.last, Person(by, one.substitutes[by]) if by else None)


LEDGER = Ledger(
    views={"colleague": Colleague},
    handlers=dict.fromkeys(
        (StaffEnrolled, StaffCertified, CertificateHeld, CertificateEnded, StaffAbsent, StaffBack), _on_staff
    ),
    builders={"colleague": _colleague},
    forget={},
)
