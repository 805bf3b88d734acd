"""From an intent as it travels to a call that can be judged, or the reason why it cannot."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.actors import Actor
from domain.case.commands import Command, FileBundle, FileCase, OpenBundle, OpenCase, Unusable
from domain.centre.centre import DERIVED_ID
from domain.commands import CENTRE_ONLY, COMMANDS
from domain.decisions import Call
from domain.devices.devices import DeviceKey
from store.answers import NEWER_RETRY_MS, Answer
from sync.frames import IntentBody, SignedIntent, Verdict
from sync.signing import signed_with
from sync.terms import is_newer

_body_decoder = msgspec.json.Decoder(IntentBody)
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in COMMANDS.items() if kind not in CENTRE_ONLY}
_NEWEST = {
    act: int(form) for act, _, form in sorted((name.partition("@") for name in _decoders), key=lambda n: int(n[2]))
}
"""Acts to the newest form of each that this program knows."""
_BEGINNING = frozenset({FileCase.type, OpenCase.type, FileBundle.type, OpenBundle.type})
_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""Wrong form, nested too deep, no valid Unicode."""


class _Identified(Struct):
    id: UUID


_id_decoder = msgspec.json.Decoder(_Identified)


class UnreadableIntent(ValueError):
    """The body of an intent is no JSON object with an id; without it the intent cannot even be refused."""


def read_intent(signed: SignedIntent, *, by: Actor, app: str = "", key: DeviceKey | None = None) -> Call | Verdict:
    """The call that an intent stands for, or the verdict if it cannot be judged.

    What is wrong with the command itself is left to the writer, whose receipt lets the intents after it go on.

    Args:
        signed: the exact text, whose digest ties the receipt to it, and what it waits for if that has changed.
        by: the person who is signed in.
        app: build of the app that sends it, if that is known: one that is newer than this program may know more.
        key: with which the device signs; what is not signed with it waits until the person has signed in again, when a
            device says with which key it signs. None: nothing is signed.

    Raises:
        UnreadableIntent: it has no readable id.
    """
    try:
        body = _body_decoder.decode(signed.body)
    except _UNREADABLE as error:
        where = {"where": _place(str(error))}
        return Verdict(id=_id_of(signed), verdict="refused", code="invalid", params=where)
    if body.by != by.id:
        return Verdict(id=body.id, verdict="auth", code="other-person")
    proof = b""
    if key is not None:
        fits = signed_with(key, signed.sig, id=body.id, lane=body.lane, type=body.type, body=signed.body)
        if fits is None:
            return Verdict(id=body.id, verdict="auth", code="not-signed")
        proof = fits
    if body.type not in COMMANDS and (held := _held(body, app)) is not None:
        return held
    links = signed.links or body
    return Call(
        id=body.id,
        lane=body.lane,
        command=_command(body),
        by=by,
        files=body.files,
        after=links.after,
        needs=links.needs,
        base=body.base.pos if body.base else None,
        captured_at=body.at,
        digest=sha256(signed.body.encode()).digest(),
        signed=proof,
    )


def _held(body: IntentBody, app: str) -> Verdict | None:
    """A form of a command that this program does not know any more, or not yet, waits for whoever is behind."""
    act, _, form = body.type.partition("@")
    newest = _NEWEST.get(act)
    if is_newer(app) if newest is None else form.isdecimal() and int(form) > newest:
        params = {"type": body.type}
        return Verdict(id=body.id, verdict="held", code="service-too-old", params=params, retry_ms=NEWER_RETRY_MS)
    if newest is None:
        return None
    return Verdict(id=body.id, verdict="held", code="app-too-old", params={"type": body.type})


def _id_of(signed: SignedIntent) -> UUID:
    try:
        return _id_decoder.decode(signed.body).id
    except _UNREADABLE as error:
        raise UnreadableIntent(str(error)) from error


def _command(body: IntentBody) -> Command:
    if body.type in _BEGINNING and body.lane.version == DERIVED_ID:
        return _unusable(body, "invalid", where="$.lane")
    decoder = _decoders.get(body.type)
    args = bytes(body.args)
    if decoder is not None:
        try:
            return decoder.decode(args)
        except _UNREADABLE as error:
            return _unusable(body, "invalid", where=_place(str(error)))
    if body.type in COMMANDS:
        return _unusable(body, "forbidden", act=body.type.partition("@")[0])
    return _unusable(body, "unknown-command", type=body.type)


def _unusable(body: IntentBody, why: Literal["invalid", "unknown-command", "forbidden"], **params: str) -> Unusable:
    return Unusable(why=why, params=params, said=body.type, args=bytes(body.args).decode(errors="replace"))


def _place(message: str) -> str:
    """Where in the args the fault lies, without the value itself."""
    return message.rpartition(" - at ")[2].strip("`") if " - at " in message else ""


def verdict_of(id_: UUID, answer: Answer) -> Verdict:
    """An answer as a frame carries it."""
    return Verdict(
        id=id_,
        verdict=cast("Any", answer.verdict),
        pos=answer.pos,
        code=answer.code,
        params=answer.params,
        options=answer.options or None,
        retry_ms=answer.retry_ms,
    )
