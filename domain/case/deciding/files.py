"""Decisions about the bytes of files, which only the centre can see."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case import commands as c
from domain.case import facts as f
from domain.case.decide import Bench, Call, Decided, decide
from domain.case.deciding.guards import Recorded, item_of
from domain.case.deciding.papers import completed
from domain.case.state import Case, evolve
from domain.centre.centre import DERIVED_ID
from domain.refusals import NotFound, UploadLinkInvalid


@decide.register
def _(command: c.StoreFile, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    ref = command.file
    stored = f.FileStored(
        file=ref.id,
        sha256=ref.sha256,
        size=ref.size,
        media_type=command.media_type,
        address=command.address,
        uploaded_by=command.uploaded_by,
    )
    _require_possible(command, call, case, bench)
    if _settled(case, command):
        return []
    facts: Recorded = [*_for_children(command, call, case, bench), (call.lane, stored)]
    if case.is_filed:
        item = item_of(case, bench)
        facts += completed(call.lane, evolve(stored, case, by=stored.uploaded_by), item, bench)
    return facts


@decide.register
def _(command: c.RejectFile, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    _require_possible(command, call, case, bench)
    known = case.arrived.get(command.file.id)
    if known is not None and known.rejected is None:
        return []
    children = _for_children(command, call, case, bench)
    rejected = f.FileRejected(
        file=command.file.id,
        sha256=command.file.sha256,
        reason=command.reason,
        uploaded_by=command.uploaded_by,
    )
    return [*children, (call.lane, rejected)]


@decide.register
def _(command: c.ExpireFile, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    known = case.arrived.get(command.file)
    if case.is_filed or case.children or known is None or known.rejected is not None:
        return []
    lapsed = f.FileRejected(file=command.file, sha256=known.sha256, reason=f.FILE_LAPSED, uploaded_by=known.uploaded_by)
    return [(call.lane, lapsed)]


def _for_children(command: c.StoreFile | c.RejectFile, call: Call, case: Case, bench: Bench) -> Recorded:
    """A file of a linked filing, on each of its cases that names it."""
    facts: Recorded = []
    for child in case.children:
        if any(page.file == command.file.id for page in bench.case(child).pages):
            facts += decide(command, replace(call, lane=child), bench)
    return facts


def _require_possible(command: c.StoreFile | c.RejectFile, call: Call, case: Case, bench: Bench) -> None:
    """Files may arrive before their case is filed, but not on a stream that the centre derives from a name.

    Raises:
        UploadLinkInvalid: it came through a one-time link that takes no more, or none but what it named.
    """
    if not case.is_filed and call.lane.version == DERIVED_ID:
        raise NotFound
    if not case.takes(command.file.id, by=command.uploaded_by, now=bench.now):
        raise UploadLinkInvalid


def _settled(case: Case, command: c.StoreFile) -> bool:
    """Whether nothing is to be recorded: a page shows the file already, or the same person sent the same bytes."""
    known = case.arrived.get(command.file.id)
    if known is None or known.rejected is not None:
        return False
    shown = any(case.has(page) for page in case.pages if page.file == command.file.id)
    return shown or (known.sha256, known.uploaded_by) == (command.file.sha256, command.uploaded_by)
