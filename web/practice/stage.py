"""Plays what a scenario has happen: the person applies and sends papers, colleagues do their part, days go by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from domain.actors import Actor, Role
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.case.state import Case
from domain.catalogue.bundles import bundle_form
from domain.catalogue.conditions import Json, filled_form, materials_needed
from domain.catalogue.items import Bundle, ServiceItem
from domain.decisions import Call
from domain.training.content import Play, Scenario, ScenarioStep
from domain.training.practice import PRACTICE_STREAM, BeginStep, EndPractice
from store.files import FileStore
from store.itself import CENTRE_ACTOR
from web.demo.answers import fill, fill_bundle
from web.demo.papers import PAGES
from web.practice.cast import people, seat
from web.practice.centre import PracticeCentre, leap_days
from web.practice.clock import RunClock
from web.practice.furnish import person_id
from web.practice.papers import photograph

REGISTER = "市政务数据共享平台（练习）"
NEW_PHONE = "13900000077"
"""What the person says at the window while the trainee has no line."""


BESIDE_THE_CASE = frozenset({"call", "cut", "bring"})
"""What can happen while the trainee's device still keeps an act: it does not wait for anything on the case."""


class CannotPlay(RuntimeError):
    """The story does not fit the rules of the centre; the message names the step and what was refused."""


class Paper(NamedTuple):
    """A page that the person shows.

    Attributes:
        title: of the material.
        shows: what can be read on it.
    """

    material: str
    number: int
    title: str
    shows: str


