"""What documents of cases refer to: items, calendars, names of staff, the centre's particulars; folded from facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct, field
from msgspec.structs import replace

from domain.calendar.calendar import Calendar
from domain.case.state import Case, handled_item
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import ServiceItem
from domain.centre.centre import CalendarPublished, CentreOpened, ItemPublished, Particulars
from domain.centre.offering import DelegationOrdered, DelegationRevoked
from domain.facts import Envelope, Fact
from domain.staff.staff import StaffEnrolled
from domain.training.content import Content, Kind, kind_of
from domain.training.publishing import TrainingPublished
from domain.visits import reception
from domain.visits.reception import OfficeDayChanged, OfficeDayRestored, Reception, ReceptionPublished


class Named(NamedTuple):
    """What somebody is called from a position of the log on."""

    position: int
    name: str


class Lookups(Struct):
    """Published data by key, complete up to the position that the projection has reached.

    Attributes:
        items: by `id@version`.
        calendars: by version.
        names: names of staff by person, in order of time.
        reception: when and how people are received.
        orders: delegation orders by number, for reports by batch.
        training: questions and kinds of certificates, by `kind:id@version`.
    """

    items: dict[str, ServiceItem] = field(default_factory=dict[str, ServiceItem])
    calendars: dict[int, Calendar] = field(default_factory=dict[int, Calendar])
    names: dict[UUID, list[Named]] = field(default_factory=dict[UUID, list[Named]])
    particulars: Particulars | None = None
    reception: Reception = Reception()
    orders: dict[str, DelegationOrder] = field(default_factory=dict[str, DelegationOrder])
    training: dict[str, Content] = field(default_factory=dict[str, Content])

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item."""
        return self.items[f"{item_id}@{version}"]

    def item_of(self, case: Case) -> ServiceItem:
        """The item of a filed case, in its version and with the route under which it was accepted."""
        return handled_item(self.item(case.item_id, case.item_version), case)

    def newest_items(self) -> list[ServiceItem]:
        """The newest version of every item, in order of first publication."""
        newest: dict[str, ServiceItem] = {}
        for item in self.items.values():
            if item.id not in newest or item.version > newest[item.id].version:
                newest[item.id] = item
        return list(newest.values())

    def training_of(self, kind: Kind, content_id: str, version: int) -> Content | None:
        """A published version of a question or of a kind of certificate."""
        return self.training.get(f"{kind}:{content_id}@{version}")

    def newest_training(self, kind: Kind, content_id: str) -> Content | None:
        """What was published last under that id, None where nothing was."""
        begins = f"{kind}:{content_id}@"
        versions = [int(key.removeprefix(begins)) for key in self.training if key.startswith(begins)]
        return self.training[f"{begins}{max(versions)}"] if versions else None

    def name(self, person: UUID, *, at: int | None = None) -> str:
        """Name that a member of staff had at a position, or has now; empty for anybody else.

        A case that is folded again later shows the names that it showed when it was folded first.
        """
        names = self.names.get(person, ())
        return next((each.name for each in reversed(names) if at is None or each.position <= at), "")

    def apply(self, position: int, envelope: Envelope) -> None:
        """Fold one of the facts in `PUBLISHED`; the same one twice changes nothing."""
        PUBLISHED[type(envelope.fact)](self, envelope.fact, position, envelope.originator_id)


def _item(lookups: Lookups, fact: ItemPublished, _at: int, _stream: UUID) -> None:
    lookups.items[f"{fact.item.id}@{fact.item.version}"] = fact.item


def _calendar(lookups: Lookups, fact: CalendarPublished, _at: int, _stream: UUID) -> None:
    lookups.calendars[fact.calendar.version] = fact.calendar


def _staff(lookups: Lookups, fact: StaffEnrolled, at: int, stream: UUID) -> None:
    names = lookups.names.setdefault(stream, [])
    if not names or names[-1].position < at:
        names.append(Named(at, fact.name))


def _particulars(lookups: Lookups, fact: CentreOpened, _at: int, _stream: UUID) -> None:
    lookups.particulars = fact.particulars


def _ordered(lookups: Lookups, fact: DelegationOrdered, _at: int, _stream: UUID) -> None:
    lookups.orders[fact.order.number] = fact.order


def _revoked(lookups: Lookups, fact: DelegationRevoked, _at: int, _stream: UUID) -> None:
    lookups.orders[fact.number] = replace(lookups.orders[fact.number], ends_on=fact.ends_on)


def _training(lookups: Lookups, fact: TrainingPublished, _at: int, _stream: UUID) -> None:
    kind = kind_of(fact.content)
    if kind in ("question", "certificate"):
        lookups.training[f"{kind}:{fact.content.id}@{fact.version}"] = fact.content


def _reception(lookups: Lookups, fact: Fact, _at: int, _stream: UUID) -> None:
    lookups.reception = reception.evolve(fact, lookups.reception)


PUBLISHED: dict[type[Fact], Callable[[Lookups, Any, int, UUID], None]] = {
    ItemPublished: _item,
    CalendarPublished: _calendar,
    StaffEnrolled: _staff,
    CentreOpened: _particulars,
    ReceptionPublished: _reception,
    OfficeDayChanged: _reception,
    OfficeDayRestored: _reception,
    DelegationOrdered: _ordered,
    DelegationRevoked: _revoked,
    TrainingPublished: _training,
}
"""Every fact that documents refer to, with its one handler."""
