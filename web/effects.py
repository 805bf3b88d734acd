"""What follows from facts outside the log: the PDF of a result is rendered, a printed result is handed to the post.

Rendering is pure, so it is simply done again where its outcome is not in the log. Handing over is done once: the effect
is claimed in the log first, and a claim without an outcome (the process ended in between, or the carrier's answer was
lost) is reported as `effect.uncertain`: work for staff, never a second parcel. All command ids follow from the position
of the fact that asks for the effect, so a repeated command has no second effect either.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import Counter
from uuid import UUID, uuid5

from domain.case.commands import ClaimEffect, Command, RecordPosting, RecordRendering, ReportEffect
from domain.case.facts import (
    CaseDelivered,
    CasePosted,
    DispatchRequested,
    EffectClaimed,
    EffectUncertain,
    ResultIssued,
    ResultRendered,
)
from domain.centre.centre import NAMESPACE
from domain.facts import Envelope, tag_of
from store.centre import Centre
from store.files import FileStore
from store.writer import Answer
from web.edge import Edge
from web.post import Carrier, DemoPost, Recipient
from web.results.paper import Answers, address_text, compose
from web.results.recall import AnswersGone, recall
from web.results.typeset import Typesetter

POST = "post"
PDF = "pdf"
TRIES = 3
PAGE_OF_FACTS = 1_000
POLL_SECONDS = 1.0
RETRY_SECONDS = 5.0

WATCHED = tuple(
    tag_of(kind)
    for kind in (
        ResultIssued,
        ResultRendered,
        DispatchRequested,
        EffectClaimed,
        EffectUncertain,
        CasePosted,
        CaseDelivered,
    )
)

_log = logging.getLogger("doorstep.effects")


async def follow(edge: Edge) -> None:
    """Do effects until cancelled."""
    effects = Effects(edge.centre, edge.files, DemoPost(), address=edge.settings.public_url)
    effects.start()
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(effects.stop)


class Effects:
    """A thread that does effects, one after another.

    Args:
        centre: the log.
        files: where rendered documents are kept.
        carrier: who carries printed results.
        address: base address of the check page, printed on documents.
    """

    def __init__(self, centre: Centre, files: FileStore, carrier: Carrier, *, address: str) -> None:
        self._centre = centre
        self._files = files
        self._carrier = carrier
        self._address = address
        self._typesetter = Typesetter()
        self._position = 0
        self._renderings: dict[UUID, int] = {}
        self._parcels: dict[UUID, int] = {}
        self._claimed: set[int] = set()
        self._failures: Counter[UUID] = Counter()
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="effects", daemon=True)

    def start(self) -> None:
        """Begin to follow the log, from its start; what has its outcome there is not done again."""
        self._centre.log_recorder.listeners.add(self._woken)
        self._thread.start()

    def stop(self) -> None:
        """Finish the effect under way and stop."""
        self._stopping.set()
        self._woken.set()
        self._centre.log_recorder.listeners.discard(self._woken)
        if self._thread.is_alive():
            self._thread.join()

    def catch_up(self) -> None:
        """Read the log to its head and do what it asks for."""
        while self._read_on():
            pass
        for case in tuple(self._renderings):
            self._render(case)
        for case in tuple(self._parcels):
            self._hand_over(case)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                self.catch_up()
            except Exception:
                _log.exception("effects stopped after position %s and try again", self._position)
                self._stopping.wait(RETRY_SECONDS)
            self._woken.wait(POLL_SECONDS)

    def _read_on(self) -> bool:
        """Take note of the next page of the log; False at its head."""
        reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
        for position, envelope in page:
            self._note(position, envelope)
        moved = reached > self._position
        self._position = reached
        return moved

    def _note(self, position: int, envelope: Envelope) -> None:
        case, fact = envelope.originator_id, envelope.fact
        match fact:
            case ResultIssued():
                self._renderings[case] = position
            case ResultRendered():
                self._renderings.pop(case, None)
            case DispatchRequested():
                self._parcels[case] = position
            case EffectClaimed(channel=channel, position=asked) if channel == POST:
                self._claimed.add(asked)
            case CasePosted() | EffectUncertain() | CaseDelivered():
                self._parcels.pop(case, None)
            case _:
                pass

    def _render(self, case: UUID) -> None:
        try:
            issued = recall(self._centre, self._centre.read(case))
            if issued is not None:
                stored = self._files.put(self._typesetter.pdf(compose(issued, address=self._address)))
                done = RecordRendering(sha256=stored.sha256, size=stored.size, address=stored.address)
                self._record(done, case, effect_id(self._renderings[case], PDF))
        except AnswersGone:
            _log.warning("the result of case %s is not rendered: its personal values were erased", case)
        except Exception:
            self._failures[case] += 1
            if self._failures[case] < TRIES:
                raise
            _log.exception("the result of case %s cannot be rendered", case)
        del self._renderings[case]

    def _hand_over(self, case: UUID) -> None:
        position = self._parcels.pop(case)
        claim = effect_id(position, POST)
        if position in self._claimed or not self._claim(case, position, claim):
            self._leave_to_staff(case, position, claim)
            return
        try:
            number = self._deliver(case)
        except Exception:
            _log.exception("the post did not say whether it has the result of case %s", case)
            self._leave_to_staff(case, position, claim)
            return
        posted = RecordPosting(carrier=self._carrier.name, tracking_number=number)
        self._record(posted, case, uuid5(claim, "outcome"))

    def _claim(self, case: UUID, position: int, claim: UUID) -> bool:
        return self._record(ClaimEffect(position=position, channel=POST), case, claim).verdict == "applied"

    def _deliver(self, case: UUID) -> str:
        issued = recall(self._centre, self._centre.read(case))
        if issued is None:
            raise LookupError(case)
        return self._carrier.hand_over(
            case, document_number=issued.document_number, recipient=recipient_of(issued.answers)
        )

    def _leave_to_staff(self, case: UUID, position: int, claim: UUID) -> None:
        _log.warning("whether the post has the result of case %s is not known", case)
        self._record(ReportEffect(position=position, channel=POST), case, uuid5(claim, "uncertain"))

    def _record(self, command: Command, case: UUID, id: UUID) -> Answer:
        """Tell the log, as often as it takes; a repeated command has no second effect."""
        while True:
            answer = self._centre.by_itself(command, lane=case, id=id)
            if answer.verdict != "retry" or self._stopping.wait((answer.retry_ms or 0) / 1000):
                return answer


def effect_id(position: int, channel: str) -> UUID:
    """The id of the command that claims or records the effect of the fact at a position."""
    return uuid5(NAMESPACE, f"effect:{position}:{channel}")


def recipient_of(answers: Answers) -> Recipient:
    """Whom the result goes to: as asked for in the form, else to the applicant."""
    return Recipient(
        name=str(answers.get("mail_recipient") or answers.get("applicant_name", "")),
        phone=str(answers.get("mail_phone") or answers.get("applicant_phone", "")),
        address=address_text(answers.get("mail_address") or answers.get("applicant_address")),
    )
