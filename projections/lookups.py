"""What documents of cases refer to: items, calendars, names of staff, the centre's particulars; folded from facts."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct, field

from domain.calendar.calendar import Calendar
from domain.catalogue.items import ServiceItem
from domain.centre.centre import CalendarPublished, CentreOpened, ItemPublished, Particulars
from domain.facts import Envelope
from domain.staff.staff import StaffEnrolled

TAGS = frozenset({"item.published", "calendar.published", "staff.enrolled", "centre.opened"})


class Lookups(Struct):
    """Published data by key, complete up to the position that the projection has reached.

    Attributes:
        items: by `id@version`.
        calendars: by version.
        names: names of staff by person.
    """

    items: dict[str, ServiceItem] = field(default_factory=dict[str, ServiceItem])
    calendars: dict[int, Calendar] = field(default_factory=dict[int, Calendar])
    names: dict[UUID, str] = field(default_factory=dict[UUID, str])
    particulars: Particulars | None = None

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item."""
        return self.items[f"{item_id}@{version}"]

    def newest_items(self) -> list[ServiceItem]:
        """The newest version of every item, in order of first publication."""
        newest: dict[str, ServiceItem] = {}
        for item in self.items.values():
            if item.id not in newest or item.version > newest[item.id].version:
                newest[item.id] = item
        return list(newest.values())

    def name(self, person: UUID) -> str:
        """Name of a member of staff, empty for anybody else."""
        return self.names.get(person, "")

    def apply(self, envelope: Envelope) -> bool:
        """Fold one fact; returns whether it concerned these data."""
        match envelope.fact:
            case ItemPublished(item=item):
                self.items[f"{item.id}@{item.version}"] = item
            case CalendarPublished(calendar=calendar):
                self.calendars[calendar.version] = calendar
            case StaffEnrolled(name=name):
                self.names[envelope.originator_id] = name
            case CentreOpened(particulars=particulars):
                self.particulars = particulars
            case _:
                return False
        return True
