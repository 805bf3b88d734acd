"""What a decision looks at while the writer holds the lock: states at the head, the clock, and numbers to mint."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from domain.calendar.calendar import Calendar
from domain.calendar.limits import local_day
from domain.case.facts import MATERIAL
from domain.case.state import Case
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Bundle, ServiceItem
from domain.catalogue.listing import ListedItem
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    DELEGATION_STREAM,
    LISTING_STREAM,
    Arrangement,
    NumberMinted,
    Particulars,
    Published,
    item_stream,
    series_stream,
)
from domain.centre.clock import CLOCK_STREAM, ClockState
from domain.centre.signing import SIGNING_STREAM, SigningState
from domain.devices.devices import Device
from domain.devices.set_aside import SetAside
from domain.effects.contact import Contact
from domain.effects.notices import Notices, notices_stream
from domain.effects.papers import Papers, papers_stream
from domain.effects.parcels import Parcels, parcels_stream
from domain.facts import Fact
from domain.identity.identity import Person, Session
from domain.identity.keyring import Keyring, keyring_stream
from domain.integration.integration import INTEGRATION_STREAM, Integration
from domain.ratings.rating import Rated, Rating, rated_stream
from domain.refusals import NotFound, UnknownItem
from domain.rights.glass import Glass, glass_stream
from domain.staff.staff import Staff
from domain.training.candidate import Candidate, candidate_stream
from domain.training.certificates import Certificate
from domain.training.content import Kind, content_stream, index_stream
from domain.training.courses import Learner, learner_stream
from domain.training.exams import Sitting
from domain.training.practice import PRACTICE_STREAM, Practice
from domain.training.publishing import Edition, Index
from domain.training.questions_and_answers import Thread
from domain.vault.vault import Vault, vault_stream
from domain.visits.hall import Hall, Visitor
from domain.visits.line import Line
from domain.visits.reception import RECEPTION_STREAM, Reception, hall_stream, visitor_stream
from store.log import Entry
from store.states import (
    CANDIDATE,
    CASE,
    CERTIFICATE,
    CLOCK,
    CONTACT,
    DEVICE,
    EDITION,
    GLASS,
    HALL,
    INDEX,
    INTEGRATION,
    KEYRING,
    LEARNER,
    LINE,
    NOTICES,
    PAPERS,
    PARCELS,
    PERSON,
    PHONE,
    PRACTICE,
    PUBLISHED,
    RATED,
    RATING,
    RECEPTION,
    SESSION,
    SET_ASIDE,
    SIGNING,
    SITTING,
    STAFF,
    THREAD,
    VAULT,
    VISITOR,
    States,
)
from store.states import Kind as StateKind

T = TypeVar("T")

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs that are not mistaken for one another when read from paper."""
CODE_LENGTH = 16

_item_stream = lru_cache(1_024)(item_stream)


