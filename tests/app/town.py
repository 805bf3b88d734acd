"""A small town for tests: the demonstration's staff and catalogue, and leases brought as far as a test needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from domain.case.commands import DispatchResult
from domain.decisions import Call
from store.centre import Centre
from store.files import FileStore
from store.places import FolderPlaces
from web.demo.centre import publish
from web.demo.making import Clock, Step
from web.demo.people import RESIDENTS
from web.demo.story import Cast, Story

MONDAY_MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
PATIENCE_SECONDS = 20


class Town:
    """A centre that has just opened, with everybody in it and no cases."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(MONDAY_MORNING)
        self.centre = Centre.open(folder, clock=self.clock, new_id=uuid4)
        self.files = FileStore(FolderPlaces(folder / "files"), self.centre.vault)
        self.cast: Cast = publish(self.centre, self.files, now=MONDAY_MORNING)

    def issued_lease(self, name: str = "lease") -> UUID:
        """The first resident's lease, issued on Monday."""
        return self._tell(self._granted(name).issue())

    def dispatched_lease(self, name: str = "lease") -> UUID:
        """The same, handed to the post desk."""
        return self._tell(self._granted(name).issue().dispatch())

    def dispatch_again(self, case: UUID) -> None:
        """The post desk hands it over once more."""
        call = Call(id=uuid4(), lane=case, command=DispatchResult(), by=self.cast.staff["chenjing"])
        self._do(Step(self.clock.now, call))

    def close(self) -> None:
        """Close the centre."""
        self.centre.close()

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Wait until something that a thread does has happened."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < until, "it did not happen in time"
            time.sleep(0.02)

    def _granted(self, name: str) -> Story:
        story = Story(self.cast, name, "house-lease-filing", RESIDENTS[0], MONDAY_MORNING, delivery_method="mail")
        return story.file().accept().decide()

    def _tell(self, story: Story) -> UUID:
        for step in story.steps:
            self._do(step)
        return story.lane

    def _do(self, step: Step) -> None:
        self.clock.now = step.at
        answer = self.centre.submit(step.call).result()
        assert answer.verdict == "applied", answer
