"""What a device has received: rows in memory, and where they stand (protocol sections 3, 4 and 6). No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sync import frames as fr

Key = tuple[str, str]
"""Kind and id of a row."""


class Replica:
    """Rows as the server sent them, in memory, and where they stand.

    A boot fills a shadow, which takes the place of the old rows when it is complete. Positions never go back.

    Attributes:
        rows: what may be shown now.
        epoch: of the rows, empty before the first welcome.
        cursor: where the next pull starts, None for a boot.
        position: where `cursor` stands.
        checkpoint: everything up to this position has been received.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.rows: dict[Key, fr.Row] = {}
        self.epoch = ""
        self.cursor: str | None = None
        self.position = 0
        self.checkpoint = 0
        self._shadow: dict[Key, fr.Row] | None = {}

    @property
    def is_booting(self) -> bool:
        """Whether what is received goes into a shadow."""
        return self._shadow is not None

    def body(self, kind: str, id: object) -> Any:
        """The body of a row, None if the device does not hold it."""
        row = self.rows.get((kind, str(id)))
        return row.body if row else None

    def bodies(self, kind: str) -> dict[str, Any]:
        """Bodies of all rows of one kind, by id."""
        return {id: row.body for (held, id), row in self.rows.items() if held == kind}

    def welcomed(self, epoch: str) -> None:
        """The server has named its epoch; another one than before means a boot."""
        if self.epoch not in ("", epoch):
            self.start_over()
        self.epoch = epoch

    def start_over(self) -> None:
        """Boot at the next pull; what is shown stays until that is complete."""
        self.cursor, self.position, self.checkpoint = None, 0, 0
        self._shadow = {}

    def page(self, page: fr.PageFrame) -> None:
        """Take a page; one that is late or repeated changes nothing."""
        if page.to < self.position or page.cursor == self.cursor:
            return
        self._take(page.rows, page.gone)
        self.cursor, self.position = page.cursor, page.to
        if page.more:
            return
        self.checkpoint = page.to
        if self._shadow is not None:
            self.rows, self._shadow = self._shadow, None

    def delta(self, delta: fr.Delta) -> bool:
        """Take live changes; False if something before them is missing, so that a pull is needed."""
        if delta.to <= self.position:
            return True
        if delta.from_ > self.position:
            return False
        self._take(delta.rows, delta.gone)
        self.cursor, self.position, self.checkpoint = delta.cursor, delta.to, delta.to
        return True

    def wipe(self) -> None:
        """Take everything away at once, and boot."""
        self.rows = {}
        self.start_over()

    def forget(self, ids: Iterable[str]) -> None:
        """Take rows away at once."""
        lost = frozenset(ids)
        for key in [key for key in self.rows if key[1] in lost]:
            del self.rows[key]

    def _take(self, rows: Iterable[fr.Row], gone: Iterable[fr.Gone]) -> None:
        held = self.rows if self._shadow is None else self._shadow
        for left in gone:
            held.pop((left.kind, left.id), None)
        for row in rows:
            held[row.kind, row.id] = row
