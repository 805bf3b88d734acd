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
WORK = frozenset(
    {
        *("agency", "appointment", "calendar", "case", "catalogue", "certificate", "claim", "commitment", "delegation"),
        *("duplicate", "extension", "gap", "handover", "item", "listing", "message", "procedure", "rating"),
        *("rectification", "register", "result", "second_notice", "staff", "take_over", "ticket", "upload_link"),
    }
)
"""Families of facts that no command over HTTP records for a member of staff."""
TAKES_HOLD = timedelta(minutes=5)
"""What a device sent just before a key was registered may still arrive: unsigned, or signed with the key before."""
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
    """Moments of a history, each that a device of staff has sent with what its signature says."""
    asked = {receipt_stream(one.actor, one.command): one for one in moments if one.command and _is_of_staff(one)}
    found: dict[UUID, Says] = {}
    keys: dict[UUID, tuple[DeviceKey, ...]] = {}
    for row in centre.event_log.rows(*asked):
        receipt = centre.facts.envelope(*row[1:])
        if not isinstance(receipt.fact, CommandApplied):
            continue
        stream = device_stream(receipt.meta.actor, receipt.meta.device or _NIL)
        if stream not in keys:
            device: Device = centre.state(stream, DEVICE)
            keys[stream] = device.keys
        found[row.stream] = says_of(receipt, keys[stream], centre.facts, centre.vault)
    return [
        replace(one, signature=found.get(receipt_stream(one.actor, one.command), "")) if one.command else one
        for one in moments
    ]


def _is_of_staff(moment: HistoryMoment) -> bool:
    return moment.role not in _WITHOUT_DEVICES


class _Keys:
    """The keys with which a device has signed, each with the moment from which on it counted."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self._all: list[tuple[datetime, DeviceKey]] = []

    def add(self, key: DeviceKey, now: datetime) -> bool:
        """Take note of a key; returns whether it takes the place of another."""
        self._all.append((now, key))
        return len(self._all) > 1

    def at(self, now: datetime) -> list[DeviceKey]:
        """The key in force, and those whose place was taken a moment ago."""
        ends = [since for since, _ in self._all[1:]]
        kept = [key for (_, key), end in zip(self._all, ends, strict=False) if now - end <= TAKES_HOLD]
        return [*kept, self._all[-1][1]]


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
        self._types = {kind.type for kind in _below(Command)}

    def look(self, _: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Take note of a key or of work, or hold a receipt against the key of its device."""
        if envelope is None:
            return
        meta, fact = envelope.meta, envelope.fact
        self._now = max(self._now, meta.recorded_at)
        if isinstance(fact, DeviceKeyRegistered):
            keys = self._keys.setdefault(envelope.originator_id, _Keys(self._now))
            self.replaced += keys.add(fact.key, self._now)
            return
        keys_of_device = self._keys.get(device_stream(meta.actor, meta.device)) if meta.device else None
        if not isinstance(fact, CommandApplied | CommandRefused | CommandFaulted):
            yield from self._fact(envelope, keys_of_device)
            return
        worked = (meta.actor, meta.command or _NIL) in self._worked
        self._worked.discard((meta.actor, meta.command or _NIL))
        if isinstance(fact, CommandApplied) and (keys_of_device or meta.role not in _WITHOUT_DEVICES):
            yield from self._receipt(envelope, fact, keys_of_device, worked=worked)

    def _fact(self, envelope: Envelope, keys: _Keys | None) -> Iterator[str]:
        meta = envelope.meta
        if keys is None or tag_of(envelope.fact).partition(".")[0] not in WORK:
            return
        if meta.command is None:
            yield "its device signs what it sends, and this names no command"
        else:
            self._worked.add((meta.actor, meta.command))

    def _receipt(
        self, envelope: Envelope, receipt: CommandApplied, keys: _Keys | None, *, worked: bool
    ) -> Iterator[str]:
        says = says_of(envelope, keys.at(self._now) if keys else (), self._mapper, self._vault)
        self.signed += says in ("good", "closed")
        self.gone += says == "gone"
        if says == "wrong":
            yield "the signature is not that of its device"
        elif says == "other-words":
            yield "what its device signed is not what its receipt is for"
        elif says == "none" and (worked or receipt.type in SIGNED_TYPES or receipt.type not in self._types):
            self.unsigned += 1
            if keys is not None and self._now - keys.since > TAKES_HOLD:
                yield "its device signs what it sends, and this is not signed"


def _below(base: type[Command]) -> Iterator[type[Command]]:
    """Every kind of command of the program."""
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)
