"""The single writer: whatever waits is judged in order at the head of the log and committed together.

One thread takes the write lock, folds what others wrote, decides each command against cached states, appends facts and
receipts, commits with a full synchronisation, and only then answers. An answer therefore means: on disk. When the log
cannot be written nothing is judged; reads go on, and the writer tries by itself until the cause is gone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime
from itertools import islice
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.decisions import Call
from store.answers import FAULT, NEWER, Answer, storage
from store.floods import Floods
from store.judging import Gate, Group, Judge
from store.keys import KeysMadeElsewhere, KeyVault
from store.log import Log, LogUnavailable, Row
from store.mapper import FactMapper, NewerFact
from store.snapshots import SNAPSHOT_EVERY, Snapshots, Taken
from store.states import KEPT, States
from store.trouble import CANNOT_WRITE, Trouble, reason_of
from store.waiting import Job, Waiting

PROBE_SECONDS = 0.25
"""How often an idle writer looks whether the log can be written again."""
DOUBT_SECONDS = 2.0
"""How long a group whose commit may or may not be on disk waits for the log to tell."""
DOUBT_NAP_SECONDS = 0.02
DOUBT_TRIES = 3

_log = logging.getLogger("doorstep.writer")


class _Doubt(Struct):
    """What a redone group has behind it.

    Attributes:
        receipts: streams of receipts that may be on disk already, through a commit whose end is not known.
        tries: how often that happened.
    """

    receipts: set[UUID] = set()
    tries: int = 0


class _Stamp(Struct):
    recorded_at: datetime


class _Stamped(Struct):
    """The part of the stored form that says when."""

    meta: _Stamp


class Writer:
    """Owns a desk of the log and the thread that uses it."""

    def __init__(
        self,
        log: Log,
        mapper: FactMapper,
        vault: KeyVault,
        snapshots: Snapshots,
        *,
        clock: Callable[[], datetime],
        gate: Gate | None = None,
    ) -> None:
        """Start the thread.

        Args:
            log: the log.
            mapper: encodes and seals.
            vault: keys, flushed before what they sealed is committed.
            snapshots: of long streams.
            clock: the server's clock, UTC.
            gate: may refuse what a call is about to record.
        """
        self._log = log
        self._gate = gate
        self._mapper = mapper
        self._vault = vault
        self._snapshots = snapshots
        self._clock = clock
        self._now = clock()
        self._trouble: Trouble | None = None
        self._floods = Floods()
        self._waiting = Waiting()
        self._seen = 0
        self._due: dict[UUID, bytes] = {}
        self._sit_down()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, call: Call) -> Future[Answer]:
        """Queue a call. The future gets its answer once that is on disk; a full or closed queue is `busy` at once."""
        future: Future[Answer] = Future()
        future.set_running_or_notify_cancel()  # a caller who leaves must not cancel what may be judged already
        self._waiting.take(Job((call,), lambda answers: future.set_result(answers[0])))
        return future

    def submit_all(self, calls: Sequence[Call]) -> Future[list[Answer]]:
        """Queue calls to be judged in order, at most `GROUP_LIMIT`; the future gets all their answers."""
        future: Future[list[Answer]] = Future()
        future.set_running_or_notify_cancel()
        self._waiting.take(Job(calls, future.set_result))
        return future

    @property
    def waiting(self) -> int:
        """How many calls wait to be judged."""
        return self._waiting.calls

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be written at present, None if all is well."""
        return self._trouble

    @property
    def closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._waiting.closed

    @property
    def position(self) -> int:
        """Position of the last fact that the writer knows of."""
        return self._seen

    def rest(self, timeout: float) -> bool:
        """Wait until no call waits or is being judged; False if that took longer than `timeout` seconds."""
        return self._waiting.rest(timeout)

    def close(self) -> None:
        """Finish what waits and stop."""
        self._waiting.close()
        self._thread.join()
        self._desk.close()

    def _sit_down(self) -> None:
        """Take a desk, and take up from where the log is."""
        self._desk = self._log.desk()
        self._states = States(self._desk, self._mapper, self._snapshots)
        self._judge = Judge(
            self._desk, self._log.rows, self._states, self._mapper, self._floods, self._vault, self._gate
        )
        self._seen = self._desk.position()
        self._take_the_time_of(self._seen)

    def _run(self) -> None:
        try:
            while (jobs := self._next_jobs()) is not None:
                self._serve(jobs)
                self._waiting.finished()
            self._count_what_is_left()
        finally:
            self._waiting.end()

    def _next_jobs(self) -> list[Job] | None:
        return self._waiting.next_group(timeout=PROBE_SECONDS if self._trouble else None)

    def _serve(self, jobs: list[Job]) -> None:
        calls = [call for job in jobs for call in job.calls]
        heard = iter(self._answers_or_trouble(calls))
        for job in jobs:
            job.hear(list(islice(heard, len(job.calls))))
        self._keep_snapshots()

    def _answers_or_trouble(self, calls: list[Call]) -> list[Answer]:
        """Answers, whatever happens: a writer that has died would leave everybody waiting."""
        try:
            if self._trouble is not None and not self._recovered():
                return [storage(self._trouble.reason)] * len(calls)
            return self._answers(calls, _Doubt())
        except Exception as error:
            self._fall_into(error)
            return [storage(reason_of(error))] * len(calls)

    def _answers(self, calls: list[Call], doubt: _Doubt) -> list[Answer]:
        """Judge calls together; where that cannot be, find out which of them is the reason by halves."""
        try:
            return self._commit(calls, doubt)
        except KeysMadeElsewhere:  # another process sealed for the same person first: its key counts
            self._forget()
            return self._answers(calls, doubt)
        except CANNOT_WRITE as error:
            return self._cannot_write(error, calls, doubt)
        except Exception as error:
            self._forget()
            if len(calls) > 1:
                half = len(calls) // 2
                return self._answers(calls[:half], doubt) + self._answers(calls[half:], doubt)
            if isinstance(error, NewerFact):
                return [NEWER] * len(calls)
            _log.exception("command %s could not be judged", [call.command.type for call in calls])
            return [FAULT] * len(calls)

    def _commit(self, calls: list[Call], doubt: _Doubt) -> list[Answer]:
        group = Group()
        self._floods.begin()
        try:
            with self._desk.transaction():
                self._catch_up()
                counted = self._floods.ended(self._now)
                self._judge.count(counted, self._now, group)
                self._judge.judge(calls, self._tick, group)
                self._vault.flush()
                first = self._append(group)
        except LogUnavailable as error:
            if error.in_doubt:
                doubt.receipts |= group.receipts.keys()
            raise
        self._floods.settled(counted)
        if group.entries:
            self._log.wake()
        return [_settled(answer(first), call, group, doubt) for answer, call in zip(group.answers, calls, strict=True)]

    def _append(self, group: Group) -> int:
        """Append the group's entries; return the position of the first."""
        if not group.entries:
            return self._seen + 1
        first = self._desk.append(group.entries)
        long = {entry.stream for entry in group.entries if entry.version % SNAPSHOT_EVERY == 0}
        self._due = {entry.stream: entry.state for entry in group.entries if entry.stream in long}
        self._seen = first + len(group.entries) - 1
        return first

    def _catch_up(self) -> None:
        """Drop cached states of streams that another process has written to, and take over its time."""
        last = self._desk.position()
        if last == self._seen:
            return
        for stream in self._desk.streams_since(self._seen):
            self._states.forget(stream)
        self._take_the_time_of(last)
        self._seen = last

    def _take_the_time_of(self, position: int) -> None:
        """Recorded time goes on from the event at `position`, whoever wrote it and whatever the clock says now."""
        _, rows = self._log.rows_after(position - 1, 1)
        for row in rows:
            self._now = max(self._now, _recorded_at(row) or self._now)

    def _tick(self) -> datetime:
        """The time for the next decision: never before that of the last."""
        self._now = max(self._now, self._desk.now() or self._clock())
        return self._now

    def _forget(self) -> None:
        """Drop what was only true within a transaction that was rolled back."""
        self._states.clear()
        self._vault.forget_unsaved()
        self._floods.take_back()
        self._due = {}

    def _cannot_write(self, error: Exception, calls: list[Call], doubt: _Doubt) -> list[Answer]:
        """Nothing of the group counts, unless the commit was under way: then the log is asked once it is back."""
        self._forget()
        self._fall_into(error)
        if isinstance(error, LogUnavailable) and error.in_doubt:
            doubt.tries += 1
        if doubt.receipts and doubt.tries <= DOUBT_TRIES and self._recovers_within(DOUBT_SECONDS):
            return self._answers(calls, doubt)
        return [storage(reason_of(error))] * len(calls)

    def _fall_into(self, error: Exception) -> None:
        reason = reason_of(error)
        if self._trouble is None or self._trouble.reason != reason:
            known = isinstance(error, CANNOT_WRITE)  # messages of others may quote values
            said = str(error) if known else type(error).__name__
            _log.error("the log cannot be written: %s: %s", reason, said, exc_info=None if known else error)
            self._trouble = Trouble(reason, self._clock())

    def _recovers_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self._recovered():
            if time.monotonic() > deadline:
                return False
            time.sleep(DOUBT_NAP_SECONDS)
        return True

    def _recovered(self) -> bool:
        """Try whether the log can be written again, at a new desk."""
        try:
            self._desk.close()
            self._sit_down()
            self._desk.probe()
        except Exception as error:
            self._fall_into(error)
            return False
        _log.warning("the log can be written again")
        self._trouble = None
        return True

    def _keep_snapshots(self) -> None:
        """Keep the state of streams that have become long; the answers are out, so that nobody waits for it.

        What is due are the streams with the stored bytes of the last event of each.
        """
        due, self._due = self._due, {}
        taken: list[Taken] = []
        for stream, event in due.items():
            head = self._states.known(stream)
            if head is not None and head.kind.name in KEPT:
                taken.append(Taken(stream, head.version, head.kind.name, event, head.state))
        self._snapshots.keep(taken)

    def _count_what_is_left(self) -> None:
        """On closing, count what was sent back unjudged in this hour."""
        counted = self._floods.ended(self._now, closing=True)
        if not counted or self._trouble:
            return
        try:
            self._commit([], _Doubt())
        except Exception as error:
            self._fall_into(error)


def _settled(answer: Answer, call: Call, group: Group, doubt: _Doubt) -> Answer:
    """A call that was found applied by the very commit that was in doubt is told so, as if nothing had been."""
    if answer.verdict == "duplicate" and group.streams[call.by.id, call.id] in doubt.receipts:
        return msgspec.structs.replace(answer, verdict="applied")
    return answer


def _recorded_at(row: Row) -> datetime | None:
    """When an event was recorded, None if its bytes are damaged: finding that is not the writer's work."""
    try:
        return msgspec.json.decode(row.state, type=_Stamped).meta.recorded_at
    except msgspec.MsgspecError:
        return None
