"""The centre's event-sourced application: opens the log and the vault, takes commands, answers reads at the head."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from msgspec import Struct

from domain.actors import Actor, Role, roles_of
from domain.calendar.calendar import Calendar
from domain.case.state import Case, handled_item
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import ServiceItem
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    DELEGATION_STREAM,
    Arrangement,
    Particulars,
    Published,
    item_stream,
    staff_stream,
)
from domain.centre.commands import EnrolStaff
from domain.decisions import Call
from domain.devices.devices import Device, device_stream
from domain.facts import Envelope
from domain.identity.identity import (
    CloseSession,
    OpenSession,
    Person,
    PersonRegistered,
    ProveSession,
    RegisterPerson,
    Session,
    login_stream,
    phone_stream,
    session_stream,
)
from domain.identity.keyring import Keyring, SecondFactorSet, keyring_stream
from domain.refusals import NotFound
from domain.staff.staff import Staff, StaffEnrolled
from domain.training.content import Kind as ContentKind
from domain.training.content import content_stream, index_stream
from domain.training.publishing import Edition, Index
from store import require_safe_sqlite
from store.answers import Answer, repeated
from store.heads import Heads
from store.itself import CENTRE_ACTOR
from store.judging import Gate
from store.log import RESTORING, ForeignLog, Log
from store.mapper import FactMapper
from store.master import open_vault
from store.receipts import Receipt, receipt_stream
from store.shelf import KeyShelf
from store.snapshots import Snapshots
from store.states import (
    CASE,
    DEVICE,
    EDITION,
    INDEX,
    KEYRING,
    PERSON,
    PHONE,
    PUBLISHED,
    SESSION,
    SHAPES,
    STAFF,
    Kind,
    loaded,
)
from store.writer import Writer

PAGE = 1_000
TOKEN_BYTES = 32
ASK_AGAIN_SECONDS = 0.1
PATIENCE_SECONDS = 3.0
"""How long the centre asks again for the answer to what it does by itself, when the log cannot be written."""


class EngineFactory(Protocol):
    """What an engine's factory has beyond the library's."""

    def key_shelf(self, folder: Path) -> KeyShelf:
        """Where the wrapped keys lie that belong to this engine's log."""
        ...


class StaffRecord(Struct, frozen=True):
    """A member of staff with what sign-in needs."""

    staff: Staff
    password_hash: str | None


