"""What the tests of simulated practice share."""

import shutil
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from domain.actors import Actor
from tests.app.demonstration import Demonstration
from tests.practice.rehearsal import Rehearsal, furnish, rehearsing


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration of a Tuesday afternoon; nobody changes it."""
    made = Demonstration(tmp_path_factory.mktemp("demonstration"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Actor]:
    """The data folder of a centre without cases, for copying, and its trainee."""
    folder = tmp_path_factory.mktemp("furnished")
    return folder, furnish(folder)


@pytest.fixture
async def rehearsal(tmp_path: Path, furnished: tuple[Path, Actor]) -> AsyncGenerator[Rehearsal]:
    """A real centre with its sandboxes."""
    folder, trainee = furnished
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    async with rehearsing(tmp_path, trainee) as rehearsal:
        yield rehearsal
