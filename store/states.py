"""States at the head of the log: folded from facts, cached, and corrected when another process has written."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.case import state as case
from domain.case.state import Case
from domain.centre import centre, clock, offering, signing
from domain.centre.centre import NumberMinted, Published
from domain.centre.clock import ClockState
from domain.centre.signing import SigningState
from domain.devices import devices, set_aside
from domain.devices.devices import Device
from domain.devices.set_aside import SetAside
from domain.effects import contact, exports, notices, papers, parcels
from domain.effects.contact import Contact
from domain.effects.notices import Notices
from domain.effects.papers import Papers
from domain.effects.parcels import Parcels
from domain.facts import Envelope, Fact
from domain.identity import erasure, identity, keyring
from domain.identity.identity import Person, Session
from domain.identity.keyring import Keyring
from domain.integration import integration
from domain.integration.integration import Integration
from domain.ratings import rating
from domain.ratings.rating import Rated, Rating
from domain.rights import glass
from domain.rights.glass import Glass
from domain.rights.looks import RecordPrinted, RecordUnmasked
from domain.staff import staff
from domain.staff.staff import Staff
from domain.training import candidate, certificates, courses, exams, practice, publishing, questions_and_answers
from domain.training.candidate import Candidate
from domain.training.certificates import Certificate
from domain.training.courses import Learner
from domain.training.exams import Sitting
from domain.training.practice import Practice
from domain.training.publishing import Edition, Index
from domain.training.questions_and_answers import Thread
from domain.vault import vault
from domain.vault.vault import Vault
from domain.visits import facts as visit
from domain.visits import hall, line, reception
from domain.visits.hall import Hall, Visitor
from domain.visits.line import Line
from domain.visits.reception import Reception
from store.log import Desk, Row
from store.mapper import FactMapper
from store.receipts import CommandApplied, CommandFaulted, CommandRefused, Receipt, RefusalsCounted
from store.snapshots import SNAPSHOT_EVERY, Snapshots, Source

CACHED_STREAMS = 50_000
FORESEEN_AT_LEAST = 2
"""One stream alone is as well loaded when it is asked for."""


class Kind(NamedTuple):
    """How the facts of one kind of stream are folded; the name stands in snapshots."""

    name: str
    initial: Any
    evolve: Callable[[Fact, Any, UUID, UUID], Any]


class Head(NamedTuple):
    """Version and state of a stream at the head, folded as the kind of stream that it is."""

    version: int
    state: Any
    kind: Kind


def _phone(fact: Fact, owner: UUID | None, _stream: UUID, _by: UUID) -> UUID | None:
    return identity.evolve_phone(fact, owner)


def _person(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Person:
    return erasure.evolve_person(fact, state)


def _receipt(fact: Fact, known: Any, _stream: UUID, _by: UUID) -> Any:
    return fact if isinstance(fact, Receipt) else known


def _case(fact: Fact, state: Any, _stream: UUID, by: UUID) -> Case:
    return case.evolve(fact, state, by=by)


def _staff(fact: Fact, state: Any, stream: UUID, _by: UUID) -> Staff:
    return staff.evolve(fact, state, stream=stream)


def _published(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Published:
    return centre.evolve(fact, state)


def _vault(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Vault:
    return vault.evolve(fact, state)


def _reception(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Reception:
    return reception.evolve(fact, state)


def _line(fact: Fact, state: Any, _stream: UUID, by: UUID) -> Line:
    return line.evolve(fact, state, by=by)


def _hall(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Hall:
    return hall.evolve(fact, state)


def _visitor(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Visitor:
    return hall.evolve_visitor(fact, state)


def _rated(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Rated:
    return rating.evolve_rated(fact, state)


def _rating(fact: Fact, state: Any, _stream: UUID, by: UUID) -> Rating:
    return rating.evolve(fact, state, by=by)


def _notices(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Notices:
    return notices.evolve(fact, state)


def _contact(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Contact:
    return contact.evolve(fact, state)


def _papers(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Papers:
    return papers.evolve(fact, state)


def _parcels(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Parcels:
    return parcels.evolve(fact, state)


def _integration(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Integration:
    return integration.evolve(fact, state)


def _clock(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> ClockState:
    return clock.evolve(fact, state)


def _signing(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> SigningState:
    return signing.evolve(fact, state)


def _session(fact: Fact, state: Any, stream: UUID, _by: UUID) -> Session | None:
    return identity.evolve_session(fact, state, stream=stream)


def _device(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Device:
    return devices.evolve(fact, state)


def _set_aside(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> SetAside:
    return set_aside.evolve(fact, state)


def _glass(fact: Fact, state: Any, _stream: UUID, by: UUID) -> Glass:
    return glass.evolve(fact, state, by=by)


def _keyring(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Keyring:
    return keyring.evolve(fact, state)


def _edition(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Edition:
    return publishing.evolve(fact, state)


def _index(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Index:
    return publishing.evolve_index(fact, state)


def _candidate(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Candidate:
    return candidate.evolve(fact, state)


def _sitting(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Sitting:
    return exams.evolve(fact, state)


def _certificate(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Certificate:
    return certificates.evolve(fact, state)


def _learner(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Learner:
    return courses.evolve(fact, state)


def _thread(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Thread:
    return questions_and_answers.evolve(fact, state)


def _practice(fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Practice:
    return practice.evolve(fact, state)


def _unfolded(_fact: Fact, state: Any, _stream: UUID, _by: UUID) -> Any:
    return state


CASE = Kind("case", Case(), _case)
STAFF = Kind("staff", Staff(), _staff)
PUBLISHED = Kind("published", Published(), _published)
SESSION = Kind("session", None, _session)
PHONE = Kind("phone", None, _phone)
VAULT = Kind("vault", Vault(), _vault)
RECEPTION = Kind("reception", Reception(), _reception)
LINE = Kind("line", Line(), _line)
HALL = Kind("hall", Hall(), _hall)
VISITOR = Kind("visitor", Visitor(), _visitor)
RATED = Kind("rated", Rated(), _rated)
RATING = Kind("rating", Rating(), _rating)
PERSON = Kind("person", Person(), _person)
NOTICES = Kind("notices", Notices(), _notices)
CONTACT = Kind("contact", Contact(), _contact)
PAPERS = Kind("papers", Papers(), _papers)
PARCELS = Kind("parcels", Parcels(), _parcels)
CLOCK = Kind("clock", ClockState(), _clock)
INTEGRATION = Kind("integration", Integration(), _integration)
SIGNING = Kind("signing", SigningState(), _signing)
DEVICE = Kind("device", Device(), _device)
SET_ASIDE = Kind("set-aside", SetAside(), _set_aside)
GLASS = Kind("glass", Glass(), _glass)
KEYRING = Kind("keyring", Keyring(), _keyring)
EDITION = Kind("edition", Edition(), _edition)
INDEX = Kind("index", Index(), _index)
CANDIDATE = Kind("candidate", Candidate(), _candidate)
SITTING = Kind("sitting", Sitting(), _sitting)
CERTIFICATE = Kind("certificate", Certificate(), _certificate)
LEARNER = Kind("learner", Learner(), _learner)
THREAD = Kind("thread", Thread(), _thread)
PRACTICE = Kind("practice", Practice(), _practice)
RECEIPT = Kind("receipt", None, _receipt)
UNFOLDED = Kind("unfolded", None, _unfolded)

KEPT = {kind.name: kind for kind in (CASE, STAFF, PUBLISHED, LINE, DEVICE, LEARNER)}
"""Kinds of streams that can grow long: these have snapshots."""
SHAPES: dict[str, type] = {name: type(kind.initial) for name, kind in KEPT.items()}


def loaded(source: Source, mapper: FactMapper, snapshots: Snapshots, stream: UUID, kind: Kind) -> Head:
    """Version and state of a stream at the head, from its last snapshot on if it is long.

    Args:
        source: where its events are.
        mapper: decodes them.
        snapshots: looked into once the stream has shown to be long.
        stream: its id.
        kind: what an empty stream is taken for; facts tell by themselves on which kind of stream they stand.
    """
    beginning = source.states(stream, limit=SNAPSHOT_EVERY)
    if len(beginning) < SNAPSHOT_EVERY:
        return folded(beginning, mapper, stream, kind)
    snapshot = snapshots.after(stream, source)
    if snapshot is None:
        return folded([*beginning, *source.states(stream, after=SNAPSHOT_EVERY)], mapper, stream, kind)
    kind = KEPT[snapshot.kind]
    state = snapshot.state
    for one in mapper.authored(snapshot.rest, stream, after=snapshot.version):
        state = kind.evolve(one.fact, state, stream, one.meta.actor)
    return Head(snapshot.version + len(snapshot.rest), state, kind)


def folded(states: Iterable[bytes], mapper: FactMapper, stream: UUID, kind: Kind) -> Head:
    """Version and state after all facts of a stream.

    Args:
        states: stored bytes of the stream's events, in order.
        mapper: decodes them.
        stream: its id.
        kind: what an empty stream is taken for; facts tell by themselves on which kind of stream they stand.
    """
    recorded = mapper.authored(states, stream)
    if not recorded:
        return Head(0, kind.initial, kind)
    kind = kind_of(recorded[0].fact)
    evolve, state = kind.evolve, kind.initial
    for one in recorded:
        state = evolve(one.fact, state, stream, one.meta.actor)
    return Head(len(recorded), state, kind)


class States:
    """A bounded cache of stream heads over one desk of the log."""

    def __init__(self, desk: Desk, mapper: FactMapper, snapshots: Snapshots, *, limit: int = CACHED_STREAMS) -> None:
        """Start empty.

        Args:
            desk: the place of decisions; what it has appended is seen.
            mapper: decodes facts.
            snapshots: of long streams.
            limit: how many streams are kept.
        """
        self._desk = desk
        self._mapper = mapper
        self._snapshots = snapshots
        self._limit = limit
        self._heads: OrderedDict[UUID, Head] = OrderedDict()

    def head(self, stream: UUID, kind: Kind) -> Head:
        """The stream's version and state; version 0 if it has no facts.

        A stream of another kind comes as what it is: whoever asks looks at the state's type.
        """
        known = self._heads.get(stream)
        if known is not None and (known.version > 0 or known.kind is kind):
            self._heads.move_to_end(stream)
            return known
        return self._keep(stream, self._load(stream, kind))

    def foresee(self, streams: Iterable[UUID]) -> None:
        """Load streams that are about to be asked for, with one question instead of one each; long ones wait."""
        unseen = {stream for stream in streams if stream not in self._heads}
        if len(unseen) < FORESEEN_AT_LEAST:
            return
        for stream, states in self._desk.beginnings(unseen, SNAPSHOT_EVERY).items():
            if len(states) < SNAPSHOT_EVERY:
                with suppress(MapperDeserialisationError):  # told when the stream is asked for
                    self._keep(stream, folded(states, self._mapper, stream, CASE))

    def known(self, stream: UUID) -> Head | None:
        """The head of a stream, if it is at hand."""
        return self._heads.get(stream)

    def version(self, stream: UUID) -> int:
        """The stream's version, without folding it."""
        known = self._heads.get(stream)
        if known is not None:
            return known.version
        return self._desk.version(stream)

    def record(self, envelope: Envelope, head: Head, kind: Kind) -> None:
        """Fold a fact that is about to be appended onto the head before it."""
        state = kind.evolve(envelope.fact, head.state, envelope.originator_id, envelope.meta.actor)
        self._keep(envelope.originator_id, Head(envelope.originator_version, state, kind))

    def put_back(self, heads: Mapping[UUID, Head]) -> None:
        """Heads as they were before facts that will not be appended after all."""
        for stream, head in heads.items():
            self._keep(stream, head)

    def tags_since(self, stream: UUID, position: int) -> list[str]:
        """Tags of today of a stream's events after `position`, in order."""
        return [self._mapper.current_tag(tag) for tag in self._desk.tags_since(stream, position)]

    def forget(self, stream: UUID) -> None:
        """Drop a stream that another process has written to."""
        self._heads.pop(stream, None)

    def clear(self) -> None:
        """Drop everything, after a rollback."""
        self._heads.clear()

    def _load(self, stream: UUID, kind: Kind) -> Head:
        if kind is UNFOLDED and self._is_unfolded(stream):
            return Head(self._desk.version(stream), None, UNFOLDED)
        return loaded(self._desk, self._mapper, self._snapshots, stream, kind)

    def _is_unfolded(self, stream: UUID) -> bool:
        """Whether the stream is one of which only the version matters, like a series of numbers."""
        first = self._desk.firsts([stream])
        return not first or _kind_of_row(first[0], self._mapper) is UNFOLDED

    def _keep(self, stream: UUID, head: Head) -> Head:
        self._heads[stream] = head
        self._heads.move_to_end(stream)
        if len(self._heads) > self._limit:
            self._heads.popitem(last=False)
        return head


