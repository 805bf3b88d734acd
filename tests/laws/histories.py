"""Histories at random: several cases, everybody acting at once, files arriving late, early, broken or wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

from domain.actors import Actor
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.case.state import Case
from domain.case.timers import timers_of
from domain.catalogue.items import ServiceItem
from domain.effects.notices import ClaimNotice, GiveNotice, HandleNotice, Outcome, ReportNotice
from domain.rights.cases import allowed_acts
from domain.staff.absence import BeAbsent, EndAbsence
from store.centre import Centre
from tests.cast import (
    CASE,
    CENTRE,
    CHEN,
    FATHER,
    HARDSHIP,
    HE,
    LEASE,
    LI,
    LIN,
    STRANGER,
    SUN,
    WANG,
    ZHANG,
    ZHOU,
    Clock,
    Filing,
    resident,
)
from tests.laws.deeds import ACTS, BACK, FORWARD, SELDOM, SHARED, Scene, deed, is_apt
from tests.premises import Premises

CASES = tuple(UUID(int=CASE.int + n) for n in range(1, 6))
AGENTS_CASE = 3
"""Place of the case that an agent files; the applicant is then a person known by their answers alone."""
AGENTS_SIGN = "代"
"""What stands before the mark in an agent's name."""
MARKS = ("霁雾霭霰", "麒麟麈麓", "鹭鸶鸾鹮", "龘靐齉爩", "瑷珲玗琪")
ROUTE = (ZHOU, LIN, HE, LI, ZHANG, WANG, CHEN, SUN)
OFTEN_NOW = 0.85
"""How often somebody does what the table gives them, rather than anything."""


