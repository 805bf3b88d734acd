"""A centre in memory: judges commands on states kept in dictionaries, as the writer does on the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.calendar.calendar import SHANGHAI, Calendar
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.case.acts import CaseStatus
from domain.case.facts import MATERIAL, CaseClaimed
from domain.case.state import FACTS, Case, evolve
from domain.case.timers import Timer, TimerKind, timers_of
from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Bundle, ServiceItem
from domain.catalogue.listing import ListedItem
from domain.centre import clock, signing
from domain.centre.centre import (
    DELEGATION_STREAM,
    LISTING_STREAM,
    NAMESPACE,
    Arrangement,
    Particulars,
    Published,
    item_stream,
)
from domain.centre.centre import evolve as evolve_published
from domain.centre.clock import CLOCK_STREAM, ClockState
from domain.centre.signing import SIGNING_STREAM, SigningState
from domain.decisions import Call, decide
from domain.devices.devices import Device
from domain.devices.devices import evolve as evolve_device
from domain.devices.set_aside import SetAside
from domain.devices.set_aside import evolve as evolve_set_aside
from domain.effects import contact, notices, papers, parcels
from domain.effects.contact import Contact
from domain.effects.notices import Notices, notices_stream
from domain.effects.papers import Papers, papers_stream
from domain.effects.parcels import Parcels, parcels_stream
from domain.facts import Fact, tag_of
from domain.identity.erasure import evolve_person
from domain.identity.identity import Person, Session, evolve_phone, evolve_session
from domain.identity.keyring import Keyring, keyring_stream
from domain.identity.keyring import evolve as evolve_keyring
from domain.integration.integration import INTEGRATION_STREAM, Integration
from domain.integration.integration import evolve as evolve_integration
from domain.ratings.rating import Rated, Rating
from domain.refusals import UnknownItem
from domain.rights.glass import Glass, glass_stream
from domain.rights.glass import evolve as evolve_glass
from domain.staff.staff import Held, Staff, recorded_certificate
from domain.staff.staff import evolve as evolve_staff
from domain.training.candidate import Candidate
from domain.training.certificates import Certificate
from domain.training.content import Kind, content_stream
from domain.training.courses import Learner, learner_stream
from domain.training.courses import evolve as evolve_learner
from domain.training.exams import Sitting
from domain.training.practice import Practice
from domain.training.publishing import Edition
from domain.training.publishing import evolve as evolve_edition
from domain.training.questions_and_answers import Thread
from domain.training.questions_and_answers import evolve as evolve_thread
from domain.vault.vault import CopyKept, CopyWithdrawn, Vault, vault_stream
from domain.vault.vault import evolve as evolve_vault
from domain.visits.hall import Hall, Visitor
from domain.visits.line import Line
from domain.visits.reception import Reception
from tests.cast import (
    ARRANGEMENT,
    CALENDAR,
    CASE,
    CENTRE,
    CERTIFIED_UNTIL,
    CHEN,
    FATHER,
    HARDSHIP,
    LEASE,
    LI,
    LIN,
    MONDAY_10AM,
    PARTICULARS,
    QUALIFIED,
    STAFF,
    SUN,
    WANG,
    ZHOU,
    Filing,
    page_of,
    staff,
)
from tests.domain.visits.book import Book

State = TypeVar("State")


class Desk:
    """Satisfies `domain.decisions.Bench` and folds what was decided.

    Attributes:
        now: the server's clock; tests set it.
        facts: everything recorded, in order, with its stream; the position of a fact is its place from 1.
    """

    def __init__(self, *, now: datetime = MONDAY_10AM) -> None:
        """Open with the cast enrolled and qualified, and with the items of the cast."""
        self.now = now
        self.facts: list[tuple[UUID, Fact]] = []
        self._authors: list[UUID] = []
        self.in_force = CALENDAR
        self.particulars = PARTICULARS
        self.items: dict[tuple[str, int], ServiceItem] = {(i.id, i.version): i for i in (LEASE, HARDSHIP)}
        everybody = {**STAFF, **OTHERS}
        self.people = {who.id: _enrolled(name, who) for name, who in everybody.items()}
        self._vaults: defaultdict[UUID, Vault] = defaultdict(Vault)
        self._cases: defaultdict[UUID, Case] = defaultdict(Case)
        self._serials: defaultdict[str, int] = defaultdict(int)
        self._published: dict[UUID, Published] = {}
        self._asked: defaultdict[str, int] = defaultdict(int)
        self._phones: dict[UUID, UUID | None] = {}
        self._people: dict[UUID, Person] = {}
        self._sessions: dict[UUID, Session | None] = {}
        self._commands = 0
        self.visits = Book()
        for name in QUALIFIED:
            self.certify(STAFF[name])

    def certify(self, who: Actor, *, until: date = CERTIFIED_UNTIL) -> None:
        """Give `who`, enrolled or not, certificates for all items of the desk."""
        known = self.people.get(who.id) or _enrolled(str(who.id), who)
        held = {recorded_certificate(who.id, id): Held(items=(id,), valid_until=until) for id, _ in self.items}
        self.people[who.id] = replace(known, held=held)

    # The bench

    @property
    def today(self) -> date:
        """The local day."""
        return local_day(self.now)

    def case(self, case_id: UUID = CASE) -> Case:
        """The case as it stands."""
        return self._cases[case_id]

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item."""
        published = self.published(item_id)
        if version not in published.items:
            raise UnknownItem(item=item_id, version=version)
        return published.items[version]

    def published(self, item_id: str) -> Published:
        """Every version of an item: those laid out at the start, and those published since."""
        known = self._published.get(item_stream(item_id))
        if known is not None:
            return known
        laid_out = {version: item for (id_, version), item in self.items.items() if id_ == item_id}
        return Published(items=laid_out, in_force=max(laid_out, default=None))

    def published_in(self, stream: UUID) -> Published:
        """What was published in a stream."""
        return self._published.get(stream, Published())

    def item_in_force(self, item_id: str) -> int | None:
        """The version under which cases are filed today."""
        return self.published(item_id).offered(self.today)

    def arrangement(self) -> Arrangement:
        """How the shipped catalogue is arranged."""
        return ARRANGEMENT

    def bundle(self, bundle_id: str) -> Bundle | None:
        """A bundle of the shipped catalogue."""
        return next((one for one in ARRANGEMENT.bundles if one.id == bundle_id), None)

    def delegations(self) -> Published:
        """The orders."""
        return self.published_in(DELEGATION_STREAM)

    def orders(self) -> tuple[DelegationOrder, ...]:
        """The orders that tests have recorded."""
        return tuple(self.delegations().orders.values())

    def learner(self, person: UUID) -> Learner:
        """What a person has learnt."""
        return self._fold(learner_stream(person), evolve_learner, Learner())

    def candidate(self, person: UUID) -> Candidate:
        """A person as far as certificates go."""
        return Candidate()

    def edition(self, kind: Kind, content_id: str) -> Edition:
        """Everything that was published of one thing to be learnt."""
        return self.edition_in(content_stream(kind, content_id))

    def training(self, kind: Kind) -> tuple[Edition, ...]:
        """Everything of one kind that is learnt now."""
        return ()

    def edition_in(self, stream: UUID) -> Edition:
        """Everything to be learnt that was published in a stream."""
        return self._fold(stream, evolve_edition, Edition())

    def thread(self, stream: UUID) -> Thread:
        """A question of colleagues."""
        return self._fold(stream, evolve_thread, Thread())

    def practice(self) -> Practice:
        """A run of simulated practice."""
        return Practice()

    def sitting(self, stream: UUID) -> Sitting:
        """An examination."""
        return Sitting()

    def certificate(self, stream: UUID) -> Certificate:
        """A certificate."""
        return Certificate()

    def listing(self) -> Published:
        """The list of items that are only listed."""
        return self.published_in(LISTING_STREAM)

    def listed(self, item_id: str) -> ListedItem | None:
        """An item that is only listed."""
        return self.listing().listing.get(item_id)

    def calendar(self) -> Calendar:
        """The calendar in force: the shipped one, until a test publishes another."""
        return self.in_force

    def staff(self, person: UUID) -> Staff:
        """A member of staff."""
        return self.people.get(person, Staff())

    def vault(self, person: UUID) -> Vault:
        """The checked copies of a person."""
        return self._vaults[vault_stream(person)]

    def centre(self) -> Particulars:
        """The centre of the cast."""
        return self.particulars

    def serial(self, series: str, owner: UUID) -> int:
        """The next number of a series, whoever owns it; given out only when the decision stands."""
        self._asked[series] += 1
        return self._serials[series] + self._asked[series]

    def code(self) -> str:
        """The same code each time."""
        return "23456789ABCDEFGH"

    def material_since(self, case_id: UUID, position: int) -> tuple[str, ...]:
        """Tags of material facts of the case after `position`."""
        later = self.facts[position:]
        return tuple(tag_of(fact) for stream, fact in later if stream == case_id and tag_of(fact) in MATERIAL)

    def phone_owner(self, link: UUID) -> UUID | None:
        """The person a telephone belongs to."""
        return self._phones.get(link)

    def person(self, stream: UUID) -> Person:
        """A resident."""
        return self._people.get(stream, Person())

    def session(self, stream: UUID) -> Session | None:
        """A session."""
        return self._sessions.get(stream)

    def reception(self) -> Reception:
        """What is published about receiving people."""
        return self.visits.reception

    def line(self, stream: UUID) -> Line:
        """A line."""
        return self.visits.line(stream)

    def hall(self, on: date) -> Hall:
        """The counters of a day."""
        return self.visits.hall(on)

    def visitor(self, person: UUID) -> Visitor:
        """What a person has open."""
        return self.visits.visitor(person)

    def rated(self, subject: UUID) -> Rated:
        """A case or visit, as far as ratings go."""
        return self.visits.rated(subject)

    def rating(self, stream: UUID) -> Rating:
        """A rating."""
        return self.visits.rating(stream)

    def notices(self, case: UUID) -> Notices:
        """The notices of a case."""
        return self._fold(notices_stream(case), notices.evolve, Notices())

    def contact(self, stream: UUID) -> Contact:
        """How a person wants to be told."""
        return self._fold(stream, contact.evolve, Contact())

    def papers(self, case: UUID) -> Papers:
        """The papers of a case."""
        return self._fold(papers_stream(case), papers.evolve, Papers())

    def parcels(self, case: UUID) -> Parcels:
        """What the post said of a case's parcels."""
        return self._fold(parcels_stream(case), parcels.evolve, Parcels())

    def glass(self, case_id: UUID) -> Glass:
        """Who has broken the glass to see the case."""
        found = Glass()
        for (stream, fact), by in zip(self.facts, self._authors, strict=True):
            found = evolve_glass(fact, found, by=by) if stream == glass_stream(case_id) else found
        return found

    def clock_state(self) -> ClockState:
        """Whether the clock is trusted."""
        return self._fold(CLOCK_STREAM, clock.evolve, ClockState())

    def integration(self) -> Integration:
        """Who reads from the centre, and whom it calls."""
        return self._fold(INTEGRATION_STREAM, evolve_integration, Integration())

    def signing(self) -> SigningState:
        """The keys with which the log signs."""
        return self._fold(SIGNING_STREAM, signing.evolve, SigningState())

    def device(self, stream: UUID) -> Device:
        """A device."""
        return self._fold(stream, evolve_device, Device())

    def keyring(self, person: UUID) -> Keyring:
        """With what a member of staff can sign in."""
        return self._fold(keyring_stream(person), evolve_keyring, Keyring())

    def set_aside(self, stream: UUID) -> SetAside:
        """What became of a command that was not done."""
        return self._fold(stream, evolve_set_aside, SetAside())

    def _fold(self, stream: UUID, evolve: Callable[[Fact, State], State], state: State) -> State:
        for of, fact in self.facts:
            state = evolve(fact, state) if of == stream else state
        return state

    # What tests do

    def status(self) -> CaseStatus:
        """Where the case stands."""
        status = self.case().status
        assert status is not None
        return status

    def receive_twin(self) -> None:
        """Let the father file the same again, under another id."""
        self.receive(Filing(case=TWIN), case=TWIN)

    @property
    def head(self) -> int:
        """Position of the last fact."""
        return len(self.facts)

    def do(
        self,
        command: c.Command,
        *,
        by: Actor,
        case: UUID = CASE,
        files: Iterable[c.FileRef] = (),
        base: int | None = None,
    ) -> list[Fact]:
        """Decide the command, fold what was decided and return it.

        Raises:
            Refusal: as the decision says; nothing has changed then.
        """
        self._commands += 1
        self._asked.clear()
        call_id = uuid5(NAMESPACE, f"call:{self._commands}")
        call = Call(id=call_id, lane=case, command=command, by=by, files=tuple(files), base=base)
        decided = list(decide(command, call, self))
        for stream, fact in decided:
            self._record(stream, fact, by)
        return [fact for _, fact in decided]

    def _record(self, stream: UUID, fact: Fact, by: Actor) -> None:
        self.facts.append((stream, fact))
        self._authors.append(by.id)
        self.visits.record(stream, fact, by.id)
        if isinstance(fact, FACTS):
            self._cases[stream] = evolve(fact, self._cases[stream], by=by.id)
            self._count(fact)
        self._publish(stream, fact)
        self._phones[stream] = evolve_phone(fact, self._phones.get(stream))
        self._people[stream] = evolve_person(fact, self.person(stream))
        self._sessions[stream] = evolve_session(fact, self._sessions.get(stream), stream=stream)
        if isinstance(fact, CopyKept | CopyWithdrawn):
            self._vaults[stream] = evolve_vault(fact, self._vaults[stream])
        if stream in self.people:
            self.people[stream] = evolve_staff(fact, self.people[stream], stream=stream)

    def _publish(self, stream: UUID, fact: Fact) -> None:
        laid_out = {item_stream(item_id): item_id for item_id, _ in self.items}
        before = self.published(laid_out[stream]) if stream in laid_out else self.published_in(stream)
        if (after := evolve_published(fact, before)) is not before:
            self._published[stream] = after

    def _count(self, fact: Fact) -> None:
        day, year = f"{self.today:%Y%m%d}", self.today.year
        series = {"case.filed": f"filing:{day}", "case.accepted": f"case:{day}", "case.issued": f"document:{year}"}
        if tag_of(fact) in series:
            self._serials[series[tag_of(fact)]] += 1

    # The way of a case, step by step

    def file(self, filing: Filing | None = None, *, by: Actor = FATHER, case: UUID = CASE) -> list[Fact]:
        """Hand the form in; its photographs are still on their way."""
        handed_in = filing or Filing(case=case)
        return self.do(handed_in.command, by=by, case=case, files=handed_in.files)

    def store(self, *files: c.FileRef, by: Actor = FATHER, case: UUID = CASE) -> list[Fact]:
        """Let the bytes of files arrive, uploaded by `by`."""
        stored: list[Fact] = []
        for ref in files:
            arrived = c.StoreFile(file=ref, address=f"at-{ref.sha256[:8]}", media_type="image/jpeg", uploaded_by=by.id)
            stored += self.do(arrived, by=CENTRE, case=case)
        return stored

    def receive(self, filing: Filing | None = None, *, by: Actor = FATHER, case: UUID = CASE) -> None:
        """File, and let every photograph arrive."""
        handed_in = filing or Filing(case=case)
        self.file(handed_in, by=by, case=case)
        self.store(*handed_in.files, by=by, case=case)

    def bring_to(self, place: str, *, case: UUID = CASE) -> None:
        """Bring a lease case, whose result goes by mail, to a status or to `reviewed`: only the decision is left."""
        filing = Filing(case=case, delivery_method="mail")
        self.file(filing, case=case)
        if place == "filed":
            return
        if place == "withdrawn":
            self.do(c.WithdrawCase(), by=FATHER, case=case)
            return
        if place == "lapsed":
            self.wait(case=case)
            return
        self.store(*filing.files, case=case)
        for reached, act, by in _way_to(place, case):
            self.do(act, by=by, case=case)
            if reached == place:
                return
        if place == "returned":
            self.wait(case=case)

    # Time

    def timers(self, case: UUID = CASE) -> tuple[Timer, ...]:
        """What the case waits for."""
        return timers_of(case, self.case(case), self.calendar())

    def fire(self, timer: Timer) -> list[Fact]:
        """Let a timer go off, at its time or later."""
        self.now = max(self.now, timer.at)
        return self.do(c.FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about), by=CENTRE, case=timer.stream)

    def wait(self, kind: TimerKind | None = None, *, case: UUID = CASE) -> list[Fact]:
        """Wait for the next timer of a kind (or of any) and let it go off."""
        waiting = [timer for timer in self.timers(case) if kind in (None, timer.kind)]
        return self.fire(waiting[0])


