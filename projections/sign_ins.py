"""Sessions as their owners, and those who look after them, see them (row kind `session`); read over HTTP only.

Whether a session counts is asked of the head of the log, never of these rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact
from domain.identity.identity import SessionClosed, SessionOpened, SessionProved
from projections.cases.view import At
from projections.ledgers import Book, Key, Ledger


def sessions_of(person: UUID) -> str:
    """The scope that holds the open sessions of a person; it is read over HTTP only."""
    return f"sessions:{person}"


class SessionBody(Struct, frozen=True, kw_only=True):
    """An open session (row kind `session`).

    Attributes:
        person: whose.
        kind: `resident` or `staff`.
        device: the device's own id, where it said one.
        method: how the person showed who they are.
        opened_at: when.
        proved_at: when they last showed it.
        expires_at: when it ends by itself.
    """

    person: UUID
    kind: str
    device: UUID | None
    method: str
    opened_at: datetime
    proved_at: datetime
    expires_at: datetime


class SessionView(Struct, frozen=True, kw_only=True):
    """Everything that the document of one session is made from; `body` is None once it has ended."""

    position: int
    person: UUID
    body: SessionBody | None


def _on_opened(fact: SessionOpened, at: At, book: Book) -> None:
    now = fact.opened_at or at.envelope.meta.recorded_at
    body = SessionBody(
        person=fact.person,
        kind=fact.kind,
        device=fact.device,
        method=fact.method,
        opened_at=now,
        proved_at=now,
        expires_at=fact.expires_at,
    )
    _keep(str(at.envelope.originator_id), SessionView(position=at.position, person=fact.person, body=body), book)


def _on_proved(fact: SessionProved, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    view = book.view("session", id, SessionView)
    if view is not None and view.body is not None and at.position > view.position:
        _keep(id, replace(view, position=at.position, body=replace(view.body, proved_at=fact.at)), book)


def _on_closed(_fact: SessionClosed, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    view = book.view("session", id, SessionView)
    if view is not None and at.position > view.position:
        _keep(id, replace(view, position=at.position, body=None), book)


def _keep(id: str, view: SessionView, book: Book) -> None:
    book.keep("session", id, view)
    book.persons.add((view.person, "session", id))
    book.touch(Key(sessions_of(view.person), "session", id), view.position, id)


def _session(_key: Key, view: str, book: Book) -> SessionBody | None:
    one = book.view("session", view, SessionView)
    return one.body if one else None


def _forget(book: Book, id: str, _: UUID, position: int | None) -> bool:
    view = book.view("session", id, SessionView)
    if view is None or view.body is None:
        return False
    _keep(id, replace(view, position=view.position if position is None else position, body=None), book)
    return True


_HANDLERS: dict[type[Fact], Any] = {
    SessionOpened: _on_opened,
    SessionProved: _on_proved,
    SessionClosed: _on_closed,
}

LEDGER = Ledger(
    views={"session": SessionView},
    handlers=_HANDLERS,
    builders={"session": _session},
    forget={"session": _forget},
)
