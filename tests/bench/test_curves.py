import re
from itertools import pairwise
from xml.etree import ElementTree as Xml

import msgspec
import pytest

from tests.bench.curves import (
    FOLDER,
    LINE_HEIGHT,
    PAGE,
    RATIOS,
    RIGHT,
    ROWS,
    Axis,
    drawn,
    file_name,
    rows_in,
    tabled,
    with_table,
)
from tests.bench.figures import Figure

KEPT = rows_in(ROWS)
JOBS = sorted({row.job for row in KEPT})


def row(engine: str, events: int, *, ours: float, limit: float) -> Figure:
    return Figure(job="append", ours=ours, limit=limit, ratio=1.0, unit="events/s", engine=engine, events=events)


ALIKE = [row(engine, events, ours=100, limit=101) for engine in ("sqlite", "postgresql") for events in (10_000, 90_000)]
"""Four curves that end at almost the same height."""


def named(svg: str) -> list[tuple[float, str]]:
    """The names of the curves with their heights, from the top."""
    texts = Xml.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return [(float(t.attrib["y"]), t.text or "") for t in texts if float(t.attrib["x"]) > RIGHT]


@pytest.mark.parametrize("job", JOBS)
def test_the_curves_that_are_kept_are_those_of_the_rows(job: str) -> None:
    kept = (FOLDER / file_name(job)).read_text(encoding="utf-8")

    assert kept == drawn([row for row in KEPT if row.job == job])


def test_every_curve_is_shown_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert sorted(re.findall(r"\((speed-[a-z0-9-]+\.svg)\)", page)) == sorted(map(file_name, JOBS))


def test_the_table_on_the_page_is_that_of_the_rows() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert with_table(page, tabled(rows_in(RATIOS))) == page


def test_the_table_names_what_was_missed_and_leaves_out_what_only_explains() -> None:
    promised = Figure(job="a job", ours=1, limit=2, ratio=0.5, unit="s", aim="at most", reach=0.4)
    rows = [promised, msgspec.structs.replace(promised, reach=None), msgspec.structs.replace(promised, reach=0.6)]

    assert tabled(rows).splitlines()[2:] == [
        "| a job | SQLite | 0.50 | at most 0.4, missed |",
        "| a job | SQLite | 0.50 | at most 0.6 |",
    ]


def test_ten_times_as_many_are_as_far_everywhere_on_an_axis() -> None:
    axis = Axis(1, 10_000, 0, 400)

    assert [axis.place(value) for value in (1, 10, 100, 1_000, 10_000)] == pytest.approx([0, 100, 200, 300, 400])


def test_an_axis_names_round_values_between_its_ends() -> None:
    assert list(Axis(3, 60, 0, 1).steps((1, 2, 5))) == pytest.approx([5, 10, 20, 50])


def test_names_of_curves_that_end_together_do_not_stand_on_one_another() -> None:
    names = named(drawn(ALIKE))

    assert {name for _, name in names} == {
        "Doorstep, SQLite",
        "limit, SQLite",
        "Doorstep, PostgreSQL",
        "limit, PostgreSQL",
    }
    assert all(below - above >= LINE_HEIGHT for (above, _), (below, _) in pairwise(names))


def test_a_limit_that_was_not_measured_is_not_drawn() -> None:
    rows = [row("sqlite", 10_000, ours=100, limit=50), row("sqlite", 90_000, ours=100, limit=0)]

    circles = Xml.fromstring(drawn(rows)).iter("{http://www.w3.org/2000/svg}circle")

    assert len(list(circles)) == 3
