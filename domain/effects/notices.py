"""Notices to the people of a case, each at most once a channel: claimed, sent, delivered or failed; else staff call.

They stand on a stream beside the case, so that telling somebody never disturbs a decision. A notice is known by the
position of the fact it tells of and by the person; its words follow from its kind and are not recorded.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, Literal
from uuid import UUID, uuid5

from msgspec import Meta as Limits
from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command, Position, ShortText
from domain.case.decide import Call
from domain.case.state import Case
from domain.catalogue.items import ServiceItem
from domain.facts import Fact, Sealed
from domain.refusals import NotFound, ReasonMissing, StateChanged
from domain.rights.cases import may_see

APP: Final = "app"
SMS: Final = "sms"
PUSH: Final = "push"
Channel = Literal["sms", "push"]
Outcome = Literal["sent", "delivered", "failed", "uncertain"]
How = Literal["by-phone", "in-person", "not-needed"]
"""How staff told somebody whom no channel reached, or why nobody needs to."""


class NoticeGiven(Fact, frozen=True, kw_only=True, tag="notice.given"):
    """A person was told of a step in the app (消息).

    Attributes:
        position: of the fact that it tells of.
        kind: which words it has, one of `web/notices/texts.yaml`.
    """

    position: int
    kind: str
    person: UUID


class NoticeClaimed(Fact, frozen=True, kw_only=True, tag="notice.claimed"):
    """A notice is about to leave by a channel, once."""

    position: int
    person: UUID
    channel: str


class NoticeSent(Fact, frozen=True, kw_only=True, tag="notice.sent"):
    """The carrier of the channel took the notice.

    Attributes:
        reference: the carrier's own, for its report; empty where it gives none.
    """

    position: int
    person: UUID
    channel: str
    reference: str


class NoticeDelivered(Fact, frozen=True, kw_only=True, tag="notice.delivered"):
    """The carrier says that the notice arrived."""

    position: int
    person: UUID
    channel: str


class NoticeFailed(Fact, frozen=True, kw_only=True, tag="notice.failed"):
    """The notice did not arrive.

    Attributes:
        why: `refused` by the carrier, `unreachable`, `no-number`, `no-device` or `expired`.
    """

    position: int
    person: UUID
    channel: str
    why: str


class NoticeUncertain(Fact, frozen=True, kw_only=True, tag="notice.uncertain"):
    """Whether the notice left is not known: it is not sent again, a person must look into it."""

    position: int
    person: UUID
    channel: str


class NoticeHandled(Fact, frozen=True, kw_only=True, tag="notice.handled"):
    """Staff told the person in another way, or found that nobody needs to.

    Attributes:
        how: `by-phone`, `in-person` or `not-needed`.
        words: what was said, sealed under the key of the applicant or visitor.
    """

    position: int
    person: UUID
    how: str
    words: Sealed | None


FACTS = (
    NoticeGiven,
    NoticeClaimed,
    NoticeSent,
    NoticeDelivered,
    NoticeFailed,
    NoticeUncertain,
    NoticeHandled,
)

Key = tuple[int, UUID, str]
"""Position, person and channel."""


class Notices(Struct, frozen=True):
    """The notices of one case.

    Attributes:
        state: how far each has come on its channel: `given` in the app, `claimed`, `sent`, `delivered`, `failed` or
            `uncertain`.
        handled: notices that staff have looked after.
    """

    state: dict[Key, str] = {}
    handled: frozenset[tuple[int, UUID]] = frozenset()

    @property
    def unreached(self) -> tuple[tuple[int, UUID], ...]:
        """Notices that left by no channel although one was tried, and after which nobody has looked: work for staff."""
        tried: dict[tuple[int, UUID], set[str]] = {}
        for (position, person, channel), state in self.state.items():
            if channel != APP:
                tried.setdefault((position, person), set()).add(state)
        return tuple(
            key
            for key, states in tried.items()
            if key not in self.handled and states & {"failed", "uncertain"} and not states - {"failed", "uncertain"}
        )


class GiveNotice(Command, frozen=True, kw_only=True):
    """Tell a person in the app (the centre itself says so)."""

    type: ClassVar[str] = "notice.give@1"
    position: Position
    kind: ShortText
    person: UUID


class ClaimNotice(Command, frozen=True, kw_only=True):
    """Claim a notice for a channel before it leaves, so that it leaves once."""

    type: ClassVar[str] = "notice.claim@1"
    position: Position
    person: UUID
    channel: Channel


class ReportNotice(Command, frozen=True, kw_only=True):
    """Say what became of a claimed notice (the centre itself says so).

    Attributes:
        reference: of one that was sent.
        why: of one that failed.
    """

    type: ClassVar[str] = "notice.report@1"
    position: Position
    person: UUID
    channel: Channel
    outcome: Outcome
    reference: Annotated[str, Limits(max_length=200)] = ""
    why: Annotated[str, Limits(max_length=40)] = ""


class HandleNotice(Command, frozen=True, kw_only=True):
    """Say how a person was told whom no channel reached; the lane is the case, appointment or ticket.

    Attributes:
        words: what was said, or why nobody needs to be told.
        line: of an appointment or ticket, on which it stands.
    """

    type: ClassVar[str] = "notice.handle@1"
    position: Position
    person: UUID
    how: How
    words: Annotated[str, Limits(max_length=1_000)] = ""
    line: UUID | None = None


def notices_stream(case: UUID) -> UUID:
    """The stream of a case's notices."""
    return uuid5(case, "notices")


