"""Files that nothing refers to are removed after a time, and never one that anything refers to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

import pytest

from domain.actors import Actor
from domain.case.commands import (
    AcceptCase,
    Command,
    DecideCase,
    FileRef,
    IssueResult,
    RecordRendering,
    ReviewCase,
    StoreFile,
)
from domain.case.facts import FileRejected
from domain.centre.centre import NAMESPACE
from store.files import FileStore
from store.places import FolderPlaces
from store.staging import Staging
from store.sweeping import NOT_HANDED_IN, UNFINISHED, UNNAMED, give_up, sweep
from tests.cast import CASE, CHEN, FATHER, LI, WANG, ZHOU, Clock, Filing
from tests.premises import Premises

LATER = UNNAMED + timedelta(hours=1)
TO_ISSUE: tuple[tuple[Command, Actor], ...] = (
    (AcceptCase(), ZHOU),
    (ReviewCase(opinion="材料齐全"), LI),
    (DecideCase(outcome="granted"), WANG),
    (IssueResult(), CHEN),
)
DRAFT_CASE = UUID("01970000-0000-7000-8000-0000000000aa")
"""A form that is still being filled in."""


class Store:
    """A furnished centre with its files and uploads."""

    def __init__(self, premises: Premises, folder: Path) -> None:
        self.premises = premises
        self.folder = folder
        self.files = FileStore(FolderPlaces(folder / "files"), premises.centre.vault)
        self.uploads = Staging(folder / "uploads", premises.centre.vault)

    def put(self, content: bytes, *, person: UUID = FATHER.id, age: timedelta = timedelta()) -> str:
        """Keep a file that was put there some time ago."""
        address = self.files.put(content, person=person).address
        put_at = (self.premises.clock() - age).timestamp()
        os.utime(self.folder / "files" / address[:2] / address[2:], (put_at, put_at))
        return address

    def name(self, address: str, *, lane: UUID = CASE) -> None:
        """Let a fact name it."""
        ref = FileRef(uuid5(lane, address), "ab" * 32, 5)
        stored = StoreFile(file=ref, address=address, media_type="image/jpeg", uploaded_by=FATHER.id)
        assert self.premises.centre.by_itself(stored, lane=lane).verdict == "applied"

    def give_up(self) -> int:
        """Give up what was never handed in."""
        return give_up(self.premises.centre, self.files, now=self.premises.clock())

    def sweep(self) -> int:
        """Sweep now."""
        return sweep(self.premises.centre, self.files, self.uploads, now=self.premises.clock())


@pytest.fixture
def store(premises: Premises, tmp_path: Path) -> Store:
    return Store(premises, tmp_path)


def test_what_no_fact_names_is_removed_after_a_month_and_not_before(store: Store) -> None:
    old, young = store.put(b"old", age=LATER), store.put(b"young", age=UNNAMED - timedelta(hours=1))

    assert store.sweep() == 1

    assert not store.files.exists(old)
    assert store.files.read(young) == b"young"
    assert store.files.of(FATHER.id) == [young]
    assert store.sweep() == 0


def test_what_a_fact_names_stays_however_old(store: Store) -> None:
    filed, begun = store.put(b"filed", age=LATER), store.put(b"begun", age=LATER)
    store.premises.file()
    store.name(filed)
    store.name(begun, lane=DRAFT_CASE)

    assert store.sweep() == 0

    assert store.files.read(filed) == b"filed"
    assert store.files.read(begun) == b"begun"


def test_photographs_of_a_form_that_was_never_handed_in_are_given_up_after_a_month(store: Store, clock: Clock) -> None:
    begun, filed = store.put(b"begun"), store.put(b"filed")
    store.premises.file()
    store.name(filed)
    store.name(begun, lane=DRAFT_CASE)
    clock.now += NOT_HANDED_IN - timedelta(hours=1)
    assert store.give_up() == 0

    clock.now += timedelta(hours=2)
    assert store.give_up() == 1
    assert store.give_up() == 0

    assert not store.files.exists(begun)
    assert store.files.read(filed) == b"filed"
    last = store.premises.centre.read(DRAFT_CASE)[-1].fact
    assert isinstance(last, FileRejected)
    assert last.reason == "lapsed"


def test_a_form_handed_in_after_all_waits_for_the_photographs_that_were_given_up(store: Store, clock: Clock) -> None:
    filing = Filing()
    for ref in filing.files:
        stored = StoreFile(file=ref, address=store.put(b"x"), media_type="image/jpeg", uploaded_by=FATHER.id)
        store.premises.centre.by_itself(stored, lane=CASE)
    clock.now += NOT_HANDED_IN + timedelta(hours=1)
    assert store.give_up() == len(filing.files)

    assert store.premises.file(filing).verdict == "applied"
    assert len(store.premises.centre.case(CASE).waiting) == len(filing.files)

    store.premises.store(*filing.files)
    assert store.premises.centre.case(CASE).waiting == ()


def test_a_rendered_result_stays(store: Store) -> None:
    result = store.put(b"%PDF", age=LATER)
    _issue(store.premises)
    rendered = RecordRendering(sha256="ab" * 32, size=4, address=result)
    assert store.premises.centre.by_itself(rendered, lane=CASE).verdict == "applied"

    assert store.sweep() == 0
    assert store.files.exists(result)


def test_an_upload_that_was_judged_and_not_yet_reported_keeps_its_file(store: Store) -> None:
    address, upload = store.put(b"judged", age=LATER), uuid5(NAMESPACE, "upload")
    store.uploads.create(upload, by=FATHER.id, size=6, about={}, now=store.premises.clock())
    store.uploads.note(upload, {"outcome": "stored", "address": address})

    assert store.sweep() == 0

    store.uploads.discard(upload)
    assert store.sweep() == 1


def test_a_file_named_while_the_sweep_is_under_way_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    address = store.put(b"late", age=LATER)
    listed = FileStore.addresses

    def list_then_name(files: FileStore) -> Iterator[tuple[str, float]]:
        yield from listed(files)
        store.name(address)

    monkeypatch.setattr(FileStore, "addresses", list_then_name)

    assert store.sweep() == 0
    assert store.files.exists(address)


def test_what_a_backup_brought_back_of_an_erased_person_is_removed_at_once(store: Store) -> None:
    address = store.put(b"restored")
    store.premises.file()
    store.name(address)
    store.premises.centre.vault.destroy(FATHER.id)

    assert store.sweep() == 1
    assert not store.files.exists(address)


def test_what_was_never_finished_is_removed_after_a_day(store: Store) -> None:
    begun = store.folder / "files" / "drafts" / "begun"
    begun.write_bytes(b"half")
    half_a_day_ago = (store.premises.clock() - UNFINISHED / 2).timestamp()
    os.utime(begun, (half_a_day_ago, half_a_day_ago))

    store.sweep()
    assert begun.exists()

    two_days_ago = half_a_day_ago - UNFINISHED.total_seconds()
    os.utime(begun, (two_days_ago, two_days_ago))
    store.sweep()
    assert not begun.exists()


def _issue(premises: Premises) -> None:
    premises.receive(Filing())
    for act, by in TO_ISSUE:
        answer = premises.do(act, by=by)
        assert answer.verdict == "applied", answer
