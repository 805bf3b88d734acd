"""A member of staff: what is recorded, and the state that rights are asked of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.facts import Fact, Sealed
from domain.refusals import NotQualified


class StaffEnrolled(Fact, frozen=True, kw_only=True, tag="staff.enrolled"):
    """A person joined the centre.

    Attributes:
        name: as colleagues and residents see it.
        roles: see `domain.actors.Role`.
        password: hash of the password, sealed under the person's own key.
    """

    username: str
    name: str
    roles: tuple[str, ...]
    office: str
    password: Sealed


class StaffCertified(Fact, frozen=True, kw_only=True, tag="staff.certified"):
    """A person may take on one item until `valid_until` (inclusive); recorded before there were certificates."""

    item_id: str
    valid_until: date


class CertificateHeld(Fact, frozen=True, kw_only=True, tag="staff.certificate_held"):
    """A certificate counts for a person from now on.

    Attributes:
        certificate: the stream on which it was issued.
        kind: id of the kind of certificate; empty where it was only recorded for one item.
        items: ids of the items that it covers.
        all_items: whether it covers every item, those that are published later among them.
        valid_until: its last day, local.
    """

    certificate: UUID
    kind: str
    items: tuple[str, ...]
    all_items: bool = False
    valid_until: date


class CertificateEnded(Fact, frozen=True, kw_only=True, tag="staff.certificate_ended"):
    """A certificate counts no more for a person.

    Attributes:
        why: `expired`, `revoked` or `renewed`.
    """

    certificate: UUID
    why: str


class StaffAbsent(Fact, frozen=True, kw_only=True, tag="staff.absent"):
    """A person will be away; what comes back to them goes to the substitute, where there is one.

    Attributes:
        first: first day away, local.
        last: last day away, local.
        substitute: a colleague; None: the queue takes it.
    """

    first: date
    last: date
    substitute: UUID | None


class StaffBack(Fact, frozen=True, kw_only=True, tag="staff.back"):
    """A person came back, or will not be away after all: absences end before `on`.

    Attributes:
        on: first day back, local.
    """

    on: date


class Absence(Struct, frozen=True):
    """Days away, both included, and who stands in."""

    first: date
    last: date
    substitute: UUID | None


class Held(Struct, frozen=True, kw_only=True):
    """A certificate in somebody's hands; see `CertificateHeld`.

    Attributes:
        ended: why it counts no more; empty while nobody has said so, even after its last day.
    """

    kind: str = ""
    items: tuple[str, ...] = ()
    all_items: bool = False
    valid_until: date
    ended: str = ""

    def answers(self, name: str, *, item: str) -> bool:
        """Whether it is what `name` asks for: the item itself, or a kind of certificate that an order names."""
        if name == item:  # a kind may have the id of an item that it does not cover
            return self.all_items or item in self.items
        return name in self.items or (bool(name) and name == self.kind)

    def counts(self, on: date) -> bool:
        """Whether it is valid on a local day."""
        return self.ended not in ("revoked", "renewed") and on <= self.valid_until


class Staff(Struct, frozen=True, kw_only=True):
    """What rights need to know of a member of staff.

    Attributes:
        held: certificates by their stream, those that have ended among them.
        absences: in the order in which they were recorded.
        former: roles held once and not any more.
    """

    id: UUID | None = None
    username: str = ""
    name: str = ""
    roles: tuple[str, ...] = ()
    office: str = ""
    held: dict[UUID, Held] = {}
    absences: tuple[Absence, ...] = ()
    former: tuple[str, ...] = ()

    def absence(self, on: date) -> Absence | None:
        """The absence that covers the day, None if they are there."""
        return next((one for one in reversed(self.absences) if one.first <= on <= one.last), None)

    def is_qualified(self, item_id: str, *, on: date, by: str = "") -> bool:
        """Whether a certificate for the item is valid on that day.

        Args:
            item_id: what somebody wants to work on.
            on: local day.
            by: another certificate that the item asks for besides its own; empty: its own.
        """
        return any(one.counts(on) for one in self._answering(by or item_id, item_id))

    def qualified_until(self, item_id: str, *, by: str = "") -> date | None:
        """Last day of the certificate for the item that lasts longest; None if there never was one."""
        return max((one.valid_until for one in self._answering(by or item_id, item_id)), default=None)

    def require_qualification(self, item_id: str, *, on: date, by: str = "") -> None:
        """Pass if a certificate for the item is valid on that day.

        Raises:
            NotQualified: there is none, it has expired, or it was revoked.
        """
        if self.is_qualified(item_id, on=on, by=by):
            return
        until = self.qualified_until(item_id, by=by)
        taken = [one for one in self._answering(by or item_id, item_id) if one.ended == "revoked"]
        revoked = any(one.valid_until >= on for one in taken)
        params = {"why": "revoked"} if revoked else {"expired_on": until.isoformat() if until else None}
        raise NotQualified(item=item_id, **({"certificate": by} if by and by != item_id else {}), **params)

    def _answering(self, name: str, item_id: str) -> Iterator[Held]:
        return (one for one in self.held.values() if one.answers(name, item=item_id))


def recorded_certificate(person: UUID, item_id: str) -> UUID:
    """The id of a certificate for one item that was recorded without an examination here."""
    return uuid5(person, f"certified {item_id}")


def evolve(fact: Fact, staff: Staff, *, stream: UUID) -> Staff:
    """The state of a member of staff after `fact`."""
    match fact:
        case StaffEnrolled():
            return replace(
                staff,
                id=stream,
                username=fact.username,
                name=fact.name,
                roles=fact.roles,
                office=fact.office,
                former=tuple(sorted({*staff.roles, *staff.former} - {*fact.roles})),
            )
        case StaffCertified():
            held = Held(items=(fact.item_id,), valid_until=fact.valid_until)
            return replace(staff, held={**staff.held, recorded_certificate(stream, fact.item_id): held})
        case CertificateHeld():
            held = Held(kind=fact.kind, items=fact.items, all_items=fact.all_items, valid_until=fact.valid_until)
            return replace(staff, held={**staff.held, fact.certificate: held})
        case CertificateEnded() if fact.certificate in staff.held:
            ended = replace(staff.held[fact.certificate], ended=fact.why)
            return replace(staff, held={**staff.held, fact.certificate: ended})
        case StaffAbsent():
            away = Absence(fact.first, fact.last, fact.substitute)
            return replace(staff, absences=(*staff.absences, away))
        case StaffBack():
            return replace(staff, absences=tuple(_ended_before(staff.absences, fact.on)))
        case _:
            return staff


def _ended_before(absences: tuple[Absence, ...], on: date) -> Iterator[Absence]:
    for one in absences:
        if one.last < on:
            yield one
        elif one.first < on:
            yield replace(one, last=on - timedelta(days=1))
