"""Files that nobody will ask for again are removed: never finished, never named by a fact, never handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from domain.case.commands import ExpireFile
from domain.case.facts import FILE_LAPSED, FileStored
from domain.case.state import Case
from domain.facts import tag_of
from store.centre import Centre
from store.files import FilesError, FileStore
from store.staging import Staging

UNNAMED = timedelta(days=30)
"""How long a file may wait to be named; an upload is reported or forgotten after a quarter of that."""

NOT_HANDED_IN = timedelta(days=30)
"""How long photographs of a form wait for it to be handed in."""

UNFINISHED = timedelta(days=1)
"""How long a file may take to be written; all of its bytes are there when that begins."""

PAGE_OF_FACTS = 1_000
_ADDRESS = re.compile(rb'"([0-9a-f]{64})"')


def sweep(centre: Centre, files: FileStore, uploads: Staging, *, now: datetime) -> int:
    """Remove what nothing refers to, and what belongs to a person who was erased; return how many files that was.

    What could be named is looked up after the files were listed, so that a file that is named meanwhile stays.

    Args:
        centre: whose facts name files.
        files: what is kept.
        uploads: what is on its way; an upload that was judged but not reported names its file too.
        now: the time, UTC.
    """
    files.sweep_drafts((now - UNFINISHED).timestamp())
    before = (now - UNNAMED).timestamp()
    kept = dict(files.addresses())
    erased = {address for address in kept if _is_erased(centre, files, address)}
    unnamed = {address for address, changed_at in kept.items() if changed_at < before}
    unnamed.difference_update(upload.notes.get("address", "") for upload in uploads.all())
    unnamed.difference_update(_named(centre))
    for address in erased | unnamed:
        files.remove(address)
    return len(erased | unnamed)


def give_up(centre: Centre, files: FileStore, *, now: datetime) -> int:
    """Remove the photographs of forms that were begun long ago and never handed in; return how many files that was.

    The log is told first: whoever hands the form in after all is asked for them again.

    Args:
        centre: whose facts name files.
        files: what is kept.
        now: the time, UTC.
    """
    gone = 0
    for case, stored in _stored(centre, after=now - 2 * NOT_HANDED_IN, before=now - NOT_HANDED_IN):
        if files.exists(stored.address) and not centre.case(case).is_filed:
            centre.by_itself(ExpireFile(file=stored.file), lane=case)
            if _is_given_up(centre.case(case), stored):
                files.remove(stored.address)
                gone += 1
    return gone


def _is_given_up(case: Case, stored: FileStored) -> bool:
    known = case.arrived.get(stored.file)
    return not case.is_filed and known is not None and known.rejected == FILE_LAPSED


def _stored(centre: Centre, *, after: datetime, before: datetime) -> Iterator[tuple[UUID, FileStored]]:
    """The files that arrived between two instants, with their cases."""
    position = 0
    while True:
        reached, page = centre.stretch(position, PAGE_OF_FACTS, tags={tag_of(FileStored)})
        for _, envelope in page:
            if isinstance(envelope.fact, FileStored) and after <= envelope.meta.recorded_at < before:
                yield envelope.originator_id, envelope.fact
        if reached == position:
            return
        position = reached


def _is_erased(centre: Centre, files: FileStore, address: str) -> bool:
    try:
        return centre.vault.is_destroyed(files.owner(address))
    except FilesError:
        return False


def _named(centre: Centre) -> Iterator[str]:
    """Whatever could be an address in any fact, of a kind known to this program or not, up to the head of the log."""
    position = 0
    while True:
        reached, rows = centre.event_log.rows_after(position, PAGE_OF_FACTS)
        for row in rows:
            yield from (found.decode() for found in _ADDRESS.findall(row.state))
        if reached == position:
            return
        position = reached
