"""Forms that were begun: the newest copy of each, sealed in the file store under the key of the person who writes it.

Beside the files, `begun/PERSON/DRAFT.json` says where a form's copy is and which one it is; nothing personal stands
there. When the person is erased their files go, and what points to them counts for nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from store.drafts import Draft
from store.files import FilesError, FileStore
from store.places import Places


class TooManyForms(FilesError):
    """The person keeps as many forms as one may."""


class WrittenElsewhere(FilesError):
    """The copy is not the one on which the new one was based.

    Attributes:
        begun: the form as it is kept.
    """

    def __init__(self, begun: Begun) -> None:
        super().__init__(str(begun.draft))
        self.begun = begun


class Begun(Struct, frozen=True, kw_only=True):
    """A form as it is kept.

    Attributes:
        draft: its id.
        rev: number of the copy, from 1.
        address: of the copy in the file store.
        size: of the content in bytes.
        saved_at: when it was last written to, UTC.
        told_at: when the log was last told, UTC; None before that.
        device: which wrote it; None where that was not said.
    """

    draft: UUID
    rev: int
    address: str
    size: int
    saved_at: datetime
    told_at: datetime | None = None
    device: UUID | None = None


class BegunForms:
    """The forms of everybody; safe to share between threads.

    Args:
        places: where it is noted which forms there are.
        files: where their copies are kept.
        most: how many forms a person may keep.
    """

    def __init__(self, places: Places, files: FileStore, *, most: int = 20) -> None:
        self._places = places
        self._files = files
        self._most = most
        self._lock = threading.Lock()

    def save(
        self,
        draft: UUID,
        content: bytes,
        *,
        person: UUID,
        base: int | None,
        now: datetime,
        device: UUID | None = None,
    ) -> Begun:
        """Keep a copy in the place of the one before.

        A device goes on from its own last copy whatever base it names: the answer that told it of that copy may have
        been lost.

        Args:
            draft: id of the form.
            content: all of it.
            person: who writes it.
            base: `rev` of the copy that this one goes on from; None for a form that was not kept before.
            now: the time, UTC.
            device: on which it is written, None where that is not said.

        Raises:
            WrittenElsewhere: another copy has come between; one of the same content is no other.
            TooManyForms: there is no place for one more.
            KeyDestroyed: the person was erased.
        """
        with self._lock:
            before = self.find(draft, person=person)
            if before is not None and before.rev != base:
                if self.read(before) == content:
                    return before
                if device is None or before.device != device:
                    raise WrittenElsewhere(before)
            if before is None and len(self.of(person)) >= self._most:
                raise TooManyForms(str(person))
            stored = self._files.put(content, person=person)
            begun = Begun(
                draft=draft,
                rev=before.rev + 1 if before else 1,
                address=stored.address,
                size=stored.size,
                saved_at=now,
                told_at=before.told_at if before else None,
                device=device,
            )
            self._note(begun, person)
            if before is not None:
                self._files.remove(before.address)
            return begun

    def told(self, begun: Begun, *, person: UUID, now: datetime) -> None:
        """Note that the log was told of a form."""
        with self._lock:
            known = self.find(begun.draft, person=person)
            if known is not None:
                self._note(replace(known, told_at=now), person)

    def find(self, draft: UUID, *, person: UUID) -> Begun | None:
        """A form of this person's, None if none of that id is kept."""
        try:
            with self._places.open(_paper(person, draft)) as paper:
                begun = msgspec.json.decode(paper.read(), type=Begun)
        except FileNotFoundError:
            return None
        return begun if self._files.exists(begun.address) else None

    def of(self, person: UUID) -> list[Begun]:
        """The forms of a person, the newest first."""
        drafts = [_read_name(name)[1] for name, _ in self._places.names(person.hex)]
        found = (self.find(draft, person=person) for draft in drafts)
        return sorted((one for one in found if one is not None), key=lambda one: one.saved_at, reverse=True)

    def read(self, begun: Begun) -> bytes | None:
        """The content of a form, None if it cannot be had any more."""
        try:
            return self._files.read(begun.address)
        except FilesError:
            return None

    def remove(self, draft: UUID, *, person: UUID) -> bool:
        """Forget a form; whether there was one."""
        with self._lock:
            begun = self.find(draft, person=person)
            self._places.remove([_paper(person, draft)])
            if begun is None:
                return False
            self._files.remove(begun.address)
            return True

    def all(self) -> Iterator[tuple[UUID, Begun]]:
        """Every form with the person who writes it; what points to nothing any more is forgotten on the way."""
        for person, draft in [_read_name(name) for name, _ in self._places.everything()]:
            begun = self.find(draft, person=person)
            if begun is None:
                self.remove(draft, person=person)
            else:
                yield person, begun

    def _note(self, begun: Begun, person: UUID) -> None:
        with Draft(self._places.drafts) as paper:
            paper.write(msgspec.json.encode(begun))
            self._places.put(paper, _paper(person, begun.draft))


def _paper(person: UUID, draft: UUID) -> str:
    return f"{person.hex}/{draft.hex}.json"


def _read_name(name: str) -> tuple[UUID, UUID]:
    """Whose form a paper is of, and which."""
    person, draft = name.removesuffix(".json").split("/")
    return UUID(person), UUID(draft)
