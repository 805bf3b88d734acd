"""Keeps files with whom they belong to, and nothing longer than it may be kept.

Files are handed over to the applicant once the case is filed, and swept when unwanted; keys of days are destroyed.

A photograph may arrive before its case is filed, and then belongs to whoever uploaded it. Where that was an agent or a
member of staff, the filing tells for whom: from then on the file depends on the applicant's key, as their answers do,
and is erased with them. A file is handed over once; asking again does nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from uuid import UUID

from domain.case.facts import CaseFiled, CaseSupplemented, FileStored
from domain.case.state import Case
from domain.facts import tag_of
from store.centre import Centre
from store.drafts import DRAFTS, Draft
from store.files import FileErased, FileNotStored, FileStore
from store.keys import KeyDestroyed
from store.passing import destroy_passed
from store.sweeping import give_up, sweep
from web.edge import Edge

WATCHED = frozenset(tag_of(kind) for kind in (CaseFiled, CaseSupplemented, FileStored))
PAGE_OF_FACTS = 1_000
TURN_SECONDS = 1.0
SWEEP_EVERY = 86_400
POSITION = "handed-over"
"""File in the store's folder that holds the position of the last fact looked at."""


async def follow(edge: Edge) -> None:
    """Hand files over, and once a day sweep and destroy the keys of days that are over, until cancelled."""
    keeper = Keeper(edge.centre, edge.files, edge.settings.centre_folder / "files" / POSITION)
    while True:
        await asyncio.to_thread(keeper.catch_up)
        await asyncio.to_thread(once_a_day, edge)
        for _ in range(SWEEP_EVERY):
            await asyncio.sleep(TURN_SECONDS)
            await asyncio.to_thread(keeper.catch_up)


def once_a_day(edge: Edge) -> None:
    """Remove what nobody will ask for again, and destroy the keys of what has had its time."""
    now = edge.clock()
    give_up(edge.centre, edge.files, now=now)
    destroy_passed(edge.centre.vault, now=now)
    sweep(edge.centre, edge.files, edge.staging, now=now)


def belongs_to(centre: Centre, case: Case, uploaded_by: UUID) -> UUID:
    """To whom a file of `case` belongs: the applicant, once it is filed, unless a stranger to it sent the file."""
    if case.applicant is None or (not case.belongs_to(uploaded_by) and centre.person(uploaded_by).registered):
        return uploaded_by
    return case.applicant


class Keeper:
    """Hands files over to the applicants of their cases.

    Args:
        centre: the log.
        files: what is kept.
        progress: where the position of the last fact looked at is noted.
    """

    def __init__(self, centre: Centre, files: FileStore, progress: Path) -> None:
        self._centre = centre
        self._files = files
        self._progress = progress
        self._position = self._noted()

    def catch_up(self) -> None:
        """Read the log to where its head was, and hand over what it asks for: other nodes may never stop writing."""
        while True:
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
            for case in {envelope.originator_id for _, envelope in page}:
                self._look_at(self._centre.case(case))
            self._position = reached
            if page:
                self._note()
            if len(page) < PAGE_OF_FACTS:
                return

    def _look_at(self, case: Case) -> None:
        for arrived in case.arrived.values() if case.is_filed else ():
            if arrived.rejected is None:
                with contextlib.suppress(FileNotStored, FileErased, KeyDestroyed):  # nothing is left to hand over
                    self._files.hand_over(arrived.address, to=belongs_to(self._centre, case, arrived.uploaded_by))

    def _noted(self) -> int:
        """Where the last process stopped; the start, if nobody did or the log is an older one than it knew."""
        try:
            noted = int(self._progress.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        return noted if noted <= self._centre.head() else 0

    def _note(self) -> None:
        with Draft(self._progress.parent / DRAFTS) as draft:
            draft.write(str(self._position).encode())
            draft.keep_as(self._progress)
