"""Devices as their owners and the desk see them (`device`), and work that was set aside (`set-aside`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.devices.devices import (
    DeviceBlocked,
    DeviceConfirmed,
    DeviceUnblocked,
    DeviceWorkMissing,
    DeviceWorkSettled,
    device_stream,
)
from domain.devices.set_aside import SetAsideSettled, set_aside_stream
from domain.facts import Fact
from projections.cases.view import At
from projections.device_bodies import DeviceBody, Missing, SetAsideBody
from projections.ledgers import Book, Key, Ledger
from store.receipts import CommandFaulted, CommandRefused

TOLD_EVERY = timedelta(hours=1)
LOST = "permission-lost"
"""What somebody did in a role that they lost meanwhile is looked after by the lead of their office."""
DESK = "street"
"""The office that hears of residents' missing work."""


EVERY_DEVICE = "devices"
"""The scope that holds every device; it is counted over HTTP only."""


def devices_of(person: UUID) -> str:
    """The scope that holds every device of a person; it is read over HTTP only."""
    return f"devices:{person}"


def devices_in(office: str) -> str:
    """The scope that holds every device of an office's people; it is read over HTTP only."""
    return f"devices-in:{office}"


def set_aside_of(author: UUID) -> str:
    """The scope that holds the set-aside work of a person; it is read over HTTP only."""
    return f"aside:{author}"


def handed_to(office: str) -> str:
    """The scope of set-aside work that was handed to an office; it is read over HTTP only."""
    return f"aside-office:{office}"


class DeviceView(Struct, frozen=True, kw_only=True):
    """Everything that documents of one device are made from.

    Attributes:
        position: of the last fact folded.
        shown: the body as devices hold it: every one of an office would hear of each contact of every other, so that
            it follows at most once an hour where nothing but the contact has changed.
    """

    position: int
    body: DeviceBody
    shown: DeviceBody
    erased: bool = False


class SetAsideView(Struct, frozen=True, kw_only=True):
    """Everything that documents of one set-aside command are made from."""

    position: int
    id: UUID
    body: SetAsideBody
    erased: bool = False


def _on_device(fact: Any, at: At, book: Book) -> None:
    id = str(device_stream(fact.person, fact.device))
    view = book.view("device", id, DeviceView)
    if view is not None and at.position <= view.position:
        return
    now = at.envelope.meta.recorded_at
    body = view.body if view else _met(fact, now)
    match fact:
        case DeviceConfirmed():
            body = replace(
                body,
                office=fact.office,
                app=fact.app,
                last_contact=now,
                position=fact.position,
                unsent=fact.outbox.n,
                oldest_at=fact.outbox.oldest_at,
                missing=body.missing if body.missing and body.missing.why == "lost" else None,
            )
        case DeviceWorkMissing():
            body = replace(body, missing=Missing(fact.n, fact.announced_at, fact.why))
        case DeviceWorkSettled():
            body = _settled(body)
        case DeviceBlocked():
            body = replace(body, blocked=True)
        case _:
            body = replace(body, blocked=False)
    is_told = view is None or _is_worth_telling(view.shown, body)
    shown = body if view is None or is_told else view.shown
    book.keep("device", id, DeviceView(position=at.position, body=body, shown=shown))
    book.persons.add((body.person, "device", id))
    before = (_read_over_http(view.body), _held_on_devices(view.shown)) if view else ((), ())
    for scope in {*_read_over_http(body), *before[0]}:
        book.touch(Key(scope, "device", id), at.position, id)
    for scope in {*_held_on_devices(body), *before[1]} if is_told else ():
        book.touch(Key(scope, "device", id), at.position, id)


def _settled(body: DeviceBody) -> DeviceBody:
    """Of a device that is not heard any more the missing work was all it owed; one that came without it says itself."""
    if body.missing and body.missing.why == "silent":
        return replace(body, missing=None, unsent=0, oldest_at=None)
    return replace(body, missing=None)


def _is_worth_telling(shown: DeviceBody, body: DeviceBody) -> bool:
    same = replace(body, last_contact=shown.last_contact, position=shown.position)
    return same != shown or body.last_contact - shown.last_contact >= TOLD_EVERY


def _met(fact: Any, now: Any) -> DeviceBody:
    return DeviceBody(
        person=fact.person,
        device=fact.device,
        office=getattr(fact, "office", ""),
        app="",
        first_at=now,
        last_contact=now,
        position=0,
        unsent=0,
        oldest_at=None,
        missing=None,
        blocked=False,
    )


