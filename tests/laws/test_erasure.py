"""Erasure at any moment: what was followed equals a rebuild, and nothing of the person is left in any file."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from domain.identity.erasure import ErasePerson
from projections.database import ProjectionFile
from projections.follower import catch_up
from projections.following import Batch
from projections.generations import file_in
from projections.past import Past
from projections.rebuilding import rebuild, verify
from projections.runner import Runner
from tests.cast import Clock
from tests.laws.histories import AGENTS_SIGN, CASES, MARKS, History
from tests.laws.projected import content, content_of, followed
from tests.premises import opened

SEEDS = range(5)
STEPS = 30
INTERVAL = 40
BASIS = "档案鉴定"


class Erasing(History):
    """A history in which persons are erased.

    Attributes:
        erased: in order of time, with the case by whose mark their values are known.
    """

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.everybody_apart()
        self.erased: dict[UUID, UUID] = {}

    def erase_one(self, chance: Random) -> None:
        """Erase the applicant of some case; their key goes at once, or later."""
        case = chance.choice([case for case in CASES if case not in self.erased.values()])
        person = self.centre.case(case).applicant
        if person is None:
            return
        command = ErasePerson(reason="retention-ended", basis=BASIS, cases=(case,), open_cases_confirmed=True)
        answer = self.centre.by_itself(command, lane=person)
        assert answer.verdict == "applied", answer
        self.erased[person] = case
        if chance.random() < 0.5:
            self.centre.vault.destroy(person)

    def destroy_keys(self) -> None:
        """What crashes had left undone."""
        for person in self.erased:
            self.centre.vault.destroy(person)

    def values_in(self, held: bytes) -> list[str]:
        """Values of erased persons in some bytes: their marks, but in the names of agents, who are not erased."""
        marks = [self.mark(case) for case in self.erased.values()]
        return [mark for mark in marks if re.search(f"(?<!{AGENTS_SIGN}){mark}".encode(), held)]


@pytest.fixture
def history(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Erasing]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        yield Erasing(premises, clock, request.param)


@pytest.fixture
def frequent_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.snapshots.SHORTEST_INTERVAL", INTERVAL)


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.usefixtures("frequent_snapshots")
@pytest.mark.parametrize("history", SEEDS, indirect=True)
def test_after_erasures_at_any_moment_following_equals_rebuilding_and_no_file_holds_a_value(
    history: Erasing, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    live, anew = tmp_path / "live", tmp_path / "anew"
    live.mkdir()
    anew.mkdir()
    chance = Random(request.node.name)
    runner = Runner(history.centre, live, publish=lambda _: None)
    runner.start()
    history.walk(3 * STEPS)
    assert runner.wait(history.centre.head())
    seen = bytes_in(live)
    for _ in range(3):
        if chance.random() < 0.5:
            assert runner.wait(history.centre.head())
        if chance.random() < 0.7:
            runner.past.ask("auditor", chance.randrange(history.centre.head()), lambda reader: reader.position())
        history.erase_one(chance)
        history.walk(STEPS)
    assert runner.wait(history.centre.head())
    with_keys = content(rebuild(history.centre, anew))
    history.destroy_keys()
    runner.stop()

    left = bytes_in(live)

    assert history.values_in(left) == []
    assert history.values_in(seen) != []
    assert content(file_in(live)) == with_keys == content(rebuild(history.centre, anew))
    assert verify(history.centre, live) == []


@pytest.mark.usefixtures("frequent_snapshots")
@pytest.mark.parametrize("history", SEEDS[:3], indirect=True)
def test_the_past_shows_no_erased_value_and_is_otherwise_what_it_was(
    history: Erasing, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    live = tmp_path / "live"
    live.mkdir()
    chance = Random(request.node.name)
    runner = Runner(history.centre, live, publish=lambda _: None)
    runner.start()
    history.walk(4 * STEPS)
    assert runner.wait(history.centre.head())
    history.erase_one(chance)
    history.walk(STEPS)
    assert runner.wait(history.centre.head())

    for n in range(6):
        position = chance.randrange(1, history.centre.head())
        stood = runner.past.ask("auditor", position, lambda reader: content_of(reader.database))
        plain = followed(history.centre, tmp_path / f"{n}", until=position, gone=history.erased)
        assert stood == content(plain)
    assert history.values_in(bytes_in(live)) == []
    runner.stop()


def test_an_applicant_known_by_mark_is_in_the_file_before_the_erasure_and_devices_hear_of_it(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        history = Erasing(premises, clock, 1)
        person = history.applicants[CASES[0]]
        premises.receive(history.filing(CASES[0]), by=person, case=CASES[0])
        path = followed(premises.centre, tmp_path / "live")
        assert MARKS[0].encode() in path.read_bytes()

        with closing(ProjectionFile(path)) as file:
            command = ErasePerson(reason="law-requires", basis=BASIS, cases=(CASES[0],), open_cases_confirmed=True)
            premises.centre.by_itself(command, lane=person.id)
            before = file.position()
        followed(premises.centre, tmp_path / "live")
        with closing(ProjectionFile(path)) as file:
            assert file.has_remains
            rows = file.database.execute("SELECT pos, row FROM rows WHERE pos > ?", (before,)).fetchall()
        assert rows
        assert all(MARKS[0] not in row for _, row in rows)


# Where a crash or a full disk comes between


class Cut(OSError):
    """The disk is full, or the process ends."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Erasing]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        history = Erasing(premises, clock, 1)
        history.walk(3 * STEPS)
        yield history


