"""Decisions on a case: a command and the states it needs in, facts for streams out, or a refusal raised.

Everything here is pure. Time, randomness and the states at the head of the log come in through the `Bench`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import singledispatch
from typing import Protocol
from uuid import UUID, uuid5

from msgspec import Struct

from domain.actors import Actor, Role
from domain.calendar import limits
from domain.calendar.calendar import Calendar
from domain.calendar.limits import Due, DueRule
from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.rights import may_see, require_act
from domain.case.state import Case, due_step, evolve
from domain.catalogue.answers import check_answers, derived_answers
from domain.catalogue.conditions import Answers, clear_answers, materials_needed, sealed_answers
from domain.catalogue.items import ServiceItem
from domain.centre.centre import DERIVED_ID, Particulars, numbered, views_stream
from domain.facts import Fact, Sealed
from domain.refusals import (
    AcceptorCannotDecide,
    AlreadyClaimed,
    AlreadyFiled,
    AnswersInvalid,
    FilesOnTheWay,
    Forbidden,
    Invalid,
    MaterialsMissing,
    NotFound,
    NoticeEmpty,
    ReasonMissing,
    SecondNotice,
    StaleDecision,
    StateChanged,
    UnknownCommand,
    UnknownFile,
)
from domain.staff.staff import Staff

NOTICE_WORKING_DAYS = 5
"""Licensing Law art. 32: accept, decline or tell all defects within five working days of receipt."""

CORRECTION_CALENDAR_DAYS = 30
"""How long the centre waits for the applicant; not in the statute, so it is written on every notice."""

MAX_PHOTO_BYTES = 20_000_000
AGENT_FIELDS = "agent_"


class Call(Struct, frozen=True, kw_only=True):
    """A command with everything that came with it.

    Attributes:
        id: of the intent; the same id gets the same answer for ever.
        lane: the case it concerns.
        files: files that the command names.
        after: commands of the same author that must have been judged before.
        needs: commands of the same author that must have been applied.
        base: position of the last change of the case that the author had seen, None if unknown.
        captured_at: the device's clock; never changes a verdict.
        digest: hash of the exact bytes sent, so that another payload under the same id is noticed.
    """

    id: UUID
    lane: UUID
    command: c.Command
    by: Actor
    files: tuple[c.FileRef, ...] = ()
    after: tuple[UUID, ...] = ()
    needs: tuple[UUID, ...] = ()
    base: int | None = None
    captured_at: datetime | None = None
    digest: bytes = b""


class Bench(Protocol):
    """What a decision may look at: states at the head of the log, the clock, and fresh numbers."""

    @property
    def now(self) -> datetime:
        """The server's clock for this decision, UTC."""
        ...

    @property
    def today(self) -> date:
        """The local day of `now`."""
        ...

    def case(self, case_id: UUID) -> Case:
        """The case at the head; an unfiled one if there is none."""
        ...

    def item(self, item_id: str, version: int) -> ServiceItem:
        """A published version of an item.

        Raises:
            UnknownItem: there is none.
        """
        ...

    def calendar(self) -> Calendar:
        """The calendar in force."""
        ...

    def staff(self, person: UUID) -> Staff:
        """A member of staff at the head."""
        ...

    def centre(self) -> Particulars:
        """The centre's particulars."""
        ...

    def serial(self, series: str, owner: UUID) -> int:
        """Mint the next number of a series, from 1; it is recorded together with the decision."""
        ...

    def code(self) -> str:
        """An unguessable code for a paper."""
        ...

    def material_since(self, case_id: UUID, position: int) -> tuple[str, ...]:
        """Tags of material facts of the case after `position`."""
        ...


Decided = Iterable[tuple[UUID, Fact]]
"""Facts with the stream each belongs to; those of the command's own lane come last."""


@singledispatch
def decide(command: c.Command, call: Call, bench: Bench) -> Decided:
    """Decide `command` at the head of the log.

    Raises:
        Refusal: the command cannot be done; the refusal says why.
        NotImplementedError: no decision is known for the command (a defect).
    """
    raise NotImplementedError(type(command).__name__)