LU = staff("luyuan", Role.REVIEWER)
SONG = staff("songlan", Role.DECIDER)
DU = staff("dujuan", Role.OUTLET_CLERK)
OTHERS = {"luyuan": LU, "songlan": SONG, "dujuan": DU}
MATES = {ZHOU: LIN, LIN: ZHOU, LI: LU, LU: LI, WANG: SONG, SONG: WANG, CHEN: DU, DU: CHEN}
"""A colleague who can do the same steps."""
TWIN = uuid5(CASE, "twin")
"""Another case that the father files for the same item."""


def _enrolled(name: str, who: Actor) -> Staff:
    return Staff(id=who.id, username=name, roles=tuple(sorted(role.value for role in who.roles)), office=who.office)


DEFECT_MATERIAL = "lease-contract"
REJECTION = c.DecideCase(
    outcome="rejected", reason="合同已过期", basis="商品房屋租赁管理办法第十四条", remedies="六十日内复议"
)
DECLINE = c.DeclineCase(reason="不属于本中心受理范围", remedy="请到房屋所在地的街道办理")
POSTING = c.RecordPosting(carrier="ems", tracking_number="EX000000001CN")


def defect(material: str = DEFECT_MATERIAL, *, case: UUID = CASE, take: int = 1) -> c.DefectFound:
    """The first page of a paper cannot be read."""
    return c.DefectFound(material, page_of(case, material, take=take).id, "unreadable", "这一页看不清，请重拍")


