"""Whether a log is whole: every event read, decoded, opened and compared with what stands for it elsewhere.

Nothing here quotes what a damaged event holds: findings name its place only, because its values are personal data.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain.centre.signing import LogRestored
from domain.facts import Envelope, Sealed, all_facts, sealed_fields, tag_of
from domain.identity.erasure import PersonErased
from store.keys import KeyDamaged, KeyVault
from store.log import Entry, Leaf, Row, leaf_hash
from store.mapper import FactMapper
from store.merkle import Peaks
from store.receipts import CommandApplied, CommandRefused, Receipt, receipt_stream
from web.signatures import Signatures

REMEMBERED_ROWS = 20_000
"""How far back a receipt is compared with the fact that it speaks of; far more than one command records."""


class Finding(NamedTuple):
    """Something that is not as it was written.

    Attributes:
        place: `position stream version tag`, or a file.
        what: is wrong with it, in a few words.
    """

    place: str
    what: str

    def __str__(self) -> str:
        """One line for the terminal."""
        return f"{self.place}: {self.what}"


class Inspection(Protocol):
    """Something that is looked at in every event, in the order of the log."""

    def look(self, leaf: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """What is wrong with this event; `envelope` is None if it cannot be decoded."""
        ...


class Leaves:
    """The leaves of the transparency log: dense, in order, and the hashes of what is stored.

    A log that was restored from a backup goes on under another name, in a tree of its own, whose first leaf says what
    the tree before it had become.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._due = 0
        self._peaks = Peaks()

    def look(self, leaf: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Compare number and hash."""
        if envelope is not None and isinstance(envelope.fact, LogRestored):
            yield from self._begin_anew(envelope.fact)
        self._peaks.add(leaf.hash or b"")
        if leaf.number is None or leaf.hash is None:
            yield "it has no leaf"
        elif leaf.hash != leaf_hash(self._origin, Entry(*leaf.row[1:])):
            yield "its leaf is not the hash of what is stored"
        if leaf.number is not None and leaf.number != self._due:
            yield f"its leaf has the number {leaf.number} where {self._due} is due"
        self._due = max(self._due, self._due if leaf.number is None else leaf.number) + 1

    def _begin_anew(self, restored: LogRestored) -> Iterator[str]:
        if (restored.size, restored.root) != (self._peaks.size, self._peaks.root.hex()):
            yield "the events before it are not those of the backup that it tells of"
        self._due, self._peaks = 0, Peaks()


class Versions:
    """The versions of a stream: dense from 1."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def look(self, leaf: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Compare with the version before."""
        row = leaf.row
        before = self._last.get(row.stream.int, 0)
        if row.version != before + 1:
            yield f"version {before + 1} of its stream is due"
        if not _ends_its_stream(envelope):  # half of the log
            self._last[row.stream.int] = max(before, row.version)


class Boxes:
    """Sealed values: each opens, unless its person's key was destroyed."""

    def __init__(self, mapper: FactMapper, vault: KeyVault) -> None:
        self._mapper = mapper
        self._vault = vault
        self._erased: set[UUID] = set()
        self._fields = {kind: sealed_fields(kind) for kind in all_facts()}

    def look(self, _: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Open every box."""
        if envelope is None:
            return
        for field in self._fields[type(envelope.fact)]:
            sealed = getattr(envelope.fact, field)
            if isinstance(sealed, Sealed):
                yield from self._open(envelope, field, sealed)

    def _open(self, envelope: Envelope, field: str, sealed: Sealed) -> Iterator[str]:
        if not sealed.box or sealed.person in self._erased:  # an empty box was sealed for a person erased before
            return
        try:
            if self._vault.key(sealed.person) is not None:
                self._mapper.unseal(envelope, field)
            elif self._vault.is_destroyed(sealed.person):
                self._erased.add(sealed.person)
            else:
                yield f"there is no key for `{field}`, and none was destroyed"
        except MapperDeserialisationError:
            yield f"the sealed value in `{field}` does not open"
        except KeyDamaged:
            yield f"the key for `{field}` is damaged"


class Erasures:
    """Persons who were erased: their key is gone."""

    def __init__(self, vault: KeyVault) -> None:
        self._vault = vault

    def look(self, _: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Ask for the key."""
        if envelope is None or not isinstance(envelope.fact, PersonErased):
            return
        if not self._vault.is_destroyed(envelope.originator_id):
            yield "the person is erased and their key is not: start the service, which finishes it"


class Receipts:
    """Receipts: each stands where its command says, speaks of a fact of that command, and no command lacks one."""

    def __init__(self) -> None:
        self._rows: OrderedDict[int, tuple[UUID, UUID | None]] = OrderedDict()
        self._without: dict[tuple[UUID, UUID], str] = {}

    def look(self, leaf: Leaf, envelope: Envelope | None, /) -> Iterator[str]:
        """Compare a receipt with the rows before it."""
        row = leaf.row
        command = envelope.meta.command if envelope else None
        self._remember(row, command)
        if envelope is None or command is None:
            return
        author = envelope.meta.actor
        if not isinstance(envelope.fact, Receipt):
            self._without.setdefault((author, command), place_of(row))
            return
        had = self._without.pop((author, command), None)
        if had is not None and not isinstance(envelope.fact, CommandApplied):
            yield "its command was not done, and recorded facts"
        if row.stream != receipt_stream(author, command):
            yield "the receipt stands on another stream than its author and command have"
        if isinstance(envelope.fact, CommandApplied) and not self._fits(row.position, command, envelope.fact):
            yield "the receipt speaks of a fact that its command did not record there"

    def end(self) -> Iterator[Finding]:
        """Commands of which facts were read and no receipt."""
        for place in self._without.values():
            yield Finding(place, "its command has no receipt")

    def _remember(self, row: Row, command: UUID | None) -> None:
        self._rows[row.position] = row.stream, command
        if len(self._rows) > REMEMBERED_ROWS:
            self._rows.popitem(last=False)

    def _fits(self, position: int, command: UUID, receipt: CommandApplied) -> bool:
        if receipt.offset == 0:
            return True
        return self._rows.get(position - receipt.offset) == (receipt.lane, command)


class Soundness:
    """Looks at the events of a log one after another, from the first."""

    def __init__(self, *, origin: str, mapper: FactMapper, vault: KeyVault) -> None:
        """Begin before the first event.

        Args:
            origin: id of the log.
            mapper: decodes and opens.
            vault: keys of persons.
        """
        self._mapper = mapper
        self._known = mapper.stored_tags([tag_of(kind) for kind in all_facts()])
        self._receipts = Receipts()
        self.signatures = Signatures(mapper, vault)
        self._inspections: tuple[Inspection, ...] = (
            Leaves(origin),
            Versions(),
            Boxes(mapper, vault),
            Erasures(vault),
            self._receipts,
            self.signatures,
        )

    def look(self, leaves: Iterable[Leaf]) -> Iterator[Finding]:
        """What is wrong with the next events."""
        for leaf in leaves:
            place, envelope = place_of(leaf.row), self._read(leaf.row)
            if envelope is None:
                yield Finding(place, self._unreadable(leaf.row.tag))
            for inspection in self._inspections:
                for what in inspection.look(leaf, envelope):
                    yield Finding(place, what)

    def end(self) -> Iterator[Finding]:
        """What was missed up to the end."""
        return self._receipts.end()

    def _read(self, row: Row) -> Envelope | None:
        try:
            return self._mapper.envelope(*row[1:])
        except MapperDeserialisationError:
            return None

    def _unreadable(self, tag: str) -> str:
        return "it cannot be read" if tag in self._known else "this program knows no fact of that tag"


def place_of(row: Row) -> str:
    """`position stream version tag`; a damaged tag is written so that it cannot steer a terminal."""
    tag = row.tag if row.tag.isprintable() else ascii(row.tag)
    return f"{row.position} {row.stream} {row.version} {tag}"


def _ends_its_stream(envelope: Envelope | None) -> bool:
    """Whether nothing follows it: a receipt, unless it says that the program failed."""
    return envelope is not None and isinstance(envelope.fact, CommandApplied | CommandRefused)
