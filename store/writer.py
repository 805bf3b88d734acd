"""The single writer: whatever waits is judged in order at the head of the log and committed together.

One thread takes the write lock, folds what others wrote, decides each command against cached states, inserts facts and
receipts, commits with a full synchronisation, and only then answers. An answer therefore means: on disk.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.decisions import Call, decide
from domain.facts import Envelope, Fact, Meta, Sealed
from domain.refusals import AfterPending, Held, NeedsRefused, Refusal
from store.bench import LogBench
from store.keys import KeyVault
from store.mapper import FactMapper
from store.receipts import CommandApplied, CommandRefused, receipt_stream
from store.sqlite import LogRecorder, immediate
from store.states import States, kind_of

GROUP_LIMIT = 400
QUEUE_LIMIT = 10_000
BUSY_RETRY_MS = 2_000
BURST = 20
LULL_SECONDS = 0.005

_INSERT = "INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?,?,?,?)"
_SELECT_RECEIPTS = (
    "SELECT rowid, originator_id, topic, state FROM stored_events "
    "WHERE originator_id IN (SELECT value FROM json_each(?))"
)
_log = logging.getLogger("doorstep.writer")

Receipt = CommandApplied | CommandRefused


class Answer(Struct, frozen=True, kw_only=True):
    """The answer to a call; the classes are those of the protocol's verdicts.

    Attributes:
        pos: position after which the effect shows in documents.
    """

    verdict: str
    pos: int | None = None
    code: str | None = None
    params: dict[str, Any] | None = None
    options: tuple[str, ...] = ()
    retry_ms: int | None = None


BUSY = Answer(verdict="retry", code="busy", retry_ms=BUSY_RETRY_MS)
STORAGE = Answer(verdict="retry", code="storage", retry_ms=BUSY_RETRY_MS)
FAULT = Answer(verdict="quarantined", code="server-fault")


class _Job(Struct):
    """Calls that are judged one after another in one transaction, and who hears the answers."""

    calls: Sequence[Call]
    hear: Callable[[list[Answer]], None]


class _Group:
    """What one transaction has gathered.

    Attributes:
        rows: to be inserted.
        answers: for each call, how its answer depends on the position of the first row.
        receipts: of this transaction, with their place in `rows`.
        stored: receipts of earlier transactions that this one asks for, with their positions.
        streams: author and command to the stream of the receipt.
    """

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, str, bytes]] = []
        self.answers: list[Callable[[int], Answer]] = []
        self.receipts: dict[UUID, tuple[Receipt, int]] = {}
        self.stored: dict[UUID, tuple[Receipt, int]] = {}
        self.streams: dict[tuple[UUID, UUID], UUID] = {}

    def receipt_of(self, author: UUID, command_id: UUID) -> Receipt | None:
        """The receipt of a command that one of the calls has named."""
        stream = self.streams[author, command_id]
        receipt, _ = self.receipts.get(stream) or self.stored.get(stream) or (None, 0)
        return receipt


class Writer:
    """Owns the log's write connection and the thread that uses it."""

    def __init__(
        self,
        recorder: LogRecorder,
        mapper: FactMapper,
        vault: KeyVault,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        """Start the thread.

        Args:
            recorder: the log.
            mapper: encodes and seals.
            vault: keys, flushed before what they sealed is committed.
            clock: the server's clock, UTC.
        """
        self._recorder = recorder
        self._mapper = mapper
        self._vault = vault
        self._clock = clock
        self._connection = recorder.own_connection()
        self._database = self._connection.database
        self._database.row_factory = None
        self._states = States(self._database, mapper)
        self._jobs: deque[_Job] = deque()
        self._waiting = 0
        self._gate = threading.Condition()
        self._idle = threading.Event()
        self._in_burst = False
        self._closed = False
        self._seen = self._last_position()
        self._now = clock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, call: Call) -> Future[Answer]:
        """Queue a call. The future gets its answer once that is on disk; a full or closed queue is `busy` at once."""
        future: Future[Answer] = Future()
        future.set_running_or_notify_cancel()  # a caller who leaves must not cancel what may be judged already
        self._take(_Job((call,), lambda answers: future.set_result(answers[0])))
        return future

    def submit_all(self, calls: Sequence[Call]) -> Future[list[Answer]]:
        """Queue calls to be judged in order, at most `GROUP_LIMIT`; the future gets all their answers."""
        future: Future[list[Answer]] = Future()
        future.set_running_or_notify_cancel()
        self._take(_Job(calls, future.set_result))
        return future

    def _take(self, job: _Job) -> None:
        with self._gate:
            taken = not self._closed and self._waiting + len(job.calls) <= QUEUE_LIMIT
            if taken:
                self._jobs.append(job)
                self._waiting += len(job.calls)
                self._idle.clear()
                self._gate.notify()
        if not taken:
            job.hear([BUSY] * len(job.calls))

    @property
    def waiting(self) -> int:
        """How many calls wait to be judged."""
        return self._waiting

    @property
    def position(self) -> int:
        """Position of the last fact that the writer knows of."""
        return self._seen

    def rest(self, timeout: float) -> bool:
        """Wait until no call waits or is being judged; False if that took longer than `timeout` seconds."""
        return self._idle.wait(timeout)

    def close(self) -> None:
        """Finish what waits and stop."""
        with self._gate:
            self._closed = True
            self._gate.notify()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while jobs := self._next_group():
            answers = iter(self._judge([call for job in jobs for call in job.calls]))
            for job in jobs:
                job.hear(list(islice(answers, len(job.calls))))
        self._idle.set()

    def _next_group(self) -> list[_Job]:
        """Whatever waits, up to the limit of a group; nothing once the writer is closed and all is done."""
        group: list[_Job] = []
        size = 0
        with self._gate:
            self._await_jobs()
            while self._jobs and (not group or size + len(self._jobs[0].calls) <= GROUP_LIMIT):
                group.append(self._jobs.popleft())
                size += len(group[-1].calls)
            self._waiting -= size
        self._in_burst = size >= BURST
        return group

    def _await_jobs(self) -> None:
        """Wait for a job; after a large group more are on their way, so that only a lull counts as rest."""
        if self._in_burst and not self._jobs and not self._closed:
            self._gate.wait(LULL_SECONDS)
        while not self._jobs and not self._closed:
            self._idle.set()
            self._gate.wait()

    def _judge(self, calls: list[Call]) -> list[Answer]:
        try:
            return self._commit(calls)
        except sqlite3.Error:
            _log.exception("the log could not be written")
            self._forget()
            return [STORAGE] * len(calls)
        except Exception:
            self._forget()
            if len(calls) > 1:
                return [answer for call in calls for answer in self._judge([call])]
            _log.exception("command %s faulted", calls[0].command.type)
            return [FAULT]

    def _forget(self) -> None:
        """Drop what was only true within a transaction that was rolled back."""
        self._states.clear()
        self._vault.forget_unsaved()

    def _commit(self, calls: list[Call]) -> list[Answer]:
        group = _Group()
        with immediate(self._database):
            self._catch_up()
            self._recall(calls, group)
            for call in calls:
                group.answers.append(self._answer(call, group))
            first = self._insert(group)
            self._vault.flush()
        if group.rows:
            self._recorder.wake()
        return [answer(first) for answer in group.answers]

    def _insert(self, group: _Group) -> int:
        """Insert the group's rows; return the position of the first."""
        if not group.rows:
            return self._seen + 1
        self._database.executemany(_INSERT, group.rows)
        last = int(self._database.execute("SELECT last_insert_rowid()").fetchone()[0])
        self._seen = last
        return last - len(group.rows) + 1

    def _catch_up(self) -> None:
        """Drop cached states of streams that another process has written to."""
        last = self._last_position()
        if last == self._seen:
            return
        rows = self._database.execute("SELECT DISTINCT originator_id FROM stored_events WHERE rowid>?", (self._seen,))
        for (stream,) in rows.fetchall():
            self._states.forget(UUID(stream))
        self._seen = last

    def _last_position(self) -> int:
        return int(self._database.execute("SELECT MAX(rowid) FROM stored_events").fetchone()[0] or 0)

    def _answer(self, call: Call, group: _Group) -> Callable[[int], Answer]:
        """Judge one call, add its facts and receipt to the group, and say how to answer once positions are known."""
        stream = group.streams[call.by.id, call.id]
        if (again := self._known(stream, call, group)) is not None:
            return again
        self._now = max(self._now, self._clock())
        bench = LogBench(self._states, self._database, self._now, pending=group.rows)
        try:
            self._require_order(call, group)
            decided = list(decide(call.command, call, bench))
        except Held as refusal:
            held = Answer(verdict="held", code=refusal.code, params=refusal.params)
            return lambda _first: held
        except Refusal as refusal:
            return self._refuse(call, refusal, stream, group)
        return self._apply(call, [*bench.minted, *decided], stream, group)

    def _require_order(self, call: Call, group: _Group) -> None:
        """Commands named in `after` have been judged, those in `needs` have been applied."""
        for earlier in (*call.after, *call.needs):
            receipt = group.receipt_of(call.by.id, earlier)
            if receipt is None:
                raise AfterPending(after=str(earlier))
            if earlier in call.needs and isinstance(receipt, CommandRefused):
                raise NeedsRefused(needs=str(earlier))

    def _recall(self, calls: list[Call], group: _Group) -> None:
        """Read the receipts that the calls may ask for, all with one question."""
        for call in calls:
            for id in (call.id, *call.after, *call.needs):
                group.streams[call.by.id, id] = receipt_stream(call.by.id, id)
        names = msgspec.json.encode([stream.hex for stream in group.streams.values()]).decode()
        for position, name, tag, body in self._database.execute(_SELECT_RECEIPTS, (names,)).fetchall():
            stream = UUID(name)
            receipt = self._mapper.decode(tag, body, stream, 1).fact
            assert isinstance(receipt, Receipt)
            group.stored[stream] = receipt, position

    def _known(self, stream: UUID, call: Call, group: _Group) -> Callable[[int], Answer] | None:
        """The answer given before to the same id, if any."""
        if stream in group.receipts:
            earlier, index = group.receipts[stream]
            return lambda first: _repeated(earlier, first + index, call)
        if stream in group.stored:
            answer = _repeated(*group.stored[stream], call)
            return lambda _first: answer
        return None

    def _apply(
        self, call: Call, decided: list[tuple[UUID, Fact]], stream: UUID, group: _Group
    ) -> Callable[[int], Answer]:
        meta = self._meta(call)
        for target, fact in decided:
            self._add(target, fact, meta, group)
        offset = next((n for n, (target, _) in enumerate(reversed(decided), 1) if target == call.lane), 0)
        receipt = CommandApplied(type=call.command.type, digest=call.digest, lane=call.lane, offset=offset)
        index = self._receipt(stream, receipt, meta, group)
        return lambda first: Answer(verdict="applied", pos=first + index - offset)

    def _refuse(self, call: Call, refusal: Refusal, stream: UUID, group: _Group) -> Callable[[int], Answer]:
        options: tuple[str, ...] = tuple(getattr(refusal, "options", ()))
        payload = Sealed(call.by.id, value=msgspec.to_builtins(call.command))
        receipt = CommandRefused(
            type=call.command.type,
            digest=call.digest,
            lane=call.lane,
            verdict=refusal.verdict,
            code=refusal.code,
            params=refusal.params,
            options=options,
            payload=payload,
        )
        self._receipt(stream, receipt, self._meta(call), group)
        answer = Answer(verdict=refusal.verdict, code=refusal.code, params=refusal.params, options=options)
        return lambda _first: answer

    def _receipt(self, stream: UUID, receipt: Receipt, meta: Meta, group: _Group) -> int:
        index = len(group.rows)
        stored = self._mapper.to_stored_event(Envelope(stream, 1, receipt, meta))
        group.rows.append((stream.hex, 1, stored.topic, stored.state))
        group.receipts[stream] = (receipt, index)
        return index

    def _add(self, stream: UUID, fact: Fact, meta: Meta, group: _Group) -> None:
        version = self._states.version(stream) + 1
        envelope = Envelope(stream, version, fact, meta)
        stored = self._mapper.to_stored_event(envelope)
        self._states.record(envelope, kind_of(fact))
        group.rows.append((stream.hex, version, stored.topic, stored.state))

    def _meta(self, call: Call) -> Meta:
        return Meta(
            actor=call.by.id,
            role=min(call.by.roles).value,
            office=call.by.office,
            device=call.by.device,
            command=call.id,
            recorded_at=self._now,
            captured_at=call.captured_at,
        )


def _repeated(receipt: Receipt, position: int, call: Call) -> Answer:
    """The first answer again; another payload under the same id is refused as such."""
    if receipt.digest != call.digest or receipt.lane != call.lane:
        return Answer(verdict="refused", code="id-reused")
    if isinstance(receipt, CommandApplied):
        return Answer(verdict="duplicate", pos=position - receipt.offset)
    return Answer(verdict=receipt.verdict, code=receipt.code, params=receipt.params, options=receipt.options)