def _open(call: Call, bench: Bench) -> tuple[Case, ServiceItem]:
    """The case and its item, if the author may do the act."""
    case = bench.case(call.lane)
    if not case.is_filed:
        raise NotFound
    item = bench.item(case.item_id, case.item_version)
    require_act(call.command.act, call.by, case, item)
    return case, item


def _claimed(call: Call, bench: Bench) -> tuple[Case, ServiceItem, list[tuple[UUID, Fact]]]:
    """As `_open`, for an act that needs the claim: on an unclaimed case the claim is part of the command."""
    case, item = _open(call, bench)
    claim: list[tuple[UUID, Fact]] = []
    if case.claimed_by is None:
        _require_qualified(call, case, item, bench)
        claim.append((call.lane, f.CaseClaimed(staff=call.by.id)))
    return case, item, claim


def _require_qualified(call: Call, case: Case, item: ServiceItem, bench: Bench) -> None:
    """Window clerks need a valid certificate for the item; other roles do not."""
    step = due_step(item, case)
    if step is not None and step.role == Role.WINDOW_CLERK:
        bench.staff(call.by.id).require_qualification(item.id, on=bench.today)


def _pages(call: Call, pages: tuple[c.PageOf, ...], item: ServiceItem) -> tuple[f.NamedPage, ...]:
    known = {ref.id: ref for ref in call.files}
    materials = {m.id for m in item.materials}
    named: list[f.NamedPage] = []
    for page in pages:
        ref = known.get(page.file)
        if ref is None or page.material not in materials:
            raise UnknownFile(material=page.material, number=page.number)
        named.append(f.NamedPage(ref.id, ref.sha256, ref.size, page.material, page.number))
    return tuple(named)


def _missing(item: ServiceItem, choices: Answers, pages: Iterable[f.NamedPage]) -> list[str]:
    shown = {page.material for page in pages}
    needed = materials_needed(item, choices)
    return [n.material.id for n in needed if n.photograph_demanded and n.material.id not in shown]


def _unsigned(item: ServiceItem, choices: Answers, signed: tuple[str, ...]) -> list[str]:
    needed = materials_needed(item, choices)
    return [n.material.id for n in needed if n.signature_demanded and n.material.id not in signed]


@decide.register
def _(command: c.Unusable, _call: Call, _bench: Bench) -> Decided:
    match command.why:
        case "invalid":
            raise Invalid(**command.params)
        case "unknown-command":
            raise UnknownCommand(**command.params)
        case "forbidden":
            raise Forbidden(**command.params)


@decide.register
def _(command: c.FileCase, call: Call, bench: Bench) -> Decided:
    before = bench.case(call.lane)
    if before.is_filed:
        if before.belongs_to(call.by.id):
            raise AlreadyFiled
        raise Forbidden(act=command.act)
    if not call.by.is_resident:
        raise Forbidden(act=command.act)
    item = bench.item(command.item_id, command.item_version)
    _check_form(item, command.answers, bench.today)
    choices = clear_answers(item, command.answers)
    pages = _pages(call, command.pages, item)
    missing = _missing(item, choices, pages) + _unsigned(item, choices, command.declarations)
    if missing:
        raise MaterialsMissing(materials=missing)
    filed = _filed(command, call, bench, item=item, choices=choices, pages=pages)
    after = evolve(filed, before, by=call.by.id)
    return [(call.lane, filed), *_completed(call.lane, after, item, bench)]


def _check_form(item: ServiceItem, answers: Answers, today: date) -> None:
    found = check_answers(item, answers, on=today)
    if found:
        raise AnswersInvalid(problems=[{"field": p.field, "code": p.code, "params": p.params} for p in found])


def _filed(
    command: c.FileCase,
    call: Call,
    bench: Bench,
    *,
    item: ServiceItem,
    choices: Answers,
    pages: tuple[f.NamedPage, ...],
) -> f.CaseFiled:
    by_agent = command.answers.get("has_agent") is True
    applicant = uuid5(call.lane, "applicant") if by_agent else call.by.id
    private = sealed_answers(item, command.answers)
    agents = {k: v for k, v in private.items() if k.startswith(AGENT_FIELDS)} if by_agent else {}
    derived = derived_answers(item, command.answers, bench.today)
    day = bench.today.strftime("%Y%m%d")
    serial = bench.serial(f"filing:{day}", call.lane)
    return f.CaseFiled(
        item_id=item.id,
        item_version=item.version,
        filing_number=numbered(f"{bench.centre().number_prefix}S", day, serial),
        channel="app",
        applicant=applicant,
        agent=call.by.id if by_agent else None,
        choices={**choices, **derived},
        answers=Sealed(applicant, value={k: v for k, v in private.items() if k not in agents}),
        agent_answers=Sealed(call.by.id, value=agents) if by_agent else None,
        pages=pages,
        declarations=command.declarations,
        answer_by=_answer_by(item, bench),
    )


