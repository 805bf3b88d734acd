"""Rows on their way down to one device: where its replica stands, the pages it pulls, and live changes after them."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Hashable, Iterable
from enum import StrEnum

import msgspec

from projections.database import Change
from projections.following import Batch
from projections.reader import Page
from sync import frames as fr
from sync.cursors import Cursor, Signer, scopes_digest
from sync.outputs import Compare, Fetch, Output, Send, frame

MAX_CREDIT = 4
COMPRESS_FROM_BYTES = 1_024

_encoder = msgspec.json.Encoder()


class Reach(StrEnum):
    """How far a replica is known to be complete."""

    IDLE = "idle"
    PULLING = "pulling"
    LIVE = "live"


class Telling:
    """Texts of the last batch: connections with the same scopes at the same place are told in the same words."""

    def __init__(self) -> None:
        """Start with none."""
        self._batch: Batch | None = None
        self._texts: dict[Hashable, str] = {}

    def text(self, batch: Batch, key: Hashable, make: Callable[[], str]) -> str:
        """The text of `batch` for everybody of the same `key`; made once."""
        if self._batch is not batch:
            self._batch, self._texts = batch, {}
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = make()
        return text


_telling = Telling()


class Feed:
    """The rows' half of a connection.

    Attributes:
        scopes: keys of the rows that the person may hold.
        reach: whether the device pulls, is complete, or neither.
        held: nothing is sent while the sign-in has to be renewed.
        confirmed: position up to which the device has said that it is complete.
        began: the same when it first pulled on this connection; None before.
    """

    def __init__(self, *, epoch: str, signer: Signer, page_bytes: int) -> None:
        """Stand at the beginning."""
        self.epoch = epoch
        self.scopes: frozenset[str] = frozenset()
        self.reach = Reach.IDLE
        self.held = False
        self.packs = False
        self.confirmed = 0
        self.began: int | None = None
        self._signer = signer
        self._page_bytes = page_bytes
        self._credit = 0
        self._fetching = False
        self._outdated = False
        self._missed = 0
        self._reached: tuple[int, str] = (0, "")
        self._since = 0
        self._phase = "boot"
        self._was_reset_by_digest = False

    # What the device asks for

    def pull(self, pull: fr.Pull) -> list[Output]:
        """Begin to send from a cursor, or from nothing."""
        cursor = self._signer.read(pull.cursor) if pull.cursor else None
        if pull.cursor and (why := self._stale(cursor)):
            self.reach = Reach.IDLE
            return [self._reset(why)]
        self._confirm(cursor)
        self.began = self.confirmed if self.began is None else self.began
        self._since = cursor.since if cursor else 0
        self._phase = "delta" if cursor and not cursor.since else "boot"
        self._reached = (cursor.pos, cursor.id) if cursor else (0, "")
        self._credit = pull.credit
        self._outdated = self._fetching
        self.reach = Reach.PULLING
        return self.fetch()

    def credit(self, n: int) -> list[Output]:
        """More pages may be sent."""
        self._credit = min(MAX_CREDIT, self._credit + n)
        return self.fetch()

    def fetch(self) -> list[Output]:
        """Ask for the next page, if one may be sent."""
        if self.reach is not Reach.PULLING or self.held or self._fetching or self._credit == 0:
            return []
        self._fetching = True
        return [Fetch(self.scopes, self._reached, self._page_bytes, self._since)]

    def seen(self, seen: fr.Seen) -> list[Output]:
        """The device says what it holds: have its digest compared, unless that has led to a reset already."""
        cursor = self._signer.read(seen.cursor)
        self._confirm(None if self._stale(cursor) else cursor)
        if seen.digest is None or self.held or self._was_reset_by_digest or self._stale(cursor):
            return []
        assert cursor is not None
        return [] if cursor.id else [Compare(self.scopes, (cursor.pos, ""), seen.digest)]

    def compared(self, known: str | None, said: str) -> list[Output]:
        """What the service holds at the same place; None if it does not know."""
        if known in (None, said) or self._was_reset_by_digest:
            return []
        self._was_reset_by_digest = True
        self.reach = Reach.IDLE
        return [self._reset("digest")]

    def _confirm(self, cursor: Cursor | None) -> None:
        if cursor is not None and not cursor.since:
            self.confirmed = max(self.confirmed, cursor.pos)

    def stands_elsewhere(self, cursor: str | None) -> bool:
        """Whether rows were received by that cursor which the person may not hold any more, or not all of them."""
        known = self._signer.read(cursor) if cursor else None
        return known is not None and known.scopes != scopes_digest(self.scopes)

    def _stale(self, cursor: Cursor | None) -> str:
        """Why a replica at `cursor` cannot be continued, empty if it can."""
        if cursor is None:
            return "cursor"
        if cursor.epoch != self.epoch:
            return "epoch"
        return "" if cursor.scopes == scopes_digest(self.scopes) else "scopes"

    # What there is to send

    def page(self, page: Page) -> list[Output]:
        """A page that was asked for."""
        self._fetching = False
        if self._outdated:
            self._outdated = False
            return self.fetch()
        if self.reach is not Reach.PULLING or self.held:
            return []
        if page.head is not None:
            if page.head < self._reached[0]:
                return self.not_yet("lagging", done=page.head, total=self._reached[0])
            if self._reached == (0, ""):
                self._since = page.head
        self._reached = page.reached
        self._credit -= 1
        more = page.more or self._missed > page.reached[0]
        if not more:
            self.reach, self._since = Reach.LIVE, 0
        text = self._page_text(page, more=more)
        small = len(text) < COMPRESS_FROM_BYTES or not self.packs
        return [Send(text if small else zlib.compress(text.encode(), 1)), *self.fetch()]

    def _page_text(self, page: Page, *, more: bool) -> str:
        rows = ",".join(row.row for row in page.rows)
        gone = _encoder.encode([fr.Gone(d.id, d.kind, d.why) for d in page.gone]).decode()
        digest = f',"digest":"{page.digest}"' if page.digest is not None and not more else ""
        return (
            f'{{"t":"page","cursor":"{self._cursor()}","to":{self._reached[0]},"rows":[{rows}],"gone":{gone},'
            f'"more":{str(more).lower()},"phase":"{self._phase}"{digest}}}'
        )

    def not_yet(self, why: str, *, done: int, total: int, retry_ms: int = 1_000) -> list[Output]:
        """The page cannot be read now; the pull is forgotten."""
        self._fetching = False
        if self._outdated:
            self._outdated = False
            return self.fetch()
        if self.reach is not Reach.PULLING:
            return []
        self.reach = Reach.IDLE
        wait = msgspec.convert({"t": "wait", "why": why, "done": done, "total": total, "retry_ms": retry_ms}, fr.Wait)
        return [frame(wait)]

    def changed(self, batch: Batch, relevant: Iterable[Change]) -> list[Output]:
        """Documents changed in scopes that the person holds; sent at once if the replica is complete so far.

        Args:
            batch: for its position.
            relevant: the changes of the batch in the person's scopes.
        """
        if self.reach is not Reach.LIVE or self.held:
            self._missed = batch.position
            return []
        if batch.position <= self._reached[0]:
            return []
        before, self._reached = self._reached[0], (batch.position, "")
        key = (self._signer, self.epoch, self.scopes, before)
        text = _telling.text(batch, key, lambda: self._delta_text(before, batch.position, relevant))
        return [Send(text)] if text else []

    def _delta_text(self, before: int, to: int, relevant: Iterable[Change]) -> str:
        """The changes as one frame, empty if there are none."""
        rows = {(c.kind, c.id): c.row for c in relevant if c.row is not None}
        gone = [fr.Gone(c.id, c.kind, c.why) for c in relevant if c.row is None and (c.kind, c.id) not in rows]
        if not rows and not gone:
            return ""
        return (
            f'{{"t":"delta","from":{before},"to":{to},"cursor":"{self._cursor()}",'
            f'"rows":[{",".join(rows.values())}],"gone":{_encoder.encode(gone).decode()}}}'
        )

    def fell_behind(self, head: int) -> list[Output]:
        """Live changes are left out: the device must pull when it can; it is told once."""
        if self.reach is not Reach.LIVE or self.held:
            self._missed = head
            return []
        self.reach = Reach.IDLE
        return [frame(fr.Behind(head=head))]

    def healed(self, head: int) -> list[Output]:
        """The sign-in was renewed: go on where the device stood, if it had expired before."""
        if not self.held:
            return []
        self.held = False
        return self.fell_behind(head) if self.reach is Reach.LIVE else self.fetch()

    def renewed(self, epoch: str) -> list[Output]:
        """Rows of another shape are served from now on; a page that is being read may be of either, and is not sent."""
        self.epoch = epoch
        self.reach = Reach.IDLE
        return [self._reset("epoch")]

    def moved(self, scopes: frozenset[str]) -> list[Output]:
        """The person's rights are others now: what they may not hold any more goes at once, the rest is booted anew."""
        lost, self.scopes = self.scopes - scopes, scopes
        self.reach = Reach.IDLE
        wiped = [frame(fr.Revoke(wipe=True))] if lost else []
        return [*wiped, self._reset("scopes")]

    def _reset(self, why: str) -> Send:
        return frame(fr.Reset(epoch=self.epoch, why=why))

    def _cursor(self) -> str:
        pos, id = self._reached
        return self._signer.write(Cursor(self.epoch, scopes_digest(self.scopes), pos, id, self._since))
