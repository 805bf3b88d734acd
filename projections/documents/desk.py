"""A case as staff see it: a line of the queue, and the case in full."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from projections.documents.parts import Clock, Moment, Person, Status, StepDue, Text
from projections.documents.status import Extension, StatusBody

WaitingFor = Literal["applicant", "step", "window", "procedure", "post", "lead", "nobody"]
"""`applicant`: papers, an answer, or that they collect the result; `step`: whoever does the due step; `window`: no step
is due, but a promised paper is to be looked at or somebody could not be told; `lead`: evidence after the decision is to
be looked at, or a sample; `procedure`: the clock stands still."""


class HandedOver(Struct, frozen=True):
    """A hand-over that stands: `opened` says that the colleague has looked, so that it cannot be recalled.

    Attributes:
        words: for the colleague, in the full document alone; they may speak of the person.
    """

    sender: Person
    to: Person
    at: datetime
    opened: bool
    words: str = ""


class QueueBody(Struct, frozen=True, kw_only=True):
    """A case in the queue: a summary with masked personal data (row kind `queue`).

    It holds dates only: what is left until them is told by the reader's clock.

    Attributes:
        waiting_for: who has to act now; tabs, counts and boards follow from it (`projections.queues`).
        doer: who did the act that brought it here; they may take it back (`case.undo`).
        due: the next date for whoever has to act, with the clock that it belongs to.
        effort_minutes: working time that the due step has, for loads; 0 where it has none.
        step_due: by when the due step should be done.
        claim_until: when the claim ends by itself.
        last_handler: who acted on it last.
        returns_to: to whom it comes back with a supplement (谁告知谁接).
        returned: it came back with a supplement and is not accepted yet.
        second_notice: `asked` or `approved`, empty without one.
        duplicates: other open cases that seem to be the same matter.
        overdue: clocks that passed, flagged for good.
        alarm: share of the limit that has passed with an alarm, in per cent; 100 once it is overdue.
        evidence: evidence came after the decision, at which nobody has looked.
        unanswered: the last words were the applicant's.
        unreached: how many notifications reached nobody and wait for staff (`notice.handle@1`).
        phone_end: last four digits of the applicant's telephone.
        initials: pinyin initials of the applicant's name, in each way to read it.
    """

    item_id: str
    item_name: Text
    number: str
    applicant_masked: str
    status: Status
    step: StepDue | None
    waiting_for: WaitingFor
    claimed_by: Person | None
    claim_until: datetime | None
    handed_over: HandedOver | None
    take_over: Person | None
    doer: UUID | None
    due: datetime | None
    due_clock: str
    due_provisional: bool
    step_due: datetime | None
    effort_minutes: int
    channel: str
    pages: int
    awaiting_files: int
    for_school: bool
    received_at: datetime | None
    changed_at: datetime
    last_handler: Person | None
    returns_to: Person | None
    returned: bool
    second_notice: Literal["", "asked", "approved"]
    extension_asked: bool
    duplicates: int
    gaps_open: int
    gap_due: date | None
    overdue: tuple[str, ...]
    alarm: int
    evidence: bool
    sampling: bool
    unanswered: bool
    unreached: int
    deemed: bool
    phone_end: str
    initials: tuple[str, ...]
    erased: bool
    bundle: UUID | None
    order: str


class Note(Struct, frozen=True):
    """A note for colleagues; `by_name` is empty where the applicant's words came with a supplement."""

    at: datetime
    by_name: str
    text: str


class Opinion(Struct, frozen=True):
    """A step that was completed, or handed back to the one before.

    Attributes:
        to: of a hand-back, the step that is due again; empty otherwise.
    """

    step: str
    at: datetime
    by_name: str
    text: str
    to: str = ""


class StepOfRoute(Struct, frozen=True):
    """A step of the case's own route.

    Attributes:
        clock: as the item has it; an `excluded` one is a special procedure.
        done_at: when it was last completed, None if it is due or to come.
    """

    id: str
    role: str
    stage: str
    name: Text
    clock: str
    working_hours: float
    state: Literal["past", "now", "next"]
    done_at: datetime | None
    by_name: str


class Finding(Struct, frozen=True):
    """What staff found, for colleagues.

    Attributes:
        about: `procedure`, `gap`, `commitment` or `sample`.
        subject: id of the procedure, or of the material.
        holds: of a commitment or sample, whether it does; None for the others.
    """

    at: datetime
    by_name: str
    about: Literal["procedure", "gap", "commitment", "sample"]
    subject: str
    words: str
    holds: bool | None


class Duplicate(Struct, frozen=True):
    """Another case that seemed to be the same matter.

    Attributes:
        state: `suspected`, `cleared` with words, `absorbed` by this case, or `went-on`: this one was struck out for it.
    """

    case: UUID
    state: Literal["suspected", "cleared", "absorbed", "went-on"]
    at: datetime
    by_name: str
    words: str


class Migration(Struct, frozen=True):
    """The case was moved to a newer version of its item."""

    at: datetime
    by_name: str
    from_version: int
    to_version: int
    words: str


class CaseBody(Struct, frozen=True, kw_only=True):
    """A case in full, for the member of staff who works on it (row kind `case`).

    Attributes:
        view: everything that the applicant sees.
        waiting_for: as in the queue.
        take_over: the colleague who asks for it.
        accepted_by: who accepted it; that person may not decide it, unless the item allows one person.
        decided_by: who decided it.
        one_person: the item lets one person accept and decide, with later sampling.
        doer: who did the act that brought it here.
        checked: materials that were ticked at acceptance.
        step_clock: the limit of the due step.
        route: every step, as this case goes through it.
        opinions: of completed steps, hand-backs among them.
        extensions: every request for more time with its answer.
        second_notice: `asked` or `approved`, empty without one; `second_notice_words` is why.
        commitments: declared materials whose truth is to be looked at (告知承诺), with what was found; None before.
        internal: moments of which the applicant is not told; with those of `view.timeline` they are the whole story.
    """

    view: StatusBody
    step: StepDue | None
    waiting_for: WaitingFor
    claimed_by: Person | None
    claim_until: datetime | None
    handed_over: HandedOver | None
    take_over: Person | None
    accepted_by: Person | None
    decided_by: Person | None
    one_person: bool
    doer: UUID | None
    last_handler: Person | None
    returns_to: Person | None
    returned: bool
    channel: str
    checked: tuple[str, ...]
    step_clock: Clock | None
    overdue: tuple[str, ...]
    alarm: int
    route: tuple[StepOfRoute, ...]
    notes: tuple[Note, ...]
    opinions: tuple[Opinion, ...]
    extensions: tuple[Extension, ...]
    second_notice: Literal["", "asked", "approved"]
    second_notice_words: str
    findings: tuple[Finding, ...]
    sampling: bool
    duplicates: tuple[Duplicate, ...]
    commitments: dict[str, bool | None]
    migrations: tuple[Migration, ...]
    internal: tuple[Moment, ...]
