"""Every command's decision under one name: the case's own, and those of visits, ratings, identity and the centre."""

from __future__ import annotations

from functools import cache
from typing import Protocol
from uuid import UUID

from domain.actors import Role
from domain.calendar.calendar import calendar_faults
from domain.case.acts import ACTS
from domain.case.commands import Command, FireTimer
from domain.case.decide import Call, Decided
from domain.case.deciding import decide as decide_any
from domain.case.deciding.guards import item_of
from domain.centre import clock, publishing, signing
from domain.centre import commands as centre
from domain.centre import timers as publications
from domain.centre.centre import (
    CALENDAR_STREAM,
    CATALOGUE_STREAM,
    CENTRE_STREAM,
    CalendarPublished,
    CatalogueArranged,
    CentreOpened,
)
from domain.devices import deciding as devices
from domain.drafts import drafts
from domain.effects import contact, exports, notices, papers, parcels
from domain.facts import Sealed, sealed_fields
from domain.identity import erasure, identity, keys
from domain.integration import integration
from domain.ratings import deciding as ratings
from domain.ratings import rectifying
from domain.refusals import CalendarUnsound, Invalid, NotFound, NotQualified, PersonIsErased, PlanWrong
from domain.rights import looking
from domain.rights.table import COMMANDS, require
from domain.staff import absence
from domain.staff.staff import CertificateHeld, Staff, StaffEnrolled, recorded_certificate
from domain.training import certificates, courses, earning, exams, policies, practice, questions_and_answers
from domain.vault import vault
from domain.visits import appointments, calling, office, reached, tickets
from domain.visits import timers as visits

__all__ = ["Bench", "Call", "Decided", "decide"]


_REGISTERED = (appointments, calling, devices, drafts, keys, looking, office, practice, tickets)
"""Modules whose decisions `decide_any` knows because they were imported."""


class Bench(
    devices.DeviceBench,
    keys.KeyBench,
    ratings.RatingBench,
    publishing.PublishingBench,
    exams.ExamBench,
    policies.PolicyBench,
    practice.PracticeBench,
    questions_and_answers.ThreadBench,
    identity.People,
    Protocol,
):
    """What any decision may look at."""

    def notices(self, case: UUID) -> notices.Notices:
        """The notices of a case."""
        ...

    def contact(self, stream: UUID) -> contact.Contact:
        """How the person wants to be told whose contact stream it is."""
        ...

    def papers(self, case: UUID) -> papers.Papers:
        """The papers of a case that exist."""
        ...

    def parcels(self, case: UUID) -> parcels.Parcels:
        """What the post said of a case's parcels."""
        ...

    def clock_state(self) -> clock.ClockState:
        """Whether the clock is trusted."""
        ...

    def integration(self) -> integration.Integration:
        """Who reads from the centre, and whom it calls."""
        ...

    def signing(self) -> signing.SigningState:
        """The keys with which the log signs."""
        ...


def decide(command: Command, call: Call, bench: Bench) -> Decided:
    """Decide `command` at the head of the log; see `domain.case.decide.decide`.

    Raises:
        Refusal: the command cannot be done; `PersonIsErased` if it has words for somebody whose key is gone.
    """
    _require_right(command, call)
    try:
        decided = list(_decision(command, call, bench))
    except NotQualified as refused:
        raise _with_ways(refused, call, bench) from refused
    for _, fact in decided:
        for field in _sealed_fields(type(fact)):
            sealed: Sealed | None = getattr(fact, field)
            if sealed is not None and bench.person(sealed.person).erased:
                raise PersonIsErased
    return decided


def _require_right(command: Command, call: Call) -> None:
    """Ask the table for every command that is no act on a case: these are asked for where the case is known.

    Raises:
        Refusal: the author's roles do not give it.
        NotImplementedError: nobody has written down whose it is (a defect).
    """
    if command.act in _ON_CASES:
        return
    if command.act not in COMMANDS:
        raise NotImplementedError(type(command).__name__)
    require(command.act, call.by)