STEPS_OF_A_PURGE = ("past.Snapshots.purge", "past.Snapshots.note_purged_to", "follower.put_in_use", "database.copy_of")


@pytest.mark.usefixtures("frequent_snapshots")
@pytest.mark.parametrize("step", STEPS_OF_A_PURGE)
def test_what_a_crash_cut_off_is_purged_at_the_next_start(
    small: Erasing, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = tmp_path / "live"
    live.mkdir()
    catch_up(small.centre, live)
    with closing(Past(small.centre, live)) as past:
        past.ask("auditor", small.centre.head() - 1, lambda reader: reader.position())
    small.erase_one(Random(step))
    small.destroy_keys()

    with monkeypatch.context() as cut:
        cut.setattr(f"projections.{step}", fails)
        with pytest.raises(Cut):
            catch_up(small.centre, live)
    before = bytes_in(live)
    catch_up(small.centre, live)

    assert list((live / "past").glob("as-of-*.db"))
    assert small.values_in(before) != []
    assert small.values_in(bytes_in(live)) == []


def fails(*_: object, **__: object) -> None:
    raise Cut


@pytest.mark.usefixtures("frequent_snapshots")
def test_a_purge_that_has_no_space_for_a_while_is_done_then_and_what_it_belongs_to_is_told_after_it(
    small: Erasing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, batches = tmp_path / "live", list[Batch]()
    live.mkdir()
    monkeypatch.setattr("projections.runner.RETRY_SECONDS", 0.01)
    runner = Runner(small.centre, live, publish=batches.append)
    runner.start()
    assert runner.wait(small.centre.head())
    with monkeypatch.context() as full:
        full.setattr("projections.follower.put_in_use", fails)
        small.erase_one(Random(1))
        assert not runner.wait(small.centre.head(), timeout=0.5)
    assert runner.wait(small.centre.head())
    left = bytes_in(live)
    runner.stop()

    assert small.values_in(left) == []
    assert [person for batch in batches for person in batch.erased] == list(small.erased)
    positions = [batch.position for batch in batches]
    assert positions == sorted(set(positions))


@pytest.mark.usefixtures("frequent_snapshots")
def test_a_snapshot_for_which_there_is_no_space_holds_nothing_up(
    small: Erasing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live, batches = tmp_path / "live", list[Batch]()
    live.mkdir()
    monkeypatch.setattr("projections.snapshots._copied", fails)
    runner = Runner(small.centre, live, publish=batches.append)
    runner.start()

    assert runner.wait(small.centre.head())
    runner.stop()

    assert batches[-1].position == small.centre.head()
    assert not list((live / "past").glob("*"))
