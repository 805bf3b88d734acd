"""A share of the campaign `steps`, and the controls: what it is there to find is found."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from domain.case.deciding import people
from projections.cases import status
from store.log import Leaf
from tests.campaigns import steps
from tests.campaigns.campaign import Broken, Run
from tests.campaigns.diskfull import furnished
from web.cli import soundness
from web.cli.progress import progress


@pytest.fixture
def pattern(tmp_path: Path) -> Path:
    return furnished(tmp_path / "pattern").folder


def test_whatever_people_do_is_no_fault_and_gives_read_models(tmp_path: Path) -> None:
    assert steps.campaign(Run(0.001, 20261127, tmp_path, progress)).startswith("1,000 steps in 4 histories")


def test_a_command_that_is_a_fault_is_caught(pattern: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "opened", Mock(side_effect=ZeroDivisionError))

    with pytest.raises(Broken, match=r"case\..* faulted: ZeroDivisionError"):
        steps.walked(pattern, "control")


def test_a_fact_that_cannot_be_folded_is_caught(pattern: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "clocks_of", Mock(side_effect=KeyError("gap")))

    with pytest.raises(Broken, match=r"unfoldable fact at position \d+: case\..*KeyError\('gap'\)"):
        steps.walked(pattern, "control")


def test_read_models_that_depend_on_the_pages_are_caught(pattern: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "PAGED", 1)
    monkeypatch.setattr(steps, "content", Mock(side_effect=[{"rows": [1]}, {"rows": [2]}]))

    with pytest.raises(Broken, match="read models that followed page by page are others"):
        steps.walked(pattern, "control")


def test_a_log_that_is_not_sound_is_caught(pattern: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(_: soundness.Leaves, leaf: Leaf, __: object) -> Iterator[str]:
        return iter(["its leaf is not the hash of what is stored"] if leaf.row.tag == "case.accepted" else [])

    monkeypatch.setattr(soundness.Leaves, "look", look)

    with pytest.raises(Broken, match=r"case\.accepted: its leaf is not"):
        steps.walked(pattern, "control")
