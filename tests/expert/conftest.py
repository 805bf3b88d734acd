"""A furnished centre for every test of this folder, each with a copy of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.expert.service import Office, furnished, running
from web.demo.story import Cast

Opens: TypeAlias = Callable[[str], AbstractAsyncContextManager[Office]]
"""Opens the centre at a local time, written `2026-11-23 09:00`."""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cast]:
    """A furnished centre, for copying, and who is in it."""
    folder = tmp_path_factory.mktemp("expert") / "centre"
    return folder, furnished(folder)


@pytest.fixture
def open_at(template: tuple[Path, Cast], tmp_path: Path) -> Opens:
    """The centre of this test's own."""
    folder, cast = template
    return lambda at: running(folder, tmp_path, cast, at)
