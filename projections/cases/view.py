"""A case as it is shown: the state that decisions see, and beside it what people read."""

from __future__ import annotations

from collections.abc import Callable, Container
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.calendar.limits import Due
from domain.case.state import Case
from domain.catalogue.items import ServiceItem
from domain.facts import Envelope, Fact, Meta
from projections.documents import (
    Archive,
    CopyUsed,
    Decision,
    Delivery,
    DueDate,
    Duplicate,
    Evidence,
    Extension,
    Finding,
    LookUp,
    Message,
    Migration,
    Moment,
    Note,
    Notice,
    Notification,
    Opinion,
    Page,
    Paper,
    Procedure,
    Reopened,
    Result,
    Text,
    Undone,
    UploadLink,
    VoidedResult,
)
from projections.lookups import Lookups
from projections.proofs import explained


class Done(NamedTuple):
    """When something was done, and by which member of staff; the name is empty for anybody else."""

    at: datetime
    by_name: str


class Acting(NamedTuple):
    """On what an agent's right rests; `ended_at` since when they act no more."""

    relation: str
    proof: str
    material: str
    ended_at: datetime | None


class CaseView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that documents of one case are made from. Plain values; disposable.

    Names of papers are filled in where a document is made.

    Attributes:
        state: the case as decisions see it.
        position: of the last fact folded, or of an erasure that took values away.
        told: position of the last fact that the applicant is told of; a note of the desk is none.
        filed: position of the filing, 0 before it.
        reached: when each step of the applicant's line was reached.
        dates: the limits, by clock; those of clocks that have stopped among them. Documents have their proofs.
        stopped: when each clock stopped that runs no more.
        done: the steps and stages that were completed, by id.
        gaps_closed: when each promised paper was dealt with.
        post_uncertain: whether the carrier took the result is not known.
        internal: moments of which the applicant is not told.
        erased: the applicant was erased, so that what is missing was there once.
        names: what the staff who acted on the case were called when they last did.
    """

    id: UUID
    state: Case = Case()
    position: int = 0
    told: int = 0
    filed: int = 0
    changed_at: datetime | None = None
    channel: str = ""
    opened_by_name: str = ""
    acting: Acting | None = None
    answers: dict[str, Any] = {}
    pages: tuple[Page, ...] = ()
    notices: tuple[Notice, ...] = ()
    copies: tuple[CopyUsed, ...] = ()
    look_ups: tuple[LookUp, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    links: tuple[UploadLink, ...] = ()
    gaps_closed: dict[str, datetime] = {}
    dates: dict[str, Due] = {}
    stopped: dict[str, datetime] = {}
    procedures: tuple[Procedure, ...] = ()
    extensions: tuple[Extension, ...] = ()
    messages: tuple[Message, ...] = ()
    notifications: tuple[Notification, ...] = ()
    papers: tuple[Paper, ...] = ()
    decision: Decision | None = None
    revocation: Decision | None = None
    undone: tuple[Undone, ...] = ()
    reopened: tuple[Reopened, ...] = ()
    result: Result | None = None
    result_void: tuple[VoidedResult, ...] = ()
    sent: Delivery = Delivery("")
    post_uncertain: bool = False
    archive: Archive | None = None
    reached: dict[str, datetime] = {}
    done: dict[str, Done] = {}
    handed_over_at: datetime | None = None
    handed_over_words: str = ""
    last_handler: UUID | None = None
    names: dict[UUID, str] = {}
    checked: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    findings: tuple[Finding, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()
    second_notice_words: str = ""
    migrations: tuple[Migration, ...] = ()
    timeline: tuple[Moment, ...] = ()
    internal: tuple[Moment, ...] = ()
    returned: bool = False
    erased: bool = False

    @property
    def unreached(self) -> int:
        """How many notifications reached nobody and wait for staff."""
        return sum(one.is_unreached for one in self.notifications)


class At(Struct, frozen=True):
    """Where and when a fact was recorded, with what is needed to read it.

    Attributes:
        gone: persons whose sealed values count as destroyed, whether or not their key still is there.
    """

    position: int
    envelope: Envelope
    lookups: Lookups
    unseal: Callable[[Envelope, str], Any]
    gone: Container[UUID] = ()

    @property
    def meta(self) -> Meta:
        """Who recorded it and when."""
        return self.envelope.meta

    @property
    def when(self) -> datetime:
        """The server's clock when it was recorded."""
        return self.envelope.meta.recorded_at

    def open(self, field: str) -> Any:
        """A sealed value of the fact, None if it is empty or erased."""
        sealed = getattr(self.envelope.fact, field)
        if sealed is None or sealed.person in self.gone:
            return None
        return self.unseal(self.envelope, field)

    def text(self, field: str) -> str:
        """A sealed sentence, empty if there is none or it is erased."""
        return str(self.open(field) or "")

    def words(self) -> dict[str, str]:
        """The sealed words of a decision by name, empty if there are none or they are erased."""
        return self.open("words") or {}

    def by_name(self) -> str:
        """Name that the member of staff who recorded it had then."""
        return self.lookups.name(self.envelope.meta.actor, at=self.position)

    def name(self, person: UUID) -> str:
        """Name that somebody had then."""
        return self.lookups.name(person, at=self.position)

    def due(self, due: Due) -> DueDate:
        """A recorded date with its proof."""
        return explained(due, self.lookups.calendars[due.calendar_version])

    def reached(self, view: CaseView, step: str) -> dict[str, datetime]:
        """The applicant's line with `step` reached now."""
        return {**view.reached, step: self.when}

    def done(self, view: CaseView, *steps: str) -> dict[str, Done]:
        """What was completed, with `steps` completed now."""
        return {**view.done, **dict.fromkeys(steps, Done(self.when, self.by_name()))}

    def item(self, view: CaseView) -> ServiceItem:
        """The item of the case, in its version."""
        return self.lookups.item_of(view.state)


ASKED = "asked"
"""Outcome of a register that is asked once more: for staff alone, since the applicant is told of the answer only."""
NAMELESS = Text("", "")
"""Name of a paper in a view; documents have the item's words."""


def unchanged(_fact: Fact, view: CaseView, _at: At) -> CaseView:
    """Handler of a fact that shows in nothing but the state and the timeline."""
    return view


class Handling(NamedTuple):
    """What one kind of fact does to a case as it is shown.

    Attributes:
        change: what it changes, given the fact, the view with the new state, and the place; it must not fail.
        values: fields of the fact that the sentence of the timeline needs; nothing personal, nothing sealed.
        counts: fields of which the sentence needs the length.
        params: values for the sentence that are no fields, given the fact and the view before.
        in_timeline: whether people read of it in the timeline.
        told: whether the applicant is told, so that their document is sent again; others are for staff alone.
    """

    change: Callable[[Any, CaseView, At], CaseView] = unchanged
    values: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    params: Callable[[Any, CaseView], dict[str, Any]] | None = None
    in_timeline: bool = True
    told: bool = True

    def sentence(self, fact: Fact, view: CaseView) -> dict[str, Any]:
        """Values for the sentence of the timeline, given the view before the fact."""
        values: dict[str, Any] = {name: getattr(fact, name) for name in self.values}
        values |= {name: len(getattr(fact, name)) for name in self.counts}
        return values | self.params(fact, view) if self.params else values


Family = dict[type[Fact], Handling]
"""The facts of one family, each with its one handling."""
