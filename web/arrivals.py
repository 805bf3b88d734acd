"""Photographs and scans on their way in: who may send what, what has arrived, what it is, and that the log knows it.

The end of an upload has three durable steps, each safe to repeat after a crash: *judged* (what the bytes are, and
where the file store keeps them, is noted beside the upload), *reported* (a command whose id follows from the file, so
that the log takes it once), *released* (the staged bytes are dropped; the note stays to answer repeated questions).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from functools import partial
from io import BufferedReader
from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.commands import FileRef, RejectFile, StoreFile
from domain.decisions import Call
from domain.refusals import PersonIsErased
from store.answers import Answer
from store.files import FileErased, FileStore
from store.itself import CENTRE_ACTOR
from store.keys import KeyDestroyed
from store.staging import EXPIRED, Staging, Upload, UploadNotFound
from web.errors import Problem
from web.inspection import MEDIA_TYPES, PDF_MARK, PDF_TYPE, Unusable, inspect

MAX_PHOTO_BYTES = 20_000_000
MAX_PDF_BYTES = 50_000_000
MOST_OPEN = 40
"""Uploads that one person may have under way: a thick case has about thirty pages."""

KEPT = timedelta(days=7)
"""How long an upload may take, and how long its end is remembered."""

EXPIRY_TOLD = timedelta(days=30)
"""How long after it expired whoever goes on with an upload is told that it took too long."""

RETRY_SECONDS = 5
JUDGED_AT_ONCE = 2
READ_BYTES = 262_144

DAMAGED = "hash-mismatch"
"""Why an upload is rejected whose bytes are not those that were promised; sending it again may mend it."""


class Announcement(Struct, frozen=True, kw_only=True):
    """What a device says of a file before it sends it.

    Attributes:
        file: the attachment's own id.
        lane: the case or draft it belongs to.
        intent_id: the command that names it; the lane itself for a form that is not handed in yet.
        sha256: of the content, in hex.
        size: in bytes.
        type: media type; only decides which size limit holds until the content is known.
    """

    file: UUID
    lane: UUID
    intent_id: UUID
    sha256: str
    size: int
    type: str


Admit = Callable[[Announcement, UUID, Mapping[UUID, int]], None]
"""Raises where a person may not send that file, whose other files come to so many bytes in each lane."""


class Outcome(Struct, frozen=True):
    """How an upload ended; `reason` says why it was rejected."""

    stored: bool
    reason: str = ""


class _Share(NamedTuple):
    by: UUID
    lane: UUID
    size: int


class Arrivals:
    """Every upload under way, in one process.

    Args:
        staging: where pieces are kept until the whole is there.
        files: where the whole is kept.
        submit: hands a command to the log's writer.
        owner: to whom a file of a case belongs that somebody uploads; both are given.
        admit: raises where a person may not send that file, beside what came from them lately for each lane.
        clock: the time, UTC.
    """

    def __init__(
        self,
        staging: Staging,
        files: FileStore,
        *,
        submit: Callable[[Call], Future[Answer]],
        owner: Callable[[UUID, UUID], UUID],
        admit: Admit,
        clock: Callable[[], datetime],
    ) -> None:
        self._staging = staging
        self._files = files
        self._submit = submit
        self._owner = owner
        self._admit = admit
        self._clock = clock
        known = tuple(staging.all())
        self._open = {upload.id: upload.by for upload in known if not _is_over(upload)}
        self._lately = {one.id: _Share(one.by, UUID(one.about["lane"]), one.size) for one in known if _keeps_bytes(one)}
        self._settling: dict[UUID, asyncio.Task[Outcome]] = {}
        self._turn = asyncio.Semaphore(JUDGED_AT_ONCE)

    async def announce(self, said: Announcement, *, by: UUID) -> Upload:
        """Begin an upload, or find it again as it stands if the same person announced the same file before.

        Raises:
            Problem: 415 `media-type`, 413 `too-large`, 429 `too-many-uploads`, or what `admit` says.
        """
        if said.type not in MEDIA_TYPES:
            raise Problem(415, "media-type", taken=sorted(MEDIA_TYPES))
        if said.size > most_bytes(said.type):
            raise Problem(413, "too-large", limit=most_bytes(said.type))
        upload = uuid5(by, f"{said.file} {said.sha256}")
        await asyncio.to_thread(self._admit, said, by, self._beside(upload, by))
        if upload not in self._open and list(self._open.values()).count(by) >= MOST_OPEN:
            raise Problem(429, "too-many-uploads", most=MOST_OPEN, retry_s=RETRY_SECONDS)
        about = {
            "file": str(said.file),
            "lane": str(said.lane),
            "intent": str(said.intent_id),
            "sha256": said.sha256,
            "type": said.type,
        }
        begun = await asyncio.to_thread(self._begun, upload, by, said.size, about)
        if not _is_over(begun):
            self._open[upload] = by
        if _keeps_bytes(begun):
            self._lately[upload] = _Share(by, said.lane, begun.size)
        return begun

    def _beside(self, upload: UUID, by: UUID) -> dict[UUID, int]:
        """Bytes in each lane that a person has sent lately, or is about to, without one upload."""
        bytes_in: Counter[UUID] = Counter()
        for id, share in tuple(self._lately.items()):
            if share.by == by and id != upload:
                bytes_in[share.lane] += share.size
        return bytes_in

    def _begun(self, upload: UUID, by: UUID, size: int, about: dict[str, str]) -> Upload:
        """The upload as it stands; one that took too long or whose bytes were damaged on the way starts afresh."""
        begun = self._staging.create(upload, by=by, size=size, about=about, now=self._clock())
        damaged = "reported" in begun.notes and begun.notes.get("reason") == DAMAGED
        if damaged or self._took_too_long(begun):
            self._staging.discard(upload)
            begun = self._staging.create(upload, by=by, size=size, about=about, now=self._clock())
        return begun

    def find(self, upload: UUID, *, by: UUID) -> Upload:
        """An upload of this person's.

        Raises:
            Problem: 404 for one that does not exist, and for one of somebody else's; 410 `upload-expired` for one
                that took too long.
        """
        try:
            found = self._staging.find(upload)
        except UploadNotFound:
            raise Problem(404, "not-found") from None
        if found.by != by:
            raise Problem(404, "not-found")
        if self._took_too_long(found):
            raise Problem(410, "upload-expired", days=KEPT.days)
        return found

    def _took_too_long(self, upload: Upload) -> bool:
        if EXPIRED in upload.notes:
            return True
        unfinished = not _is_over(upload) and self._staging.offset(upload.id) < upload.size
        return unfinished and upload.began_at + KEPT <= self._clock()

    def offset(self, upload: Upload) -> int:
        """How many bytes have arrived."""
        return self._staging.offset(upload.id)

    async def append(self, upload: Upload, offset: int, piece: bytes) -> int:
        """Keep a piece; it is on the disk when this returns the offset of the next.

        Raises:
            WrongOffset: another piece came first.
            UploadTooLong: it would reach beyond the announced size.
        """
        return await asyncio.to_thread(self._staging.append, upload.id, offset, piece)

    async def settle(self, upload: UUID) -> Outcome:
        """Judge and report an upload whose last byte has arrived; once, however often it is asked.

        Raises:
            Problem: 503 `busy` if the log cannot take it now; `settle_finished` tries again.
            PersonIsErased: whoever uploaded was erased meanwhile.
        """
        task = self._settling.get(upload)
        if task is None:
            task = self._settling[upload] = asyncio.create_task(self._settle(upload))
            task.add_done_callback(lambda done: self._settled(upload, done))
        return await asyncio.shield(task)

    async def settle_finished(self) -> None:
        """Settle what was finished but not reported, after a restart or a busy moment; a fault does not stop the rest.

        Raises:
            Exception: the first fault, once everything has been tried.
        """
        finished = await asyncio.to_thread(self._finished, tuple(self._open))
        ends = await asyncio.gather(*(self.settle(upload) for upload in finished), return_exceptions=True)
        for fault in ends:
            if isinstance(fault, BaseException) and not isinstance(fault, Problem | PersonIsErased | UploadNotFound):
                raise fault

    async def discard(self, upload: Upload) -> None:
        """Forget an upload."""
        self._open.pop(upload.id, None)
        self._lately.pop(upload.id, None)
        await asyncio.to_thread(self._staging.discard, upload.id)

    def forget(self, person: UUID) -> None:
        """Forget what an erased person had under way; its bytes are gone already."""
        for upload in [upload for upload, by in tuple(self._open.items()) if by == person]:
            self._open.pop(upload, None)
        for upload in [upload for upload, share in tuple(self._lately.items()) if share.by == person]:
            self._lately.pop(upload, None)

    def expire(self) -> None:
        """Forget uploads that took too long, and ends that nobody asks about any more."""
        before = self._clock() - KEPT
        for upload in self._staging.expire(before, forget=before - EXPIRY_TOLD):
            self._open.pop(upload, None)
            self._lately.pop(upload, None)

    def _finished(self, uploads: Sequence[UUID]) -> list[UUID]:
        return [upload for upload in uploads if self._is_finished(upload)]

    def _is_finished(self, upload: UUID) -> bool:
        try:
            return self._staging.offset(upload) == self._staging.find(upload).size
        except UploadNotFound:  # taken back while it was being announced
            self._open.pop(upload, None)
            return False

    def _settled(self, upload: UUID, done: asyncio.Task[Outcome]) -> None:
        del self._settling[upload]
        if not done.cancelled():
            done.exception()  # whoever still waits gets it; a client that has gone is no defect

    async def _settle(self, upload: UUID) -> Outcome:
        arrived = await asyncio.to_thread(self._staging.find, upload)
        if "reported" in arrived.notes:
            return outcome_of(arrived)
        async with self._turn:
            judged = await asyncio.to_thread(self._judged, arrived)
        answer = await asyncio.wrap_future(self._submit(_report(judged)))
        if answer.verdict in ("retry", "held"):
            raise Problem(503, "busy", retry_s=RETRY_SECONDS)
        return await asyncio.to_thread(self._close, judged, answer)

    def _judged(self, upload: Upload) -> Upload:
        if "outcome" in upload.notes:
            return upload
        try:
            return self._staging.note(upload.id, self._judgement(upload))
        except (FileErased, KeyDestroyed):
            raise PersonIsErased from None

    def _judgement(self, upload: Upload) -> dict[str, str]:
        with self._staging.open(upload.id) as content:
            try:
                media_type = _checked(content, size=upload.size, promised=upload.about["sha256"])
            except Unusable as unusable:
                return {"outcome": "rejected", "reason": unusable.reason}
            owner = self._owner(UUID(upload.about["lane"]), upload.by)
            content.seek(0)
            address = self._files.put(iter(partial(content.read, READ_BYTES), b""), person=owner).address
        return {"outcome": "stored", "address": address, "media_type": media_type}

    def _close(self, upload: Upload, answer: Answer) -> Outcome:
        notes = {"reported": answer.verdict}
        if answer.verdict not in ("applied", "duplicate"):
            notes |= {"outcome": "rejected", "reason": answer.code or "refused"}
        closed = self._staging.note(upload.id, notes)
        self._staging.release(upload.id)
        self._open.pop(upload.id, None)
        if not _keeps_bytes(closed):
            self._lately.pop(upload.id, None)
        return outcome_of(closed)


def most_bytes(media_type: str) -> int:
    """How large a file of a type may be."""
    return MAX_PDF_BYTES if media_type == PDF_TYPE else MAX_PHOTO_BYTES


def outcome_of(upload: Upload) -> Outcome:
    """How an upload that was reported ended."""
    return Outcome(upload.notes["outcome"] == "stored", upload.notes.get("reason", ""))


def report_id(command: StoreFile | RejectFile, lane: UUID) -> UUID:
    """The id of the command that tells the log how an upload ended; the same for the same end, which counts once.

    The address is part of it: whoever sends a photograph again that was given up (`file.expire`) is heard again.
    """
    said = (lane, command.uploaded_by, command.type, getattr(command, "reason", ""), getattr(command, "address", ""))
    return uuid5(command.file.id, " ".join((command.file.sha256, *map(str, said))))


def _is_over(upload: Upload) -> bool:
    return "reported" in upload.notes or EXPIRED in upload.notes


def _keeps_bytes(upload: Upload) -> bool:
    return EXPIRED not in upload.notes and upload.notes.get("outcome") != "rejected"


def _checked(content: BufferedReader, *, size: int, promised: str) -> str:
    """The media type of content that is what was promised.

    Raises:
        Unusable: it is not, or cannot be used.
    """
    if hashlib.file_digest(content, "sha256").hexdigest() != promised:
        raise Unusable(DAMAGED)
    content.seek(0)
    is_pdf = content.read(len(PDF_MARK)) == PDF_MARK
    if size > most_bytes(PDF_TYPE if is_pdf else ""):
        raise Unusable("too-large")
    content.seek(0)
    return inspect(content)


def _report(upload: Upload) -> Call:
    about, notes = upload.about, upload.notes
    file = FileRef(id=UUID(about["file"]), sha256=about["sha256"], size=upload.size)
    command: StoreFile | RejectFile
    if notes["outcome"] == "stored":
        command = StoreFile(file=file, address=notes["address"], media_type=notes["media_type"], uploaded_by=upload.by)
    else:
        command = RejectFile(file=file, reason=notes["reason"], uploaded_by=upload.by)
    lane = UUID(about["lane"])
    return Call(id=report_id(command, lane), lane=lane, command=command, by=CENTRE_ACTOR)