HEARING = c.BeginProcedure(
    kind="hearing", basis="行政许可法第四十六条", ends_on=date(2026, 11, 25), notice="听证三日，不计入办理期限"
)
ACCEPT_HARDSHIP = c.AcceptCase(checked=tuple(m.id for m in HARDSHIP.materials if m.source == "shared"))
"""The registers were asked by hand."""
CLAIM_ENDS = datetime(2026, 11, 25, 10, tzinfo=SHANGHAI)
"""When a claim of Monday 10 o'clock ends: 14 working hours later."""


def claim_of(who: Actor, *, until: datetime = CLAIM_ENDS, why: str = "") -> CaseClaimed:
    """A claim made on Monday at 10."""
    return CaseClaimed(staff=who.id, until=until, why=why)


CONVERT = c.ConvertCase(reason="需要实地核查")
REDIRECTION = c.RedirectCase(office="区房管局", reason="不属于街道职权", how="电话 027-00000001")
TERMINATION = c.TerminateCase(cause="object-lost", reason="房屋已拆除")
REVOCATION = c.RevokeResult(reason="承诺不实", basis="行政许可法第六十九条", remedies="六十日内复议")
ARCHIVE = c.ArchiveCase(digest="a" * 64, leaves=12)


def _way_to(place: str, case: UUID) -> Iterable[tuple[str, c.Command, Actor]]:
    """The acts after receipt that lead to a place."""
    match place:
        case "redirected":
            return (("redirected", REDIRECTION, ZHOU),)
        case "voided":
            return (("voided", c.VoidCase(reason="开错了"), SUN),)
        case "converted":
            return (_WAY[0], ("converted", CONVERT, LI))
        case "suspended":
            return (_WAY[0], ("converted", CONVERT, LI), ("suspended", HEARING, LI))
        case "terminated":
            return (_WAY[0], ("terminated", TERMINATION, LI))
        case "revoked":
            return (*_WAY[:4], ("revoked", REVOCATION, SUN))
        case "archived":
            return (*_WAY, ("archived", ARCHIVE, CENTRE))
        case "received":
            return ()
        case "declined":
            return (("declined", DECLINE, ZHOU),)
        case "correction" | "returned":
            return (("correction", c.RequestCorrection(defects=(defect(case=case),)), ZHOU),)
        case "rejected":
            return (*_WAY[:2], ("rejected", REJECTION, WANG))
        case _:
            return _WAY


_WAY: tuple[tuple[str, c.Command, Actor], ...] = (
    ("accepted", c.AcceptCase(), ZHOU),
    ("reviewed", c.ReviewCase(opinion="材料齐全"), LI),
    ("granted", c.DecideCase(outcome="granted"), WANG),
    ("issued", c.IssueResult(), CHEN),
    ("dispatched", c.DispatchResult(), CHEN),
    ("posted", POSTING, CENTRE),
    ("delivered", c.ConfirmDelivery(method="mail"), CHEN),
)