def kind_of(fact: Fact) -> Kind:
    """The kind of stream on which a fact stands, for folding it after a decision."""
    return _KINDS.get(type(fact), UNFOLDED)


def _kind_of_row(row: Row, mapper: FactMapper) -> Kind:
    return kind_of(mapper.decode(row.tag, row.state, row.stream, row.version).fact)


_KINDS: dict[type[Fact], Kind] = {
    **dict.fromkeys(case.FACTS, CASE),
    **dict.fromkeys(line.FACTS, LINE),
    **dict.fromkeys(rating.FACTS, RATING),
    **dict.fromkeys(rating.OF_THE_RATED, RATED),
    **dict.fromkeys(notices.FACTS, NOTICES),
    **dict.fromkeys(devices.FACTS, DEVICE),
    **dict.fromkeys(keyring.FACTS, KEYRING),
    **dict.fromkeys(practice.FACTS, PRACTICE),
    **dict.fromkeys(publishing.FACTS, EDITION),
    **dict.fromkeys(courses.FACTS, LEARNER),
    **dict.fromkeys(candidate.FACTS, CANDIDATE),
    **dict.fromkeys(exams.FACTS, SITTING),
    **dict.fromkeys(certificates.FACTS, CERTIFICATE),
    publishing.TrainingListed: INDEX,
    **dict.fromkeys(questions_and_answers.FACTS, THREAD),
    set_aside.SetAsideSettled: SET_ASIDE,
    contact.ContactChosen: CONTACT,
    contact.PushSubscribed: CONTACT,
    contact.PushEnded: CONTACT,
    papers.PaperRendered: PAPERS,
    parcels.ParcelTracked: PARCELS,
    **dict.fromkeys(integration.FACTS, INTEGRATION),
    clock.ClockJumped: CLOCK,
    clock.ClockConfirmed: CLOCK,
    signing.LogKeyNamed: SIGNING,
    signing.LogRestored: SIGNING,
    exports.ExportMade: UNFOLDED,
    glass.GlassBroken: GLASS,
    RecordUnmasked: UNFOLDED,
    RecordPrinted: UNFOLDED,
    reception.ReceptionPublished: RECEPTION,
    reception.OfficeDayChanged: RECEPTION,
    reception.OfficeDayRestored: RECEPTION,
    visit.CounterOpened: HALL,
    visit.CounterClosed: HALL,
    visit.VisitCounted: VISITOR,
    visit.VisitSettled: VISITOR,
    staff.StaffEnrolled: STAFF,
    staff.StaffCertified: STAFF,
    staff.CertificateHeld: STAFF,
    staff.CertificateEnded: STAFF,
    staff.StaffAbsent: STAFF,
    staff.StaffBack: STAFF,
    vault.CopyKept: VAULT,
    vault.CopyWithdrawn: VAULT,
    centre.ItemPublished: PUBLISHED,
    offering.ItemCameIntoForce: PUBLISHED,
    offering.ItemEnded: PUBLISHED,
    offering.ItemWithdrawn: PUBLISHED,
    offering.DelegationOrdered: PUBLISHED,
    offering.DelegationBegan: PUBLISHED,
    offering.DelegationRevoked: PUBLISHED,
    offering.DelegationEnded: PUBLISHED,
    offering.ListingPublished: PUBLISHED,
    centre.CalendarPublished: PUBLISHED,
    centre.CentreOpened: PUBLISHED,
    centre.CatalogueArranged: PUBLISHED,
    identity.SessionOpened: SESSION,
    identity.SessionProved: SESSION,
    identity.SessionClosed: SESSION,
    identity.LoginLinked: PHONE,
    identity.PhoneLinked: PHONE,
    identity.PhoneReleased: PHONE,
    identity.PersonRegistered: PERSON,
    erasure.PersonErased: PERSON,
    CommandApplied: RECEIPT,
    CommandRefused: RECEIPT,
    CommandFaulted: RECEIPT,
    RefusalsCounted: UNFOLDED,
    NumberMinted: UNFOLDED,
}
