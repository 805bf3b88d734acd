"""Commands of the centre on itself: open, publish items and calendars, enrol and certify staff."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from domain.calendar.calendar import Calendar
from domain.case.commands import Command
from domain.catalogue.items import ServiceItem
from domain.centre.centre import Arrangement, Particulars


class OpenCentre(Command, frozen=True, kw_only=True):
    """Set the centre's particulars."""

    type: ClassVar[str] = "centre.open@1"
    particulars: Particulars


class PublishItem(Command, frozen=True, kw_only=True):
    """Bring a version of an item into force."""

    type: ClassVar[str] = "item.publish@1"
    item: ServiceItem


class ArrangeCatalogue(Command, frozen=True, kw_only=True):
    """Bring departments, roles, bundles and themes into force."""

    type: ClassVar[str] = "catalogue.arrange@1"
    arrangement: Arrangement


class PublishCalendar(Command, frozen=True, kw_only=True):
    """Bring a version of the working-day calendar into force."""

    type: ClassVar[str] = "calendar.publish@1"
    calendar: Calendar


class EnrolStaff(Command, frozen=True, kw_only=True):
    """Enrol a member of staff; the lane is the person's stream.

    Attributes:
        password_hash: argon2id, made at the edge.
    """

    type: ClassVar[str] = "staff.enrol@1"
    username: str
    name: str
    roles: tuple[str, ...]
    office: str
    password_hash: str


class CertifyStaff(Command, frozen=True, kw_only=True):
    """Record that a member of staff holds a certificate for an item."""

    type: ClassVar[str] = "staff.certify@1"
    item_id: str
    valid_until: date
    staff: UUID