def _with_ways(refused: NotQualified, call: Call, bench: Bench) -> NotQualified:
    """The refusal with what the author can do about it: each certificate that would do, and what it still takes."""
    item, by = str(refused.params["item"]), str(refused.params.get("certificate", ""))
    return NotQualified(**refused.params, ways=earning.ways_to(item, call.by.id, bench, by=by))


_sealed_fields = cache(sealed_fields)
_ON_CASES = frozenset(act for acts in ACTS.values() for act in acts)
"""Acts that are asked for once it is known where the case stands."""


def _decision(command: Command, call: Call, bench: Bench) -> Decided:
    """A timer is decided where its kind belongs, everything else by its class."""
    match command:
        case FireTimer(kind=kind) if kind in _VISIT_TIMERS:
            return visits.fire(command, call, bench)
        case FireTimer(kind=kind) if kind in _RATING_TIMERS:
            return rectifying.fire(command, call, bench)
        case FireTimer(kind=kind) if kind in _PUBLICATION_TIMERS:
            return publications.fire(command, call, bench)
        case FireTimer(kind=kind) if kind in _POLICY_TIMERS:
            return policies.fire(command, call, bench)
        case FireTimer(kind=exams.ExamTimer.OVER):
            return exams.fire(command, call, bench)
        case FireTimer(kind=certificates.CertificateTimer.EXPIRES):
            return certificates.fire(command, call, bench)
        case courses.ReachLesson():
            return earning.with_earned(decide_any(command, call, bench), call.by.id, bench)
        case _:
            return decide_any(command, call, bench)


_VISIT_TIMERS = frozenset(kind.value for kind in visits.VisitTimer)
_RATING_TIMERS = frozenset(kind.value for kind in rectifying.RatingTimer)
_PUBLICATION_TIMERS = frozenset(kind.value for kind in publications.PublicationTimer)
_POLICY_TIMERS = frozenset(kind.value for kind in policies.PolicyTimer)


@decide_any.register
def _(command: identity.RegisterPerson, call: Call, bench: Bench) -> Decided:
    return identity.register(command, call.lane, bench)


@decide_any.register
def _(command: identity.OpenSession, call: Call, bench: Bench) -> Decided:
    return identity.open_session(command, call.lane, bench)


@decide_any.register
def _(_command: identity.CloseSession, call: Call, bench: Bench) -> Decided:
    session = bench.session(call.lane)
    office = bench.staff(session.person).office if session else ""
    return identity.close_session(call.lane, bench, by=call.by, office=office)


@decide_any.register
def _(command: identity.ProveSession, call: Call, bench: Bench) -> Decided:
    return identity.prove_session(command, call.lane, bench)


@decide_any.register
def _(command: identity.LinkLogin, call: Call, bench: Bench) -> Decided:
    return identity.link_login(command, call.lane, bench)


@decide_any.register
def _(command: erasure.ErasePerson, call: Call, bench: Bench) -> Decided:
    return erasure.erase(command, call.lane, bench)


@decide_any.register
def _(command: centre.OpenCentre, call: Call, _bench: Bench) -> Decided:
    return [(CENTRE_STREAM, CentreOpened(particulars=command.particulars))]


@decide_any.register
def _(command: centre.PublishCalendar, call: Call, bench: Bench) -> Decided:
    known = bench.published_in(CALENDAR_STREAM).calendars
    if known.get(command.calendar.version) == command.calendar:
        return []
    if command.calendar.version <= max(known, default=0):  # dates name the version they were counted with
        raise PlanWrong(why="version", newest=max(known))
    if faults := calendar_faults(command.calendar):
        raise CalendarUnsound(faults=list(faults))
    return [(CALENDAR_STREAM, CalendarPublished(calendar=command.calendar))]


@decide_any.register
def _(command: centre.EnrolStaff, call: Call, _bench: Bench) -> Decided:
    if {Role.OPERATOR, Role.AUDITOR} <= {*command.roles}:
        raise Invalid(where="roles")
    enrolled = StaffEnrolled(
        username=command.username,
        name=command.name,
        roles=command.roles,
        office=command.office,
        password=Sealed(call.lane, value=command.password_hash),
    )
    return [(call.lane, enrolled)]


