"""The table of rights beside the acts on a case: every other command, and everything that is read.

What may be done on a case depends on where it stands and is written in `domain.case.acts`; both tables are asked only
through this package, and `docs/reference/rights.md` shows them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from domain.actors import Actor, Role
from domain.refusals import Forbidden, NotByTheRated, Refusal

RESIDENT = frozenset({Role.RESIDENT})
CENTRE = frozenset({Role.CENTRE})
LEAD = frozenset({Role.LEAD})
OPERATOR = frozenset({Role.OPERATOR})
AUDITOR = frozenset({Role.AUDITOR})
CLERK = frozenset({Role.WINDOW_CLERK})
ON_ROUTES = frozenset(
    {
        Role.WINDOW_CLERK,
        Role.REVIEWER,
        Role.DECIDER,
        Role.COMMUNITY_WORKER,
        Role.DISTRICT_OFFICER,
        Role.CITY_OFFICER,
        Role.ASSESSOR,
        Role.OUTLET_CLERK,
    }
)
"""Roles that steps of a route name."""
OFFICE = ON_ROUTES | LEAD
"""Roles that work on cases."""
STAFF = OFFICE | AUDITOR | OPERATOR | {Role.TRAINER}
TRAINERS = LEAD | {Role.TRAINER}
"""Roles that see to what is learnt: who publishes, assigns, and looks at who has done what."""
COUNTERS = frozenset({Role.WINDOW_CLERK, Role.OUTLET_CLERK, Role.LEAD})
"""Roles that receive people: book for them, give them numbers, sit at counters."""
EVERYBODY = STAFF | RESIDENT
_NOBODY: frozenset[Role] = frozenset()
_NO_PART = "a rating in which they have no part"


class Grant(NamedTuple):
    """Who may do something.

    Attributes:
        anyone: roles that may do it whomever it concerns.
        own: roles that may do it only where it is their own (`relation` says what that means).
        relation: what `own` asks for, as the reference page words it.
        says: the refusal that everybody else gets.
    """

    anyone: frozenset[Role] = _NOBODY
    own: frozenset[Role] = _NOBODY
    relation: str = ""
    says: type[Refusal] = Forbidden


_OF_THE_CENTRE = (
    "case.deem timer.fire deadline.recompute result.render case.post case.archive effect.claim "
    "effect.report file.store file.reject file.expire case.hand-in register.look-up duplicate.suspect clock.report "
    "clock.confirm centre.open catalogue.arrange staff.enrol staff.certify log.name-key "
    "device.confirm device.miss-work person.register session.open session.prove login.link passkey.use "
    "second-factor.use recovery-code.use enrolment.use notice.give notice.claim "
    "notice.report paper.render parcel.track person.erase rating.invite "
    "access.grant access.revoke webhook.add webhook.claim webhook.report webhook.resume webhook.remove"
)
_OF_PUBLISHERS = "item.publish item.withdraw delegation.order delegation.revoke listing.publish calendar.publish"
_AT_COUNTERS = (
    "ticket.prioritise ticket.call-again ticket.miss ticket.start ticket.add-matter ticket.transfer ticket.finish "
    "ticket.call-next counter.open line.stop line.resume visit.contact"
)
_OF_TRAINERS = "training.publish training.withdraw answer.mark question.take-up question.close"
_OF_EXAMINERS = "exam.allow certificate.record certificate.revoke"
_OF_PRACTICE = "practice.pass practice.begin practice.begin-step practice.cut-line practice.end practice.finish"
_OF_VISITORS = "appointment.book appointment.move appointment.cancel ticket.take ticket.rejoin ticket.leave"
_OF_RECTIFIERS = "rectification.call-back rectification.defer rectification.settle rectification.reply"


_OWN_PEOPLES = "their own {}; as a lead, those of their office's people"


def _each(names: str, grant: Grant) -> dict[str, Grant]:
    return dict.fromkeys(names.split(), grant)


COMMANDS: Mapping[str, Grant] = {
    **_each(_OF_THE_CENTRE, Grant(CENTRE)),
    "command.unusable": Grant(EVERYBODY | CENTRE),
    **_each(_OF_PUBLISHERS, Grant(OPERATOR | CENTRE)),
    **_each(_AT_COUNTERS, Grant(COUNTERS)),
    "counter.close": Grant(LEAD, COUNTERS, "their own counter"),
    **_each(_OF_VISITORS, Grant(COUNTERS, RESIDENT, "their own visit")),
    "reception.publish": Grant(LEAD | OPERATOR | CENTRE),
    **_each("office-day.change office-day.restore", Grant(LEAD | CENTRE)),
    **_each(
        "case.file bundle.file", Grant(own=RESIDENT, relation="for themselves, or as the agent that the form names")
    ),
    **_each("case.open bundle.open", Grant(CLERK | {Role.COMMUNITY_WORKER})),
    "record.view": Grant(own=EVERYBODY, relation="a case that they may see"),
    "record.unmask": Grant(own=OFFICE | AUDITOR, relation="a case that they may see"),
    "record.print": Grant(own=OFFICE | AUDITOR, relation="a case that they may see"),
    "case.break-glass": Grant(OFFICE),
    "notice.handle": Grant(own=OFFICE, relation="a case that they may see; as who receives people, a visit"),
    "export.make": Grant(TRAINERS | AUDITOR),
    "copy.withdraw": Grant(own=RESIDENT, relation="their own vault"),
    "contact.choose": Grant(own=RESIDENT, relation="their own contact"),
    "push.subscribe": Grant(own=RESIDENT, relation="their own contact"),
    "push.end": Grant(CENTRE, RESIDENT, "their own contact"),
    "draft.save": Grant(own=RESIDENT, relation="their own form"),
    "draft.end": Grant(CENTRE, RESIDENT, "their own form"),
    "device.settle-missing": Grant(STAFF, RESIDENT, "their own device"),
    "device.register-key": Grant(own=STAFF, relation="their own device"),
    **_each("device.block device.unblock", Grant(LEAD | OPERATOR, EVERYBODY, "their own device")),
    "session.close": Grant(OPERATOR | CENTRE, EVERYBODY, _OWN_PEOPLES.format("session")),
    "passkey.add": Grant(own=STAFF, relation="their own sign-in"),
    "passkey.remove": Grant(OPERATOR, STAFF, _OWN_PEOPLES.format("passkey")),
    "second-factor.set": Grant(own=STAFF, relation="their own sign-in"),
    "second-factor.remove": Grant(OPERATOR, STAFF, _OWN_PEOPLES.format("second factor")),
    "enrolment.issue": Grant(OPERATOR | CENTRE, LEAD, "their office's people who work on cases"),
    "set-aside.settle": Grant(
        own=EVERYBODY, relation="their own; handed to their office; as a lead, of their office's people"
    ),
    **_each("staff.be-absent staff.end-absence", Grant(LEAD, STAFF, "their own absence")),
    **_each(_OF_TRAINERS, Grant(TRAINERS | CENTRE)),
    **_each(_OF_PRACTICE, Grant(CENTRE)),
    **_each(
        "practice.speak practice.take-hint practice.keep-act", Grant(own=STAFF, relation="their own run in a sandbox")
    ),
    **_each(_OF_EXAMINERS, Grant(TRAINERS | CENTRE)),
    **_each("exam.start exam.answer exam.hand-in", Grant(own=STAFF, relation="their own examination")),
    "course.assign": Grant(TRAINERS | CENTRE),
    **_each("lesson.reach policy.acknowledge", Grant(own=STAFF, relation="their own learning")),
    **_each("question.ask question.answer", Grant(STAFF)),
    "rating.give": Grant(own=RESIDENT, relation="a service that they received", says=NotByTheRated),
    "rating.amend": Grant(own=RESIDENT, relation="their own rating"),
    "rating.appeal": Grant(own=STAFF, relation="a rating of their own service"),
    "rating.decide-appeal": Grant(own=LEAD, relation=_NO_PART),
    **_each("rectification.assign rectification.close", Grant(own=LEAD, relation=_NO_PART)),
    **_each(_OF_RECTIFIERS, Grant(own=STAFF, relation="responsible for it; as a lead, without a part in it")),
}
"""Commands that are no acts of `domain.case.acts`, without their version."""

WITHIN: Mapping[str, Grant] = {
    **_each("open.window open.phone", Grant(CLERK)),
    "open.visit": Grant(frozenset({Role.COMMUNITY_WORKER})),
    "procedure.beyond-list": Grant(LEAD),
    "rectification.lead": Grant(LEAD),
}
"""What commands ask besides: the channel by which a case is opened for a person, more days than the item's list gives,
a rectification that is somebody else's."""

