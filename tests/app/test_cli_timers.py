"""`doorstep timers`: an operator sees that a jump of the clock has stopped what time asks for, and lets it go on."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from domain.centre.clock import CLOCK_STREAM, ReportJump
from tests.app.timely import TimelyTown
from web.cli.program import main


def test_without_a_jump_timers_fire_and_there_is_nothing_to_confirm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    TimelyTown(tmp_path, items=()).close()

    codes = [main(["timers", "status", "--data", str(tmp_path)]), main(["timers", "confirm", "--data", str(tmp_path)])]

    assert codes == [0, 0]
    assert capsys.readouterr().out.splitlines() == ["Timers fire.", "Timers fire; there is nothing to confirm."]


def test_an_operator_confirms_the_clock_after_a_jump(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(TimelyTown(tmp_path, items=())) as town:
        town.centre.by_itself(ReportJump(seconds=-7200), lane=CLOCK_STREAM)
    data = ["--data", str(tmp_path)]

    codes = [main(["timers", *said, *data]) for said in (["status"], ["confirm", "--yes"], ["status"])]

    said = capsys.readouterr().out
    assert codes == [1, 0, 0]
    assert "the clock jumped by -7200 s" in said
    assert said.endswith("Timers go on.\nTimers fire.\n")
