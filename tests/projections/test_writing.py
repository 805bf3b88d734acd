"""What a page writes: what changed, and nothing else."""

from contextlib import closing
from pathlib import Path
from typing import Any

from projections.database import Change, Folded, ProjectionFile

ROW = Change("office:street", "queue", "1", 7, '{"id":"1"}')
WORDS = {"filed": 7, "words": "n0001 wchen"}


def figures(**other: Any) -> dict[str, Any]:
    """A line for reports about a case that was accepted."""
    days = {"filed_on": "2026-11-23", "accepted_on": "2026-11-24", "decided_on": "", "ended_on": ""}
    line = {"filed": 7, "item_id": "lease", "channel": "app", "batch": 0, "deemed": 0, "late": 0, "minutes": None}
    return {**line, **days, "outcome": "", **other}


def test_what_is_as_it_was_is_not_written_again(tmp_path: Path) -> None:
    with closing(ProjectionFile(tmp_path / "views.db")) as file:
        file.write(Folded(changes=[ROW], figures=[figures()], words=[WORDS]), position=7)
        written = file.database.total_changes

        file.write(Folded(changes=[ROW], figures=[figures()], words=[WORDS]), position=7)

        assert file.database.total_changes == written


def test_one_value_that_changed_is_written_also_where_there_was_none(tmp_path: Path) -> None:
    with closing(ProjectionFile(tmp_path / "views.db")) as file:
        for minutes in (None, 30, None):
            file.write(Folded(figures=[figures(minutes=minutes)]), position=7)

            assert file.database.execute("SELECT minutes FROM case_figures").fetchall() == [(minutes,)]
