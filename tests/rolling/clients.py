"""Devices of other versions, made by rule from the frames of this one; nothing of them is written down twice.

An older app has not what was added since: of every struct it knows the fields that are required, and those that it had
although they may be left out (`FROM_THE_FIRST`). It ignores what it does not know. A newer app says more than this
program knows, speaks one more version of the protocol, and sends frames that nobody here has heard of.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct, inspect, structs

from domain.case.commands import FileRef
from sync import frames as fr
from sync.client import Client
from sync.wire import read

FROM_THE_FIRST = frozenset(
    {
        "Hello.cursor",
        "Pull.cursor",
        "IntentBody.after",
        "IntentBody.needs",
        "IntentBody.files",
        "PageFrame.gone",
        "Delta.gone",
        "Verdict.pos",
        "Verdict.code",
        "Revoke.cases",
        "Revoke.wipe",
    }
)
"""What the first app had although it may be left out; any other field with a default came later."""

FRAMES_OF_THE_FIRST = frozenset(
    {"welcome", "page", "delta", "behind", "ack", "reset", "revoke", "wait", "auth-required", "upgrade", "error"}
    | {"ping", "pong"}
)
"""Tags of the frames from the server that the first app knew."""


def older(kind: type[Struct]) -> type[Struct]:
    """The struct as an app had it that was built before every field that could be left out was added."""
    config = kind.__struct_config__
    fields: list[Any] = []
    for field in structs.fields(kind):
        if field.required:
            fields.append((field.name, _older_type(field.type), msgspec.field(name=field.encode_name)))
        elif f"{kind.__name__}.{field.name}" in FROM_THE_FIRST:
            fields.append((field.name, _older_type(field.type), msgspec.field(default=UNSET, name=field.encode_name)))
    tag: dict[str, Any] = {"tag_field": config.tag_field, "tag": config.tag} if config.tag_field else {}
    return msgspec.defstruct(kind.__name__, fields, frozen=True, kw_only=True, **tag)


def _older_type(annotation: Any) -> Any:
    """The annotation with every struct of the protocol in it replaced by its older form."""
    match inspect.type_info(annotation):
        case inspect.StructType(cls=cls) if cls is not FileRef:
            return older(cls)
        case inspect.VarTupleType(item_type=inspect.StructType(cls=cls)) if cls is not FileRef:
            return tuple[older(cls), ...]  # type: ignore[misc]
        case _:
            return annotation


def _decoder(union: Any, tags: frozenset[str] | None = None) -> msgspec.json.Decoder[Any]:
    kinds = [older(kind) for kind in union.__args__ if tags is None or kind.__struct_config__.tag in tags]
    joined: Any = kinds[0]
    for kind in kinds[1:]:
        joined |= kind
    return msgspec.json.Decoder(joined)


_sent = _decoder(fr.AnyClientFrame)
_heard = _decoder(fr.AnyServerFrame, FRAMES_OF_THE_FIRST)
_intent = msgspec.json.Decoder(older(fr.IntentBody))
_encoder = msgspec.json.Encoder()


class OlderClient(Client):
    """A device whose app was built before everything that could be left out was added."""

    app = "0.0.9"

    def _encoded(self, frame: fr.AnyClientFrame) -> bytes:
        if isinstance(frame, fr.Hello):
            frame = structs.replace(frame, app=self.app)
        elif isinstance(frame, fr.Push):
            frame = structs.replace(frame, intents=tuple(map(_of_old, frame.intents)))
        return _encoder.encode(_sent.decode(super()._encoded(frame)))

    def _read(self, data: str | bytes) -> fr.AnyServerFrame | None:
        assert isinstance(data, str), "a frame was packed that was not to be"
        try:
            return read(_encoder.encode(_heard.decode(data)).decode())
        except msgspec.ValidationError as error:
            if "Invalid value" not in str(error):  # of a tag; anything else would stop an app of that age
                raise
            return None


def _of_old(intent: fr.SignedIntent) -> fr.SignedIntent:
    return structs.replace(intent, body=_encoder.encode(_intent.decode(intent.body)).decode())


class NewerClient(Client):
    """A device whose app was built after this program: it says more than is known here."""

    app = "0.2.0"

    def _encoded(self, frame: fr.AnyClientFrame) -> bytes:
        said = msgspec.to_builtins(frame) | {"mood": {"good": True}}
        if isinstance(frame, fr.Hello):
            said |= {"v": [1, 2], "app": self.app, "wall": self._clock(), "feat": ["zlib", "weather"]}
        if isinstance(frame, fr.Push):
            for intent in said["intents"]:
                intent |= {"body": intent["body"][:-1] + ',"mood":"good"}', "mood": "good"}
        return _encoder.encode(said)

    def _heard(self, link: int, frame: fr.AnyServerFrame) -> None:
        super()._heard(link, frame)
        if isinstance(frame, fr.Welcome):
            self._outgoing.put_nowait(b'{"t":"weather","sun":1}')