def _answer_by(item: ServiceItem, bench: Bench) -> Due:
    """By when the centre must answer a set that is complete now."""
    notice = _notice(bench)
    if item.kind != "immediate":
        return notice
    return min(notice, limits.immediate(bench.calendar(), bench.now).due, key=lambda due: due.at)


def _notice(bench: Bench) -> Due:
    return limits.working_days(bench.calendar(), bench.now, NOTICE_WORKING_DAYS, rule=DueRule.NOTICE).due


def _completed(lane: UUID, case: Case, item: ServiceItem, bench: Bench) -> list[tuple[UUID, Fact]]:
    """The receipt, if every named page is there; the clock of the notice starts with it."""
    if case.status is not CaseStatus.FILED or case.waiting:
        return []
    return [(lane, f.CaseReceived(round=case.round + 1, notice=_notice(bench), answer_by=_answer_by(item, bench)))]


def _require_possible(call: Call, case: Case) -> None:
    """Files may arrive before their case is filed, but not on a stream that the centre derives from a name."""
    if not case.is_filed and call.lane.version == DERIVED_ID:
        raise NotFound


def _settled(case: Case, command: c.StoreFile) -> bool:
    """Whether nothing is to be recorded: a page shows the file already, or the same person sent the same bytes."""
    known = case.arrived.get(command.file.id)
    if known is None or known.rejected is not None:
        return False
    shown = any(case.has(page) for page in case.pages if page.file == command.file.id)
    return shown or (known.sha256, known.uploaded_by) == (command.file.sha256, command.uploaded_by)