class Centre(Application[UUID]):
    """One centre on one log."""

    name = "doorstep"
    env: ClassVar[dict[str, str]] = {"PERSISTENCE_MODULE": "store.sqlite:LogFactory", "IS_SNAPSHOTTING_ENABLED": "y"}

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Open the log in `folder`, making it if it is not there.

        Args:
            folder: holds `log.db`, `keys.db` and `master.key`.
            clock: the server's clock, UTC.
            new_id: source of fresh ids.
            env: the library's settings, over those that keep the log in `folder`; they choose the engine.

        Raises:
            UnsafeSQLite: the SQLite library could corrupt the log.
        """
        require_safe_sqlite()
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock
        self.new_id = new_id
        super().__init__({"SQLITE_DBNAME": str(folder / "log.db"), **(env or {})})
        assert self.snapshots is not None
        self._kept = Snapshots(self.snapshots.recorder, SHAPES)
        self._heads = Heads(self.event_log, partial(loaded, self.event_log, self.facts, self._kept))
        self.writer = Writer(self.event_log, self.facts, self.vault, self._kept, clock=clock, gate=self.gate())

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        env: Mapping[str, str] | None = None,
    ) -> Centre:
        """Open the centre in `folder`; see the constructor."""
        return cls(folder, clock=clock, new_id=new_id, env=env)

    def gate(self) -> Gate | None:
        """What may refuse what a call is about to record; a centre of its own has nothing of the kind."""
        return None

    def construct_mapper(self) -> Mapper[UUID]:
        """The log's own mapper; its origin is made with the log, and the engine says where the keys lie."""
        shelf = cast("EngineFactory", self.factory).key_shelf(self.folder)
        log_in_use = bool(self.factory.application_recorder().max_notification_id())
        try:
            self.vault = open_vault(shelf, self.folder / "master.key", log_in_use=log_in_use)
        except BaseException:
            shelf.close()
            raise
        try:
            return FactMapper(self.vault, origin=self.origin)
        except BaseException:
            self.vault.close()
            self.factory.close()
            raise

    @property
    def event_log(self) -> Log:
        """The recorder, as the log that it is."""
        return cast("Log", self.recorder)

    @property
    def facts(self) -> FactMapper:
        """The mapper, as the log's own class."""
        return cast("FactMapper", self.mapper)

    @property
    def origin(self) -> str:
        """The id of the log."""
        if not hasattr(self, "_origin"):
            log = cast("Log", self.factory.application_recorder())
            origin = log.origin(str(self.new_id()))
            if origin.startswith(RESTORING):
                raise ForeignLog("the log is being restored, or that was cut short: empty its place and restore again")
            self._origin = origin
        return self._origin

    def key_for(self, purpose: str) -> bytes:
        """A key for one purpose, the same on every start and under every master key."""
        return self.vault.named(purpose)

    def close(self) -> None:
        """Finish what waits and close log and vault."""
        self.writer.close()
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
        call = Call(id=id or self.new_id(), lane=lane, command=command, by=CENTRE_ACTOR)
        patience = time.monotonic() + PATIENCE_SECONDS
        answer = self.submit(call).result()
        while answer.verdict == "retry" and not self.writer.closed and time.monotonic() < patience:
            time.sleep(ASK_AGAIN_SECONDS)
            answer = self.submit(call).result()
        return answer

    def answer_to(self, author: UUID, command_id: UUID) -> Answer | None:
        """The answer that was given to a command, None if it was never judged."""
        found = self._receipt(author, command_id)
        return repeated(*found) if found else None

    def receipt(self, author: UUID, command_id: UUID) -> Receipt | None:
        """The receipt of a command, None if it was never judged."""
        found = self._receipt(author, command_id)
        return found[0] if found else None

    def _receipt(self, author: UUID, command_id: UUID) -> tuple[Receipt, int] | None:
        rows = self.event_log.rows(receipt_stream(author, command_id))
        if not rows:
            return None
        receipt = self.facts.envelope(*rows[-1][1:]).fact
        assert isinstance(receipt, Receipt)
        return receipt, rows[-1].position

    def head(self) -> int:
        """Position of the last event, 0 in an empty log."""
        return self.recorder.max_notification_id() or 0

    def read(self, stream: UUID, *, until: int | None = None) -> list[Envelope]:
        """The facts of a stream, up to and with position `until`."""
        rows = self.event_log.rows(stream)
        return [self.facts.envelope(*row[1:]) for row in rows if until is None or row.position <= until]

    def positions(self, stream: UUID) -> dict[int, int]:
        """Version to position of every fact of a stream."""
        return {row.version: row.position for row in self.event_log.rows(stream)}

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
        reached, rows = self.event_log.rows_after(after, limit, tags=self.facts.stored_tags(tags))
        return reached, [(row.position, self.facts.envelope(*row[1:])) for row in rows]

    def unseal(self, envelope: Envelope, field: str) -> Any:
        """The plain value of a sealed field, None once its key is gone."""
        return self.facts.unseal(envelope, field)

    def state(self, stream: UUID, kind: Kind) -> Any:
        """A stream folded at the head of the log; a stream of another kind counts as an empty one."""
        head = self._heads.head(stream, kind)
        return head.state if head.kind is kind else kind.initial

    def at_one_moment(self) -> AbstractContextManager[None]:
        """All that this thread asks within is answered as it stands at one moment, or later."""
        return self._heads.at_one_moment()

    @property
    def looked_at(self) -> int | None:
        """Position of the last event when a state was asked for last; None where that is not known."""
        return self._heads.position

    @property
    def answers_at_once(self) -> bool:
        """Whether states are at hand, so that a thread to ask for one would cost more than the answer."""
        return self._heads.are_kept

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

    def in_force(self, item_id: str, *, on: date) -> int | None:
        """The version of an item under which cases are filed on a local day, None where it is not offered."""
        return cast("Published", self.state(item_stream(item_id), PUBLISHED)).offered(on)

    def published(self, item_id: str) -> Published:
        """Every version of an item, with its test cases and the days that are planned for it."""
        return cast("Published", self.state(item_stream(item_id), PUBLISHED))

    def versions(self, item_id: str) -> dict[int, ServiceItem]:
        """Every version of an item that has been published."""
        return self.published(item_id).items

    def edition(self, kind: ContentKind, content_id: str) -> Edition:
        """Everything that was published of one thing to be learnt."""
        return cast("Edition", self.state(content_stream(kind, content_id), EDITION))

    def learnt(self, kind: ContentKind) -> tuple[Edition, ...]:
        """Everything of one kind that is learnt now, in the order of first publication."""
        index = cast("Index", self.state(index_stream(kind), INDEX))
        editions = (self.edition(kind, one) for one in index.ids)
        return tuple(one for one in editions if one.content is not None)

    def orders(self) -> tuple[DelegationOrder, ...]:
        """All delegation orders that have been recorded."""
        return tuple(cast("Published", self.state(DELEGATION_STREAM, PUBLISHED)).orders.values())

    def item_of(self, case: Case) -> ServiceItem:
        """The item of a filed case, in its version and with the route under which it was accepted."""
        return handled_item(self.item(case.item_id, case.item_version), case)

    # People and sign-ins

    def person_for_phone(self, phone: str) -> UUID:
        """The resident who owns a telephone number, registered now if unknown."""
        link = self.link_of(phone)
        owner = self.state(link, PHONE)
        if owner is None:
            self.by_itself(RegisterPerson(phone=phone, link=link), lane=self.new_id())
            owner = self.state(link, PHONE)
        return cast("UUID", owner)

    def link_of(self, phone: str) -> UUID:
        """The stream that says whose telephone it is, named by a keyed hash of the number."""
        return phone_stream(self.vault.keyed_hash(f"phone:{phone}"))

    def phone_of(self, person: UUID) -> str | None:
        """A resident's telephone number, None once it has been erased."""
        for envelope in self.read(person):
            if isinstance(envelope.fact, PersonRegistered):
                return cast("str | None", self.unseal(envelope, "phone"))
        return None

    def person(self, person: UUID) -> Person:
        """A resident at the head; an unregistered one if there is none."""
        return cast("Person", self.state(person, PERSON))

    def open_session(self, person: UUID, *, kind: str, method: str, device: UUID | None, hours: float) -> str:
        """Record a sign-in and return its token; only the token's hash is stored."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = self.clock()
        expires = now + timedelta(hours=hours)
        opened = OpenSession(person=person, kind=kind, method=method, device=device, expires_at=expires, opened_at=now)
        self.by_itself(opened, lane=session_stream(_hash(token)))
        return token

    def session(self, token: str) -> Session | None:
        """The open session of a token, None if it is unknown, expired or closed, or its device is blocked."""
        session = self.sign_in_of(token)
        return None if session is None or self.is_blocked(session.person, session.device) else session

    def sign_in_of(self, token: str) -> Session | None:
        """As `session`, but also on a blocked device: its connection has to be told to drop what it holds."""
        session = cast("Session | None", self.state(session_stream(_hash(token)), SESSION))
        return session if session is not None and self._counts(session) else None

    def is_blocked(self, person: UUID, device: UUID | None) -> bool:
        """Whether a person's device may not come any more; a sign-in that names none has none."""
        return device is not None and cast("Device", self.state(device_stream(person, device), DEVICE)).blocked

    def is_open(self, session: Session) -> bool:
        """Whether a session that was found before still counts."""
        now = cast("Session | None", self.state(session.id, SESSION))
        return now is not None and self._counts(now)

    def prove_session(self, session: Session, *, method: str) -> Answer:
        """Note that the person of an open session has shown once more who they are."""
        return self.by_itself(ProveSession(method=method, at=self.clock()), lane=session.id)

    def keyring(self, person: UUID) -> Keyring:
        """With what a member of staff can sign in beside the password."""
        return cast("Keyring", self.state(keyring_stream(person), KEYRING))

    def second_factor(self, person: UUID) -> str | None:
        """The secret from which one-time codes are made, None without one."""
        if not self.keyring(person).has_second_factor:
            return None
        notes = self.read(keyring_stream(person))
        set_up = next(one for one in reversed(notes) if isinstance(one.fact, SecondFactorSet))
        return cast("str | None", self.unseal(set_up, "secret"))

    def person_for_login(self, account: str) -> UUID | None:
        """The resident to whom an account at an identity provider belongs, None if it is linked to nobody."""
        return cast("UUID | None", self.state(self.login_of(account), PHONE))

    def login_of(self, account: str) -> UUID:
        """The stream that says whose account it is, named by a keyed hash of issuer and subject."""
        return login_stream(self.vault.keyed_hash(f"login:{account}"))

    def _counts(self, session: Session) -> bool:
        return (
            session.is_open(self.clock())
            and not self.person(session.person).erased
            and not self._is_from_before_a_block(session)
        )

    def _is_from_before_a_block(self, session: Session) -> bool:
        """Whether the device was blocked and let come again since: who holds it now has to show who they are."""
        if session.device is None:
            return False
        device = cast("Device", self.state(device_stream(session.person, session.device), DEVICE))
        since = device.unblocked_at
        return since is not None and (session.opened_at is None or session.opened_at < since)

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
            roles=roles_of(staff.roles),
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
        reached, seen = 0, set[UUID]()
        while reached < self.head():
            reached, rows = self.event_log.rows_after(reached, PAGE, tags=self.facts.stored_tags(["staff.enrolled"]))
            people = dict.fromkeys(row.stream for row in rows if row.stream not in seen)
            seen |= people.keys()
            yield from map(self.staff_by_id, people)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
