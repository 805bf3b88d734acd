"""The notary of a real log, on each engine: what it signs and proves holds later, and under changed keys."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from store import merkle, notes
from store.erasure import Erasure
from store.files import FileStore
from store.notary import LogAltered, Notary, Receipt
from store.places import FolderPlaces
from store.staging import Staging
from tests.cast import CASE, FATHER
from tests.premises import Premises, Site
from tests.test_verifier import verify

OTHER_CASE = UUID(int=99)


@pytest.fixture
def notary(premises: Premises, tmp_path: Path) -> Iterator[Notary]:
    with closing(Notary(premises.centre, tmp_path / "tree.db")) as notary:
        yield notary


def checkpoint(notary: Notary) -> notes.Checkpoint:
    keys = notes.public_keys([named.verifier_key for named in notary.log_keys()])
    return notes.checkpoint_of(notes.opened(notary.checkpoint(), keys))


def receipt_of_filing(premises: Premises, notary: Notary) -> Receipt:
    receipt = notary.receipt(premises.centre.position_of(CASE, 1))
    assert receipt is not None
    return receipt


def verdict(receipt: Receipt, tmp_path: Path, key: str | None = None) -> int:
    file = tmp_path / "receipt.json"
    file.write_bytes(msgspec.json.encode(receipt))
    status: int = verify.main(["receipt", str(file), "--key", key or ",".join(receipt.keys)])
    return status


def test_a_checkpoint_tells_of_everything_in_the_log(premises: Premises, notary: Notary) -> None:
    premises.receive()
    first = checkpoint(notary)
    leaves = premises.centre.event_log.leaves_after(0, 100_000)
    premises.receive(case=OTHER_CASE)
    later = checkpoint(notary)

    assert first.size == len(leaves) < later.size
    assert merkle.is_consistent(
        first.size, first.root, later.size, later.root, notary.consistency(first.size, later.size)
    )
    assert notary.root(first.size) == first.root


def test_a_receipt_holds_after_later_events_after_erasure_and_with_a_tree_made_anew(
    premises: Premises, notary: Notary, tmp_path: Path
) -> None:
    premises.receive()
    taken = receipt_of_filing(premises, notary)
    key = taken.keys[0]
    premises.receive(case=OTHER_CASE)
    assert verdict(taken, tmp_path, key) == 0

    vault = premises.centre.vault
    erasure = Erasure(
        premises.centre, FileStore(FolderPlaces(tmp_path / "files"), vault), Staging(tmp_path / "uploads", vault)
    )
    erased = erasure.erase(FATHER.id, reason="retention-ended", basis="本人申请", open_cases_confirmed=True)
    assert erased.verdict == "applied"
    assert verdict(taken, tmp_path, key) == 0

    with closing(Notary(premises.centre, tmp_path / "another.db")) as anew:
        assert anew.checkpoint() == notary.checkpoint()
        again = receipt_of_filing(premises, anew)
    assert again.event == taken.event
    assert verdict(again, tmp_path, key) == 0


def test_a_key_that_was_changed_is_endorsed_and_both_sign(premises: Premises, notary: Notary, tmp_path: Path) -> None:
    premises.receive()
    first = notary.log_keys()[0].verifier_key
    before = receipt_of_filing(premises, notary)

    second = notary.change_key()
    after = receipt_of_filing(premises, notary)

    assert notes.opened(second.endorsement, notes.public_keys([first])) == f"{second.verifier_key}\n"
    assert [verdict(one, tmp_path, key) for one in (before, after) for key in (first, second.verifier_key)] == [
        0, 1, 0, 0,
    ]  # fmt: skip
    third = notary.change_key()
    latest = receipt_of_filing(premises, notary)
    assert [verdict(latest, tmp_path, key) for key in (first, second.verifier_key, third.verifier_key)] == [1, 0, 0]


def test_the_same_keys_are_found_after_a_restart(furnished_site: Site, tmp_path: Path) -> None:
    signed: list[tuple[object, str]] = []
    for _ in range(2):
        with furnished_site.opened() as premises, closing(Notary(premises.centre, tmp_path / "tree.db")) as notary:
            signed.append((notary.log_keys(), notary.checkpoint()))

    assert signed[0] == signed[1]


def test_there_is_no_receipt_for_what_is_not_in_the_log(premises: Premises, notary: Notary) -> None:
    assert notary.receipt(premises.centre.head() + 7) is None
    with pytest.raises(IndexError):
        notary.consistency(1, 100_000)


def _cut(log: sqlite3.Connection) -> None:
    log.execute("DELETE FROM stored_events WHERE rowid = (SELECT max(rowid) FROM stored_events)")


def _edit(log: sqlite3.Connection) -> None:
    log.execute(
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), '\"recorded_at\"', '\"recorded_at\" ') "
        "AS BLOB) "
        "WHERE rowid = (SELECT max(rowid) FROM stored_events)"
    )


def _swap(log: sqlite3.Connection) -> None:
    log.execute(
        "UPDATE stored_events SET leaf_hash = (SELECT leaf_hash FROM stored_events WHERE rowid = 1) "
        "WHERE rowid = (SELECT max(rowid) FROM stored_events)"
    )


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("alter", [_edit, _swap])
def test_a_log_that_was_altered_before_it_was_signed_is_not_signed(
    furnished_site: Site, tmp_path: Path, alter: Callable[[sqlite3.Connection], Any]
) -> None:
    with furnished_site.opened():
        pass
    with closing(sqlite3.connect(furnished_site.folder / "log.db", isolation_level=None)) as log:
        alter(log)

    with (
        furnished_site.opened() as premises,
        closing(Notary(premises.centre, tmp_path / "tree.db")) as notary,
        pytest.raises(LogAltered),
    ):
        notary.checkpoint()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_log_that_lost_its_end_is_not_signed_any_more(furnished_site: Site, tmp_path: Path) -> None:
    with furnished_site.opened() as premises, closing(Notary(premises.centre, tmp_path / "tree.db")) as notary:
        notary.checkpoint()
    with closing(sqlite3.connect(furnished_site.folder / "log.db", isolation_level=None)) as log:
        _cut(log)

    with furnished_site.opened() as premises, closing(Notary(premises.centre, tmp_path / "tree.db")) as notary:
        for _ in range(2):
            with pytest.raises(LogAltered):
                notary.checkpoint()