@decide.register
def _(command: c.StoreFile, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    case = bench.case(call.lane)
    ref = command.file
    stored = f.FileStored(
        file=ref.id,
        sha256=ref.sha256,
        size=ref.size,
        media_type=command.media_type,
        address=command.address,
        uploaded_by=command.uploaded_by,
    )
    _require_possible(call, case)
    if _settled(case, command):
        return []
    facts: list[tuple[UUID, Fact]] = [(call.lane, stored)]
    if case.is_filed:
        item = bench.item(case.item_id, case.item_version)
        facts += _completed(call.lane, evolve(stored, case, by=stored.uploaded_by), item, bench)
    return facts


@decide.register
def _(command: c.RejectFile, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    case = bench.case(call.lane)
    _require_possible(call, case)
    known = case.arrived.get(command.file.id)
    if known is not None and known.rejected is None:
        return []
    return [
        (
            call.lane,
            f.FileRejected(
                file=command.file.id,
                sha256=command.file.sha256,
                reason=command.reason,
                uploaded_by=command.uploaded_by,
            ),
        )
    ]


def _require_centre(call: Call) -> None:
    if not call.by.is_centre:
        raise Forbidden(act=call.command.act)


@decide.register
def _(command: c.SupplementCase, call: Call, bench: Bench) -> Decided:
    case, item = _open(call, bench)
    pages = _pages(call, command.pages, item)
    unknown = [r for r in command.replaces if r not in {p.file for p in case.pages}]
    if unknown or not (pages or command.reply):
        raise UnknownFile
    open_materials = _unanswered(case, pages, command)
    if open_materials:
        raise MaterialsMissing(materials=open_materials)
    reply = Sealed(_applicant(case), value=command.reply) if command.reply else None
    fact = f.CaseSupplemented(pages=pages, replaces=command.replaces, reply=reply)
    after = evolve(fact, case, by=call.by.id)
    if missing := _missing(item, after.choices, after.pages):
        raise MaterialsMissing(materials=missing)
    return [(call.lane, fact), *_completed(call.lane, after, item, bench)]


def _unanswered(case: Case, pages: tuple[f.NamedPage, ...], command: c.SupplementCase) -> list[str]:
    """Materials of defects that neither a new page nor words answer."""
    given = {p.material for p in pages}
    return sorted({d.material for d in case.open_defects if d.material not in given and not command.reply})


def _applicant(case: Case) -> UUID:
    assert case.applicant is not None
    return case.applicant


@decide.register
def _(_command: c.WithdrawCase, call: Call, bench: Bench) -> Decided:
    _open(call, bench)
    return [(call.lane, f.CaseWithdrawn())]


@decide.register
def _(_command: c.ClaimCase, call: Call, bench: Bench) -> Decided:
    case, item = _open(call, bench)
    if case.claimed_by is not None:
        raise AlreadyClaimed(by=str(case.claimed_by), mine=case.claimed_by == call.by.id)
    _require_qualified(call, case, item, bench)
    return [(call.lane, f.CaseClaimed(staff=call.by.id))]


@decide.register
def _(_command: c.ReleaseCase, call: Call, bench: Bench) -> Decided:
    case, _item = _open(call, bench)
    if case.claimed_by is None:
        raise StateChanged(status=str(case.status))
    if case.claimed_by != call.by.id:
        raise AlreadyClaimed(by=str(case.claimed_by))
    return [(call.lane, f.CaseReleased())]


@decide.register
def _(command: c.RequestCorrection, call: Call, bench: Bench) -> Decided:
    case, item, claim = _claimed(call, bench)
    if not command.defects:
        raise NoticeEmpty
    known = {(m.id, None) for m in item.materials} | {(p.material, p.file) for p in case.pages}
    if any((d.material, d.file) not in known for d in command.defects):
        raise UnknownFile
    if case.notices and any(d.file is None or d.file not in case.new_files for d in command.defects):
        raise SecondNotice
    respond_by = limits.calendar_days(
        bench.calendar(), bench.now, CORRECTION_CALENDAR_DAYS, rule=DueRule.CORRECTION
    ).due
    told = tuple(f.DefectTold(d.material, d.file, d.code) for d in command.defects)
    words = Sealed(_applicant(case), value=[d.words for d in command.defects])
    return [*claim, (call.lane, f.CorrectionRequested(defects=told, words=words, respond_by=respond_by))]


@decide.register
def _(command: c.AcceptCase, call: Call, bench: Bench) -> Decided:
    case, item, claim = _claimed(call, bench)
    _require_qualified(call, case, item, bench)
    if case.waiting:
        raise FilesOnTheWay(files=[str(p.file) for p in case.waiting])
    if missing := _missing(item, case.choices, case.pages):
        raise MaterialsMissing(materials=missing)
    day = bench.today.strftime("%Y%m%d")
    number = numbered(bench.centre().number_prefix, day, bench.serial(f"case:{day}", call.lane))
    promised, statutory = _limits(item, bench)
    accepted = f.CaseAccepted(
        case_number=number,
        item_version=case.item_version,
        calendar_version=bench.calendar().version,
        checked=command.checked,
        promised=promised,
        statutory=statutory,
    )
    return [*claim, (call.lane, accepted)]


def _limits(item: ServiceItem, bench: Bench) -> tuple[Due, Due | None]:
    """The promised and the statutory limit of a case accepted now (Civil Code arts. 201, 203)."""
    calendar, now = bench.calendar(), bench.now
    if item.promised_working_days == 0:
        promised = limits.immediate(calendar, now).due
    else:
        promised = limits.working_days(calendar, now, item.promised_working_days, rule=DueRule.PROMISED).due
    found: list[Due] = []
    if item.statutory_working_days:
        found.append(limits.working_days(calendar, now, item.statutory_working_days, rule=DueRule.STATUTORY).due)
    if item.statutory_calendar_days:
        days = item.statutory_calendar_days
        found.append(limits.calendar_days(calendar, now, days, rule=DueRule.STATUTORY_CALENDAR).due)
    return promised, min(found, key=lambda due: due.at, default=None)


@decide.register
def _(command: c.DeclineCase, call: Call, bench: Bench) -> Decided:
    case, _item, claim = _claimed(call, bench)
    _require_fresh(call, bench)
    given = {"reason": command.reason, "remedy": command.remedy}
    _require_words(given)
    words = Sealed(_applicant(case), value=given)
    return [*claim, (call.lane, f.CaseDeclined(words=words))]


@decide.register
def _(command: c.ReviewCase, call: Call, bench: Bench) -> Decided:
    case, item, claim = _claimed(call, bench)
    step = due_step(item, case)
    assert step is not None
    opinion = Sealed(_applicant(case), value=command.opinion) if command.opinion else None
    return [*claim, (call.lane, f.CaseReviewed(step=step.step, opinion=opinion))]


@decide.register
def _(command: c.DecideCase, call: Call, bench: Bench) -> Decided:
    case, _item, claim = _claimed(call, bench)
    if case.accepted_by == call.by.id:
        raise AcceptorCannotDecide
    _require_fresh(call, bench)
    given = {"reason": command.reason, "basis": command.basis, "remedies": command.remedies}
    if command.outcome == "rejected":
        _require_words(given)
    words = Sealed(_applicant(case), value=given) if any(given.values()) else None
    return [*claim, (call.lane, f.CaseDecided(outcome=command.outcome, words=words))]


def _require_words(given: dict[str, str]) -> None:
    """A negative answer says why, and what can be done about it."""
    if lacking := [name for name, words in given.items() if not words.strip()]:
        raise ReasonMissing(lacking=lacking)


def _require_fresh(call: Call, bench: Bench) -> None:
    """A decisive act must rest on the state its author had seen."""
    if call.base is None:
        return
    if since := bench.material_since(call.lane, call.base):
        raise StaleDecision(happened=list(since))


@decide.register
def _(_command: c.IssueResult, call: Call, bench: Bench) -> Decided:
    _case, _item, claim = _claimed(call, bench)
    year = bench.today.year
    serial = bench.serial(f"document:{year}", call.lane)
    number = f"{bench.centre().document_prefix}〔{year}〕第{serial:04d}号"
    return [*claim, (call.lane, f.ResultIssued(document_number=number, verification_code=bench.code()))]


@decide.register
def _(_command: c.DispatchResult, call: Call, bench: Bench) -> Decided:
    case, _item, claim = _claimed(call, bench)
    if case.dispatched:
        raise StateChanged(status=str(case.status))
    return [*claim, (call.lane, f.DispatchRequested())]


@decide.register
def _(command: c.ConfirmDelivery, call: Call, bench: Bench) -> Decided:
    _case, _item, claim = _claimed(call, bench)
    return [*claim, (call.lane, f.CaseDelivered(method=command.method))]


@decide.register
def _(command: c.AddNote, call: Call, bench: Bench) -> Decided:
    case, _item = _open(call, bench)
    return [(call.lane, f.CaseNoted(text=Sealed(_applicant(case), value=command.text)))]


@decide.register
def _(command: c.ViewRecord, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if not case.is_filed or not may_see(call.by, case, bench.item(case.item_id, case.item_version)):
        raise NotFound
    if call.by.is_resident:
        return []
    viewed = f.RecordViewed(record=call.lane, position=command.position, offline=command.offline)
    return [(views_stream(call.lane), viewed)]


@decide.register
def _(command: c.RecordRendering, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    if bench.case(call.lane).rendered:
        return []
    return [(call.lane, f.ResultRendered(sha256=command.sha256, size=command.size, address=command.address))]


@decide.register
def _(command: c.ClaimEffect, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    case = bench.case(call.lane)
    if (command.position, command.channel) in case.effects:
        raise StateChanged(status="effect-claimed")
    if not case.dispatched or case.status is not CaseStatus.ISSUED:
        raise StateChanged(status=str(case.status))
    return [(call.lane, f.EffectClaimed(position=command.position, channel=command.channel))]


@decide.register
def _(command: c.ReportEffect, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    if (command.position, command.channel) not in bench.case(call.lane).effects:
        raise StateChanged(status="effect-not-claimed")
    return [(call.lane, f.EffectUncertain(position=command.position, channel=command.channel))]


@decide.register
def _(command: c.RecordPosting, call: Call, bench: Bench) -> Decided:
    _require_centre(call)
    if bench.case(call.lane).status is not CaseStatus.ISSUED:
        raise StateChanged(status=str(bench.case(call.lane).status))
    return [(call.lane, f.CasePosted(carrier=command.carrier, tracking_number=command.tracking_number))]
