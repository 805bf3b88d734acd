"""The projections as of any position: the same as a file that was built up to it and no further."""

from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from stat import S_IMODE

import pytest

from domain.case.commands import AddNote
from projections.database import ProjectionFile
from projections.follower import catch_up
from projections.following import Batch, advance
from projections.past import Past
from projections.reader import Reader
from projections.snapshots import CLOSER, MOST, MOST_RECENT, interval_for, kept
from store.centre import Centre
from tests.cast import CASE, FATHER, MONDAY_10AM, ZHOU, Clock
from tests.laws.histories import History
from tests.laws.projected import content, content_of, followed
from tests.premises import opened

STEPS = 120
LOOK = "auditor"


@pytest.fixture(autouse=True)
def small_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    """Marks and snapshots as close together as a short history needs them."""
    monkeypatch.setattr("projections.snapshots.SHORTEST_INTERVAL", 30)
    monkeypatch.setattr("projections.past.MARKS_BEFORE", (60, 20, 5, 1))
    monkeypatch.setattr("projections.past.MARGIN", 20)
    monkeypatch.setattr("projections.past.MOST_MARKS", 6)


@pytest.fixture
def history(tmp_path: Path) -> Generator[History]:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises:
        walked = History(premises, clock, 3)
        walked.walk(STEPS)
        yield walked


@pytest.fixture
def past(history: History, tmp_path: Path) -> Generator[Past]:
    views = tmp_path / "views"
    views.mkdir()
    catch_up(history.centre, views)
    with closing(Past(history.centre, views)) as opened_past:
        yield opened_past


def stood(past: Past, position: int, *, who: str = LOOK) -> object:
    return past.ask(who, position, lambda reader: content_of(reader.database))