class LogBench:
    """The bench of one decision; satisfies `domain.decisions.Bench`."""

    def __init__(
        self,
        states: States,
        now: datetime,
        *,
        pending: Sequence[Entry] = (),
    ) -> None:
        """Lay the bench for a decision at `now`; `pending` is what this transaction will append."""
        self._states = states
        self.now = now
        self._pending = pending
        self.minted: list[tuple[UUID, Fact]] = []

    @property
    def today(self) -> date:
        """The local day of `now`."""
        return local_day(self.now)

    def practice(self) -> Practice:
        """The run of a sandbox; one without a scenario in a centre that is none."""
        state = self._states.head(PRACTICE_STREAM, PRACTICE).state
        assert isinstance(state, Practice)
        return state

    def _found(self, stream: UUID, kind: StateKind, of: type[T]) -> T:
        """What a stream has become, where it is one of that kind.

        Raises:
            NotFound: it is of another.
        """
        state = self._states.head(stream, kind).state
        if not isinstance(state, of):
            raise NotFound
        return state

    def case(self, case_id: UUID) -> Case:
        """The case at the head; an unfiled one if there is none.

        Raises:
            NotFound: the stream is no case.
        """
        return self._found(case_id, CASE, Case)

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item."""
        published = self.published_in(_item_stream(item_id))
        if version not in published.items:
            raise UnknownItem(item=item_id, version=version)
        return published.items[version]

    def published(self, item_id: str) -> Published:
        """Every version of an item, with the days that are planned for it."""
        return self.published_in(_item_stream(item_id))

    def item_in_force(self, item_id: str) -> int | None:
        """The version of an item under which cases are filed today, None where it is not offered."""
        return self.published(item_id).offered(self.today)

    def arrangement(self) -> Arrangement:
        """Departments, roles, bundles and themes."""
        return self.published_in(CATALOGUE_STREAM).arrangement

    def bundle(self, bundle_id: str) -> Bundle | None:
        """A bundle of items that are applied for together (一件事)."""
        return next((one for one in self.arrangement().bundles if one.id == bundle_id), None)

    def delegations(self) -> Published:
        """The delegation orders, and which of them have begun and ended."""
        return self.published_in(DELEGATION_STREAM)

    def orders(self) -> tuple[DelegationOrder, ...]:
        """All delegation orders that have been recorded."""
        return tuple(self.delegations().orders.values())

    def listing(self) -> Published:
        """The list of items that are only listed."""
        return self.published_in(LISTING_STREAM)

    def listed(self, item_id: str) -> ListedItem | None:
        """An item that is only listed, for which people ask at the window."""
        return self.listing().listing.get(item_id)

    def calendar(self) -> Calendar:
        """The calendar in force."""
        calendars = self.published_in(CALENDAR_STREAM).calendars
        return calendars[max(calendars)]

    def staff(self, person: UUID) -> Staff:
        """A member of staff at the head."""
        state = self._states.head(person, STAFF).state
        return state if isinstance(state, Staff) else Staff()

    def vault(self, person: UUID) -> Vault:
        """The checked copies of a person at the head."""
        state = self._states.head(vault_stream(person), VAULT).state
        return state if isinstance(state, Vault) else Vault()

    def centre(self) -> Particulars:
        """The centre's particulars."""
        particulars = self.published_in(CENTRE_STREAM).particulars
        if particulars is None:
            raise LookupError("the centre has not been opened")
        return particulars

    def serial(self, series: str, owner: UUID) -> int:
        """Mint the next number of a series; the version of the series' stream is the serial."""
        stream = series_stream(series)
        serial = self._states.version(stream) + 1 + sum(minted == stream for minted, _ in self.minted)
        self.minted.append((stream, NumberMinted(number=str(serial), owner=owner)))
        return serial

    def code(self) -> str:
        """An unguessable code for a paper (79 bits)."""
        return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))

    def material_since(self, case_id: UUID, position: int) -> tuple[str, ...]:
        """Tags of material facts of the case after `position`."""
        tags = self._states.tags_since(case_id, position)
        tags += [entry.tag for entry in self._pending if entry.stream == case_id]
        return tuple(tag for tag in tags if tag in MATERIAL)

    def reception(self) -> Reception:
        """What is published about receiving people."""
        state = self._states.head(RECEPTION_STREAM, RECEPTION).state
        return state if isinstance(state, Reception) else Reception()

    def line(self, stream: UUID) -> Line:
        """A line at the head; an empty one if nothing happened in it.

        Raises:
            NotFound: the stream is no line.
        """
        return self._found(stream, LINE, Line)

    def hall(self, on: date) -> Hall:
        """The counters of a day at the head."""
        state = self._states.head(hall_stream(on), HALL).state
        return state if isinstance(state, Hall) else Hall()

    def visitor(self, person: UUID) -> Visitor:
        """What a person has open."""
        state = self._states.head(visitor_stream(person), VISITOR).state
        return state if isinstance(state, Visitor) else Visitor()

    def rated(self, subject: UUID) -> Rated:
        """A case or visit, as far as ratings go."""
        state = self._states.head(rated_stream(subject), RATED).state
        return state if isinstance(state, Rated) else Rated()

    def rating(self, stream: UUID) -> Rating:
        """A rating at the head; an empty one if nothing was given.

        Raises:
            NotFound: the stream is no rating.
        """
        return self._found(stream, RATING, Rating)

    def notices(self, case: UUID) -> Notices:
        """The notices of a case at the head."""
        state = self._states.head(notices_stream(case), NOTICES).state
        return state if isinstance(state, Notices) else Notices()

    def contact(self, stream: UUID) -> Contact:
        """How the person wants to be told whose contact stream it is."""
        state = self._states.head(stream, CONTACT).state
        return state if isinstance(state, Contact) else Contact()

    def papers(self, case: UUID) -> Papers:
        """The papers of a case at the head."""
        state = self._states.head(papers_stream(case), PAPERS).state
        return state if isinstance(state, Papers) else Papers()

    def parcels(self, case: UUID) -> Parcels:
        """What the post said of a case's parcels."""
        state = self._states.head(parcels_stream(case), PARCELS).state
        return state if isinstance(state, Parcels) else Parcels()

    def glass(self, case_id: UUID) -> Glass:
        """Who has broken the glass to see the case."""
        state = self._states.head(glass_stream(case_id), GLASS).state
        return state if isinstance(state, Glass) else Glass()

    def clock_state(self) -> ClockState:
        """Whether the clock is trusted."""
        state = self._states.head(CLOCK_STREAM, CLOCK).state
        return state if isinstance(state, ClockState) else ClockState()

    def integration(self) -> Integration:
        """Who reads from the centre, and whom it calls."""
        state = self._states.head(INTEGRATION_STREAM, INTEGRATION).state
        return state if isinstance(state, Integration) else Integration()

    def signing(self) -> SigningState:
        """The keys with which the log signs."""
        state = self._states.head(SIGNING_STREAM, SIGNING).state
        return state if isinstance(state, SigningState) else SigningState()

    def device(self, stream: UUID) -> Device:
        """A device at the head."""
        state = self._states.head(stream, DEVICE).state
        return state if isinstance(state, Device) else Device()

    def keyring(self, person: UUID) -> Keyring:
        """With what a member of staff can sign in."""
        state = self._states.head(keyring_stream(person), KEYRING).state
        return state if isinstance(state, Keyring) else Keyring()

    def set_aside(self, stream: UUID) -> SetAside:
        """What became of a command that was not done."""
        state = self._states.head(stream, SET_ASIDE).state
        return state if isinstance(state, SetAside) else SetAside()

    def edition(self, kind: Kind, content_id: str) -> Edition:
        """Everything that was published of one thing to be learnt; nothing if there is none."""
        return self.edition_in(content_stream(kind, content_id))

    def edition_in(self, stream: UUID) -> Edition:
        """Everything to be learnt that was published in a stream; nothing, if it is a stream of another kind."""
        state = self._states.head(stream, EDITION).state
        return state if isinstance(state, Edition) else Edition()

    def index(self, kind: Kind) -> Index:
        """The ids of everything of one kind that was ever published."""
        state = self._states.head(index_stream(kind), INDEX).state
        return state if isinstance(state, Index) else Index()

    def training(self, kind: Kind) -> tuple[Edition, ...]:
        """Everything of one kind that is learnt now, in the order of first publication."""
        editions = (self.edition(kind, one) for one in self.index(kind).ids)
        return tuple(one for one in editions if one.content is not None)

    def candidate(self, person: UUID) -> Candidate:
        """A person as far as certificates go."""
        state = self._states.head(candidate_stream(person), CANDIDATE).state
        return state if isinstance(state, Candidate) else Candidate()

    def sitting(self, stream: UUID) -> Sitting:
        """An examination at the head; one that has not begun if nothing happened.

        Raises:
            NotFound: the stream is none of an examination.
        """
        return self._found(stream, SITTING, Sitting)

    def certificate(self, stream: UUID) -> Certificate:
        """A certificate at the head; one that was never issued if there is none.

        Raises:
            NotFound: the stream is none of a certificate.
        """
        return self._found(stream, CERTIFICATE, Certificate)

    def learner(self, person: UUID) -> Learner:
        """What a person has learnt."""
        state = self._states.head(learner_stream(person), LEARNER).state
        return state if isinstance(state, Learner) else Learner()

    def thread(self, stream: UUID) -> Thread:
        """A question of colleagues at the head; one that was not asked if there is none.

        Raises:
            NotFound: the stream is none of a question.
        """
        return self._found(stream, THREAD, Thread)

    def phone_owner(self, link: UUID) -> UUID | None:
        """The person a telephone belongs to."""
        owner = self._states.head(link, PHONE).state
        return owner if isinstance(owner, UUID) else None

    def person(self, stream: UUID) -> Person:
        """A resident at the head; an unregistered one if the stream is none of theirs."""
        state = self._states.head(stream, PERSON).state
        return state if isinstance(state, Person) else Person()

    def session(self, stream: UUID) -> Session | None:
        """A session at the head."""
        state = self._states.head(stream, SESSION).state
        return state if isinstance(state, Session) else None

    def published_in(self, stream: UUID) -> Published:
        """What is published in a stream; nothing, if it is a stream of another kind."""
        state = self._states.head(stream, PUBLISHED).state
        return state if isinstance(state, Published) else Published()
