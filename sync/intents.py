"""From an intent as it travels to a call that can be judged, or the reason why it cannot."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.actors import Actor
from domain.case.commands import CENTRE_ONLY, COMMANDS, Command, FileCase, Unusable
from domain.centre.centre import DERIVED_ID
from domain.decisions import Call
from store.writer import Answer
from sync.frames import IntentBody, SignedIntent, Verdict

_body_decoder = msgspec.json.Decoder(IntentBody)
_decoders = {name: msgspec.json.Decoder(kind) for name, kind in COMMANDS.items() if kind not in CENTRE_ONLY}
_KNOWN_ACTS = frozenset(name.partition("@")[0] for name in _decoders)
_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""Wrong form, nested too deep, no valid Unicode."""


class _Identified(Struct):
    id: UUID


_id_decoder = msgspec.json.Decoder(_Identified)


class UnreadableIntent(ValueError):
    """The body of an intent is no JSON object with an id; without it the intent cannot even be refused."""


def read_intent(signed: SignedIntent, *, by: Actor) -> Call | Verdict:
    """The call that an intent stands for, or the verdict if it cannot be judged.

    What is wrong with the command itself is left to the writer, whose receipt lets the intents after it go on.

    Args:
        signed: the exact text, whose digest ties the receipt to it.
        by: the person who is signed in.

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
    if body.type not in _decoders and body.type.partition("@")[0] in _KNOWN_ACTS:
        return Verdict(id=body.id, verdict="held", code="app-too-old", params={"type": body.type})
    return Call(
        id=body.id,
        lane=body.lane,
        command=_command(body),
        by=by,
        files=body.files,
        after=body.after,
        needs=body.needs,
        base=body.base.pos if body.base else None,
        captured_at=body.at,
        digest=sha256(signed.body.encode()).digest(),
    )


def _id_of(signed: SignedIntent) -> UUID:
    try:
        return _id_decoder.decode(signed.body).id
    except _UNREADABLE as error:
        raise UnreadableIntent(str(error)) from error


def _command(body: IntentBody) -> Command:
    if body.type == FileCase.type and body.lane.version == DERIVED_ID:
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
