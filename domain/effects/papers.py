"""Papers of a case that exist as PDF: slips, letters, copies and labels; the result itself stands on the case."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.commands import Command, Position, Sha256
from domain.case.decide import Call
from domain.facts import Fact


class PaperKind(StrEnum):
    """What a paper is; the app and the paper itself have the words."""

    RECEIPT = "receipt"
    ACCEPTANCE = "acceptance"
    CORRECTION = "correction"
    DECLINE = "decline"
    REDIRECT = "redirect"
    EXTENSION = "extension"
    PROCEDURE = "procedure"
    DECISION = "decision"
    RETURN = "return"
    RESULT = "result"
    COPY = "copy"
    VOID = "void"
    LABEL = "label"


class PaperRendered(Fact, frozen=True, kw_only=True, tag="paper.rendered"):
    """A paper exists as a PDF, named by its hash.

    Attributes:
        kind: one of `PaperKind`.
        position: of the fact that it tells of.
        size: in bytes.
        address: where the file store keeps it.
    """

    kind: str
    position: int
    sha256: str
    size: int
    address: str


class Papers(Struct, frozen=True):
    """The papers of one case, by position and kind."""

    rendered: frozenset[tuple[int, str]] = frozenset()


class RecordPaper(Command, frozen=True, kw_only=True):
    """A paper has been rendered (the centre itself says so)."""

    type: ClassVar[str] = "paper.render@1"
    kind: PaperKind
    position: Position
    sha256: Sha256
    size: int
    address: str


def papers_stream(case: UUID) -> UUID:
    """The stream of a case's papers."""
    return uuid5(case, "papers")


def evolve(fact: Fact, papers: Papers) -> Papers:
    """The papers after `fact`."""
    if isinstance(fact, PaperRendered):
        return Papers(papers.rendered | {(fact.position, fact.kind)})
    return papers


def record(command: RecordPaper, call: Call, papers: Papers) -> list[tuple[UUID, Fact]]:
    """Record a paper once, whoever else rendered it too."""
    if (command.position, command.kind.value) in papers.rendered:
        return []
    rendered = PaperRendered(
        kind=command.kind.value,
        position=command.position,
        sha256=command.sha256,
        size=command.size,
        address=command.address,
    )
    return [(papers_stream(call.lane), rendered)]
