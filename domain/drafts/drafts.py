"""What the log says of a form that was begun: that it was kept, never what stands in it, and how it ended."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID, uuid5

from domain.case.commands import Command
from domain.case.decide import Call, Decided
from domain.case.deciding import decide as decide_any
from domain.facts import Fact
from domain.rights.table import require

End = Literal["removed", "lapsed", "filed"]


class DraftSaved(Fact, frozen=True, kw_only=True, tag="draft.saved"):
    """A form that was begun is kept with the centre; recorded at most once a minute while somebody writes.

    Attributes:
        draft: its id, which becomes that of the case.
        hash: of its content under a key of the centre's, in hex; whoever has only the log cannot guess at it.
        size: of the content in bytes.
    """

    draft: UUID
    hash: str
    size: int


class DraftEnded(Fact, frozen=True, kw_only=True, tag="draft.ended"):
    """The centre keeps a form no longer.

    Attributes:
        why: `removed` by its author, `lapsed` 30 days after it was last written to, or `filed`: it became a case.
    """

    draft: UUID
    why: str


class SaveDraft(Command, frozen=True, kw_only=True):
    """Record that a form was kept; the lane is its stream."""

    type: ClassVar[str] = "draft.save@1"
    draft: UUID
    hash: str
    size: int


class EndDraft(Command, frozen=True, kw_only=True):
    """Record that a form is kept no longer; the lane is its stream."""

    type: ClassVar[str] = "draft.end@1"
    draft: UUID
    why: End


def draft_stream(person: UUID, draft: UUID) -> UUID:
    """The stream of a form of one person; that of somebody else with the same id is another one."""
    return uuid5(person, f"draft {draft}")


@decide_any.register
def _(command: SaveDraft, call: Call, _bench: object) -> Decided:
    require(command.act, call.by, own=call.lane == draft_stream(call.by.id, command.draft))
    return [(call.lane, DraftSaved(draft=command.draft, hash=command.hash, size=command.size))]


@decide_any.register
def _(command: EndDraft, call: Call, _bench: object) -> Decided:
    require(command.act, call.by, own=call.lane == draft_stream(call.by.id, command.draft))
    return [(call.lane, DraftEnded(draft=command.draft, why=command.why))]
