"""Everything that is shown beside cases, put together: views, handlers and documents of every ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.facts import Fact
from projections import (
    colleagues,
    devices,
    ratings,
    sign_ins,
    training_asked,
    training_certificates,
    training_content,
    training_exams,
    training_learners,
    vaults,
    visits,
)
from projections.cases.view import At
from projections.ledgers import Book, Key, Ledger

LEDGERS: tuple[Ledger, ...] = (
    visits.LEDGER,
    ratings.LEDGER,
    colleagues.LEDGER,
    vaults.LEDGER,
    devices.LEDGER,
    sign_ins.LEDGER,
    training_content.LEDGER,
    training_learners.LEDGER,
    training_asked.LEDGER,
    training_certificates.LEDGER,
    training_exams.LEDGER,
)

VIEWS: dict[str, type[Struct]] = {name: kind for one in LEDGERS for name, kind in one.views.items()}
HANDLERS: dict[type[Fact], Callable[[Any, At, Book], None]] = {
    kind: handler for one in LEDGERS for kind, handler in one.handlers.items()
}
BUILDERS = {kind: builder for one in LEDGERS for kind, builder in one.builders.items()}
TOLD: dict[type[Fact], tuple[Callable[[Any, UUID, At, Book], None], ...]] = {
    kind: tuple(one.told[kind] for one in LEDGERS if kind in one.told) for ledger in LEDGERS for kind in ledger.told
}
FORGET = {name: forget for one in LEDGERS for name, forget in one.forget.items()}

_encoder = msgspec.json.Encoder()
_view_encoder = msgspec.msgpack.Encoder()
_view_decoders = {name: msgspec.msgpack.Decoder(kind) for name, kind in VIEWS.items()}


class Made(NamedTuple):
    """A document that a page touched; `row` is None where it is not in the scope any more."""

    key: Key
    position: int
    row: str | None


def made(book: Book) -> list[Made]:
    """The documents that a page touched, in order of position and key."""
    found: list[Made] = []
    for key, (position, view) in sorted(book.touched.items(), key=lambda one: (one[1].position, one[0])):
        body = BUILDERS[key.kind](key, view, book)
        found.append(Made(key, position, None if body is None else _row_text(key, position, body)))
    return found


def forget(person: UUID, name: str, id: str, book: Book, *, position: int | None) -> bool:
    """Take the values of a person out of a view.

    Args:
        person: who was erased.
        name: of the view.
        id: of the view.
        book: holds the views of the page.
        position: of the erasure; None to leave documents at their place.

    Returns:
        Whether there were any.
    """
    return FORGET[name](book, id, person, position)


def stored(view: Struct) -> bytes:
    """A view as the file keeps it."""
    return _view_encoder.encode(view)


def read(name: str, body: bytes) -> Struct:
    """A view from what the file keeps."""
    view: Struct = _view_decoders[name].decode(body)
    return view


def _row_text(key: Key, position: int, body: Struct) -> str:
    encoded = _encoder.encode(body).decode()
    return f'{{"id":"{key.id}","kind":"{key.kind}","pos":{position},"body":{encoded}}}'
