"""One case of the demonstration, told step by step; each step is a real command with its author and its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID, uuid5

from msgspec import Struct

from domain.actors import Actor, Role
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.catalogue.conditions import Json, filled_form, materials_needed
from domain.catalogue.items import Bundle, ServiceItem
from domain.decisions import Call
from domain.refusals import NotFound
from domain.training.content import Content
from domain.visits.reception import Plan
from store.itself import CENTRE_ACTOR
from web.demo.answers import fill
from web.demo.diary import Diary
from web.demo.making import Step
from web.demo.papers import PAGES, Papers, Sheet
from web.demo.people import Resident

NAMESPACE = UUID("6f6f7273-7465-7043-8e74-64656d6f2d31")
UPLOAD_SECONDS = 25
LOOK_UP_SECONDS = 3
LookUp = Literal["found", "not-found", "unavailable"]

WORKS_FOR = {
    Role.REVIEWER: "litao",
    Role.DECIDER: "wangfang",
    Role.COMMUNITY_WORKER: "zhangjun",
    Role.DISTRICT_OFFICER: "district",
    Role.CITY_OFFICER: "city",
    Role.ASSESSOR: "assessor",
    Role.OUTLET_CLERK: "chenjing",
}
"""Who works the steps of a role."""


class Page(Struct, frozen=True):
    """A page of a case: its file as the command names it, and the drawing behind it."""

    ref: c.FileRef
    material: str
    number: int
    sheet: Sheet


class Cast(Struct, frozen=True):
    """Everybody and everything that stories speak of.

    Attributes:
        staff: by user name.
        residents: by telephone.
        reception: how people are received.
        learnt: what the staff learn.
    """

    diary: Diary
    items: Mapping[str, ServiceItem]
    bundles: Mapping[str, Bundle]
    papers: Papers
    staff: Mapping[str, Actor]
    residents: Mapping[str, Actor]
    reception: Plan
    learnt: tuple[Content, ...] = ()


class Chain:
    """Things that happen one after another on streams that are no case of their own."""

    def __init__(self, name: str) -> None:
        """Begin; `name` tells the chain from the others, and ids follow from it."""
        self.name = name
        self.steps: list[Step] = []

    def do(self, lane: UUID, command: c.Command, by: Actor, *, at: datetime, refused: str = "") -> Chain:
        """One command more."""
        id = uuid5(NAMESPACE, f"{self.name} {len(self.steps)}")
        self.steps.append(Step(at, Call(id=id, lane=lane, command=command, by=by, captured_at=at), refused))
        return self


def made_id(name: str) -> UUID:
    """An id as a device makes one, the same for the same name."""
    return UUID(bytes=sha256(f"{NAMESPACE} {name}".encode()).digest()[:16], version=4)


class Story:
    """A case in the making. Steps that would lie in the future are left out, with all that follow.

    Args:
        cast: who and what there is.
        name: tells the case from the others; ids follow from it.
        item_id: the item applied for.
        person: the applicant.
        filed_at: UTC.
        agent: the resident who files for `person`.
        clerk: user name of whoever works on it at the window.
        choices: answers that matter for the story.
    """

    def __init__(
        self,
        cast: Cast,
        name: str,
        item_id: str,
        person: Resident,
        filed_at: datetime,
        *,
        agent: Resident | None = None,
        clerk: str = "zhoumin",
        **choices: Json,
    ) -> None:
        """Begin a story; nothing has happened yet."""
        self.lane = uuid5(NAMESPACE, name)
        self.steps: list[Step] = []
        self._cast = cast
        self._item = cast.items[item_id]
        self._at = filed_at
        self._author = cast.residents[(agent or person).phone]
        self._clerk = clerk
        self._files = 0
        self._reviewed = 0
        represented = _agent_answers(agent) if agent else {}
        self._answers = fill(self._item, person, on=local_day(filed_at), choices={**choices, **represented})
        self.pages: list[Page] = []

    def file(
        self,
        *,
        missing: int = 0,
        unreadable: str = "",
        copies: Mapping[str, UUID] | None = None,
        later: tuple[str, ...] = (),
        refused: str = "",
    ) -> Story:
        """Hand it in.

        Args:
            missing: how many of the last photographs stay on the way.
            unreadable: the material whose last photograph is blurred.
            copies: checked copies that serve in place of photographs, by material.
            later: materials promised for later.
            refused: code with which the centre refuses it.
        """
        self.pages = []
        spared = {*(copies or {}), *later}
        needed = materials_needed(filled_form(self._item, self._answers))
        for one in needed:
            if one.photograph_demanded and one.material.id not in spared:
                self.pages += self._pages(one.material.id, blurred=one.material.id == unreadable)
        command = c.FileCase(
            item_id=self._item.id,
            item_version=self._item.version,
            answers=dict(self._answers),
            pages=_named(self.pages),
            declarations=self._signed(),
            copies=tuple(c.CopyFor(copy=copy, material=material) for material, copy in (copies or {}).items()),
            later=later,
        )
        self._do(command, self._author, pages=self.pages, refused=refused)
        return self if refused else self._arrive(self.pages[: len(self.pages) - missing])

    def open(self, channel: Literal["window", "phone", "visit"], who: str) -> Story:
        """A colleague fills the form in for the person, who is at the window, on the phone or at home."""
        command = c.OpenCase(
            item_id=self._item.id,
            item_version=self._item.version,
            channel=channel,
            answers=dict(self._answers),
            declarations=self._signed(),
        )
        return self._do(command, self._cast.staff[who])

    def link(self, *materials: str, who: str, minutes: float) -> Story:
        """A colleague sends the person a one-time link for papers; nobody knows its secret."""
        self._at += timedelta(minutes=minutes)
        secret = sha256(f"{self.lane} {len(self.steps)}".encode()).hexdigest()
        return self._do(c.MakeUploadLink(token_hash=secret, materials=materials), self._cast.staff[who])

    def _signed(self) -> tuple[str, ...]:
        needed = materials_needed(filled_form(self._item, self._answers))
        return tuple(one.material.id for one in needed if one.signature_demanded)

    def claim(self, who: str = "zhoumin", *, hours: float = 0.2) -> Story:
        """A colleague takes it from the queue."""
        self._clerk = who
        return self._do(c.ClaimCase(), self._cast.staff[who], hours=hours)

    def note(self, text: str, *, who: str = "zhoumin", hours: float = 0.1) -> Story:
        """A colleague leaves a note."""
        return self._do(c.AddNote(text=text), self._cast.staff[who], hours=hours)

    def ask(self, *defects: tuple[str, int, str, str], at: datetime) -> Story:
        """Tell at once what must be put right: material, page (0 for a paper that is not there), kind, words."""
        self._at = max(at, self._at)
        found = tuple(
            c.DefectFound(
                material=material,
                file=self._page(material, number).ref.id if number else None,
                code=code,
                words=words,
            )
            for material, number, code, words in defects
        )
        return self._do(c.RequestCorrection(defects=found), self._cast.staff[self._clerk])

    def answer(self, *replaced: tuple[str, int], at: datetime) -> Story:
        """The applicant photographs the pages again."""
        self._at = max(at, self._at)
        old = [self._page(material, number) for material, number in replaced]
        new = [self._new_page(page.material, page.number, blurred=False) for page in old]
        command = c.SupplementCase(pages=_named(new), replaces=tuple(page.ref.id for page in old))
        self._do(command, self._author, pages=new)
        return self._arrive(new)

    def withdraw(self, *, hours: float) -> Story:
        """The applicant takes it back."""
        return self._do(c.WithdrawCase(), self._author, hours=hours)

    def accept(self, *, at: datetime | None = None, hours: float = 0.4, gaps: tuple[str, ...] = ()) -> Story:
        """The clerk takes the case on, with every paper checked but those of `gaps`, which may follow."""
        self._at = max(at, self._at) if at else self._cast.diary.later(self._at, hours)
        needed = materials_needed(filled_form(self._item, self._answers))
        shared = [one.material.id for one in needed if one.material.source == "shared"]
        checked = tuple(dict.fromkeys([*(page.material for page in self.pages), *shared]))
        command = c.AcceptCase(
            checked=tuple(material for material in checked if material not in gaps),
            gaps=tuple(c.GapAllowed(material=material) for material in gaps),
        )
        return self._do(command, self._cast.staff[self._clerk])

    def look_up(self, material: str, register: str, outcome: LookUp, **result: str) -> Story:
        """The centre asks a shared register for a paper."""
        self._at += timedelta(seconds=LOOK_UP_SECONDS)
        command = c.RecordLookUp(material=material, register=register, outcome=outcome, result=dict(result))
        return self._do(command, CENTRE_ACTOR)

    def check_pages(self, *, expires: Mapping[str, date], hours: float = 0.2) -> Story:
        """The clerk looks at every page, and writes down when a paper of `expires` ends."""
        verdicts = tuple(
            c.VerdictOn(file=page.ref.id, good=True, expires_on=expires.get(page.material)) for page in self.pages
        )
        return self._do(c.VerifyPages(verdicts=verdicts), self._cast.staff[self._clerk], hours=hours)

    def find_bad(self, material: str, code: str, words: str) -> Story:
        """The clerk finds that no page of a material proves anything."""
        bad = tuple(
            c.VerdictOn(file=page.ref.id, good=False, code=code, words=words)
            for page in self.pages
            if page.material == material
        )
        return self._do(c.VerifyPages(verdicts=bad), self._cast.staff[self._clerk], hours=0.1)

    def supply(self, material: str, *, at: datetime) -> Story:
        """The applicant hands a paper in after the filing."""
        self._at = max(at, self._at)
        new = list(self._pages(material, blurred=False))
        self.pages += new
        self._do(c.SupplementCase(pages=_named(new)), self._author, pages=new)
        return self._arrive(new)

    def copy_of(self, material: str) -> UUID:
        """The checked copy that the acceptance left in the person's materials."""
        return uuid5(self.lane, f"copy:{material}:1")

    def decline(self, *, reason: str, remedy: str, hours: float = 1.0) -> Story:
        """The clerk does not take it on."""
        command = c.DeclineCase(reason=reason, remedy=remedy)
        return self._do(command, self._cast.staff[self._clerk], hours=hours)

    def review(self, steps: int = 1, *, hours: float = 0.3, opinion: str = "") -> Story:
        """Complete the next review steps of the route."""
        reviews = self._item.steps("review")
        for step in reviews[self._reviewed : self._reviewed + steps]:
            who = self._cast.staff[WORKS_FOR[Role(step.role)]]
            self._do(c.ReviewCase(opinion=opinion), who, hours=hours)
        self._reviewed += steps
        return self

    def decide(self, outcome: str = "granted", *, hours: float = 0.2, **words: str) -> Story:
        """Complete what is left of the reviews, and decide."""
        self.review(len(self._item.steps("review")) - self._reviewed)
        who = self._cast.staff[WORKS_FOR[Role(self._item.steps("decide")[0].role)]]
        return self._do(c.DecideCase(outcome=outcome, **words), who, hours=hours)

    def issue(self, *, hours: float = 0.2) -> Story:
        """The result is numbered and issued."""
        return self._do(c.IssueResult(), self._cast.staff["chenjing"], hours=hours)

    def dispatch(self, *, hours: float = 0.5) -> Story:
        """The printed result goes to the post."""
        return self._do(c.DispatchResult(), self._cast.staff["chenjing"], hours=hours)

    def deliver(self, method: str, *, hours: float = 3.0) -> Story:
        """The applicant has the result."""
        return self._do(c.ConfirmDelivery(method=method), self._cast.staff["chenjing"], hours=hours)

    @property
    def at(self) -> datetime:
        """When the last thing happened, UTC."""
        return self._at

    def then(self, command: c.Command, who: str, *, hours: float) -> Story:
        """A colleague does something else."""
        return self._do(command, self._cast.staff[who], hours=hours)

    def by_applicant(self, command: c.Command, *, at: datetime) -> Story:
        """The applicant or their agent does something else."""
        self._at = max(at, self._at)
        return self._do(command, self._author)

    def by_centre(self, command: c.Command) -> Story:
        """The centre itself does something, at once."""
        self._at += timedelta(seconds=LOOK_UP_SECONDS)
        return self._do(command, CENTRE_ACTOR)

    def on(self, at: datetime) -> Story:
        """Nothing happens before that time."""
        self._at = max(at, self._at)
        return self

    def _arrive(self, pages: list[Page]) -> Story:
        for page in pages:
            self._at += timedelta(seconds=UPLOAD_SECONDS)
            stored = c.StoreFile(
                file=page.ref, address=page.sheet.address, media_type="image/jpeg", uploaded_by=self._author.id
            )
            self._do(stored, CENTRE_ACTOR)
        return self

    def _do(
        self, command: c.Command, by: Actor, *, hours: float = 0, pages: list[Page] | None = None, refused: str = ""
    ) -> Story:
        if hours:
            self._at = self._cast.diary.later(self._at, hours)
        id = uuid5(self.lane, f"step {len(self.steps)}")
        files = tuple(page.ref for page in pages or ())
        call = Call(id=id, lane=self.lane, command=command, by=by, files=files, captured_at=self._at)
        self.steps.append(Step(self._at, call, refused))
        return self

    def _pages(self, material: str, *, blurred: bool) -> Iterator[Page]:
        last = PAGES.get(material, 1)
        for number in range(1, last + 1):
            yield self._new_page(material, number, blurred=blurred and number == last)

    def _new_page(self, material: str, number: int, *, blurred: bool) -> Page:
        found = self._item.material(material)
        if found is None:
            raise NotFound(material=material)
        sheet = self._cast.papers.page(material, found.name_zh, number, person=self._author.id, blurred=blurred)
        self._files += 1
        ref = c.FileRef(id=uuid5(self.lane, f"file {self._files}"), sha256=sheet.sha256, size=sheet.size)
        return Page(ref, material, number, sheet)

    def _page(self, material: str, number: int) -> Page:
        return next(page for page in self.pages if (page.material, page.number) == (material, number))


def _named(pages: list[Page]) -> tuple[c.PageOf, ...]:
    return tuple(c.PageOf(file=page.ref.id, material=page.material, number=page.number) for page in pages)


def _agent_answers(agent: Resident) -> dict[str, Json]:
    return {
        "has_agent": True,
        "agent_name": agent.name,
        "agent_relation": "child",
        "agent_id_no": agent.id_number,
        "agent_phone": agent.phone,
    }
