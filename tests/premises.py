"""A real centre on disk: opened, with the items and the calendar of the cast published and its staff enrolled."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from domain.actors import Actor
from domain.case import commands as c
from domain.catalogue.items import ServiceItem
from domain.centre.centre import CALENDAR_STREAM, CENTRE_STREAM, item_stream
from domain.centre.commands import CertifyStaff, OpenCentre, PublishCalendar, PublishItem
from domain.decisions import Call
from store import passing
from store.answers import Answer
from store.centre import Centre
from store.receipts import receipt_stream
from tests.cast import (
    CALENDAR,
    CASE,
    CERTIFIED_UNTIL,
    FATHER,
    HARDSHIP,
    LEASE,
    PARTICULARS,
    QUALIFIED,
    STAFF,
    Clock,
    Filing,
    ids,
)

ITEMS = (LEASE, HARDSHIP)


def furnish(centre: Centre, items: Iterable[ServiceItem] = ITEMS) -> None:
    """Publish and enrol everything that cases need."""
    centre.by_itself(OpenCentre(particulars=PARTICULARS), lane=CENTRE_STREAM)
    centre.by_itself(PublishCalendar(calendar=CALENDAR), lane=CALENDAR_STREAM)
    for item in items:
        centre.by_itself(PublishItem(item=item), lane=item_stream(item.id))
    for username, who in STAFF.items():
        roles = tuple(sorted(role.value for role in who.roles))
        centre.enrol(username, name=username.title(), roles=roles, office=who.office, password_hash="not a real hash")
        for item in items if username in QUALIFIED else ():
            certify = CertifyStaff(item_id=item.id, valid_until=CERTIFIED_UNTIL, staff=who.id)
            centre.by_itself(certify, lane=who.id)


class Premises:
    """A furnished centre with the words that tests use."""

    def __init__(self, centre: Centre, clock: Callable[[], datetime], name: str = "centre") -> None:
        """Wrap a centre that is furnished already; `name` tells its calls from those of another process."""
        self.centre = centre
        self.clock = clock
        self._ids = ids(f"calls of {name} from {centre.head()} on")

    def call(
        self,
        command: c.Command,
        *,
        by: Actor,
        case: UUID = CASE,
        files: Iterable[c.FileRef] = (),
        id: UUID | None = None,
        after: tuple[UUID, ...] = (),
        needs: tuple[UUID, ...] = (),
        base: int | None = None,
        digest: bytes = b"digest",
    ) -> Call:
        """A call as the edge would make it."""
        return Call(
            id=id or next(self._ids),
            lane=case,
            command=command,
            by=by,
            files=tuple(files),
            after=after,
            needs=needs,
            base=base,
            digest=digest,
        )

    def do(
        self,
        command: c.Command,
        *,
        by: Actor,
        case: UUID = CASE,
        files: Iterable[c.FileRef] = (),
        base: int | None = None,
    ) -> Answer:
        """Submit a command and wait for its answer."""
        return self.centre.submit(self.call(command, by=by, case=case, files=files, base=base)).result(60)

    def file(self, filing: Filing | None = None, *, by: Actor = FATHER, case: UUID = CASE) -> Answer:
        """Hand a form in."""
        handed_in = filing or Filing(case=case)
        return self.do(handed_in.command, by=by, case=case, files=handed_in.files)

    def store(self, *files: c.FileRef, by: Actor = FATHER, case: UUID = CASE) -> list[Answer]:
        """Let the bytes of files arrive."""
        return [
            self.centre.by_itself(
                c.StoreFile(file=ref, address=f"at-{ref.sha256[:8]}", media_type="image/jpeg", uploaded_by=by.id),
                lane=case,
            )
            for ref in files
        ]

    def words(self, call: Call) -> Any:
        """What is kept of a command that was not done."""
        (receipt,) = self.centre.read(receipt_stream(call.by.id, call.id))
        return passing.opened(self.centre.vault, self.centre.unseal(receipt, "payload"), bound_to=call.id)

    def receive(self, filing: Filing | None = None, *, by: Actor = FATHER, case: UUID = CASE) -> None:
        """Hand a form in and let all its photographs arrive."""
        handed_in = filing or Filing(case=case)
        assert self.file(handed_in, by=by, case=case).verdict == "applied"
        self.store(*handed_in.files, by=by, case=case)

    @contextmanager
    def held_up(self) -> Generator[None]:
        """Somebody else has the lock of the log: nothing can be judged."""
        with closing(self.centre.event_log.desk()) as desk, desk.transaction():
            yield


class Site(NamedTuple):
    """Where a centre is kept, on one engine or the other.

    Attributes:
        folder: holds the master key, and on SQLite log and keys.
        env: settings of the event-sourcing library that choose the engine; none of them for SQLite.
    """

    folder: Path
    env: Mapping[str, str] = MappingProxyType({})

    @contextmanager
    def opened(self, clock: Callable[[], datetime] | None = None, name: str = "centre") -> Generator[Premises]:
        """The centre of this site, furnished if it is new; closed at the end."""
        ticking, source = clock or Clock(), ids(name)
        with closing(Centre.open(self.folder, clock=ticking, new_id=lambda: next(source), env=self.env)) as centre:
            if centre.head() == 0:
                furnish(centre)
            yield Premises(centre, ticking, name)

    def as_text(self) -> str:
        """The site as another process can be told of it."""
        return json.dumps([str(self.folder), dict(self.env)])

    @classmethod
    def from_text(cls, text: str) -> Site:
        """The site that another process has told of."""
        folder, env = json.loads(text)
        return cls(Path(folder), env)


def opened(
    folder: Path, clock: Callable[[], datetime] | None = None, name: str = "centre"
) -> AbstractContextManager[Premises]:
    """A centre on SQLite in `folder`, furnished if it is new; closed at the end."""
    return Site(folder).opened(clock, name)
