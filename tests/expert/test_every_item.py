"""Every item from filing to archive, all at once: each next act is the one that a colleague's own rows ask for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4, uuid5

from domain.actors import Actor
from domain.calendar.calendar import SHANGHAI
from domain.case.commands import FileRef, StoreFile
from domain.catalogue.conditions import filled_form, materials_needed
from domain.catalogue.items import ServiceItem
from domain.catalogue.records import Holder
from domain.decisions import Call
from projections.reader import Reader
from store.itself import CENTRE_ACTOR
from sync.frames import SignedIntent
from sync.intents import read_intent
from tests.app.timely import Hours
from tests.expert.documents import Body, Replica, hold
from tests.expert.service import file_of, local, ref_of
from web.app import opened
from web.closing import Closing
from web.demo.answers import fill
from web.demo.people import RESIDENTS, Resident
from web.demo.story import WORKS_FOR, Cast, made_id
from web.edge import Edge
from web.post import DemoPost
from web.posting import Posting
from web.registers import Extract, LookUps
from web.settings import Settings

WAYS = [(outcome, corrected) for outcome in ("granted", "rejected") for corrected in (False, True)]
MOST_DAYS = 200
"""Until the last case is decided; the longest item promises 35 working days and stops its clock for 60 days."""
ROUNDS_A_DAY = 30
REJECTION = {"reason": "不符合条件", "basis": "条例第三条", "remedies": "六十日内复议"}
PROCEDURES = {"assessment": "assessment", "ability-assessment": "assessment", "produce": "production"}


class Way(NamedTuple):
    """One case: what is applied for, by whom, and how it shall go."""

    case: UUID
    item: ServiceItem
    person: Resident
    outcome: str
    corrected: bool


class KnowsEverybody:
    """A register that has everything on everybody."""

    name = "共享平台"

    def look_up(self, material_type: str, holder: Holder) -> Extract | None:
        """Yes."""
        return Extract(found=True, result={"有": material_type, "谁": holder.name})


class Floor:
    """The whole centre in this process, with everything that follows its log but the printing of letters."""

    def __init__(self, edge: Edge, hours: Hours, cast: Cast) -> None:
        self.edge, self.hours, self.cast = edge, hours, cast
        centre = edge.centre
        self._look_ups = LookUps(centre, KnowsEverybody())
        self._followers = (
            self._look_ups,
            Posting(centre, DemoPost(hours), clock=hours),
            Closing(centre, clock=hours),
        )
        self._said = 0
        self._devices: dict[UUID, Replica] = {}
        edge.runner.start()
        self._reader = Reader(edge.runner.path)

    def close(self) -> None:
        """Stop."""
        self._reader.close()
        self._look_ups.close()

    @property
    def today(self) -> date:
        """The local day."""
        return self.hours.now.astimezone(SHANGHAI).date()

    def wait_until(self, at: str) -> None:
        """Let time pass, with everything that is due on the way."""
        until = local(at)
        while self.hours.now < until:
            due = self.edge.timers.standing().next_at
            self.hours.move_to(min(until, due) if due is not None and due > self.hours.now else until)
            self.settle()

    def settle(self) -> None:
        """Let everything follow that follows."""
        head = -1
        while head != self.edge.centre.head():
            head = self.edge.centre.head()
            self.edge.timers.turn()
            for follower in self._followers:
                follower.catch_up()
        assert self.edge.runner.wait(head)

    def rows(self, who: Actor, kind: str) -> dict[str, Body]:
        """What the devices of a person hold of a kind, once they have received what changed."""
        device = self._devices.setdefault(who.id, Replica(who))
        device.take(self._reader)
        return device.held[kind]

    def intent(self, who: Actor, type: str, lane: UUID, files: list[Body], args: Body) -> Call:
        """What the service makes of an intent."""
        self._said += 1
        body = {
            "id": str(uuid5(lane, f"intent {self._said}")),
            "seq": self._said,
            "lane": str(lane),
            "type": f"{type}@1",
            "args": args,
            "files": files,
            "at": self.hours.now.isoformat(),
            "by": str(who.id),
        }
        call = read_intent(SignedIntent(body=json.dumps(body, ensure_ascii=False)), by=who)
        assert isinstance(call, Call)
        return call

    def give(self, calls: list[Call]) -> None:
        """Have intents judged, all of which are carried out, and let the photographs that they name arrive."""
        for call, answer in zip(calls, self.edge.centre.submit_all(calls).result(), strict=True):
            assert answer.verdict == "applied", (call.command, answer)
        stored = [
            Call(id=uuid4(), lane=call.lane, command=_arrived(ref, call.by.id), by=CENTRE_ACTOR)
            for call in calls
            for ref in call.files
        ]
        if stored:
            assert {one.verdict for one in self.edge.centre.submit_all(stored).result()} == {"applied"}
        self.settle()


def _arrived(ref: FileRef, by: UUID) -> StoreFile:
    return StoreFile(file=ref, address=ref.sha256, media_type="image/jpeg", uploaded_by=by)


class Walk:
    """All ways through all items, side by side."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.ways: dict[str, Way] = {}
        for n, (outcome, corrected) in enumerate(WAYS):
            for item in floor.cast.items.values():
                way = Way(made_id(f"{item.id} {n}"), item, RESIDENTS[n], outcome, corrected)
                self.ways[str(way.case)] = way
        self.residents = [floor.cast.residents[person.phone] for person in RESIDENTS[: len(WAYS)]]
        self.seen: dict[str, list[str]] = {case: [] for case in self.ways}
        self.ended: dict[str, Body] = {}

    def file(self) -> None:
        """Everybody hands everything in."""
        self.floor.give([self._filing(way, n) for n, way in enumerate(self.ways.values())])

    def _filing(self, way: Way, n: int) -> Call:
        methods = _methods(way.item)
        choices = {"delivery_method": methods[n // len(WAYS) % len(methods)]}
        answers = fill(way.item, way.person, on=self.floor.today, choices=choices)
        needed = materials_needed(filled_form(way.item, answers))
        papers = [one.material.id for one in needed if one.photograph_demanded]
        args = {
            "item_id": way.item.id,
            "item_version": way.item.version,
            "answers": answers,
            "pages": [_page(way.case, paper, 1) for paper in papers],
            "declarations": [one.material.id for one in needed if one.signature_demanded],
        }
        return self._by(way, "case.file", [_ref(way.case, paper, 1) for paper in papers], args)

    def _by(self, way: Way, type: str, files: list[Body], args: Body) -> Call:
        return self.floor.intent(self.floor.cast.residents[way.person.phone], type, way.case, files, args)

    def statuses(self) -> dict[str, Body]:
        """Every case as its applicant sees it."""
        return {id: body for who in self.residents for id, body in self.floor.rows(who, "status").items()}

    def next_day(self) -> date | None:
        """The next day on which anybody has something to do, None once everything has ended."""
        open_ones = [one for case, one in self.statuses().items() if case not in self.ended]
        if not open_ones:
            return None
        running = [
            date.fromisoformat(p["ends_on"]) for one in open_ones for p in one["procedures"] if not p["ended_on"]
        ]
        tomorrow = self.floor.today + timedelta(days=1)
        return max(tomorrow, min(running)) if len(running) == len(open_ones) else tomorrow

    def round(self) -> int:
        """Let everybody do what their own rows ask them for; how many did something."""
        statuses = {case: one for case, one in self.statuses().items() if case not in self.ended}
        queues = {name: self.floor.rows(who, "queue") for name, who in self.floor.cast.staff.items()}
        calls = [call for case, status in statuses.items() if (call := self._next(self.ways[case], status, queues))]
        self.floor.give(calls)
        return len(calls)

    def _next(self, way: Way, status: Body, queues: dict[str, dict[str, Body]]) -> Call | None:
        hold(status)
        self._note(way, status)
        id = str(way.case)
        lines = [rows[id] for rows in queues.values() if id in rows]
        if status["turn"] == "done":
            self.ended[id] = status
            return None
        assert lines, (way, status["status"], "an open case is in nobody's queue")
        line = lines[0]
        assert (line["waiting_for"] == "applicant") is (status["turn"] == "you")
        assert status["clocks"], "somebody waits without a date"
        match line["waiting_for"]:
            case "applicant" if status["status"] == "correction":
                return self._mend(way, status)
            case "applicant":
                return self._at_the_desk(way, "chenjing", "case.deliver", {"method": "pickup"}, queues)
            case "procedure":
                return self._end_procedure(way, status, line, queues)
            case "step":
                return self._step(way, status, line, queues)
            case "post":
                return None
            case other:
                raise AssertionError((way, other))

    def _note(self, way: Way, status: Body) -> None:
        seen = self.seen[str(way.case)]
        if not seen or seen[-1] != status["status"]:
            seen.append(status["status"])

    def _mend(self, way: Way, status: Body) -> Call:
        defects = status["notices"][-1]["defects"]
        paged = [one["material"] for one in defects if one["file"]]
        if not paged:
            return self._by(way, "case.supplement", [], {"reply": "原件如此"})
        args = {
            "pages": [_page(way.case, material, 2) for material in paged],
            "replaces": [str(file_of(way.case, material)) for material in paged],
        }
        return self._by(way, "case.supplement", [_ref(way.case, material, 2) for material in paged], args)

    def _step(self, way: Way, status: Body, line: Body, queues: dict[str, dict[str, Body]]) -> Call:
        step = line["step"]
        who = "zhoumin" if step["role"] == "window-clerk" else WORKS_FOR[step["role"]]
        match step["stage"]:
            case "accept" if way.corrected and not status["notices"]:
                return self._at_the_desk(way, who, "case.request-correction", {"defects": [_defect(status)]}, queues)
            case "accept":
                checked = [material.id for material in way.item.materials]
                return self._at_the_desk(way, who, "case.accept", {"checked": checked}, queues)
            case "review":
                return self._at_the_desk(way, who, *self._review(way, status, step["id"]), queues)
            case "decide":
                words: Body = REJECTION if way.outcome == "rejected" else {}
                return self._at_the_desk(way, who, "case.decide", {"outcome": way.outcome, **words}, queues)
            case _ if status["status"] == "granted":
                return self._at_the_desk(way, who, "case.issue", {}, queues)
            case _:
                return self._at_the_desk(way, who, *_handing_out(status), queues)

    def _review(self, way: Way, status: Body, step: str) -> tuple[str, Body]:
        known = next(one for one in way.item.route if one.step == step)
        begun = [one for one in status["procedures"] if one["step"] == step]
        if known.clock != "excluded" or not known.calendar_days or begun:
            return "case.review", {"opinion": "同意"}
        last = self.floor.today + timedelta(days=known.calendar_days - 1)
        begin = {
            "kind": PROCEDURES.get(step, "public-notice"),
            "basis": "实施清单",
            "ends_on": last.isoformat(),
            "notice": f"{known.calendar_days}日，不计入办理期限",
        }
        return "case.begin-procedure", begin

    def _end_procedure(self, way: Way, status: Body, line: Body, queues: dict[str, dict[str, Body]]) -> Call | None:
        (running,) = [one for one in status["procedures"] if one["ended_on"] is None]
        if running["ends_on"] > self.floor.today.isoformat():
            return None
        who = WORKS_FOR[line["step"]["role"]]
        return self._at_the_desk(way, who, "case.end-procedure", {"procedure": running["id"]}, queues)

    def _at_the_desk(self, way: Way, who: str, type: str, args: Body, queues: dict[str, dict[str, Body]]) -> Call:
        assert str(way.case) in queues[who], (way, who, "whoever has to act does not see it")
        return self.floor.intent(self.floor.cast.staff[who], type, way.case, [], args)


def _methods(item: ServiceItem) -> tuple[str, ...]:
    """Ways to receive the result between which the form lets one choose; none of the choices where it asks nothing."""
    field = item.field("delivery_method")
    return tuple(option.value for option in field.options) if field is not None else ("",)


def _handing_out(status: Body) -> tuple[str, Body]:
    method = status["delivery"]["method"]
    if status["delivery"]["state"] == "came-back":
        return "case.deliver", {"method": "pickup"}
    return ("case.dispatch", {}) if method == "mail" else ("case.deliver", {"method": method})


def _defect(status: Body) -> Body:
    page = next(iter(status["pages"]), None)
    material = page["material"] if page else status["declarations"][0]
    return {
        "material": material,
        "file": page["file"] if page else None,
        "code": "unreadable",
        "words": "看不清，请重拍",
    }


def _page(case: UUID, material: str, take: int) -> Body:
    return {"file": str(file_of(case, material, take)), "material": material, "number": 1}


def _ref(case: UUID, material: str, take: int) -> Body:
    return ref_of(file_of(case, material, take), f"{case} {material} {take}".encode())


@contextmanager
def floor_at(template: Path, folder: Path, cast: Cast, at: str) -> Generator[Floor]:
    """The floor over a copy of a furnished centre, from a local time on."""
    hours = Hours(local(at))
    shutil.copytree(template, folder / "centre")
    settings = Settings(data=folder, static=folder / "static")
    with (
        opened(settings, clock=hours, new_id=uuid4, say=_unheard, ticks=hours.ticks) as edge,
        closing(Floor(edge, hours, cast)) as floor,
    ):
        yield floor


def _unheard(_: str) -> None:
    """Nobody reads the console."""


def test_every_item_goes_from_filing_to_archive_either_way_and_somebody_always_sees_that_it_is_their_turn(
    template: tuple[Path, Cast], tmp_path: Path
) -> None:
    with floor_at(template[0], tmp_path, template[1], "2026-09-07 09:30") as floor:
        walk = Walk(floor)
        walk.file()
        for _ in range(MOST_DAYS):
            for _ in range(ROUNDS_A_DAY):
                if not walk.round():
                    break
            if (then := walk.next_day()) is None:
                break
            floor.wait_until(f"{then} 09:30")
        ended = walk.ended
        invited = [len(floor.rows(who, "rating-invitation")) for who in walk.residents]
        floor.wait_until(f"{floor.today + timedelta(days=70)} 09:30")
        archived = walk.statuses()
        left = [rows for who in floor.cast.staff.values() if (rows := floor.rows(who, "queue"))]

    assert len(ended) == 43 * 4
    assert len({one["case_number"] for one in ended.values()}) == 43 * 4
    for case, way in walk.ways.items():
        assert ended[case]["status"] == ("delivered" if way.outcome == "granted" else "rejected"), way
        assert ("correction" in walk.seen[case]) is way.corrected
        assert "suspended" in walk.seen[case] or not any(step.clock == "excluded" for step in way.item.route)
        assert ended[case]["item_version"] == way.item.version
        assert not any(clock["is_overdue"] for clock in ended[case]["clocks"]), way
        assert (archived[case]["status"], bool(archived[case]["archive"]["digest"])) == ("archived", True)
    assert invited == [43] * 4
    assert left == []
