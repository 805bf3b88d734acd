"""Notices when somebody has filed the same matter twice, for instance on two devices without a signal.

Both filings are taken; the later one gets a suspicion that names the earlier. Whether they are one matter is for staff
to say (`case.merge@1`, `case.clear-duplicate@1`). Two filings are compared by what they say: the same item, by the same
person, with the same answers but for the way in which the result shall come. A landlord's second lease is another one.
"""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from threading import Event
from typing import Any, cast
from uuid import UUID, uuid5

import msgspec

from domain.case.acts import ENDED
from domain.case.commands import SuspectDuplicate
from domain.case.facts import CaseFiled
from domain.catalogue.items import ServiceItem
from domain.centre.centre import NAMESPACE
from domain.facts import Envelope, tag_of
from store.centre import Centre
from web.edge import Edge
from web.following import Progress, Worker, insist
from web.results.recall import answers_of, last

WATCHED = frozenset({tag_of(CaseFiled)})
PAGE_OF_FACTS = 1_000
DELIVERY = "delivery"
"""Group of the fields that say how the result comes."""


class Duplicates:
    """Compares each filing with the open ones of the same person and item.

    Args:
        centre: the log. Who filed what is read from its start, since any open case may get a twin; words are opened
            only where person and item are the same, and once for each case.
        progress: up to where filings were compared by an earlier process.
    """

    def __init__(self, centre: Centre, *, progress: Progress | None = None) -> None:
        self._centre = centre
        self._progress = progress
        self._compared = progress.position if progress else 0
        self._position = 0
        self._filed: defaultdict[tuple[UUID, str], dict[UUID, None]] = defaultdict(dict)
        self._contents: dict[UUID, bytes] = {}

    def catch_up(self, stopping: Event | None = None) -> None:
        """Read the log to its head, unless whoever asked has to stop; what was not compared is compared after that."""
        while True:
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
            for position, envelope in page:
                self._take(position, envelope.originator_id, cast("CaseFiled", envelope.fact), stopping)
                if stopping is not None and stopping.is_set():
                    return
            self._position = reached
            if not page:  # whatever else other nodes go on writing
                break
        if self._progress:
            self._progress.keep(self._position)

    def _take(self, position: int, case: UUID, filed: CaseFiled, stopping: Event | None) -> None:
        earlier = self._filed[filed.agent or filed.applicant, filed.item_id]
        if case in earlier:  # read before a turn that stopped short
            return
        if position > self._compared:
            self._compare(case, earlier, stopping)
        earlier[case] = None

    def _compare(self, case: UUID, earlier: Iterable[UUID], stopping: Event | None) -> None:
        twins = [other for other in earlier if self._content(other) == self._content(case)]
        for other in twins:
            if stopping is not None and stopping.is_set():
                return
            if self._is_open(case) and self._is_open(other):
                id = uuid5(NAMESPACE, f"duplicate:{case}:{other}")
                insist(self._centre, SuspectDuplicate(other=other), lane=case, id=id)

    def _is_open(self, case: UUID) -> bool:
        status = self._centre.case(case).status
        return status is not None and status not in ENDED

    def _content(self, case: UUID) -> bytes:
        """Hash of what a filing says; of a filing whose words were erased, a hash like no other."""
        if case not in self._contents:
            self._contents[case] = self._hashed(case)
        return self._contents[case]

    def _hashed(self, case: UUID) -> bytes:
        envelope = last(self._centre.read(case), CaseFiled)
        assert envelope is not None
        fact = cast("CaseFiled", envelope.fact)
        answers = self._answers(envelope, fact)
        said: Any = case if answers is None else answers
        return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).digest()

    def _answers(self, envelope: Envelope, fact: CaseFiled) -> dict[str, Any] | None:
        answers = answers_of(self._centre, envelope, fact)
        if answers is None:
            return None
        aside = _delivery_fields(self._centre.item(fact.item_id, fact.item_version))
        return {field: _plain(value) for field, value in answers.items() if field not in aside}


def _delivery_fields(item: ServiceItem) -> frozenset[str]:
    return frozenset(field.id for field in item.fields if field.group == DELIVERY)


def _plain(value: Any) -> Any:
    """Words as they are meant: full-width or not, with or without blanks."""
    if not isinstance(value, str):
        return value
    return "".join(unicodedata.normalize("NFKC", value).split()).casefold()


async def follow(edge: Edge) -> None:
    """Compare what is filed until cancelled."""
    duplicates = await asyncio.to_thread(_duplicates, edge)
    worker = Worker("duplicates", edge.centre, lambda: duplicates.catch_up(worker.stopping), roster=edge.roster)
    worker.start()
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(worker.stop)


def _duplicates(edge: Edge) -> Duplicates:
    progress = Progress(edge.settings.followers_folder / "duplicates", head=edge.centre.head())
    return Duplicates(edge.centre, progress=progress)