@pytest.mark.parametrize("seed", range(3))
def test_jumping_to_and_fro_shows_what_a_file_shows_that_was_built_so_far(
    history: History, past: Past, tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    head = history.centre.head()
    position = chance.randrange(head)
    for n in range(14):
        position = max(0, min(head, position + chance.choice((1, 1, 3, 17, 90, -1, -1, -4, -25, -130))))

        assert stood(past, position) == content(followed(history.centre, tmp_path / f"{n}", until=position))


def test_every_position_is_reached_forwards_and_backwards_by_steps_of_one(history: History, past: Past) -> None:
    first, last = 30, 90

    forwards = [stood(past, position) for position in range(first, last)]
    backwards = [stood(past, position) for position in reversed(range(first, last))]

    assert backwards[::-1] == forwards
    assert forwards[0] != forwards[-1]


def test_before_the_first_fact_there_is_nothing_and_after_the_last_there_is_the_present(
    history: History, past: Past, tmp_path: Path
) -> None:
    head = history.centre.head()

    assert past.ask(LOOK, 0, lambda reader: (reader.position(), reader.search(""))) == (0, [])
    assert stood(past, head + 1_000) == content(followed(history.centre, tmp_path / "now"))


def test_queue_search_and_document_are_those_of_then(tmp_path: Path) -> None:
    with opened(tmp_path / "centre") as premises, closing(Past(premises.centre, tmp_path)) as past:
        before = premises.centre.head()
        premises.receive()
        received = premises.centre.head()
        premises.do(AddNote(text="已电话联系"), by=ZHOU)
        followed(premises.centre, tmp_path)

        def look(reader: Reader) -> tuple[list[str], list[str], int]:
            queue = [row.id for row in reader.page(["office:street"], (0, "")).rows]
            return (
                queue,
                [found.id for found in reader.search("陈志远")],
                len(reader.rows_of(f"person:{FATHER.id}", "status")),
            )

        assert past.ask(LOOK, before, look) == ([], [], 0)
        assert past.ask(LOOK, received, look) == ([str(CASE)], [str(CASE)], 1)


def test_a_moment_is_the_position_of_the_last_fact_recorded_by_then(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "centre", clock) as premises, closing(Past(premises.centre, tmp_path)) as past:
        furnished = premises.centre.head()
        heads: dict[int, int] = {}
        for day in range(1, 6):
            clock.advance(days=1)
            premises.receive() if day == 1 else premises.do(AddNote(text=f"第{day}天"), by=ZHOU)
            heads[day] = premises.centre.head()

        at = {day: past.position_at(MONDAY_10AM + timedelta(days=day)) for day in heads}
        between = {day: past.position_at(MONDAY_10AM + timedelta(days=day, hours=13)) for day in heads}

        assert at == between == heads
        assert past.position_at(MONDAY_10AM) == furnished
        assert past.position_at(MONDAY_10AM - timedelta(seconds=1)) == 0


def test_those_who_look_do_not_disturb_each_other_and_the_one_unused_for_longest_gives_way(
    history: History, past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.past.MOST_LOOKING", 2)
    head = history.centre.head()
    places = {"one": head // 3, "two": head // 2, "three": head - 5}

    for _ in range(2):
        for who, position in places.items():
            assert past.ask(who, position, lambda reader: reader.position()) == position
    files = list((tmp_path / "views" / "past").glob("look-*.db"))
    past.leave("three")

    assert len(files) == 2
    assert len(list((tmp_path / "views" / "past").glob("look-*.db"))) == 1


def test_files_of_the_past_are_private_bounded_and_go_when_they_are_closed(
    history: History, past: Past, tmp_path: Path
) -> None:
    folder = tmp_path / "views" / "past"
    for position in range(0, history.centre.head(), 25):
        past.ask(position, position, lambda reader: reader.position())
    modes = {path.name: S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    snapshots = sorted(folder.glob("as-of-*.db"))
    past.close()

    assert 1 < len(snapshots) <= MOST
    assert set(modes.values()) == {0o600}
    assert S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(path for path in folder.iterdir()) == snapshots


def test_a_log_that_grows_keeps_its_snapshots_spread_over_all_of_it() -> None:
    for head in (1, 30, 361, 362, 5_000, 10_000_000):
        interval = interval_for(head)
        assert head // interval <= MOST
        assert interval == 30 or head // (interval // 2) > MOST


def test_snapshots_lie_closer_together_where_the_log_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.snapshots.SHORTEST_INTERVAL", 4)
    held: set[int] = set()
    for head in range(1, 2_000):
        held = kept({*held, head}, head=head)

        interval = interval_for(head)
        closer = max(interval // CLOSER, 4)
        assert len(held) <= MOST + MOST_RECENT
        assert head < 2 * closer or head - max(held) < closer
        assert all(any(at // interval == slot for at in held) for slot in range(1, head // interval + 1))


def test_whoever_follows_from_afar_makes_no_snapshot_on_the_way_that_is_not_kept() -> None:
    head, made = 3_000, set[int]()
    for position in range(30, head, 30):
        if position in kept({*made, position}, head=head):
            made.add(position)

    assert made == kept(made, head=head) == {*range(interval_for(head), head, interval_for(head)), 2_940, 2_970}


def test_a_step_back_folds_few_facts_again(history: History, past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    folded = [0]

    def counted(centre: Centre, file: ProjectionFile, *, until: int) -> Batch | None:
        before = file.position()
        batch = advance(centre, file, until=until)
        folded[0] += file.position() - before
        return batch

    monkeypatch.setattr("projections.past.advance", counted)
    head = history.centre.head()
    past.ask(LOOK, head, lambda _: None)
    costs: list[int] = []
    for back in (1, 2, 5, 20):
        folded[0] = 0
        past.ask(LOOK, head - back, lambda _: None)
        costs.append(folded[0])

    assert costs[0] == 0
    assert max(costs) <= 20


def test_what_a_crash_left_of_those_who_looked_is_gone_at_the_next_start(
    history: History, past: Past, tmp_path: Path
) -> None:
    past.ask(LOOK, 50, lambda _: None)
    left = list((tmp_path / "views" / "past").glob("look-*.db"))

    again = Past(history.centre, tmp_path / "views")
    again.begin()

    assert left
    assert not any(path.exists() for path in left)
    again.close()
