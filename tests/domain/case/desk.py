"""A centre in memory: judges commands on states kept in dictionaries, as the writer does on the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid5

from domain.actors import Actor
from domain.calendar.calendar import Calendar
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.case.facts import MATERIAL
from domain.case.state import FACTS, Case, evolve
from domain.catalogue.items import ServiceItem
from domain.centre.centre import NAMESPACE, Particulars
from domain.decisions import Call, decide
from domain.facts import Fact, tag_of
from domain.identity.identity import PhoneLinked, Session, evolve_session
from domain.refusals import UnknownItem
from domain.staff.staff import Staff
from domain.staff.staff import evolve as evolve_staff
from tests.cast import (
    CALENDAR,
    CASE,
    CENTRE,
    CERTIFIED_UNTIL,
    CHEN,
    FATHER,
    HARDSHIP,
    LEASE,
    LI,
    MONDAY_10AM,
    PARTICULARS,
    QUALIFIED,
    STAFF,
    WANG,
    ZHOU,
    Filing,
    page_of,
)


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
        self.items: dict[tuple[str, int], ServiceItem] = {(i.id, i.version): i for i in (LEASE, HARDSHIP)}
        self.people = {who.id: Staff(id=who.id, username=name) for name, who in STAFF.items()}
        self._cases: defaultdict[UUID, Case] = defaultdict(Case)
        self._serials: defaultdict[str, int] = defaultdict(int)
        self._phones: dict[UUID, UUID] = {}
        self._sessions: dict[UUID, Session | None] = {}
        self._commands = 0
        for name in QUALIFIED:
            self.certify(STAFF[name])

    def certify(self, who: Actor, *, until: date = CERTIFIED_UNTIL) -> None:
        """Give `who` certificates for all items of the desk."""
        known = self.people[who.id]
        certificates = {item_id: until for item_id, _ in self.items}
        self.people[who.id] = Staff(id=known.id, username=known.username, certificates=certificates)

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
        if (item_id, version) not in self.items:
            raise UnknownItem(item=item_id, version=version)
        return self.items[item_id, version]

    def calendar(self) -> Calendar:
        """The shipped calendar."""
        return CALENDAR

    def staff(self, person: UUID) -> Staff:
        """A member of staff."""
        return self.people.get(person, Staff())

    def centre(self) -> Particulars:
        """The centre of the cast."""
        return PARTICULARS

    def serial(self, series: str, owner: UUID) -> int:
        """The next number of a series, whoever owns it; given out only when the decision stands."""
        return self._serials[series] + 1

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

    def session(self, stream: UUID) -> Session | None:
        """A session."""
        return self._sessions.get(stream)

    # What tests do

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
        call_id = uuid5(NAMESPACE, f"call:{self._commands}")
        call = Call(id=call_id, lane=case, command=command, by=by, files=tuple(files), base=base)
        decided = list(decide(command, call, self))
        for stream, fact in decided:
            self._record(stream, fact, by)
        return [fact for _, fact in decided]

    def _record(self, stream: UUID, fact: Fact, by: Actor) -> None:
        self.facts.append((stream, fact))
        if isinstance(fact, FACTS):
            self._cases[stream] = evolve(fact, self._cases[stream], by=by.id)
            self._count(fact)
        elif isinstance(fact, PhoneLinked):
            self._phones[stream] = fact.person
        self._sessions[stream] = evolve_session(fact, self._sessions.get(stream), stream=stream)
        if stream in self.people:
            self.people[stream] = evolve_staff(fact, self.people[stream], stream=stream)

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
        """Bring a lease case to a status, or to `reviewed`: accepted with only the decision left."""
        self.file(case=case)
        if place == "filed":
            return
        if place == "withdrawn":
            self.do(c.WithdrawCase(), by=FATHER, case=case)
            return
        self.store(*Filing(case=case).files, case=case)
        for reached, act, by in _way_to(place, case):
            self.do(act, by=by, case=case)
            if reached == place:
                return


DEFECT_MATERIAL = "lease-contract"
REJECTION = c.DecideCase(
    outcome="rejected", reason="合同已过期", basis="商品房屋租赁管理办法第十四条", remedies="六十日内复议"
)
DECLINE = c.DeclineCase(reason="不属于本中心受理范围", remedy="请到房屋所在地的街道办理")
POSTING = c.RecordPosting(carrier="ems", tracking_number="EX000000001CN")


def defect(material: str = DEFECT_MATERIAL, *, case: UUID = CASE, take: int = 1) -> c.DefectFound:
    """The first page of a paper cannot be read."""
    return c.DefectFound(material, page_of(case, material, take=take).id, "unreadable", "这一页看不清，请重拍")


def _way_to(place: str, case: UUID) -> Iterable[tuple[str, c.Command, Actor]]:
    """The acts after receipt that lead to a place."""
    match place:
        case "received":
            return ()
        case "declined":
            return (("declined", DECLINE, ZHOU),)
        case "correction":
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
