"""Checked copies 材料库 as their owner sees them (row kind `vault`)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.vault.vault import CopyKept, CopyWithdrawn, Vault
from projections.cases.view import At, CaseView
from projections.documents import Offer, Text, VaultBody, VaultCopy
from projections.ledgers import Book, Key, Ledger
from projections.lookups import Lookups


class VaultView(Struct, frozen=True, kw_only=True):
    """The copies of one person.

    Attributes:
        owner: found by the case where the first copy was checked.
        position: of the last fact folded, or of the owner's erasure.
    """

    owner: UUID
    position: int = 0
    copies: tuple[VaultCopy, ...] = ()


def _kept(fact: CopyKept, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    owner = book.applicant_of(fact.case)
    assert owner is not None
    view = book.view("vault", id, VaultView) or VaultView(owner=owner)
    if at.position <= view.position:
        return
    copy = VaultCopy(
        copy=fact.copy,
        material_type=fact.material_type,
        name=_name(fact.material_type, at),
        pages=len(fact.pages),
        checked_on=fact.checked_on,
        expires_on=fact.expires_on,
        case=fact.case,
    )
    _keep(id, replace(view, position=at.position, copies=(*view.copies, copy)), book)


def _withdrawn(fact: CopyWithdrawn, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    view = book.view("vault", id, VaultView)
    if view is None or at.position <= view.position:
        return
    left = tuple(one for one in view.copies if one.copy != fact.copy)
    _keep(id, replace(view, position=at.position, copies=left), book)


def _keep(id: str, view: VaultView, book: Book) -> None:
    book.keep("vault", id, view)
    book.persons.add((view.owner, "vault", id))
    book.touch(Key(f"person:{view.owner}", "vault", id), view.position, id)


def _name(material_type: str, at: At) -> Text:
    """What the kind of paper is called, by the first item that asks for it."""
    materials = (one for item in at.lookups.newest_items() for one in item.materials if one.type == material_type)
    found = next(materials, None)
    return Text(found.name_zh, found.name_en) if found else Text(material_type, material_type)


def offers_for(view: CaseView, vault: Vault, lookups: Lookups, *, on: date) -> tuple[Offer, ...]:
    """Copies that could serve as a paper of which the case has no good page, each in the one that is usable longest."""
    in_force = [page for page in view.pages if page.state != "replaced"]
    there = {page.material for page in in_force if not view.state.is_bad(page.file)}
    best: dict[str, Offer] = {}
    for material in lookups.item_of(view.state).materials:
        for id, copy in vault.copies.items():
            until = copy.usable_until(material)
            if material.id in there or until is None or until < on:
                continue
            known = best.get(material.id)
            if known is None or known.usable_until < until:
                name = Text(material.name_zh, material.name_en)
                best[material.id] = Offer(
                    copy=id, material=material.id, material_name=name, checked_on=copy.checked_on, usable_until=until
                )
    return tuple(best.values())


def _vault(_: Key, view: str, book: Book) -> VaultBody | None:
    one = book.view("vault", view, VaultView)
    assert one is not None
    return VaultBody(copies=one.copies)


def _forget(book: Book, id: str, _: UUID, position: int | None) -> bool:
    """The papers of an erased person are gone, and so is what was known of them."""
    view = book.view("vault", id, VaultView)
    if view is None or (position is not None and position <= view.position):
        return False
    empty = replace(view, copies=(), position=view.position if position is None else position)
    _keep(id, empty, book)
    return bool(view.copies)


LEDGER = Ledger(
    views={"vault": VaultView},
    handlers={CopyKept: _kept, CopyWithdrawn: _withdrawn},
    builders={"vault": _vault},
    forget={"vault": _forget},
)
