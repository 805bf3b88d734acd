"""What an app of another version says and hears; and that no field is added without which an older one is malformed."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Struct, structs

from sync import frames as fr
from sync.frames import ClientFrame, ServerFrame
from tests.rolling.clients import older

OF_THE_FIRST = {
    "Hello": "v app device ticket outbox wall",
    "Auth": "ticket",
    "Pull": "",
    "Credit": "",
    "Push": "b intents",
    "Ask": "ids",
    "Seen": "cursor outbox",
    "Ping": "",
    "Pong": "",
    "Welcome": "v epoch head now limits mode",
    "PageFrame": "cursor to rows more phase",
    "Delta": "from to cursor rows",
    "Behind": "head",
    "Ack": "b r",
    "Reset": "epoch why",
    "Revoke": "",
    "Wait": "why retry_ms",
    "AuthRequired": "why",
    "Upgrade": "min_app hard",
    "Error": "code",
    "ServerPing": "",
    "ServerPong": "",
    "Outbox": "n next_seq",
    "IntentBody": "id seq lane type args at by",
    "SignedIntent": "body",
    "Links": "",
    "TreeHead": "origin size root",
    "Row": "id kind pos body",
    "Gone": "id kind why",
    "Verdict": "id verdict",
    "Limits": "",
    "Base": "pos",
}
"""Fields that must be there, as they were in the first version of the protocol and must stay while it is spoken."""

KINDS: tuple[type[Struct], ...] = (
    *ClientFrame.__subclasses__(),
    *ServerFrame.__subclasses__(),
    *(fr.Outbox, fr.IntentBody, fr.SignedIntent, fr.Links, fr.TreeHead),
    *(fr.Row, fr.Gone, fr.Verdict, fr.Limits, fr.Base),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_field_that_was_added_may_be_left_out_and_none_that_was_asked_for_is_gone(kind: type[Struct]) -> None:
    required = [field.encode_name for field in structs.fields(kind) if field.required]

    assert required == OF_THE_FIRST[kind.__name__].split()


def test_an_older_app_knows_what_is_asked_for_and_what_it_had() -> None:
    assert [field.name for field in structs.fields(older(fr.Hello))] == [
        *("v", "app", "device", "ticket", "cursor", "outbox", "wall")
    ]
    assert [field.encode_name for field in structs.fields(older(fr.Delta))] == ["from", "to", "cursor", "rows", "gone"]


def test_an_older_app_ignores_what_it_does_not_know() -> None:
    said = b'{"t":"welcome","v":1,"epoch":"e","head":7,"now":"2026-11-23T02:00:00Z","limits":{"page":9},"mode":"live"}'
    newer = said[:-1] + b',"mood":{"good":true},"origin":"o"}'

    heard = msgspec.json.decode(newer, type=older(fr.Welcome))

    assert msgspec.to_builtins(heard) == {**msgspec.json.decode(said), "limits": {}}