class Stage:
    """The stage of one run.

    Args:
        run: its id; everything that is played has ids that follow from it.
        centre: the sandbox's.
        files: where papers are kept.
        clock: the sandbox's.
        leapt: called when days have gone by.

    Attributes:
        stuck: why the story cannot go on; empty while it can.
    """

    def __init__(
        self, run: UUID, centre: PracticeCentre, files: FileStore, clock: RunClock, leapt: Callable[[], None]
    ) -> None:
        self._run = run
        self._centre = centre
        self._files = files
        self._clock = clock
        self._leapt = leapt
        self.stuck = ""

    def keep_on(self) -> None:
        """As `go_on`; a story that cannot go on is `stuck` with the reason, and what the trainee did still counts."""
        if not self.stuck:
            try:
                self.go_on()
            except CannotPlay as error:
                self.stuck = str(error)

    def go_on(self) -> None:
        """Let the next step begin, if the one before is done; on the thread on which calls are judged.

        A step for which something happens to the case begins once all that the device kept has come in.

        Raises:
            CannotPlay: a play of the step is refused.
        """
        marking = self._centre.marking()
        if marking.scenario is None or marking.ended:
            return
        self.answer_registers()
        if marking.began:
            return
        step = marking.step
        if step is None:
            self._do(PRACTICE_STREAM, EndPractice(), CENTRE_ACTOR, "end")
            return
        if marking.waits and any(play.do not in BESIDE_THE_CASE for play in step.plays):
            return
        for place, play in enumerate(step.plays):
            self._play(marking.scenario, step, play, f"{step.id} {place}")
        self._do(PRACTICE_STREAM, BeginStep(step=step.id), CENTRE_ACTOR, f"{step.id} begins")

    def _play(self, scenario: Scenario, step: ScenarioStep, play: Play, name: str) -> None:
        match play.do:
            case "file":
                self._file(scenario, play, name)
            case "supply":
                self._supply(scenario, play, name)
            case "open":
                self._open(scenario, play, name)
            case "work" | "decide" | "accept":
                self._work(scenario, play, name)
            case "wait":
                self._clock.leap(leap_days(play.days))
                self._leapt()
            case "call":
                lane = self.lane_of(play.item or scenario.item_ids[0])
                self._do(lane, c.AddNote(text=play.words or NEW_PHONE), seat(self._run, Role.WINDOW_CLERK), name)
            case "bring" | "cut":
                pass  # it is for the trainee to do so

    # What the person hands in

    def _file(self, scenario: Scenario, play: Play, name: str) -> None:
        item = self.item(play, scenario)
        lane, author = uuid5(self._run, f"case {name}"), self._author(scenario, play)
        pages = list(self._pages(item, play, lane, author.id, name))
        command = c.FileCase(
            item_id=item.id,
            item_version=item.version,
            answers=dict(self.answers(scenario, play)),
            pages=tuple(page for page, _, _ in pages),
            declarations=self._signed(item, scenario, play),
            later=play.later,
        )
        self._do(lane, command, author, name, files=tuple(ref for _, ref, _ in pages))
        self._arrive(lane, pages, author, name)

    def _open(self, scenario: Scenario, play: Play, name: str) -> None:
        item = self.item(play, scenario)
        command = c.OpenCase(
            item_id=item.id,
            item_version=item.version,
            channel="window",
            answers=dict(self.answers(scenario, play)),
            declarations=self._signed(item, scenario, play),
            later=play.later,
        )
        self._do(uuid5(self._run, f"case {name}"), command, seat(self._run, Role.WINDOW_CLERK), name)
        if play.pages:
            self._supply(scenario, play, f"{name} papers", signs=())

    def _signed(self, item: ServiceItem, scenario: Scenario, play: Play) -> tuple[str, ...]:
        return signed(item, self.answers(scenario, play)) if play.signs is None else play.signs

    def _supply(self, scenario: Scenario, play: Play, name: str, *, signs: tuple[str, ...] | None = None) -> None:
        item = self.item(play, scenario)
        lane = self.lane_of(item.id)
        case = self._centre.case(lane)
        person = case.agent or case.applicant
        if person is None:
            raise CannotPlay(f"{name}: the case has nobody")
        declarations = (play.signs or ()) if signs is None else signs
        materials = {paper.material for paper in papers_of(item, play)} | {*declarations}
        link = self._link(case, materials)
        author = Actor(id=link or person, roles=frozenset({Role.RESIDENT}))
        pages = list(self._pages(item, play, lane, person, name))
        named = tuple(page for page, _, _ in pages)
        new = {(page.material, page.number) for page in named}
        if link is None:
            replaced = tuple(page.file for page in case.pages if (page.material, page.number) in new)
            command: c.Command = c.SupplementCase(pages=named, replaces=replaced, declarations=declarations)
        else:
            token = case.links[link].token_hash
            command = c.HandInByLink(link=link, token_hash=token, pages=named, declarations=declarations)
        by = CENTRE_ACTOR if link else author
        self._do(lane, command, by, name, files=tuple(ref for _, ref, _ in pages))
        self._arrive(lane, pages, author, name)

    def _link(self, case: Case, materials: set[str]) -> UUID | None:
        """A one-time link that the trainee has made for these papers, if there is one."""
        for id, link in case.links.items():
            if not link.used and materials <= set(link.materials) and link.expires_at > self._clock():
                return id
        return None

    def _pages(
        self, item: ServiceItem, play: Play, lane: UUID, person: UUID, name: str
    ) -> Iterator[tuple[c.PageOf, c.FileRef, str]]:
        for paper in papers_of(item, play):
            drawing = photograph(paper.material, paper.title, paper.number, paper.shows)
            stored = self._files.put(drawing, person=person)
            ref = c.FileRef(
                id=uuid5(lane, f"{name} {paper.material} {paper.number}"), sha256=stored.sha256, size=stored.size
            )
            yield c.PageOf(file=ref.id, material=paper.material, number=paper.number), ref, stored.address

    def _arrive(self, lane: UUID, pages: list[tuple[c.PageOf, c.FileRef, str]], author: Actor, name: str) -> None:
        for page, ref, address in pages:
            stored = c.StoreFile(file=ref, address=address, media_type="image/jpeg", uploaded_by=author.id)
            self._do(lane, stored, CENTRE_ACTOR, f"{name} {page.file} arrives")

    def _author(self, scenario: Scenario, play: Play) -> Actor:
        person = people(scenario)[1 if play.agent else 0]
        return Actor(id=person_id(self._run, person.n), roles=frozenset({Role.RESIDENT}))

    def answers(self, scenario: Scenario, play: Play) -> Mapping[str, Json]:
        """What the form says."""
        person, relative = people(scenario)
        agent: dict[str, Json] = {}
        if play.agent:
            agent = {
                "has_agent": True,
                "agent_name": relative.name,
                "agent_relation": "child",
                "agent_id_no": relative.id_number,
                "agent_phone": relative.phone,
            }
        on, choices = local_day(self._clock()), {**agent, **play.answers}
        if (linked := self.bundle(play)) is not None:
            items = [self._centre.item(one) for one in play.items]
            return fill_bundle(bundle_form(linked, items), items, person, on=on, choices=choices)
        return fill(self.item(play, scenario), person, on=on, choices=choices)

    def bundle(self, play: Play) -> Bundle | None:
        """The bundle of a play that is about several items; None where it is about one.

        Raises:
            CannotPlay: no bundle has them all.
        """
        if not play.items:
            return None
        for one in self._centre.arrangement().bundles:
            if set(play.items) <= set(one.items):
                return one
        raise CannotPlay(f"no bundle has {', '.join(play.items)}")

    def item(self, play: Play, scenario: Scenario) -> ServiceItem:
        """The item of which a play speaks."""
        return self._centre.item(play.item or scenario.item_ids[0])

    def lane_of(self, item_id: str) -> UUID:
        """The newest case of an item.

        Raises:
            CannotPlay: there is none.
        """
        found = [lane for lane, item in self._centre.marking().cases.items.items() if item == item_id]
        if not found:
            raise CannotPlay(f"there is no case of {item_id} yet")
        return found[-1]

    # What colleagues do

    def _work(self, scenario: Scenario, play: Play, name: str) -> None:
        lane = self.lane_of(play.item or scenario.item_ids[0])
        role, command = self._colleague(play, lane)
        self._do(lane, command, seat(self._run, role), name)

    def _colleague(self, play: Play, lane: UUID) -> tuple[Role, c.Command]:
        match play.do:
            case "work":
                return Role(play.role), c.ReviewCase(opinion=play.words)
            case "decide":
                return Role(play.role or Role.DECIDER), c.DecideCase(outcome="granted")
            case _:
                item = self._centre.item_of(self._centre.case(lane))
                return Role.WINDOW_CLERK, c.AcceptCase(checked=tuple(one.id for one in item.materials))

    # What registers say

    def answer_registers(self) -> None:
        """Answer whoever asked a shared register; in a sandbox it always finds what it is asked for."""
        for lane in self._centre.marking().cases.items:
            case = self._centre.case(lane)
            for material in case.asked:
                found = c.RecordLookUp(
                    material=material, register=REGISTER, outcome="found", result={"核验结果": "一致"}
                )
                self._do(lane, found, CENTRE_ACTOR, f"{lane} {material} looked up {len(case.looked_up)}")

    def _do(self, lane: UUID, command: Any, by: Actor, name: str, files: tuple[c.FileRef, ...] = ()) -> None:
        call = Call(id=uuid5(self._run, f"play {name}"), lane=lane, command=command, by=by, files=files)
        answer = self._centre.at_once(call)
        if answer.verdict not in ("applied", "duplicate"):
            raise CannotPlay(f"{name}: {command.type}: {answer.code} {answer.params}")


def papers_of(item: ServiceItem, play: Play) -> Iterator[Paper]:
    """The pages of a play; a material without page numbers has as many as such papers have."""
    for id, numbers in play.pages.items():
        material = item.material(id)
        if material is None:
            raise CannotPlay(f"{item.id} has no material {id}")
        for number in numbers or range(1, PAGES.get(id, 1) + 1):
            yield Paper(id, number, material.name_zh, play.shows.get(id, ""))


def signed(item: ServiceItem, answers: Mapping[str, Json]) -> tuple[str, ...]:
    """What is signed in the app together with such answers."""
    needed = materials_needed(filled_form(item, dict(answers)))
    return tuple(one.material.id for one in needed if one.signature_demanded)
