"""A case as its applicant and their agent see it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from projections.documents.papers import CopyUsed, Evidence, Gap, LookUp, Notice, UploadLink
from projections.documents.parts import Clock, DueDate, Moment, Page, Status, Text, Turn

StepId = Literal["filed", "correction", "accepted", "procedure", "decided", "delivered", "ended"]


DeliveryState = Literal["none", "ready", "asked", "uncertain", "on-the-way", "came-back", "delivered"]


class Step(Struct, frozen=True):
    """One step on the way as the applicant sees it.

    `procedure` is there while a special procedure stops the clock, `ended` where the case ended before a decision.
    """

    id: StepId
    state: Literal["past", "now", "next"]
    at: datetime | None


class Procedure(Struct, frozen=True, kw_only=True):
    """A special procedure 特别程序: its days do not count.

    Attributes:
        kind: as `ProcedureKind`.
        step: the excluded step of the route that it is, empty for any other.
        ends_on: planned last day.
        ended_on: its last day, None while it goes on.
        overran: it went past its plan and no longer stops the clock.
        words: the written notice to the applicant, with what was told when it was prolonged.
    """

    id: UUID
    kind: str
    step: str
    basis: str
    begins_on: date
    ends_on: date
    ended_on: date | None
    overran: bool
    prolonged: int
    words: tuple[str, ...]
    by_name: str


class Extension(Struct, frozen=True, kw_only=True):
    """More time (延期). The applicant sees an approved one, with the reason as told.

    Attributes:
        words: the reason, as asked; as told, once it is answered.
    """

    working_days: int
    state: Literal["asked", "approved", "refused"]
    asked_at: datetime
    asked_by_name: str
    answered_at: datetime | None
    answered_by_name: str
    words: str


class Message(Struct, frozen=True):
    """Words between the applicant and the centre.

    Attributes:
        who: who wrote it.
        by_name: of a member of staff.
        readers: who reads it: `applicant`, `agent`, `handler` or a role.
        reader_name: of the member of staff who held the case then, where the reader is `handler`.
    """

    position: int
    at: datetime
    who: Literal["applicant", "agent", "staff"]
    by_name: str
    text: str
    readers: tuple[str, ...]
    reader_name: str


class Sending(Struct, frozen=True):
    """A notification on its way by one channel.

    Attributes:
        channel: `sms` or `push`.
        state: `sending`, `sent`, `delivered`, `failed`, or `uncertain`.
        why: of a failure; nothing personal.
    """

    channel: str
    state: str
    at: datetime
    why: str


class Notification(Struct, frozen=True, kw_only=True):
    """The applicant or the agent was told of a step: in the app, and by the channels that they chose.

    Attributes:
        position: of the fact that is told.
        about: its tag, as in the timeline.
        kind: which words the notice has.
        whom: `applicant`, `agent`, or `other` for somebody who no longer is either.
        given_at: when it appeared in the app.
        sendings: one a channel, as it stands.
        is_unreached: no channel reached them and nobody has told them otherwise: work for staff (`notice.handle@1`).
        handled: how staff told them, `not-needed`, or empty.
    """

    position: int
    about: str
    kind: str
    whom: Literal["applicant", "agent", "other"]
    person: UUID
    given_at: datetime | None
    sendings: tuple[Sending, ...]
    is_unreached: bool
    handled: str
    handled_at: datetime | None
    handled_by_name: str


class Paper(Struct, frozen=True):
    """A paper that exists as a PDF: notice, receipt, certificate.

    Attributes:
        kind: which paper.
        position: of the fact that it tells of; both name it in its address.
        size: in bytes.
    """

    kind: str
    position: int
    at: datetime
    size: int
    sha256: str


class ParcelEvent(Struct, frozen=True):
    """Where the carrier says the result is: `accepted`, `in-transit`, `out-for-delivery`, `signed` or `returned`."""

    event: str
    at: datetime


class Agency(Struct, frozen=True):
    """Who acts for the applicant, and on what that rests (代办授权).

    Attributes:
        relation: of the agent to the applicant.
        proof: `declared` in the app, or `paper` before a member of staff.
        material: the authorisation, empty where the item names none.
        ended_at: since when the agent may act no more.
    """

    name: str
    relation: str
    proof: str
    material: str
    ended_at: datetime | None


class Decision(Struct, frozen=True):
    """How the case was decided, or why it ended without a decision.

    Attributes:
        office: of a redirected case, the right office.
        how: what the applicant should do, of a redirected case.
        cause: of a terminated case: `death`, `object-lost` or `no-response`.
        delay: why it came after its limit.
    """

    outcome: Literal["granted", "rejected", "declined", "redirected", "terminated", "voided", "revoked"]
    at: datetime
    by_name: str
    reason: str
    basis: str
    remedies: str
    office: str = ""
    how: str = ""
    cause: str = ""
    delay: str = ""


class Undone(Struct, frozen=True):
    """A wrong act that was taken back (更正)."""

    at: datetime
    by_name: str
    act: str
    words: str


class Reopened(Struct, frozen=True):
    """The case was taken up again; `status` is what it then was."""

    at: datetime
    by_name: str
    status: Status
    words: str


class Result(Struct, frozen=True):
    """The result document.

    Attributes:
        rendered: whether the PDF can be fetched.
        prints: how often it was printed.
    """

    document_number: str
    verification_code: str
    issued_at: datetime
    rendered: bool
    name: Text
    prints: int = 1


class VoidedResult(Struct, frozen=True):
    """A result that no longer counts; another one has a number of its own."""

    document_number: str
    verification_code: str
    at: datetime
    words: str


class Delivery(Struct, frozen=True):
    """How the result reaches the applicant.

    Attributes:
        state: `none` before the result exists or where there is nothing to deliver, `ready` to be collected or posted,
            `asked`: the carrier was asked; `uncertain`: nobody knows whether it took it; `on-the-way`, `came-back` by
            post, `delivered`.
        returned_why: `address`, `refused`, `not-collected` or `damaged`.
        receiver: who took it or signed for it: `applicant`, `agent` or `other`.
        receiver_name: of anybody else.
        events: what the carrier told of the parcel, the newest last.
    """

    method: str
    state: DeliveryState = "none"
    carrier: str | None = None
    tracking_number: str | None = None
    posted_at: datetime | None = None
    returned_at: datetime | None = None
    returned_why: str = ""
    delivered_at: datetime | None = None
    receiver: str = ""
    receiver_name: str = ""
    events: tuple[ParcelEvent, ...] = ()


class Archive(Struct, frozen=True):
    """The closed package of the case (归档); `retain_until` None is for ever."""

    at: datetime
    digest: str
    leaves: int
    retention_class: str
    retain_until: date | None


class StatusBody(Struct, frozen=True, kw_only=True):
    """A case as its applicant and their agent see it (row kind `status`).

    An invitation to rate, and the rating, are rows of their own (`rating-invitation`, `rating`), found by `subject`.

    Attributes:
        turn: whose turn it is; the one thing the page must say.
        answer_by: the date by which the centre must answer; while photographs are still on their way it is the date
            that would hold if they had arrived at filing, and `awaiting_files` is above 0.
        promised: the centre's promise, from acceptance on.
        clocks: every limit of the case but the steps', with its proof; those that run first.
        office_step: name of the step the centre is at, if it is the centre's turn.
        deemed: nobody answered in time, so that the case counts as accepted since receipt (逾期视为受理).
        accepted_at: when it was accepted, or counts as accepted since.
        later: papers promised at filing to follow; from acceptance on they are `gaps`.
        agent_name: of whoever acts for the applicant now.
        opened_by_name: the member of staff who filled the form in for the person (帮办), empty if nobody did.
        result_void: earlier results that no longer count.
        acts: what the applicant may do now, as the acts table has it.
        erased: personal values were there and are erased by law (已依法删除); an empty name says no more than that.
        bundle: the linked filing to which it belongs (一件事); all its cases name the same one, so that their joint
            progress can be shown.
        order: number of the delegation order under which it was accepted (事项下放), empty without one.
    """

    item_id: str
    item_version: int
    item_name: Text
    filing_number: str
    case_number: str | None
    status: Status
    turn: Turn
    steps: tuple[Step, ...]
    filed_at: datetime
    received_at: datetime | None
    awaiting_files: int
    answer_by: DueDate | None
    promised: DueDate | None
    clocks: tuple[Clock, ...]
    office_step: Text | None
    deemed: bool
    accepted_at: datetime | None
    channel: str
    applicant_name: str
    agent_name: str | None
    agency: Agency | None
    opened_by_name: str
    answers: dict[str, Any]
    pages: tuple[Page, ...]
    declarations: tuple[str, ...]
    later: tuple[str, ...]
    notices: tuple[Notice, ...]
    gaps: tuple[Gap, ...]
    copies: tuple[CopyUsed, ...]
    look_ups: tuple[LookUp, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[UploadLink, ...]
    procedures: tuple[Procedure, ...]
    extension: Extension | None
    messages: tuple[Message, ...]
    notifications: tuple[Notification, ...]
    papers: tuple[Paper, ...]
    decision: Decision | None
    revocation: Decision | None
    undone: tuple[Undone, ...]
    reopened: tuple[Reopened, ...]
    result: Result | None
    result_void: tuple[VoidedResult, ...]
    delivery: Delivery
    archive: Archive | None
    timeline: tuple[Moment, ...]
    acts: tuple[str, ...]
    erased: bool
    bundle: UUID | None
    order: str
