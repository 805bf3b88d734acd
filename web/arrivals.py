"""Photographs and scans on their way in: who may send what, what has arrived, what it is, and that the log knows it.

The end of an upload has three durable steps, each safe to repeat after a crash: *judged* (what the bytes are, and
where the file store keeps them, is noted beside the upload), *reported* (a command whose id follows from the file, so
that the log takes it once), *released* (the staged bytes are dropped; the note stays to answer repeated questions).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.commands import FileRef, RejectFile, StoreFile
from domain.decisions import Call
from store.centre import CENTRE_ACTOR
from store.files import FileStore
from store.staging import Staging, Upload, UploadNotFound
from store.writer import Answer
from web.errors import Problem
from web.inspection import MEDIA_TYPES, PDF_TYPE, Unusable, inspect

MAX_PHOTO_BYTES = 20_000_000
MAX_PDF_BYTES = 50_000_000
MOST_OPEN = 40
"""Uploads that one person may have under way: a thick case has about thirty pages."""

KEPT = timedelta(days=7)
"""How long an upload may take, and how long its end is remembered."""

RETRY_SECONDS = 5
JUDGED_AT_ONCE = 2

DAMAGED = "hash-mismatch"
"""Why an upload is rejected whose bytes are not those that were promised; sending it again may mend it."""


class Announcement(Struct, frozen=True, kw_only=True):
    """What a device says of a file before it sends it.

    Attributes:
        file: the attachment's own id.
        lane: the case or draft it belongs to.
        intent: the command that names it.
        sha256: of the content, in hex.
        size: in bytes.
        type: media type; only decides which size limit holds until the content is known.
    """

    file: UUID
    lane: UUID
    intent: UUID
    sha256: str
    size: int
    type: str


class Outcome(Struct, frozen=True):
    """How an upload ended; `reason` says why it was rejected."""

    stored: bool
    reason: str = ""


class Arrivals:
    """Every upload under way, in one process.

    Args:
        staging: where pieces are kept until the whole is there.
        files: where the whole is kept.
        submit: hands a command to the log's writer.
        clock: the time, UTC.
    """

    def __init__(
        self,
        staging: Staging,
        files: FileStore,
        *,
        submit: Callable[[Call], Future[Answer]],
        clock: Callable[[], datetime],
    ) -> None:
        self._staging = staging
        self._files = files
        self._submit = submit
        self._clock = clock
        self._open = {upload.id: _owner(upload) for upload in staging.all() if "reported" not in upload.notes}
        self._settling: dict[UUID, asyncio.Task[Outcome]] = {}
        self._turn = asyncio.Semaphore(JUDGED_AT_ONCE)

    async def announce(self, said: Announcement, *, by: UUID) -> Upload:
        """Begin an upload, or find it again as it stands if the same person announced the same file before.

        Raises:
            Problem: 415 `media-type`, 413 `too-large` or 429 `too-many-uploads`.
        """
        if said.type not in MEDIA_TYPES:
            raise Problem(415, "media-type", taken=sorted(MEDIA_TYPES))
        if said.size > most_bytes(said.type):
            raise Problem(413, "too-large", limit=most_bytes(said.type))
        upload = uuid5(by, f"{said.file} {said.sha256}")
        if upload not in self._open and list(self._open.values()).count(by) >= MOST_OPEN:
            raise Problem(429, "too-many-uploads", most=MOST_OPEN, retry_s=RETRY_SECONDS)
        about = {
            "by": str(by),
            "file": str(said.file),
            "lane": str(said.lane),
            "intent": str(said.intent),
            "sha256": said.sha256,
            "type": said.type,
        }
        begun = await asyncio.to_thread(self._begun, upload, said.size, about)
        if "reported" not in begun.notes:
            self._open[upload] = by
        return begun

    def _begun(self, upload: UUID, size: int, about: dict[str, str]) -> Upload:
        """The upload as it stands; one whose bytes were damaged on the way starts afresh."""
        begun = self._staging.create(upload, size=size, about=about, now=self._clock())
        if "reported" in begun.notes and begun.notes.get("reason") == DAMAGED:
            self._staging.discard(upload)
            begun = self._staging.create(upload, size=size, about=about, now=self._clock())
        return begun

    def find(self, upload: UUID, *, by: UUID) -> Upload:
        """An upload of this person's.

        Raises:
            Problem: 404 for one that does not exist, and for one of somebody else's.
        """
        try:
            found = self._staging.find(upload)
        except UploadNotFound:
            raise Problem(404, "not-found") from None
        if _owner(found) != by:
            raise Problem(404, "not-found")
        return found

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
        finished = [upload for upload in tuple(self._open) if self._is_finished(upload)]
        ends = await asyncio.gather(*(self.settle(upload) for upload in finished), return_exceptions=True)
        for fault in ends:
            if isinstance(fault, BaseException) and not isinstance(fault, Problem):
                raise fault

    def discard(self, upload: Upload) -> None:
        """Forget an upload."""
        self._open.pop(upload.id, None)
        self._staging.discard(upload.id)

    def expire(self) -> None:
        """Forget uploads that took too long, and ends that nobody asks about any more."""
        for upload in self._staging.expire(self._clock() - KEPT):
            self._open.pop(upload, None)

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
        arrived = self._staging.find(upload)
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
        return self._staging.note(upload.id, self._judgement(upload))

    def _judgement(self, upload: Upload) -> dict[str, str]:
        content = self._staging.content(upload.id)
        try:
            media_type = _checked(content, promised=upload.about["sha256"])
        except Unusable as unusable:
            return {"outcome": "rejected", "reason": unusable.reason}
        return {"outcome": "stored", "address": self._files.put(content).address, "media_type": media_type}

    def _close(self, upload: Upload, answer: Answer) -> Outcome:
        notes = {"reported": answer.verdict}
        if answer.verdict not in ("applied", "duplicate"):
            notes |= {"outcome": "rejected", "reason": answer.code or "refused"}
        closed = self._staging.note(upload.id, notes)
        self._staging.release(upload.id)
        self._open.pop(upload.id, None)
        return outcome_of(closed)


def most_bytes(media_type: str) -> int:
    """How large a file of a type may be."""
    return MAX_PDF_BYTES if media_type == PDF_TYPE else MAX_PHOTO_BYTES


def outcome_of(upload: Upload) -> Outcome:
    """How an upload that was reported ended."""
    return Outcome(upload.notes["outcome"] == "stored", upload.notes.get("reason", ""))


def report_id(command: StoreFile | RejectFile, lane: UUID) -> UUID:
    """The id of the command that tells the log how an upload ended; the same for the same end, which counts once."""
    said = (lane, command.uploaded_by, command.type, getattr(command, "reason", ""))
    return uuid5(command.file.id, " ".join((command.file.sha256, *map(str, said))))


def _owner(upload: Upload) -> UUID:
    return UUID(upload.about["by"])


def _checked(content: bytes, *, promised: str) -> str:
    """The media type of content that is what was promised.

    Raises:
        Unusable: it is not, or cannot be used.
    """
    if hashlib.sha256(content).hexdigest() != promised:
        raise Unusable(DAMAGED)
    media_type = inspect(content)
    if len(content) > most_bytes(media_type):
        raise Unusable("too-large")
    return media_type


def _report(upload: Upload) -> Call:
    about, notes = upload.about, upload.notes
    file = FileRef(id=UUID(about["file"]), sha256=about["sha256"], size=upload.size)
    by = _owner(upload)
    command: StoreFile | RejectFile
    if notes["outcome"] == "stored":
        command = StoreFile(file=file, address=notes["address"], media_type=notes["media_type"], uploaded_by=by)
    else:
        command = RejectFile(file=file, reason=notes["reason"], uploaded_by=by)
    lane = UUID(about["lane"])
    return Call(id=report_id(command, lane), lane=lane, command=command, by=CENTRE_ACTOR)