def evolve(fact: Fact, notices: Notices) -> Notices:
    """The notices after `fact`."""
    match fact:
        case NoticeGiven():
            return _with(notices, fact.position, fact.person, APP, "given")
        case NoticeClaimed():
            return _with(notices, fact.position, fact.person, fact.channel, "claimed")
        case NoticeSent():
            return _with(notices, fact.position, fact.person, fact.channel, "sent")
        case NoticeDelivered():
            return _with(notices, fact.position, fact.person, fact.channel, "delivered")
        case NoticeFailed():
            return _with(notices, fact.position, fact.person, fact.channel, "failed")
        case NoticeUncertain():
            return _with(notices, fact.position, fact.person, fact.channel, "uncertain")
        case NoticeHandled():
            return replace(notices, handled=notices.handled | {(fact.position, fact.person)})
        case _:
            return notices


def _with(notices: Notices, position: int, person: UUID, channel: str, state: str) -> Notices:
    return replace(notices, state={**notices.state, (position, person, channel): state})


FOLLOWS = {
    "sent": {"claimed", "uncertain"},
    "delivered": {"claimed", "sent", "uncertain", "failed"},
    "failed": {"claimed", "sent", "uncertain"},
    "uncertain": {"claimed"},
}
"""After which states an outcome still says something new; a carrier's late word is believed."""

Recorded = list[tuple[UUID, Fact]]


def give(command: GiveNotice, call: Call, notices: Notices) -> Recorded:
    """Tell in the app, once."""
    if (command.position, command.person, APP) in notices.state:
        return []
    given = NoticeGiven(position=command.position, kind=command.kind, person=command.person)
    return [(notices_stream(call.lane), given)]


def claim(command: ClaimNotice, call: Call, notices: Notices) -> Recorded:
    """Claim a notice for a channel.

    Raises:
        StateChanged: it was claimed before.
    """
    if (command.position, command.person, command.channel) in notices.state:
        raise StateChanged(status="notice-claimed")
    claimed = NoticeClaimed(position=command.position, person=command.person, channel=command.channel)
    return [(notices_stream(call.lane), claimed)]


def report(command: ReportNotice, call: Call, notices: Notices) -> Recorded:
    """Record what became of a notice, if that is news."""
    before = notices.state.get((command.position, command.person, command.channel))
    if before is None:
        raise StateChanged(status="notice-not-claimed")
    return [(notices_stream(call.lane), _outcome(command))] if before in FOLLOWS[command.outcome] else []


def _outcome(command: ReportNotice) -> Fact:
    position, person, channel = command.position, command.person, command.channel
    match command.outcome:
        case "sent":
            return NoticeSent(position=position, person=person, channel=channel, reference=command.reference)
        case "delivered":
            return NoticeDelivered(position=position, person=person, channel=channel)
        case "failed":
            return NoticeFailed(position=position, person=person, channel=channel, why=command.why)
        case "uncertain":
            return NoticeUncertain(position=position, person=person, channel=channel)


def handle(command: HandleNotice, call: Call, case: Case, item: ServiceItem, notices: Notices) -> Recorded:
    """Staff who may see the case say how they told the person.

    Raises:
        NotFound: there is no such case, or none that the author may know of.
        ReasonMissing: nobody needs to be told, and it is not said why.
        StateChanged: the notice arrived after all, or somebody has looked after it.
    """
    if not may_see(call.by, case, item) or case.applicant is None:
        raise NotFound
    fact = handled(command, case.applicant)
    if (command.position, command.person) not in notices.unreached:
        raise StateChanged(status="notice-settled")
    return [(notices_stream(call.lane), fact)]


def handled(command: HandleNotice, person: UUID) -> NoticeHandled:
    """How somebody was told, with the words under the key of `person`.

    Raises:
        ReasonMissing: nobody needs to be told, and it is not said why.
    """
    if command.how == "not-needed" and not command.words.strip():
        raise ReasonMissing(lacking=["words"])
    words = Sealed(person, value=command.words) if command.words else None
    return NoticeHandled(position=command.position, person=command.person, how=command.how, words=words)
