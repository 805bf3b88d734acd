"""A furnished centre whose projections follow it, for tests of what people and devices get to see."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from projections.following import Batch
from projections.reader import Reader
from projections.runner import Runner
from tests.cast import CASE, Clock
from tests.laws.projected import content
from tests.laws.projected import followed as made_anew
from tests.premises import Premises, opened


class Followed(Premises):
    """A centre with its projections.

    Attributes:
        batches: what the runner has published.
    """

    def __init__(self, premises: Premises, folder: Path) -> None:
        """Follow `premises`, the file lying in `folder`."""
        super().__init__(premises.centre, premises.clock)
        self.batches: list[Batch] = []
        self.runner = Runner(premises.centre, folder, publish=self.batches.append)
        self.runner.start()
        self.reader_path = self.runner.path
        self.reader = Reader(self.reader_path)

    def settle(self) -> None:
        """Wait until everything recorded so far is folded."""
        assert self.runner.wait(self.centre.head())

    def body(self, kind: str, case: UUID = CASE) -> dict[str, Any]:
        """The body of a document."""
        self.settle()
        row = self.reader.document(kind, str(case))
        assert row is not None
        body: dict[str, Any] = msgspec.json.decode(row)["body"]
        return body

    def close(self) -> None:
        """Stop following."""
        self.reader.close()
        self.runner.stop()


@pytest.fixture
def clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture
def followed(tmp_path: Path, clock: Clock) -> Generator[Followed]:
    """A furnished centre with its projections."""
    with opened(tmp_path / "centre", clock) as premises:
        centre = Followed(premises, tmp_path)
        yield centre
        centre.settle()
        centre.close()
        anew = made_anew(premises.centre, tmp_path / "anew")
        assert content(centre.runner.path) == content(anew), "following the log equals building from nothing"
