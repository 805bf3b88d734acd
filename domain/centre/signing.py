"""What the log says of itself: the keys with which it signs, each endorsed by the one before, and its restorations."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.case.decide import Call
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.refusals import StateChanged

SIGNING_STREAM = uuid5(NAMESPACE, "signing")


class LogKeyNamed(Fact, frozen=True, kw_only=True, tag="log.key-named"):
    """The log signs with this key from now on.

    Attributes:
        verifier_key: the public key as C2SP notes name it, `NAME+ID+KEY`.
        endorsement: a note with this key as its text, signed with the key before; empty for the first key.
    """

    verifier_key: str
    endorsement: str = ""


class LogRestored(Fact, frozen=True, kw_only=True, tag="log.restored"):
    """The log was restored from a backup and goes on under another name; first leaf of the tree of that name.

    Attributes:
        name: of the log from now on.
        before: its name until then.
        size: events that the backup holds of that name.
        root: of the tree over them, hex.
        note: their signed checkpoint, as the backup holds it.
    """

    name: str
    before: str
    size: int
    root: str
    note: str


class SigningState(Struct, frozen=True):
    """Keys of the log in order, the last of them in use, and every time that it was restored."""

    keys: tuple[LogKeyNamed, ...] = ()
    restored: tuple[LogRestored, ...] = ()


class NameLogKey(Command, frozen=True, kw_only=True):
    """Sign with another key from now on (the centre itself, when an operator changes the key).

    Attributes:
        number: how many keys there have been before.
    """

    type: ClassVar[str] = "log.name-key@1"
    number: int
    verifier_key: str
    endorsement: str = ""


def evolve(fact: Fact, state: SigningState) -> SigningState:
    """Keys and restorations after `fact`."""
    match fact:
        case LogKeyNamed():
            return replace(state, keys=(*state.keys, fact))
        case LogRestored():
            return replace(state, restored=(*state.restored, fact))
        case _:
            return state


def name_key(command: NameLogKey, _call: Call, state: SigningState) -> list[tuple[UUID, Fact]]:
    """Take the key as the next one.

    Raises:
        StateChanged: somebody else has named a key meanwhile.
    """
    if command.number != len(state.keys):
        raise StateChanged(status="log-key-named")
    named = LogKeyNamed(verifier_key=command.verifier_key, endorsement=command.endorsement)
    return [(SIGNING_STREAM, named)]
