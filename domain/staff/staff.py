"""A member of staff: what is recorded, and the state that rights are asked of."""

from __future__ import annotations

from datetime import date
from uuid import UUID

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
    """A person passed the examination for an item and may take it on until `valid_until` (inclusive)."""

    item_id: str
    valid_until: date


class Staff(Struct, frozen=True, kw_only=True):
    """What rights need to know of a member of staff.

    Attributes:
        certificates: item id to the last valid day.
    """

    id: UUID | None = None
    username: str = ""
    name: str = ""
    roles: tuple[str, ...] = ()
    office: str = ""
    certificates: dict[str, date] = {}

    def require_qualification(self, item_id: str, *, on: date) -> None:
        """Pass if a certificate for the item is valid on that day.

        Raises:
            NotQualified: there is none, or it has expired.
        """
        until = self.certificates.get(item_id)
        if until is None or until < on:
            raise NotQualified(item=item_id, expired_on=until.isoformat() if until else None)


def evolve(fact: Fact, staff: Staff, *, stream: UUID) -> Staff:
    """The state of a member of staff after `fact`."""
    match fact:
        case StaffEnrolled():
            return replace(
                staff, id=stream, username=fact.username, name=fact.name, roles=fact.roles, office=fact.office
            )
        case StaffCertified():
            return replace(staff, certificates={**staff.certificates, fact.item_id: fact.valid_until})
        case _:
            return staff
