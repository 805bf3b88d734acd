"""What the device has received: where its replica stands, and whether an acknowledged act shows in it already.

R1 rows and cursor are committed together; only a committed cursor is ever sent.
R2 positions never go back within an epoch: a late or repeated page or delta is dropped.
R3 an act is shown once the lane's rows have arrived at its position, or a completed checkpoint has passed it. A page
   with `more` true is not a checkpoint: a row changed again has moved to a later page.
R4 a new boot fills a shadow that replaces the old rows when it is complete.
R5 at a checkpoint the digest of the rows held is compared with the server's, by both sides; a difference is answered by
   a boot, at most three times an hour, or one boot would follow another where something lasting is wrong.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Literal

from sync import frames as fr
from sync.device.events import Commit, HeldRow, Stand

Lanes = dict[str, dict[str, int]]
"""Positions of rows by lane and kind."""
BOOTS = 3
AN_HOUR_MS = 3_600_000.0


class Standing:
    """Where the replica stands on disk, and with what has been received since and is being written.

    Attributes:
        cursor: where the next pull starts, None for a boot.
        shown: the last cursor that was committed: by it the server knows whose rows may still be shown.
    """

    def __init__(self, stand: Stand) -> None:
        """Go on from what is on disk."""
        self.epoch = stand.epoch
        self.origin = stand.origin
        self.tree = stand.tree
        self.cursor = stand.cursor
        self.shown = stand.cursor
        self.digest = stand.digest
        self._to = stand.to
        self._checkpoint = stand.checkpoint
        self._booting = stand.booting
        self._received_cursor, self._received_to, self._received_booting = stand.cursor, stand.to, stand.booting
        self._lanes: Lanes = {}
        self._shadow: Lanes = {}
        self._waiting: dict[int, Commit] = {}
        self._commits = 0
        self._boots: deque[float] = deque(maxlen=BOOTS)
        self._differs = False
        self._note(stand.rows)

    @property
    def is_booting(self) -> bool:
        """Whether what comes next goes into a shadow."""
        return self._booting or self.cursor is None

    @property
    def busy(self) -> bool:
        """Whether commits are under way; a pull must wait for them."""
        return bool(self._waiting)

    def welcomed(self, epoch: str) -> None:
        """The server has named its epoch; another one than the replica's means a new boot."""
        if self.epoch is not None and self.epoch != epoch:
            self.reset(epoch)
        self.epoch = epoch

    def reset(self, epoch: str) -> None:
        """Start over: the next page is the first of a boot. Old rows stay visible until the boot is complete.

        Those of another epoch show nothing any more: their positions may be of a log that was restored since.
        """
        if epoch != self.epoch:
            self._lanes = {}
        self.epoch = epoch
        self.cursor, self._to, self._checkpoint, self._booting = None, 0, 0, False
        self._shadow = {}
        self.failed()

    def wiped(self) -> None:
        """Every row was taken away: nothing is shown, and the next page is the first of a boot."""
        self.reset(self.epoch or "")
        self.shown = None
        self._lanes = {}

    def pulling(self) -> None:
        """A pull from the stored cursor begins; what follows is compared with what is on disk."""
        self._received_cursor, self._received_to, self._received_booting = self.cursor, self._to, self._booting

    def failed(self) -> None:
        """A commit could not be written: what was received after it is dropped; the next pull starts from the disk."""
        self._waiting.clear()
        self.pulling()

    def is_elsewhere(self, frame: fr.PageFrame) -> bool:
        """Whether a page stands elsewhere than what was received last."""
        return frame.cursor != self._received_cursor

    def page(self, frame: fr.PageFrame) -> Commit | None:
        """The commit for a page, None if it is late or repeated."""
        if frame.to < self._received_to or (frame.cursor == self._received_cursor and not self._completes(frame)):
            return None
        start = not self._received_booting and (frame.phase == "boot" or self._received_cursor is None)
        in_boot = start or self._received_booting
        self._received_booting = in_boot and frame.more
        finish = in_boot and not frame.more
        return self._queue(frame, complete=not frame.more, start=start, finish=finish, digest=frame.digest)

    def _completes(self, frame: fr.PageFrame) -> bool:
        """Whether a page without anything new says that what was received, perhaps before a restart, is everything."""
        is_behind = self._booting or self._checkpoint < frame.to
        return not frame.more and is_behind and not self.busy and self.cursor == frame.cursor

    def delta(self, frame: fr.Delta) -> Commit | Literal["gap"] | None:
        """The commit for a delta; `gap` if something before it is missing; None if it is known."""
        if frame.from_ > self._received_to:
            return "gap"
        if frame.to <= self._received_to:
            return None
        return self._queue(frame, complete=True, start=False, finish=False, digest=None)

    def _queue(
        self, frame: fr.PageFrame | fr.Delta, *, complete: bool, start: bool, finish: bool, digest: str | None
    ) -> Commit:
        self._commits += 1
        self._received_to, self._received_cursor = frame.to, frame.cursor
        commit = Commit(
            n=self._commits,
            epoch=self.epoch or "",
            cursor=frame.cursor,
            rows=frame.rows,
            gone=frame.gone,
            to=frame.to,
            complete=complete,
            start=start,
            finish=finish,
            digest=digest,
        )
        self._waiting[commit.n] = commit
        return commit

    def committed(self, n: int, digest: str | None) -> Commit | None:
        """A commit is on disk. Returns it, None if a reset has overtaken it."""
        commit = self._waiting.pop(n, None)
        if commit is None:
            return None
        self.cursor = self.shown = commit.cursor
        self._to, self.digest = commit.to, digest
        if commit.start:
            self._booting, self._shadow = True, {}
        if commit.complete:
            self._checkpoint = commit.to
        self._note(commit.rows)
        for gone in commit.gone:
            self._filled.get(gone.id, {}).pop(gone.kind, None)
        if commit.finish:
            self._booting, self._lanes, self._shadow = False, self._shadow, {}
        return commit

    def differs(self, wanted: str | None, now: float) -> bool:
        """Whether the rows held are not those that the server has, and must be booted anew (R5)."""
        if wanted is None or self.digest is None:
            return False
        self._differs = False
        return wanted != self.digest and self.doubted(now)

    def doubted(self, now: float) -> bool:
        """The rows held differ from the server's; returns whether a boot is the answer (R5)."""
        self._differs = True
        if self._is_spent(now):
            return False
        self._boots.append(now)
        return True

    def _is_spent(self, now: float) -> bool:
        return len(self._boots) == BOOTS and now < self._boots[0] + AN_HOUR_MS

    def said_digest(self, now: float) -> str | None:
        """The digest that the server is told, None if it need not compare."""
        return None if self._is_spent(now) else self.digest

    @property
    def compares_again_at(self) -> float | None:
        """When rows that differ may be booted again, None if they do not."""
        return self._boots[0] + AN_HOUR_MS if self._differs and len(self._boots) == BOOTS else None

    @property
    def _filled(self) -> Lanes:
        """What the next rows go into."""
        return self._shadow if self._booting else self._lanes

    def _note(self, rows: Iterable[fr.Row | HeldRow]) -> None:
        lanes = self._filled
        for row in rows:
            kinds = lanes.get(row.id)
            if kinds is None:
                lanes[row.id] = {row.kind: row.pos}
            else:
                kinds[row.kind] = row.pos

    def forget(self, ids: Iterable[str]) -> None:
        """Rows are taken away at once."""
        for id in ids:
            self._lanes.pop(id, None)
            self._shadow.pop(id, None)

    def shows(self, lane: str, pos: int) -> bool:
        """Whether an act acknowledged at `pos` shows in the committed rows of `lane` (R3)."""
        if self._checkpoint >= pos:
            return True
        return not self._booting and any(at >= pos for at in self._lanes.get(lane, {}).values())
