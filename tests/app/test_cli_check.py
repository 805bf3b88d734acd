"""`doorstep check`: whatever is not as it was written is found, and named without what it held."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.case.commands import AddNote
from domain.identity.erasure import ErasePerson
from store.log import Entry, leaf_hash
from store.notary import Notary
from tests.app.terminal import Home
from tests.app.terminal import home as home
from tests.cast import CASE, FATHER, ZHOU
from tests.postgres import Server
from tests.premises import opened
from web.cli.program import main

NOTE = "her son is ill"
ALL_WELL = "all is as it was written"

Check = Callable[[], tuple[int, list[str]]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre with a case and some notes."""
    data = tmp_path_factory.mktemp("whole")
    with opened(data / "centre") as premises:
        premises.receive()
        for n in range(4):
            premises.do(AddNote(text=f"{NOTE} {n}"), by=ZHOU)
    return data


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def check(data: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    def checked() -> tuple[int, list[str]]:
        code = main(["check", "--data", str(data)])
        *findings, last = capsys.readouterr().out.splitlines()
        assert (ALL_WELL in last) == (not findings)
        return code, findings

    return checked


@pytest.fixture
def log(data: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(data / "centre" / "log.db", isolation_level=None)) as database:
        yield database


def last_note(log: sqlite3.Connection) -> tuple[int, str]:
    """Position and place of the last note."""
    position, stream, version = log.execute(
        "SELECT position, stream, version FROM facts WHERE tag='case.noted' ORDER BY position DESC"
    ).fetchone()
    dashed = f"{stream[:8]}-{stream[8:12]}-{stream[12:16]}-{stream[16:20]}-{stream[20:]}"
    return position, f"{position} {dashed} {version} case.noted"


def test_a_whole_log_has_no_findings(check: Check) -> None:
    assert check() == (0, [])


def test_a_command_that_the_program_failed_on_is_no_finding_neither_before_nor_after_it_was_mended(
    data: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    with opened(data / "centre", name="service") as premises:
        calls = [premises.call(AddNote(text=NOTE), by=ZHOU) for _ in range(2)]
        with monkeypatch.context() as broken:
            broken.setattr("store.judging.decide", fails)
            answers = premises.centre.submit_all(calls).result(60)
        monkeypatch.setattr("store.judging.fingerprint", lambda: "mended")
        mended = premises.centre.submit(calls[0]).result(60)

    assert [answer.verdict for answer in (*answers, mended)] == ["quarantined", "quarantined", "applied"]
    assert check() == (0, [])


def test_a_log_is_checked_while_a_service_writes_to_it(data: Path, check: Check) -> None:
    with opened(data / "centre", name="service") as premises:
        premises.do(AddNote(text="while it runs"), by=ZHOU)

        assert check() == (0, [])


def test_a_changed_byte_of_a_sealed_value_is_found(log: sqlite3.Connection, check: Check) -> None:
    position, place = last_note(log)
    (state,) = log.execute("SELECT state FROM stored_events WHERE rowid=?", (position,)).fetchone()
    middle = state.index(b'"box":"') + 40
    changed = state[:middle] + (b"A" if state[middle : middle + 1] != b"A" else b"B") + state[middle + 1 :]
    log.execute("UPDATE stored_events SET state=? WHERE rowid=?", (changed, position))

    code, findings = check()

    assert code == 1
    assert findings == [
        f"{place}: its leaf is not the hash of what is stored",
        f"{place}: the sealed value in `text` does not open",
    ]


def test_an_event_that_is_no_json_any_more_is_found_and_not_quoted(log: sqlite3.Connection, check: Check) -> None:
    position, place = last_note(log)
    log.execute("UPDATE stored_events SET state=? WHERE rowid=?", (b'{"meta": "' + NOTE.encode(), position))

    code, findings = check()

    assert code == 1
    assert findings == [f"{place}: it cannot be read", f"{place}: its leaf is not the hash of what is stored"] + [
        finding for finding in findings if "receipt" in finding
    ]
    assert not any(NOTE in finding for finding in findings)


def test_a_tag_that_nobody_knows_is_found_and_cannot_steer_the_terminal(log: sqlite3.Connection, check: Check) -> None:
    position, place = last_note(log)
    log.execute("UPDATE stored_events SET topic='case.\x1b[2Jnoted' WHERE rowid=?", (position,))

    code, findings = check()

    assert code == 1
    shown = place.replace("case.noted", ascii("case.\x1b[2Jnoted"))
    assert findings[0] == f"{shown}: this program knows no fact of that tag"
    assert not any("\x1b" in finding for finding in findings)


def test_a_deleted_event_is_found_in_its_leaf_its_stream_and_its_receipt(log: sqlite3.Connection, check: Check) -> None:
    position, _ = last_note(log)
    (number,) = log.execute("SELECT leaf_index FROM facts WHERE position=?", (position,)).fetchone()
    log.execute("DELETE FROM stored_events WHERE rowid=?", (position,))

    code, findings = check()

    assert code == 1
    assert [finding.partition(": ")[2] for finding in findings] == [
        f"its leaf has the number {number + 1} where {number} is due",
        "the receipt speaks of a fact that its command did not record there",
    ]


def test_an_event_deleted_from_the_middle_of_its_stream_is_missed_there(log: sqlite3.Connection, check: Check) -> None:
    log.execute("DELETE FROM stored_events WHERE rowid = (SELECT MIN(position) FROM facts WHERE tag='case.noted')")

    _, findings = check()

    assert [finding for finding in findings if "of its stream is due" in finding] != []


def test_events_cut_off_the_end_are_missed(log: sqlite3.Connection, check: Check) -> None:
    (head,) = log.execute("SELECT MAX(position) FROM facts").fetchone()
    log.execute("DELETE FROM stored_events WHERE rowid=?", (head,))

    code, findings = check()

    assert code == 1
    assert f"log.db: its last event stands at position {head - 1}, and one was written at {head}" in findings
    assert [finding for finding in findings if finding.endswith("its command has no receipt")] != []


def test_leaves_that_changed_places_are_found(log: sqlite3.Connection, check: Check) -> None:
    position, place = last_note(log)
    rows = log.execute(
        "SELECT rowid, leaf_index FROM stored_events WHERE rowid IN (?, ?) ORDER BY rowid", (position, position + 1)
    ).fetchall()
    (first, lower), (second, higher) = rows
    for row, number in ((first, -1), (second, lower), (first, higher)):
        log.execute("UPDATE stored_events SET leaf_index=? WHERE rowid=?", (number, row))

    code, findings = check()

    assert code == 1
    assert findings[0] == f"{place}: its leaf has the number {higher} where {lower} is due"
    assert len(findings) == 2


def test_a_leaf_with_the_hash_of_another_event_is_found(log: sqlite3.Connection, check: Check) -> None:
    position, place = last_note(log)
    log.execute(
        "UPDATE stored_events SET leaf_hash=(SELECT leaf_hash FROM stored_events WHERE rowid=1) WHERE rowid=?",
        (position,),
    )

    assert check() == (1, [f"{place}: its leaf is not the hash of what is stored"])


def test_an_event_that_was_altered_with_its_leaf_is_found_by_the_tree_that_the_service_keeps(
    data: Path, log: sqlite3.Connection, check: Check
) -> None:
    tree = data / "followers" / "tree.db"
    with opened(data / "centre") as premises, closing(Notary(premises.centre, tree)) as notary:
        notary.catch_up()
        origin, leaves = premises.centre.origin, premises.centre.event_log.leaves_after(0, 10_000)
    assert check() == (0, [])
    one = leaves[-2]
    entry = Entry(*one.row[1:])._replace(state=one.row.state.replace(b'"recorded_at":', b'"recorded_at": ', 1))

    log.execute(
        "UPDATE stored_events SET state=?, leaf_hash=? WHERE rowid=?",
        (entry.state, leaf_hash(origin, entry), one.row.position),
    )

    said = f"the event at position {one.row.position} is not the one that was taken in as leaf {one.number}"
    assert check() == (1, [f"tree.db: {said}"])
    with closing(sqlite3.connect(tree)) as kept:
        assert kept.execute("SELECT COUNT(*) FROM found").fetchone() == (0,)  # the service's own is left to the service


def test_a_key_that_is_gone_without_an_erasure_is_missed(data: Path, check: Check) -> None:
    with closing(sqlite3.connect(data / "centre" / "keys.db", isolation_level=None)) as keys:
        keys.execute("DELETE FROM key WHERE name=?", (f"person/{FATHER.id.hex}",))

    code, findings = check()

    assert code == 1
    assert [finding.partition(": ")[2] for finding in findings if "case.noted" in finding] == [
        "there is no key for `text`, and none was destroyed"
    ] * 4


def test_values_of_an_erased_person_are_no_finding(data: Path, check: Check) -> None:
    with opened(data / "centre") as premises:
        premises.centre.vault.destroy(FATHER.id)

    assert check() == (0, [])


def test_a_damaged_page_of_the_file_is_found_and_reading_goes_on(data: Path, check: Check) -> None:
    path = data / "centre" / "log.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = database.execute("PRAGMA page_size").fetchone()
        (state,) = database.execute("SELECT state FROM stored_events WHERE rowid=20").fetchone()
    page = path.read_bytes().index(state[:100]) // size
    with path.open("r+b") as file:
        file.seek(page * size)
        file.write(b"\xff" * 200)

    code, findings = check()

    assert code == 1
    assert [finding for finding in findings if finding.startswith("log.db: ")] != []
    assert [finding for finding in findings if finding.endswith("the file cannot be read there")] != []


def test_a_person_whose_key_outlived_their_erasure_is_found(data: Path, check: Check) -> None:
    with opened(data / "centre", name="erasing") as premises:
        premises.centre.by_itself(
            ErasePerson(reason="law-requires", basis="appraisal 2026-14", cases=(CASE,), open_cases_confirmed=True),
            lane=FATHER.id,
        )

    code, findings = check()

    assert code == 1
    assert [finding.partition(": ")[2] for finding in findings] == [
        "the person is erased and their key is not: start the service, which finishes it"
    ]


@pytest.mark.parametrize("home", ["postgres"], indirect=True)
def test_damage_is_found_on_postgresql_too(home: Home, postgres: Server) -> None:
    with home.opened() as premises:
        premises.receive()
    whole = home.types("check")
    database = os.environ["DOORSTEP_POSTGRES_DBNAME"]
    postgres.sql("ALTER TABLE stored_events DISABLE TRIGGER ALL", database=database)
    ((number,),) = postgres.sql("SELECT leaf_index FROM stored_events WHERE topic='case.received'", database=database)
    postgres.sql("UPDATE stored_events SET leaf_hash = sha256(state) WHERE topic = 'case.filed'", database=database)
    postgres.sql("DELETE FROM stored_events WHERE topic = 'case.received'", database=database)

    said = home.types("check")

    assert (whole.code, said.code) == (0, 1)
    assert [line.partition(": ")[2] for line in said.out.splitlines()[:2]] == [
        "its leaf is not the hash of what is stored",
        f"its leaf has the number {number + 1} where {number} is due",
    ]