@decide_any.register
def _(command: centre.CertifyStaff, call: Call, _bench: Bench) -> Decided:
    id = recorded_certificate(command.staff, command.item_id)
    held = CertificateHeld(certificate=id, kind="", items=(command.item_id,), valid_until=command.valid_until)
    return [(command.staff, held)]


@decide_any.register
def _(command: centre.ArrangeCatalogue, call: Call, _bench: Bench) -> Decided:
    return [(CATALOGUE_STREAM, CatalogueArranged(arrangement=command.arrangement))]


@decide_any.register
def _(command: absence.BeAbsent, call: Call, bench: Bench) -> Decided:
    substitute = bench.staff(command.substitute) if command.substitute else Staff()
    staff = bench.staff(call.lane)
    return absence.be_absent(command, call.lane, by=call.by, staff=staff, substitute=substitute, today=bench.today)


@decide_any.register
def _(command: absence.EndAbsence, call: Call, bench: Bench) -> Decided:
    return absence.end_absence(command, call.lane, by=call.by, staff=bench.staff(call.lane), today=bench.today)


@decide_any.register
def _(command: vault.WithdrawCopy, call: Call, bench: Bench) -> Decided:
    require(command.act, call.by, own=call.lane == vault.vault_stream(call.by.id))
    return vault.withdraw(command, call.lane, bench.vault(call.by.id))


# What reaches people outside


@decide_any.register
def _(command: notices.GiveNotice, call: Call, bench: Bench) -> Decided:
    return notices.give(command, call, bench.notices(call.lane))


@decide_any.register
def _(command: notices.ClaimNotice, call: Call, bench: Bench) -> Decided:
    return notices.claim(command, call, bench.notices(call.lane))


@decide_any.register
def _(command: notices.ReportNotice, call: Call, bench: Bench) -> Decided:
    return notices.report(command, call, bench.notices(call.lane))


@decide_any.register
def _(command: notices.HandleNotice, call: Call, bench: Bench) -> Decided:
    if command.line is not None:
        told = {lane: bench.notices(lane) for lane in reached.lanes_of(call.lane)}
        return reached.handle(command, call, bench.line(command.line), told)
    case = bench.case(call.lane)
    if not case.is_filed:
        raise NotFound
    return notices.handle(command, call, case, item_of(case, bench), bench.notices(call.lane))


@decide_any.register
def _(command: contact.ChooseContact, call: Call, bench: Bench) -> Decided:
    return contact.choose(command, call, bench.contact(call.lane))


@decide_any.register
def _(command: contact.SubscribePush, call: Call, bench: Bench) -> Decided:
    return contact.subscribe(command, call, bench.contact(call.lane))


@decide_any.register
def _(command: contact.EndPush, call: Call, bench: Bench) -> Decided:
    return contact.end(command, call, bench.contact(call.lane))


@decide_any.register
def _(command: papers.RecordPaper, call: Call, bench: Bench) -> Decided:
    return papers.record(command, call, bench.papers(call.lane))


@decide_any.register
def _(command: parcels.RecordTracking, call: Call, bench: Bench) -> Decided:
    return parcels.track(command, call, bench.case(call.lane), bench.parcels(call.lane))


@decide_any.register
def _(command: exports.RecordExport, call: Call, _bench: Bench) -> Decided:
    return exports.record(command, call)


@decide_any.register
def _(command: clock.ReportJump, call: Call, bench: Bench) -> Decided:
    return clock.report(command, call, bench.clock_state())


@decide_any.register
def _(command: clock.ConfirmClock, call: Call, bench: Bench) -> Decided:
    return clock.confirm(command, call, bench.clock_state())


@decide_any.register
def _(command: integration.Wanted, _call: Call, bench: Bench) -> Decided:
    return integration.decide(command, bench.integration(), now=bench.now)


@decide_any.register
def _(command: signing.NameLogKey, call: Call, bench: Bench) -> Decided:
    return signing.name_key(command, call, bench.signing())
