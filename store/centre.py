"""The centre's event-sourced application: opens the log and the vault, takes commands, answers reads at the head."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, cast
from uuid import UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from msgspec import Struct

from domain.actors import Actor, Role
from domain.calendar.calendar import Calendar
from domain.case.state import Case
from domain.catalogue.items import ServiceItem
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    NAMESPACE,
    Arrangement,
    Particulars,
    Published,
    item_stream,
    staff_stream,
)
from domain.centre.commands import EnrolStaff
from domain.decisions import Call
from domain.facts import Envelope
from domain.identity.identity import (
    CloseSession,
    OpenSession,
    RegisterPerson,
    Session,
    phone_stream,
    session_stream,
)
from domain.refusals import NotFound
from domain.staff.staff import Staff, StaffEnrolled
from store import require_safe_sqlite
from store.keys import KeyVault, derived_key, read_master_key
from store.mapper import FactMapper
from store.receipts import CommandApplied, CommandRefused, receipt_stream
from store.sqlite import LogRecorder
from store.states import CASE, PHONE, PUBLISHED, SELECT_STREAM, SESSION, STAFF, Kind, folded
from store.writer import Answer, Writer

CENTRE_ID = uuid5(NAMESPACE, "the centre itself")
CENTRE_ACTOR = Actor(id=CENTRE_ID, roles=frozenset({Role.CENTRE}))
"""The author of what the system does by itself."""

TOKEN_BYTES = 32


class StaffRecord(Struct, frozen=True):
    """A member of staff with what sign-in needs."""

    staff: Staff
    password_hash: str | None


class Centre(Application[UUID]):
    """One centre on one log."""

    name = "doorstep"
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "store.sqlite:LogFactory"}

    def __init__(self, folder: Path, *, clock: Callable[[], datetime], new_id: Callable[[], UUID]) -> None:
        """Open the log in `folder`, making it if it is not there.

        Args:
            folder: holds `log.db`, `keys.db` and `master.key`.
            clock: the server's clock, UTC.
            new_id: source of fresh ids.

        Raises:
            UnsafeSQLite: the SQLite library could corrupt the log.
        """
        require_safe_sqlite()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock
        self.new_id = new_id
        self.master_key = read_master_key(folder / "master.key")
        (folder / "log.db").touch(mode=0o600)
        self.vault = KeyVault(folder / "keys.db", self.master_key)
        super().__init__({"SQLITE_DBNAME": str(folder / "log.db")})
        self.writer = Writer(self.log_recorder, self.facts, self.vault, clock=clock)
        self._reader = self.log_recorder.own_connection()
        self._reader.database.row_factory = None
        self._reading = threading.Lock()

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], datetime], new_id: Callable[[], UUID]) -> Centre:
        """Open the centre in `folder`; see the constructor."""
        return cls(folder, clock=clock, new_id=new_id)

    def construct_mapper(self) -> Mapper[UUID]:
        """The log's own mapper; its origin is made with the log."""
        return FactMapper(self.vault, origin=self.origin)

    @property
    def log_recorder(self) -> LogRecorder:
        """The recorder, as the log's own class."""
        return cast("LogRecorder", self.recorder)

    @property
    def facts(self) -> FactMapper:
        """The mapper, as the log's own class."""
        return cast("FactMapper", self.mapper)

    @property
    def origin(self) -> str:
        """The id of the log."""
        if not hasattr(self, "_origin"):
            recorder = cast("LogRecorder", self.factory.application_recorder())
            self._origin = recorder.origin(str(self.new_id()))
        return self._origin

    def key_for(self, purpose: str) -> bytes:
        """A key for one purpose, the same on every start."""
        return derived_key(self.master_key, purpose)

    def close(self) -> None:
        """Finish what waits and close log and vault."""
        self.writer.close()
        with self._reading:  # closing a connection under a running query would end the process
            self._reader.close()
        super().close()
        self.vault.close()

    def submit(self, call: Call) -> Future[Answer]:
        """Queue a command; see `Writer.submit`."""
        return self.writer.submit(call)

    def submit_all(self, calls: Sequence[Call]) -> Future[list[Answer]]:
        """Queue commands to be judged in order; see `Writer.submit_all`."""
        return self.writer.submit_all(calls)

    def by_itself(self, command: Any, *, lane: UUID, id: UUID | None = None) -> Answer:
        """Let the centre itself do something, and wait for the answer.

        Args:
            command: what to do.
            lane: the stream it concerns.
            id: the command's id where a retry must have one effect; a fresh one otherwise.
        """
        return self.submit(Call(id=id or self.new_id(), lane=lane, command=command, by=CENTRE_ACTOR)).result()

    def answer_to(self, author: UUID, command_id: UUID) -> Answer | None:
        """The answer that was given to a command, None if it was never judged."""
        stream = receipt_stream(author, command_id)
        notes = self.read(stream)
        if not notes:
            return None
        receipt = notes[0].fact
        assert isinstance(receipt, CommandApplied | CommandRefused)
        if isinstance(receipt, CommandRefused):
            return Answer(verdict=receipt.verdict, code=receipt.code, params=receipt.params, options=receipt.options)
        return Answer(verdict="duplicate", pos=self.position_of(stream, 1) - receipt.offset)

    def head(self) -> int:
        """Position of the last event, 0 in an empty log."""
        return self.recorder.max_notification_id() or 0

    def read(self, stream: UUID, *, until: int | None = None) -> list[Envelope]:
        """The facts of a stream, up to and with position `until`."""
        envelopes = cast("list[Envelope]", list(self.events.get(stream)))
        if until is None:
            return envelopes
        return [e for e in envelopes if self.position_of(stream, e.originator_version) <= until]

    def positions(self, stream: UUID) -> dict[int, int]:
        """Version to position of every fact of a stream."""
        with self.log_recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT originator_version, rowid FROM stored_events WHERE originator_id=?", (stream.hex,))
            return {int(row[0]): int(row[1]) for row in cursor.fetchall()}

    def position_of(self, stream: UUID, version: int) -> int:
        """Position of one fact."""
        return self.positions(stream)[version]

    def follow(self, after: int, limit: int) -> list[tuple[int, Envelope]]:
        """At most `limit` facts after position `after`, in log order, with their positions."""
        return self.stretch(after, limit)[1]

    def stretch(self, after: int, limit: int, *, tags: Collection[str] = ()) -> tuple[int, list[tuple[int, Envelope]]]:
        """The next facts of the log, with their positions.

        Args:
            after: position after which to begin.
            limit: how many facts at most.
            tags: of the facts that are wanted; none of them for all facts.

        Returns:
            The position up to which no wanted fact is missing, and the facts.
        """
        reached, rows = self.log_recorder.rows_after(after, limit, tags=tags)
        return reached, [(row[0], self.facts.envelope(*row[1:])) for row in rows]

    def unseal(self, envelope: Envelope, field: str) -> Any:
        """The plain value of a sealed field, None once its key is gone."""
        return self.facts.unseal(envelope, field)

    def state(self, stream: UUID, kind: Kind) -> Any:
        """A stream folded at the head of the log; a stream of another kind counts as an empty one."""
        with self._reading:
            rows = self._reader.database.execute(SELECT_STREAM, (stream.hex,)).fetchall()
        head = folded(rows, self.facts, stream, kind)
        return head.state if head.kind is kind else kind.initial

    def case(self, case_id: UUID) -> Case:
        """A case at the head."""
        return cast("Case", self.state(case_id, CASE))

    def particulars(self) -> Particulars | None:
        """Who the centre is, None before it has been opened."""
        return cast("Published", self.state(CENTRE_STREAM, PUBLISHED)).particulars

    def arrangement(self) -> Arrangement:
        """Departments, roles, bundles and themes; empty before any were published."""
        return cast("Published", self.state(CATALOGUE_STREAM, PUBLISHED)).arrangement

    def calendar(self) -> Calendar:
        """The calendar in force.

        Raises:
            NotFound: none has been published.
        """
        calendars = cast("Published", self.state(CALENDAR_STREAM, PUBLISHED)).calendars
        if not calendars:
            raise NotFound
        return calendars[max(calendars)]

    def item(self, item_id: str, version: int | None = None) -> ServiceItem:
        """A version of an item, the newest by default.

        Raises:
            NotFound: there is none.
        """
        items = cast("Published", self.state(item_stream(item_id), PUBLISHED)).items
        wanted = max(items, default=0) if version is None else version
        if wanted not in items:
            raise NotFound
        return items[wanted]

    # People and sign-ins

    def person_for_phone(self, phone: str) -> UUID:
        """The resident who owns a telephone number, registered now if unknown."""
        link = phone_stream(self.vault.keyed_hash(f"phone:{phone}"))
        owner = self.state(link, PHONE)
        if owner is None:
            self.by_itself(RegisterPerson(phone=phone, link=link), lane=self.new_id())
            owner = self.state(link, PHONE)
        return cast("UUID", owner)

    def phone_of(self, person: UUID) -> str | None:
        """A resident's telephone number."""
        for envelope in self.read(person):
            return cast("str | None", self.unseal(envelope, "phone"))
        return None

    def open_session(self, person: UUID, *, kind: str, method: str, device: UUID | None, hours: float) -> str:
        """Record a sign-in and return its token; only the token's hash is stored."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        expires = self.clock() + timedelta(hours=hours)
        opened = OpenSession(person=person, kind=kind, method=method, device=device, expires_at=expires)
        self.by_itself(opened, lane=session_stream(_hash(token)))
        return token

    def session(self, token: str) -> Session | None:
        """The open session of a token, None if it is unknown, expired or closed."""
        session = cast("Session | None", self.state(session_stream(_hash(token)), SESSION))
        return session if session is not None and session.is_open(self.clock()) else None

    def is_open(self, session: Session) -> bool:
        """Whether a session that was found before still counts."""
        now = cast("Session | None", self.state(session.id, SESSION))
        return now is not None and now.is_open(self.clock())

    def close_session(self, token: str) -> None:
        """End a session; ending it twice does nothing."""
        self.by_itself(CloseSession(), lane=session_stream(_hash(token)))

    def actor(self, session: Session) -> Actor:
        """Who acts in a session, with the roles held now."""
        if session.kind == "resident":
            return Actor(id=session.person, roles=frozenset({Role.RESIDENT}), device=session.device)
        staff = self.staff_by_id(session.person)
        return Actor(
            id=session.person,
            roles=frozenset(Role(role) for role in staff.roles),
            office=staff.office,
            device=session.device,
        )

    def staff_by_id(self, person: UUID) -> Staff:
        """A member of staff at the head; an empty record if there is none."""
        return cast("Staff", self.state(person, STAFF))

    def staff(self, username: str) -> StaffRecord | None:
        """A member of staff with the password's hash, None if there is none of that name."""
        stream = staff_stream(username)
        notes = self.read(stream)
        if not notes:
            return None
        enrolled = next(e for e in reversed(notes) if isinstance(e.fact, StaffEnrolled))
        return StaffRecord(self.staff_by_id(stream), cast("str | None", self.unseal(enrolled, "password")))

    def enrol(self, username: str, *, name: str, roles: tuple[str, ...], office: str, password_hash: str) -> UUID:
        """Enrol a member of staff and return their person id."""
        stream = staff_stream(username)
        command = EnrolStaff(username=username, name=name, roles=roles, office=office, password_hash=password_hash)
        self.by_itself(command, lane=stream)
        return stream

    def everyone(self) -> Iterator[Staff]:
        """Every member of staff, in order of enrolment."""
        notes = self.recorder.select_notifications(1, 10_000, topics=("staff.enrolled",))
        for person in dict.fromkeys(cast("UUID", note.originator_id) for note in notes):
            yield self.staff_by_id(person)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
