"""`/api/cases/{case}/export.zip`: a case with its events, their proofs and its files, to be checked elsewhere."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.case.facts import FileStored, ResultRendered
from domain.centre.centre import views_stream
from domain.decisions import Call
from domain.effects.exports import EXPORTS_STREAM, RecordExport
from domain.effects.notices import notices_stream
from domain.effects.papers import PaperRendered, papers_stream
from domain.effects.parcels import parcels_stream
from domain.facts import Envelope
from domain.refusals import NotFound
from domain.rights.cases import sees_numbers
from domain.rights.glass import glass_stream
from domain.rights.table import require
from projections import history
from projections.cases.masking import masked
from projections.documents import CaseBody
from projections.lookups import Lookups
from projections.reader import Reader
from store import notes
from store.files import FilesAway, FilesError
from store.log import Leaf, Row
from web.api.audit_proofs import VERIFIER
from web.api.cases import Opened, open_case
from web.api.files import EXTENSIONS
from web.errors import Problem
from web.export.page import Taken, page
from web.export.words import PAPERS
from web.signin.fresh import require_fresh
from web.transparency import sure

REPORT = "case"
EPOCH = (1980, 1, 1, 0, 0, 0)


class Packed(Struct, frozen=True, kw_only=True):
    """An export that is ready, and what is recorded of it."""

    content: bytes
    events: int
    position: int


class Kept(Struct, frozen=True, kw_only=True):
    """A file of the case that is still there."""

    place: str
    name: str
    content: bytes


async def export(request: Request) -> Response:
    """`GET /api/cases/{case}/export.zip`: the signed export of a case; that it was taken is recorded first."""
    opened = await open_case(request)
    require("case.export", opened.actor)
    require_fresh(request, "case.export")
    note = await sure(opened.edge, opened.edge.notary.checkpoint)
    packed = await opened.edge.readers.ask(lambda reader: _packed(opened, reader, note))
    await _record(opened, packed)
    name = f"doorstep-{opened.case.case_number or opened.case.filing_number}.zip"
    headers = {"cache-control": "no-store", "content-disposition": f"attachment; filename*=UTF-8''{_quoted(name)}"}
    return Response(packed.content, headers=headers, media_type="application/zip")


def _packed(opened: Opened, reader: Reader, note: str) -> Packed:
    """Everything, as of one checkpoint."""
    edge, lookups = opened.edge, reader.lookups()
    told = list(_events(opened, note))
    rows = [row for row, _ in told]
    checkpoint = notes.checkpoint_of(note.rpartition("\n\n")[0] + "\n")
    files = list(_files(opened, rows))
    taken = Taken(
        name=edge.centre.staff_by_id(opened.actor.id).name,
        at=edge.clock(),
        log=checkpoint.origin,
        size=checkpoint.size,
        key=edge.notary.log_keys()[-1].verifier_key,
    )
    moments = history.moments(edge.centre, opened.id, lookups)
    shown = page(_body(opened, lookups), edge.centre.item_of(opened.case), moments, _named(files), taken)
    content = _zip(
        {
            "index.html": shown.encode(),
            "events.jsonl": "".join(line for _, line in told).encode(),
            "checkpoint": note.encode(),
            "key": f"{taken.key}\n".encode(),
            "verify.py": VERIFIER.read_bytes(),
            **{one.place: one.content for one in files},
        }
    )
    return Packed(content=content, events=len(rows), position=rows[-1].position)


def _events(opened: Opened, note: str) -> Iterator[tuple[Row, str]]:
    """The events of the case up to the checkpoint, each with its line, which bears the path that proves it."""
    case = opened.id
    beside = (notices_stream(case), papers_stream(case), parcels_stream(case), views_stream(case), glass_stream(case))
    for row in sorted(opened.edge.centre.event_log.rows(case, *beside), key=lambda row: row.position):
        try:
            leaf, path = opened.edge.notary.place(row.position, note)
        except IndexError:
            return  # it came after the checkpoint
        yield row, _line(opened.edge.centre.origin, leaf, path)


def _line(origin: str, leaf: Leaf, path: list[bytes] | None) -> str:
    row = leaf.row
    event = {
        "origin": origin,
        "stream": str(row.stream),
        "version": row.version,
        "tag": row.tag,
        "stored": base64.b64encode(row.state).decode(),
        "leaf": leaf.hash.hex() if leaf.hash else "",
        "position": row.position,
        "index": leaf.number if path is not None else None,
        "path": [notes.encoded(one) for one in path or ()],
    }
    return json.dumps(event, separators=(",", ":")) + "\n"


def _files(opened: Opened, rows: list[Row]) -> Iterator[Kept]:
    """The files that the events name, decrypted; those that were erased are left out."""
    read = opened.edge.centre.facts.envelope
    for envelope in (read(*row[1:]) for row in rows):
        match envelope.fact:
            case FileStored() as fact:
                ending = EXTENSIONS.get(fact.media_type, "bin")
                place, name = f"files/{fact.file}.{ending}", f"照片 {str(fact.file)[:8]}"
            case ResultRendered() as fact:
                place, name = _place(envelope), "结果"
            case PaperRendered() as fact:
                place, name = _place(envelope), PAPERS.get(fact.kind, fact.kind)
            case _:
                continue
        try:
            yield Kept(place=place, name=name, content=opened.edge.files.read(fact.address))
        except FilesAway:  # nothing is lost: an export without its files would say that they were erased
            raise
        except FilesError:
            continue


def _place(envelope: Envelope) -> str:
    return f"files/{envelope.originator_id}-{envelope.originator_version}.pdf"


def _named(files: list[Kept]) -> dict[str, str]:
    return {f"{number}. {one.name}": one.place for number, one in enumerate(files, 1)}


def _body(opened: Opened, lookups: Lookups) -> CaseBody:
    stood = history.case_at(opened.edge.centre, opened.id, lookups)
    if stood is None:
        raise NotFound
    if sees_numbers(opened.actor, opened.case):
        return stood[1]
    return masked(stood[1], opened.edge.centre.item_of(opened.case))


def _zip(held: dict[str, bytes]) -> bytes:
    """Stored, not packed: photographs do not get smaller, and a browser reads it without help."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in held.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content)
    return packed.getvalue()


async def _record(opened: Opened, packed: Packed) -> None:
    made = RecordExport(
        report=REPORT,
        form="zip",
        filters={"case": str(opened.id)},
        rows=packed.events,
        as_of=packed.position,
        sha256=hashlib.sha256(packed.content).hexdigest(),
        personal=True,
    )
    call = Call(id=opened.edge.new_id(), lane=EXPORTS_STREAM, command=made, by=opened.actor)
    answer = await asyncio.wrap_future(opened.edge.centre.submit(call))
    if answer.verdict != "applied":
        raise Problem(503, answer.code or "busy", retry_s=1)


def _quoted(name: str) -> str:
    return quote(name, safe="")


ROUTES: tuple[BaseRoute, ...] = (Route("/api/cases/{case:uuid}/export.zip", export, methods=["GET"]),)
