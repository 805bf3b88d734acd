"""Histories at random: several cases, everybody acting at once, files arriving late, early, broken or wrong."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from uuid import UUID, uuid5

from domain.actors import Actor
from domain.case import commands as c
from domain.case.acts import acts_for
from domain.case.state import Case, due_step
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
    MONDAY_10AM,
    STRANGER,
    SUN,
    WANG,
    ZHANG,
    ZHOU,
    Clock,
    Filing,
)
from tests.premises import Premises

CASES = tuple(UUID(int=CASE.int + n) for n in range(1, 6))
ROUTE = (ZHOU, LIN, HE, LI, ZHANG, WANG, CHEN, SUN)
PLAIN_COMMANDS: dict[str, c.Command] = {
    "case.claim": c.ClaimCase(),
    "case.release": c.ReleaseCase(),
    "case.accept": c.AcceptCase(),
    "case.decline": c.DeclineCase(reason="不受理", remedy="别处办理"),
    "case.review": c.ReviewCase(opinion="同意"),
    "case.issue": c.IssueResult(),
    "case.dispatch": c.DispatchResult(),
    "case.deliver": c.ConfirmDelivery(method="pickup"),
}
ACTS_OF_STAFF = (*PLAIN_COMMANDS, "case.note", "case.request-correction", "case.decide")
SELDOM = ("case.note", "case.release", "case.decline")
REASONS = {"reason": "材料不实", "basis": "行政许可法第三十八条", "remedies": "六十日内申请复议"}


class History:
    """A walk over a furnished centre; the same seed walks the same way."""

    def __init__(self, premises: Premises, clock: Clock, seed: int) -> None:
        """Prepare to walk."""
        self.premises = premises
        self._clock = clock
        self._random = Random(seed)
        self._filings = {
            case: Filing(LEASE if n % 2 else HARDSHIP, case=case, has_agent=n == 4) for n, case in enumerate(CASES)
        }
        self._takes = 1

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
        desk: list[Callable[[], None]] = [self._staff_act] * 8
        return [self._file, self._applicant_act, self._rename, self._arrive, self._arrive, self._arrive, *desk]

    def _case(self) -> tuple[UUID, Case]:
        case = self._random.choice(CASES)
        return case, self.centre.case(case)

    def _file(self) -> None:
        for case, filing in self._filings.items():
            if not self.centre.case(case).is_filed:
                self.premises.file(filing, case=case)
                return

    def _arrive(self) -> None:
        case, state = self._case()
        refs = [c.FileRef(p.file, p.sha256, p.size) for p in state.waiting] or list(self._filings[case].files)
        ref = self._random.choice(refs)
        how = self._random.random()
        if how < 0.1:
            broken = c.RejectFile(file=ref, reason="undecodable", uploaded_by=FATHER.id)
            self.premises.do(broken, by=CENTRE, case=case)
        elif how < 0.2:
            self.premises.store(ref, by=STRANGER, case=case)
        else:
            self.premises.store(*refs, case=case)

    def _applicant_act(self) -> None:
        case, state = self._case()
        if self._random.random() < 0.05:
            self.premises.do(c.WithdrawCase(), by=FATHER, case=case)
        elif state.pages:
            page = self._random.choice(state.pages)
            self._takes += 1
            fresh = uuid5(page.file, f"take {self._takes}")
            ref = c.FileRef(fresh, fresh.hex * 2, 90_000)
            new = c.PageOf(fresh, page.material, page.number)
            command = c.SupplementCase(pages=(new,), replaces=(page.file,), reply=self._random.choice(("", "已重拍")))
            self.premises.do(command, by=FATHER, case=case, files=[ref])

    def _rename(self) -> None:
        who = self._random.choice(("zhoumin", "litao", "wangfang"))
        name = self._random.choice(("周", "李", "王")) + str(self._random.randrange(9))
        staff = self.centre.staff(who)
        assert staff is not None
        self.centre.enrol(who, name=name, roles=staff.staff.roles, office=staff.staff.office, password_hash="x")

    def _staff_act(self) -> None:
        case, state = self._case()
        act, by = self._fitting(state) if self._random.random() < 0.8 else self._any()
        base = self._random.choice((None, None, self.centre.head(), 1))
        self.premises.do(self._command(act, state), by=by, case=case, base=base)
        if state.dispatched:
            self.premises.do(c.RecordPosting(carrier="ems", tracking_number="EX1"), by=CENTRE, case=case)

    def _any(self) -> tuple[str, Actor]:
        return self._random.choice(ACTS_OF_STAFF), self._random.choice(ROUTE)

    def _fitting(self, state: Case) -> tuple[str, Actor]:
        """An act that somebody may do now."""
        if state.status is None:
            return self._any()
        step = due_step(self.centre.item(state.item_id, state.item_version), state)
        role, stage = (step.role, step.stage) if step else (None, None)
        able = [
            (act, by)
            for by in ROUTE
            if state.claimed_by in (None, by.id)
            for act in acts_for(
                state.status,
                applicant=False,
                roles=frozenset(each.value for each in by.roles),
                step_role=role,
                step_stage=stage,
            )
            if act not in SELDOM or self._random.random() < 0.1
        ]
        return self._random.choice(able) if able else self._any()

    def _command(self, act: str, state: Case) -> c.Command:
        page = self._random.choice(state.pages) if state.pages else None
        match act:
            case "case.note":
                return self._random.choice((c.AddNote(text="已联系"), c.ViewRecord(position=1, at=MONDAY_10AM)))
            case "case.request-correction":
                defects = (c.DefectFound(page.material, page.file, "unreadable", "看不清"),) if page else ()
                return c.RequestCorrection(defects=defects)
            case "case.decide":
                is_rejected = self._random.random() < 0.2
                return c.DecideCase(outcome="rejected", **REASONS) if is_rejected else c.DecideCase(outcome="granted")
            case _:
                return PLAIN_COMMANDS[act]
