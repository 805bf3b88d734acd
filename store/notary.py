"""The notary: signs what the log has become, and proves what is in it.

Keys are the vault's, each named on the log and endorsed by the one before. The key in use and the one before it both
sign, so that whoever knows only the older one can still check.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from domain.centre.signing import SIGNING_STREAM, LogKeyNamed, LogRestored, NameLogKey, SigningState
from domain.facts import tag_of
from store import notes
from store.centre import Centre
from store.log import Leaf
from store.states import SIGNING
from store.tree import Beginning, LogAltered, Tree

NAME = "doorstep/"
"""What the name of a log begins with, before its origin."""

__all__ = ["LogAltered", "Notary", "Receipt", "SignedEvent"]


class SignedEvent(Struct, frozen=True):
    """An event as it is stored, for whoever computes its leaf.

    Attributes:
        stored: base64 of its bytes; values of persons are in it as ciphertext.
        recorded_at: as it stands in the bytes, for people.
    """

    origin: str
    stream: str
    version: int
    tag: str
    stored: str
    recorded_at: str


class Receipt(Struct, frozen=True):
    """Proof that an event is in the log, to be checked by itself.

    Attributes:
        proof: a C2SP tlog-proof.
        keys: the keys that may have signed it.
    """

    event: SignedEvent
    proof: str
    keys: tuple[str, ...]


class Witnessed(Struct, frozen=True):
    """What the log has become, for somebody who saw it before.

    Attributes:
        note: its checkpoint.
        keys: of the log in order.
        before: the checkpoint of the log that was seen, where this one was restored from it; empty otherwise.
        path: proof that what `before` tells of, or else this log, begins with what was seen; empty where none does.
    """

    note: str
    keys: tuple[LogKeyNamed, ...]
    before: str = ""
    path: tuple[bytes, ...] = ()


class _Note(Struct, frozen=True):
    """A checkpoint that was signed, and for how many events and keys."""

    size: int = -1
    keys: int = 0
    text: str = ""
    position: int = 0
    signed_by: tuple[LogKeyNamed, ...] = ()


class Notary:
    """Signs and proves. Safe for several threads.

    Args:
        centre: whose log.
        path: of the tree's file.

    Attributes:
        is_up: whether the tree has once been brought up to the log, so that answers are quick.
        is_altered: whether the log was not what it was when it was last looked at; nothing is signed then.
    """

    def __init__(self, centre: Centre, path: Path) -> None:
        self._centre = centre
        self._lock = threading.Lock()
        self._path = path
        self._opened: Tree | None = None
        self._formers: dict[int, Tree] = {}
        self._compared: set[int] = set()
        self._opening = threading.Lock()
        self._wrong_former = ""
        self._restored: tuple[LogRestored, ...] | None = None
        self._note = _Note()
        self.is_up = False
        self.is_altered = False

    @property
    def name(self) -> str:
        """Of the log, as checkpoints bear it; another one after it was restored from a backup."""
        restored = self.restored
        return restored[-1].name if restored else NAME + self._centre.origin

    @property
    def restored(self) -> tuple[LogRestored, ...]:
        """Every time that the log was restored from a backup."""
        if self._restored is None:
            self._restored = self._signing().restored
        return self._restored

    def close(self) -> None:
        """Close the trees' files."""
        for tree in (*([self._opened] if self._opened else []), *self._formers.values()):
            tree.close()

    def catch_up(self) -> int:
        """Take in all of the log, and return how many events it has.

        Raises:
            LogAltered: it is not what it was.
        """
        with self._lock:
            return self._taken_in()

    def _taken_in(self) -> int:
        try:
            size = self._tree.catch_up()
        except LogAltered:
            self.is_up = self.is_altered = True
            raise
        self.is_up, self.is_altered = True, False
        return size

    def looked_over(self) -> Iterator[int]:
        """Hold all of the log, under every name that it has had, against what was taken in; see `Tree.looked_over`.

        Raises:
            LogAltered: something is not what it was; nothing is signed or proven from then on, until it is looked over
                again and is.
        """
        yield from self._present.looked_over()
        for number in range(len(self.restored)):
            with self._noting_wrong():
                tree = self._former_opened(number)
                yield from tree.looked_over()
                yield from tree.taken_in()
                self._compare_former(number)
        self._wrong_former = ""

    @property
    def position(self) -> int:
        """Position of the last event of which the last checkpoint tells."""
        return self._note.position

    def log_keys(self) -> tuple[LogKeyNamed, ...]:
        """The keys of the log in order; the first is named when it is first asked for."""
        state = self._signing()
        if not state.keys or _name_of(state.keys[-1]) != self.name:
            return self._name_next(state)
        return state.keys

    def change_key(self) -> LogKeyNamed:
        """Sign with a fresh key from now on, endorsed by the one before."""
        self.log_keys()
        return self._name_next(self._signing())[-1]

    def checkpoint(self) -> str:
        """A signed note of all that is in the log now.

        Raises:
            LogAltered: the log is not what it was; nothing is signed.
        """
        with self._lock:
            keys = self.log_keys()
            size = self._taken_in()
            if (self._note.size, self._note.keys) != (size, len(keys)):
                text = notes.Checkpoint(self.name, size, self._tree.root(size)).text
                self._note = _Note(size, len(keys), notes.signed(text, self._signers(keys)), self._tree.position, keys)
            return self._note.text

    def witnessed(self, name: str, size: int) -> Witnessed:
        """What the log has become, for somebody who saw one of that name with so many events; no name for nobody.

        It may be a second old, or else begins with everything that is in the log.

        Raises:
            LogAltered: the log is not what it was.
        """
        note = self._note
        if note.size != self._tree.size or (name == self.name and size > note.size):
            self.checkpoint()
            note = self._note
        path: list[bytes] = []
        before = ""
        if name == self.name and size <= note.size:
            path = self._tree.consistency(size, note.size)
        for number, one in enumerate(self.restored):
            if one.before == name:
                before = one.note
                path = self._former(number).consistency(size, one.size) if size <= one.size else []
        return Witnessed(note.text, note.signed_by, before, tuple(path))

    def receipt(self, position: int) -> Receipt | None:
        """The proof that the event at a position is in the log, None if there is no such event.

        An event from before a restoration is proven under the last checkpoint of the name that the log had then.

        Raises:
            LogAltered: the log is not what it was.
        """
        leaves = self._centre.event_log.leaves_after(position - 1, 1)
        if not leaves or leaves[0].row.position != position or leaves[0].number is None:
            return None
        row, number = leaves[0].row, leaves[0].number
        former = next((n for n, until in enumerate(self._begins()[1:]) if position <= until), None)
        tree, note = self._standing_of(former)
        size = notes.checkpoint_of(note.rpartition("\n\n")[0] + "\n").size
        if size > tree.size:
            return None  # it was restored to a state that nobody had signed
        proof = notes.Proof(number, tuple(tree.inclusion(number, size)), note)
        recorded_at = self._centre.facts.envelope(*row[1:]).meta.recorded_at
        event = SignedEvent(
            origin=self._centre.origin,
            stream=str(row.stream),
            version=row.version,
            tag=row.tag,
            stored=base64.b64encode(row.state).decode(),
            recorded_at=recorded_at.isoformat(),
        )
        return Receipt(event, proof.text, tuple(key.verifier_key for key in self.log_keys()))

    def place(self, position: int, note: str) -> tuple[Leaf, list[bytes] | None]:
        """The event at a position, and the path that proves it under a checkpoint of the notary's.

        None in place of the path where the event is from before the log's present name.

        Raises:
            IndexError: there is no such event, or it came after the checkpoint.
            LogAltered: the log is not what it was.
        """
        found = self._centre.event_log.leaves_after(position - 1, 1)
        if not found or found[0].row.position != position:
            raise IndexError(f"no event at {position}")
        leaf = found[0]
        if leaf.number is None or position <= self._since():
            return leaf, None
        size = notes.checkpoint_of(note.rpartition("\n\n")[0] + "\n").size
        return leaf, self._tree.inclusion(leaf.number, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Proof that the log of `new` events begins with that of `old` ones.

        Raises:
            IndexError: it never had so many.
            LogAltered: the log is not what it was.
        """
        self.catch_up()
        return self._tree.consistency(old, new)

    def root(self, size: int) -> bytes:
        """Root over the first `size` events; raises as `consistency` does."""
        self.catch_up()
        return self._tree.root(size)

    def tile(self, level: int, number: int, width: int) -> bytes | None:
        """The first hashes of a tile, None if there are not so many."""
        self.catch_up()
        return self._tree.tile(level, number, width)

    @property
    def _tree(self) -> Tree:
        """The tree of the log; one that was altered, under whatever name, is refused each time."""
        if self._wrong_former:
            raise LogAltered(self._wrong_former)
        for tree in tuple(self._formers.values()):
            tree.require_whole()
        present = self._present
        present.require_whole()
        return present

    @property
    def _present(self) -> Tree:
        """The tree of the log's present name, opened when it is first asked for."""
        if self._opened is None:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            begins = Beginning(self._centre.origin, self.name, self._since())
            self._opened = Tree(self._path, self._centre.event_log, begins)
        return self._opened

    def _standing_of(self, former: int | None) -> tuple[Tree, str]:
        """The tree of the log's present name, or of a former one, and its last checkpoint."""
        if former is None:
            note = self.checkpoint()
            return self._tree, note
        return self._former(former), self.restored[former].note

    def _former(self, number: int) -> Tree:
        """The tree of the log under the name that it had before a restoration, counted from 0."""
        with self._noting_wrong():
            tree = self._former_opened(number)
            if number not in self._compared:
                tree.catch_up()
                self._compare_former(number)
            return tree

    @contextmanager
    def _noting_wrong(self) -> Generator[None]:
        """Remember that a former tree is not what it was: nothing is signed then."""
        try:
            yield
        except LogAltered as altered:
            self._wrong_former = str(altered)
            raise

    def _former_opened(self, number: int) -> Tree:
        """That tree as far as it has been made; the same for everybody who makes it."""
        with self._opening:
            if number not in self._formers:
                fact, begins = self.restored[number], self._begins()
                path = self._path.with_name(f"{self._path.stem}-{number}{self._path.suffix}")
                self._path.parent.mkdir(mode=0o700, exist_ok=True)
                beginning = Beginning(self._centre.origin, fact.before, begins[number], begins[number + 1])
                self._formers[number] = Tree(path, self._centre.event_log, beginning)
            return self._formers[number]

    def _compare_former(self, number: int) -> None:
        """Hold a tree that is whole against what the restoration says of it."""
        tree, fact = self._formers[number], self.restored[number]
        if (tree.size, tree.root().hex()) != (fact.size, fact.root):
            raise LogAltered(f"the events before restoration {number} are not those that it names")
        self._compared.add(number)

    def _signing(self) -> SigningState:
        return cast("SigningState", self._centre.state(SIGNING_STREAM, SIGNING))

    def _since(self) -> int:
        """The position after which the tree of the log's present name begins."""
        return self._begins()[-1]

    def _begins(self) -> list[int]:
        """The positions after which the trees of the log's names begin, in order."""
        rows = self._centre.event_log.rows(SIGNING_STREAM) if self.restored else []
        return [0, *sorted(row.position - 1 for row in rows if row.tag == tag_of(LogRestored))]

    def _signer(self, number: int, name: str = "") -> notes.Signer:
        return notes.Signer(name or self.name, self._centre.key_for(signer_purpose(number)))

    def _signers(self, keys: tuple[LogKeyNamed, ...]) -> list[notes.Signer]:
        """The key in use, and the one before it."""
        last = range(max(0, len(keys) - 2), len(keys))
        return [self._signer(number, _name_of(keys[number])) for number in last]

    def _name_next(self, state: SigningState) -> tuple[LogKeyNamed, ...]:
        number = len(state.keys)
        key = self._signer(number).verifier_key
        endorsement = notes.signed(f"{key}\n", self._signers(state.keys)[-1:]) if number else ""
        command: Any = NameLogKey(number=number, verifier_key=key, endorsement=endorsement)
        self._centre.by_itself(command, lane=SIGNING_STREAM)
        return self._signing().keys


def signer_purpose(number: int) -> str:
    """Name of the secret of a key of the log, from 0, among the keys of the vault."""
    return f"log signer {number}"


def _name_of(key: LogKeyNamed) -> str:
    return key.verifier_key.partition("+")[0]