READINGS: Mapping[str, Grant] = {
    "case.see": Grant(
        AUDITOR | CENTRE,
        RESIDENT | OFFICE,
        "applicant or agent; an office and a role of the case's route; a lead of such an office; break-glass",
    ),
    "case.rows": Grant(
        own=RESIDENT | OFFICE, relation="their own cases, or their office's queue and what they work on"
    ),
    "case.numbers": Grant(own=RESIDENT | OFFICE, relation="their own case, or one that they work on; others unmask"),
    "case.history": Grant(LEAD | AUDITOR),
    "case.migration": Grant(LEAD),
    "case.access": Grant(LEAD | AUDITOR, RESIDENT, "their own case"),
    "glass.list": Grant(LEAD | AUDITOR),
    "cases.search": Grant(OFFICE | AUDITOR),
    "queue": Grant(OFFICE),
    "board": Grant(LEAD),
    "reports": Grant(LEAD | AUDITOR | OPERATOR),
    "reports.export": Grant(LEAD),
    "vault": Grant(own=RESIDENT, relation="their own"),
    "contact": Grant(own=RESIDENT, relation="their own"),
    "drafts": Grant(own=RESIDENT, relation="their own"),
    "handbook": Grant(STAFF),
    "training.rows": Grant(own=STAFF, relation="what is learnt, and how far they have come themselves"),
    "training.people": Grant(TRAINERS | AUDITOR),
    "training.figures": Grant(TRAINERS | AUDITOR),
    "training.figures.export": Grant(TRAINERS),
    "certificate": Grant(TRAINERS | AUDITOR, STAFF, "their own"),
    "practice.begin-run": Grant(STAFF),
    "practice.run": Grant(TRAINERS | AUDITOR, STAFF, "their own run; others only watch how it went"),
    "training.bank": Grant(TRAINERS | AUDITOR),
    "catalogue.check": Grant(OPERATOR),
    "calendar.check": Grant(OPERATOR),
    "devices": Grant(own=EVERYBODY, relation="their own"),
    "devices.office": Grant(OPERATOR, LEAD, "their own office"),
    "devices.health": Grant(LEAD | OPERATOR),
    "status": Grant(OPERATOR),
    "sessions": Grant(own=EVERYBODY, relation="their own"),
    "sessions.others": Grant(OPERATOR, LEAD, "their office's people"),
    "set-aside": Grant(own=EVERYBODY, relation="their own"),
    "set-aside.office": Grant(own=LEAD, relation="their own office"),
    "audit.log": Grant(LEAD | AUDITOR),
    "audit.seen": Grant(AUDITOR, LEAD, "their own office"),
    "audit.what-if": Grant(LEAD | AUDITOR),
    "case.export": Grant(LEAD | AUDITOR),
    "access.own": Grant(own=RESIDENT, relation="their own cases"),
}
"""What is read, by the name that whoever answers asks for."""

GRANTS: Mapping[str, Grant] = {**COMMANDS, **WITHIN, **READINGS}


def may(what: str, by: Actor, *, own: bool = True) -> bool:
    """Whether the table lets `by` do or read something.

    Args:
        what: an act or a reading of the table; nobody may do what does not stand in it.
        by: with the roles held now.
        own: whether it is their own in the sense of the table's relation; leave it out to ask for the role alone.
    """
    grant = GRANTS.get(what)
    return grant is not None and bool(by.roles & grant.anyone or (own and by.roles & grant.own))


def require(what: str, by: Actor, *, own: bool = True) -> None:
    """As `may`, or refuse.

    Raises:
        Refusal: the table does not let them; `Forbidden`, but where the table has a better answer.
    """
    if not may(what, by, own=own):
        grant = GRANTS.get(what)
        raise Forbidden(act=what) if grant is None or grant.says is Forbidden else grant.says()