class History:
    """A walk over a furnished centre; the same seed walks the same way."""

    def __init__(self, premises: Premises, clock: Clock, seed: int) -> None:
        """Prepare to walk."""
        self.premises = premises
        self._clock = clock
        self._random = Random(seed)
        self.applicants = dict.fromkeys(CASES, FATHER)
        self._filings = {
            case: Filing(LEASE if n % 2 else HARDSHIP, case=case, has_agent=n == 4, delivery_method="mail")
            for n, case in enumerate(CASES)
        }
        self._takes = 1

    def everybody_apart(self) -> None:
        """Let each case have an applicant of its own, whose answers are found by the mark of the case in them."""
        for n, case in enumerate(CASES):
            self.applicants[case] = resident(f"applicant {n}")
            mark = self.mark(case)
            self._filings[case] = Filing(
                LEASE if n % 2 else HARDSHIP,
                case=case,
                has_agent=n == AGENTS_CASE,
                agent_name=f"{AGENTS_SIGN}{mark}",
                applicant_name=f"名{mark}",
                house_address={"text": f"路{mark}"},
                delivery_method="mail",
            )

    def filing(self, case: UUID) -> Filing:
        """The form that is handed in for a case."""
        return self._filings[case]

    def mark(self, case: UUID) -> str:
        """Characters that only values sealed for the parties of one case hold; nothing before `everybody_apart`."""
        return MARKS[CASES.index(case)] if self.applicants[case] != FATHER else ""

    @property
    def centre(self) -> Centre:
        """The centre walked over."""
        return self.premises.centre

    def walk(self, steps: int) -> None:
        """Take so many steps; what is refused is part of the history."""
        for _ in range(steps):
            self._clock.advance(minutes=self._random.randrange(90))
            self._random.choice(self._kinds())()

    def _kinds(self) -> list[Callable[[], None]]:
        desk: list[Callable[[], None]] = [self._staff_act] * 9
        seldom = [self._rename, self._sleep, self._staff_away]
        often = [self._applicant_act, self._arrive, self._arrive, self._arrive, self._centre_act]
        return [self._file, self._file, self._random.choice(seldom), *often, *desk]

    def _case(self) -> tuple[UUID, Case]:
        case = self._random.choice(CASES)
        return case, self.centre.case(case)

    def _file(self) -> None:
        for case, filing in self._filings.items():
            if not self.centre.case(case).is_filed:
                self.premises.file(filing, by=self.applicants[case], case=case)
                return

    def _arrive(self) -> None:
        case, state = self._case()
        refs = [c.FileRef(p.file, p.sha256, p.size) for p in state.waiting] or list(self._filings[case].files)
        ref = self._random.choice(refs)
        how = self._random.random()
        if how < 0.1:
            broken = c.RejectFile(file=ref, reason="undecodable", uploaded_by=self.applicants[case].id)
            self.premises.do(broken, by=CENTRE, case=case)
        elif how < 0.2:
            self.premises.store(ref, by=STRANGER, case=case)
        else:
            self.premises.store(*refs, by=self.applicants[case], case=case)

    def _applicant_act(self) -> None:
        case, state = self._case()
        by = self.applicants[case]
        acts = allowed_acts(by, state, self._item(state)) if state.is_filed else ()
        found = self._one_of([(act, by) for act in acts], state)
        self._do(found[0] if found else "case.supplement", by, case, state)

    def _rename(self) -> None:
        who = self._random.choice(("zhoumin", "litao", "wangfang"))
        name = self._random.choice(("周", "李", "王")) + str(self._random.randrange(9))
        staff = self.centre.staff(who)
        assert staff is not None
        self.centre.enrol(who, name=name, roles=staff.staff.roles, office=staff.staff.office, password_hash="x")

    def _staff_act(self) -> None:
        case, state = self._case()
        act, by = self._fitting(state) if self._random.random() < OFTEN_NOW else self._any()
        self._do(act, by, case, state)

    def _do(self, act: str, by: Actor, case: UUID, state: Case) -> None:
        self._takes += 1
        today = local_day(self._clock())
        done = deed(act, Scene(case, state, today, self.mark(case), self._takes, self._random))
        base = self._random.choice((None, None, self.centre.head(), 1))
        self.premises.do(done.command, by=by, case=case, files=done.files, base=base)

    def _any(self) -> tuple[str, Actor]:
        return self._random.choice(ACTS), self._random.choice(ROUTE)

    def _fitting(self, state: Case) -> tuple[str, Actor]:
        """An act that somebody may do now."""
        if not state.is_filed:
            return self._any()
        item = self._item(state)
        holders = [by for by in ROUTE if state.claimed_by in (None, by.id) or by is SUN]
        able = [(act, by) for by in holders for act in allowed_acts(by, state, item)]
        return self._one_of(able, state) or self._any()

    def _one_of(self, able: list[tuple[str, Actor]], state: Case) -> tuple[str, Actor] | None:
        back = [each for each in able if each[0] in BACK and is_apt(each[0], state)]
        if back and self._random.random() < 0.2:
            return self._random.choice(back)
        ahead = [each for each in able if each[0] in FORWARD]
        if ahead and self._random.random() < 0.6:
            return self._random.choice(ahead)
        apt = [each for each in able if each[0] in ACTS and is_apt(each[0], state)]
        likely = [each for each in apt if each[0] not in SELDOM or self._random.random() < 0.1]
        return self._random.choice(likely) if likely else None

    def _item(self, state: Case) -> ServiceItem:
        return self.centre.item_of(state)

    def _centre_act(self) -> None:
        """What the centre does by itself: timers, the post, registers, notices to people."""
        case, state = self._case()
        if not state.is_filed:
            return
        for timer in timers_of(case, state, self.centre.calendar()):
            if timer.at <= self._clock():
                fired = c.FireTimer(kind=timer.kind.value, at=timer.at, about=timer.about)
                self.centre.by_itself(fired, lane=case, id=timer.id)
        if state.dispatched:
            self.centre.by_itself(c.RecordPosting(carrier="ems", tracking_number="EX1"), lane=case)
        if state.document_number and not state.rendered:
            self.centre.by_itself(c.RecordRendering(sha256="c" * 64, size=9, address="at-c"), lane=case)
        self.centre.by_itself(c.SuspectDuplicate(other=self._random.choice(CASES)), lane=case)
        self._tell(case, state)
        self._register(case)

    def _tell(self, case: UUID, state: Case) -> None:
        """A notice about one of the case's facts goes to its applicant."""
        position = self._random.choice(list(self.centre.positions(case).values()))
        person = state.applicant
        assert person is not None
        self.centre.by_itself(GiveNotice(position=position, kind="accepted", person=person), lane=case)
        self.centre.by_itself(ClaimNotice(position=position, person=person, channel="sms"), lane=case)
        outcomes: tuple[Outcome, ...] = ("sent", "failed", "failed", "uncertain")
        outcome = self._random.choice(outcomes)
        report = ReportNotice(position=position, person=person, channel="sms", outcome=outcome, why="unreachable")
        self.centre.by_itself(report, lane=case)
        if outcome != "sent" and self._random.random() < 0.5:
            words = f"打了电话{self.mark(case)}"
            told = HandleNotice(position=position, person=person, how="by-phone", words=words)
            self.premises.do(told, by=ZHOU, case=case)

    def _register(self, case: UUID) -> None:
        material = self._random.choice(SHARED)
        known = {"name": f"户{self.mark(case)}"}
        look_up = self._random.choice(
            (
                c.RecordLookUp(material=material, register="人口库", outcome="found", result=known),
                c.RecordLookUp(material=material, register="人口库", outcome="unavailable", result={}),
            )
        )
        self.centre.by_itself(look_up, lane=case)

    def _sleep(self) -> None:
        """Days go by."""
        self._clock.advance(days=self._random.choice((1, 1, 2, 3, 8)))

    def _staff_away(self) -> None:
        who = self._random.choice(ROUTE)
        today = local_day(self._clock())
        substitute = self._random.choice((None, LIN.id, ZHOU.id))
        away = BeAbsent(first=today, last=today + timedelta(days=1), substitute=substitute)
        self.premises.do(self._random.choice((away, EndAbsence())), by=who, case=who.id)
