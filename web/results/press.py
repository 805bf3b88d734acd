"""Renders the papers of cases, each once: the result, its copies, and the letters that go with what happens to a case.

Rendering is pure, so it is simply done again where its outcome is not in the log. Whoever is first of several nodes
counts. A paper that cannot be rendered because its person was erased is passed over.
"""

from __future__ import annotations

import logging
from typing import Protocol
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.case import facts as f
from domain.case.commands import Command, RecordRendering
from domain.centre.centre import NAMESPACE
from domain.effects.papers import PaperKind, Papers, RecordPaper, papers_stream
from domain.facts import Envelope, Fact, tag_of
from store.centre import Centre
from store.files import FileStore, Stored
from store.keys import KeyDestroyed
from store.states import PAPERS
from web.following import Progress, insist
from web.results.codes import KEY, LetterCodes
from web.results.labels import label_of
from web.results.letters import KIND_OF_FACT, letter_kind, letter_of
from web.results.matter import recall_matter
from web.results.paper import AnswersGone, compose, grouped
from web.results.recall import recall
from web.results.typeset import Typesetter

TRIES = 3
PAGE_OF_FACTS = 1_000

RESULTS: frozenset[type[Fact]] = frozenset({f.ResultIssued})
LETTERS: frozenset[type[Fact]] = frozenset(
    {*KIND_OF_FACT, f.CaseDecided, f.ResultVoided, f.ResultReprinted, f.DispatchRequested}
)

_log = logging.getLogger("doorstep.press")


class Stopped(Protocol):
    """Tells whether to leave off between two papers."""

    def is_set(self) -> bool:
        """Whether the service stops."""
        ...


class Press:
    """Renders what the log asks for, one paper after another.

    Args:
        centre: the log.
        files: where rendered papers are kept.
        address: base address of the check page, printed on results and letters.
        wanted: facts that ask for a paper.
        progress: how far an earlier process had come; everything is looked at without it.
    """

    def __init__(
        self,
        centre: Centre,
        files: FileStore,
        *,
        address: str,
        wanted: frozenset[type[Fact]] = RESULTS | LETTERS,
        progress: Progress | None = None,
    ) -> None:
        self._centre = centre
        self._files = files
        self._address = address
        self._codes = LetterCodes(centre.key_for(KEY))
        self._tags = frozenset(tag_of(kind) for kind in wanted)
        self._progress = progress
        self._position = progress.position if progress else 0
        self._failures: dict[int, int] = {}
        self._typesetter: Typesetter | None = None

    def catch_up(self, stopping: Stopped | None = None) -> None:
        """Read the log to its head and render what is not there."""
        while not (stopping and stopping.is_set()):
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=self._tags)
            for position, envelope in page:
                if stopping and stopping.is_set():
                    return
                self._render(position, envelope)
                self._position = position
            if reached == self._position:
                break
            self._position = reached
        if self._progress:
            self._progress.keep(self._position)

    def _render(self, position: int, envelope: Envelope) -> None:
        kind = paper_kind(envelope.fact)
        if kind is None or self._is_there(envelope.originator_id, envelope.fact, position, kind):
            return
        try:
            self._put(envelope, position, kind)
        except (AnswersGone, KeyDestroyed):
            _log.warning("a paper of a case is not rendered: its personal values were erased")
        except Exception:
            self._failures[position] = self._failures.get(position, 0) + 1
            if self._failures[position] < TRIES:
                raise
            _log.exception("the paper that the fact at %s asks for cannot be rendered", position)

    def _is_there(self, case: UUID, fact: Fact, position: int, kind: PaperKind) -> bool:
        if isinstance(fact, f.ResultIssued):
            state = self._centre.case(case)
            return state.rendered or state.document_number != fact.document_number
        papers: Papers = self._centre.state(papers_stream(case), PAPERS)
        return (position, kind.value) in papers.rendered

    def _put(self, envelope: Envelope, position: int, kind: PaperKind) -> None:
        case = envelope.originator_id
        set_ = self._set_result if kind in _OF_A_RESULT else self._set_letter
        rendered = set_(case, position, kind)
        if rendered is None:
            return
        applicant, pdf = rendered
        stored = self._files.put(pdf, person=applicant)
        id = uuid5(NAMESPACE, f"paper:{position}:{kind.value}:{stored.address}")
        insist(self._centre, _record(kind, position, stored, envelope.fact), lane=case, id=id)

    def _set_result(self, case: UUID, position: int, kind: PaperKind) -> tuple[UUID, bytes] | None:
        facts = self._centre.read(case, until=position)
        issued = recall(self._centre, facts)
        if issued is None:
            return None
        paper = compose(issued, address=self._address, mark=_mark(kind, facts[-1].fact))
        return issued.applicant, self._setter().pdf(paper)

    def _set_letter(self, case: UUID, position: int, kind: PaperKind) -> tuple[UUID, bytes] | None:
        matter = recall_matter(self._centre, case, position)
        if matter is None:
            return None
        setter = self._setter()
        if kind is PaperKind.LABEL:
            return matter.applicant, setter.label(label_of(matter), on=matter.on)
        code = self._codes.code(case, position, kind)
        letter = replace(letter_of(kind, matter), code=grouped(code), verify_url=f"{self._address}/verify/{code}")
        return matter.applicant, setter.letter(letter, on=matter.on)

    def _setter(self) -> Typesetter:
        if self._typesetter is None:
            self._typesetter = Typesetter()
        return self._typesetter


_OF_A_RESULT = frozenset({PaperKind.RESULT, PaperKind.COPY, PaperKind.VOID})


def paper_kind(fact: Fact) -> PaperKind | None:
    """The paper that a fact asks for, None if none."""
    match fact:
        case f.ResultIssued():
            return PaperKind.RESULT
        case f.ResultReprinted():
            return PaperKind.COPY
        case f.ResultVoided():
            return PaperKind.VOID
        case f.DispatchRequested():
            return PaperKind.LABEL
        case _:
            return letter_kind(fact)


def _mark(kind: PaperKind, fact: Fact) -> str:
    if kind is PaperKind.VOID:
        return "作废"
    return f"补打 第{fact.copy}份" if isinstance(fact, f.ResultReprinted) else ""


def _record(kind: PaperKind, position: int, stored: Stored, fact: Fact) -> Command:
    if kind is PaperKind.RESULT:
        number = fact.document_number if isinstance(fact, f.ResultIssued) else ""
        return RecordRendering(sha256=stored.sha256, size=stored.size, address=stored.address, document_number=number)
    return RecordPaper(kind=kind, position=position, sha256=stored.sha256, size=stored.size, address=stored.address)