def _read_over_http(body: DeviceBody) -> list[str]:
    return [EVERY_DEVICE, devices_of(body.person), *([devices_in(body.office)] if body.office else [])]


def _held_on_devices(body: DeviceBody) -> list[str]:
    return [f"people:{body.office}"] if body.office else [f"person:{body.person}", f"people:{DESK}"]


def _device(key: Key, view: str, book: Book) -> DeviceBody | None:
    """The device; the desk sees a resident's while work of it is missing."""
    one = book.view("device", view, DeviceView)
    assert one is not None
    body = one.body if key.scope in _read_over_http(one.body) else one.shown
    is_here = key.scope in (*_read_over_http(one.body), *_held_on_devices(body))
    is_the_desks = not body.office and key.scope == f"people:{DESK}"
    return None if one.erased or not is_here or (is_the_desks and body.missing is None) else body


def _forget_device(book: Book, id: str, _: UUID, position: int | None) -> bool:
    view = book.view("device", id, DeviceView)
    if view is None or view.erased:
        return False
    at = view.position if position is None else position
    book.keep("device", id, replace(view, position=at, erased=True))
    for scope in (*_read_over_http(view.body), *_held_on_devices(view.shown)):
        book.touch(Key(scope, "device", id), at, id)
    return True


def _on_refused(fact: Any, at: At, book: Book) -> None:
    meta = at.envelope.meta
    if meta.command is None:
        return
    id = str(set_aside_stream(meta.actor, meta.command))
    refused = isinstance(fact, CommandRefused)
    is_the_leads = refused and fact.code == LOST and bool(meta.office)
    body = SetAsideBody(
        author=meta.actor,
        lane=fact.lane,
        type=fact.type,
        verdict=fact.verdict if refused else "quarantined",
        code=fact.code if refused else "server-fault",
        params=fact.params if refused else {},
        at=meta.captured_at,
        judged_at=meta.recorded_at,
        state="handed" if is_the_leads else "open",
        by=None,
        office=meta.office if is_the_leads else "",
    )
    _keep(id, SetAsideView(position=at.position, id=meta.command, body=body), book)


def _on_settled(fact: SetAsideSettled, at: At, book: Book) -> None:
    id = str(set_aside_stream(fact.author, fact.intent))
    view = book.view("set-aside", id, SetAsideView)
    if view is None or at.position <= view.position:
        return
    if view.body.office:
        book.touch(Key(handed_to(view.body.office), "set-aside", str(view.id)), at.position, id)
    body = replace(view.body, state=fact.became, by=fact.by, office=fact.office)
    _keep(id, replace(view, position=at.position, body=body), book)


def _keep(id: str, view: SetAsideView, book: Book) -> None:
    book.keep("set-aside", id, view)
    book.persons.add((view.body.author, "set-aside", id))
    book.touch(Key(set_aside_of(view.body.author), "set-aside", str(view.id)), view.position, id)
    if view.body.office:
        book.touch(Key(handed_to(view.body.office), "set-aside", str(view.id)), view.position, id)


def _set_aside(key: Key, view: str, book: Book) -> SetAsideBody | None:
    one = book.view("set-aside", view, SetAsideView)
    assert one is not None
    is_here = key.scope in (set_aside_of(one.body.author), handed_to(one.body.office))
    return one.body if is_here and not one.erased else None


def _forget_set_aside(book: Book, id: str, _: UUID, position: int | None) -> bool:
    view = book.view("set-aside", id, SetAsideView)
    if view is None or view.erased:
        return False
    at = view.position if position is None else position
    _keep(id, replace(view, position=at, erased=True), book)
    return True


_HANDLERS: dict[type[Fact], Any] = {
    DeviceConfirmed: _on_device,
    DeviceWorkMissing: _on_device,
    DeviceWorkSettled: _on_device,
    DeviceBlocked: _on_device,
    DeviceUnblocked: _on_device,
    CommandRefused: _on_refused,
    CommandFaulted: _on_refused,
    SetAsideSettled: _on_settled,
}

LEDGER = Ledger(
    views={"device": DeviceView, "set-aside": SetAsideView},
    handlers=_HANDLERS,
    builders={"device": _device, "set-aside": _set_aside},
    forget={"device": _forget_device, "set-aside": _forget_set_aside},
)
