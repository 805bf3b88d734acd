"""What the log shows of the signatures of devices: whether what a member of staff did was signed by their device."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError
from msgspec.structs import replace

from domain.case.commands import Command, ViewRecord
from domain.commands import CENTRE_ONLY, COMMANDS
from domain.devices.devices import Device, DeviceKey, DeviceKeyRegistered, device_stream
from domain.facts import Envelope, tag_of
from domain.rights.glass import BreakGlass
from domain.rights.looks import PrintRecord, UnmaskRecord
from domain.training.publishing import PublishTraining
from domain.visits.commands import ReadContact
from projections.history import HistoryMoment
from store.centre import Centre
from store.judging import RECEIPTS, keyed
from store.keys import KeyDamaged, KeyVault
from store.log import Leaf
from store.mapper import FactMapper
from store.receipts import CommandApplied, CommandFaulted, CommandRefused, receipt_stream
from store.states import DEVICE
from sync import signing

Says = Literal["good", "wrong", "other-words", "gone", "closed", "none"]
"""`other-words`: its device signed it, and its receipt is for something else. `gone`: destroyed with the key of the
person of whom the command spoke. `closed`: the sealed value does not open. `none`: there is none."""

OVER_HTTP = frozenset(
    kind.type for kind in (BreakGlass, UnmaskRecord, PrintRecord, ViewRecord, PublishTraining, ReadContact)
)
"""Commands that a page gives over HTTP, and a device may give over its connection."""
SIGNED_TYPES = COMMANDS.keys() - {kind.type for kind in CENTRE_ONLY} - OVER_HTTP
"""Commands that only a device gives, over its connection."""
BESIDE_WORK = frozenset(
    {
        *("candidate", "device", "enrolment", "exam", "export", "glass", "passkey", "record", "recovery-code"),
        *("second-factor", "session", "set-aside", "training"),
    }
)
"""Families of facts that commands over HTTP record for members of staff; all others are work, which devices give."""
TAKES_HOLD = timedelta(minutes=5)
"""What a device sent just before a key was registered may still arrive: unsigned, or signed with the key before."""
TAKES_HOLD_EVENTS = 10_000
"""And no later than so many events, whatever time these name."""
_WITHOUT_DEVICES = frozenset({"resident", "centre"})
"""Roles of whose devices no signature is asked."""
_NIL = UUID(int=0)


def says_of(receipt: Envelope, keys: Iterable[DeviceKey], mapper: FactMapper, vault: KeyVault) -> Says:
    """What the signature in the receipt of a command says.

    Args:
        receipt: with a fact `command.applied`.
        keys: of which its device may have signed with any.
        mapper: opens what is sealed.
        vault: keys of persons, and that of receipts.
    """
    fact = receipt.fact
    assert isinstance(fact, CommandApplied)
    if fact.signed is None:
        return "none"
    try:
        value: Any = mapper.unseal(receipt, "signed")
    except (MapperDeserialisationError, KeyDamaged):
        return "closed"
    if value is None:  # an empty box of somebody who was not erased is nobody's signature
        return "gone" if vault.is_destroyed(fact.signed.person) else "wrong"
    try:
        signed = base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        return "wrong"
    signature, digest = signed[: signing.SIGNATURE_BYTES], signed[signing.SIGNATURE_BYTES :]
    said = signing.statement(receipt.meta.command or _NIL, fact.lane, fact.type, digest)
    if not any(signing.is_of(key, signature, said) for key in keys):
        return "wrong"
    return "good" if keyed(digest, vault.named(RECEIPTS)) == fact.digest else "other-words"


def with_signatures(centre: Centre, moments: Sequence[HistoryMoment]) -> list[HistoryMoment]:
    """Moments of a history, those that a device of staff has sent with what the signature says by any key of it."""
    asked = {receipt_stream(one.actor, one.command): one for one in moments if one.command and _is_of_staff(one)}
    found: dict[UUID, Says] = {}
    keys: dict[UUID, tuple[DeviceKey, ...]] = {}
    for row in centre.event_log.rows(*asked):
        try:
            receipt = centre.facts.envelope(*row[1:])
        except MapperDeserialisationError:
            found[row.stream] = "closed"
            continue
        if not isinstance(receipt.fact, CommandApplied):
            continue
        stream = device_stream(receipt.meta.actor, receipt.meta.device or _NIL)
        if stream not in keys:
            device: Device = centre.state(stream, DEVICE)
            keys[stream] = device.keys
        says = says_of(receipt, keys[stream], centre.facts, centre.vault)
        if says != "none" or _is_work(asked[row.stream].tag):
            found[row.stream] = says
    return [
        replace(one, signature=found.get(receipt_stream(one.actor, one.command), "")) if one.command else one
        for one in moments
    ]


def _is_of_staff(moment: HistoryMoment) -> bool:
    return moment.role not in _WITHOUT_DEVICES


class _Keys:
    """The keys with which a device has signed, each with the moment and the position from which on it counted."""

    def __init__(self) -> None:
        self._all: list[tuple[datetime, int, DeviceKey]] = []

    def add(self, key: DeviceKey, now: datetime, position: int) -> bool:
        """Take note of a key; returns whether it takes the place of another."""
        self._all.append((now, position, key))
        return len(self._all) > 1

    def hold(self, now: datetime, position: int) -> bool:
        """Whether everything has to be signed."""
        return not _is_fresh(self._all[0], now, position)

    def at(self, now: datetime, position: int) -> list[DeviceKey]:
        """The key in force, and those whose place was taken a moment ago."""
        pairs = zip(self._all, self._all[1:], strict=False)
        kept = [key for (_, _, key), later in pairs if _is_fresh(later, now, position)]
        return [*kept, self._all[-1][2]]


def _is_fresh(one: tuple[datetime, int, DeviceKey], now: datetime, position: int) -> bool:
    since, at, _ = one
    return now - since <= TAKES_HOLD and position - at <= TAKES_HOLD_EVENTS


class Signatures:
    """What devices signed, event by event in the order of the log.

    Each signature must be that of the device's key, and none may be missing where the device had one. Time is the
    latest that any event so far has named: whoever writes into the log may write any other.

    Attributes:
        signed: commands of staff with the signature of their device.
        gone: those whose signature was destroyed with the key of the person of whom they spoke.
        unsigned: those from a device without a key, or brought in from a file.
        replaced: keys that took the place of another.
    """

    def __init__(self, mapper: FactMapper, vault: KeyVault) -> None:
        """Begin before the first event."""
        self.signed = self.gone = self.unsigned = self.replaced = 0
        self._mapper = mapper
        self._vault = vault
        self._now = datetime.min.replace(tzinfo=UTC)
        self._keys: dict[UUID, _Keys] = {}
        self._worked: set[tuple[UUID, UUID]] = set()
        self._types = {kind.type for kind in _below(Command) if kind.type}

    def look(self, leaf: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Take note of a key or of work, or hold a receipt against the key of its device."""
        if envelope is None:
            return
        meta, fact = envelope.meta, envelope.fact
        self._now = max(self._now, meta.recorded_at)
        if isinstance(fact, DeviceKeyRegistered):
            keys = self._keys.setdefault(envelope.originator_id, _Keys())
            self.replaced += keys.add(fact.key, self._now, leaf.row.position)
            return
        keys_of_device = self._keys.get(device_stream(meta.actor, meta.device)) if meta.device else None
        if not isinstance(fact, CommandApplied | CommandRefused | CommandFaulted):
            yield from self._fact(envelope, keys_of_device)
            return
        worked = (meta.actor, meta.command or _NIL) in self._worked
        self._worked.discard((meta.actor, meta.command or _NIL))
        if isinstance(fact, CommandApplied) and (keys_of_device or meta.role not in _WITHOUT_DEVICES):
            yield from self._receipt(envelope, fact, keys_of_device, worked=worked, position=leaf.row.position)

    def _fact(self, envelope: Envelope, keys: _Keys | None) -> Iterator[str]:
        meta = envelope.meta
        if keys is None or not _is_work(tag_of(envelope.fact)):
            return
        if meta.command is None:
            yield "its device signs what it sends, and this names no command"
        else:
            self._worked.add((meta.actor, meta.command))

    def _receipt(
        self, envelope: Envelope, receipt: CommandApplied, keys: _Keys | None, *, worked: bool, position: int
    ) -> Iterator[str]:
        valid = keys.at(self._now, position) if keys else ()
        says = says_of(envelope, valid, self._mapper, self._vault)
        self.signed += says in ("good", "closed")
        self.gone += says == "gone"
        if says == "wrong":
            yield "the signature is not that of its device"
        elif says == "other-words":
            yield "what its device signed is not what its receipt is for"
        elif says == "none" and (worked or receipt.type in SIGNED_TYPES or receipt.type not in self._types):
            self.unsigned += 1
            if keys is not None and keys.hold(self._now, position):
                yield "its device signs what it sends, and this is not signed"


def _is_work(tag: str) -> bool:
    """Whether a fact is one that only a device gives for a member of staff."""
    return tag.partition(".")[0] not in BESIDE_WORK


def _below(base: type[Command]) -> Iterator[type[Command]]:
    """Every kind of command of the program."""
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)
