"""What every test stands on."""

# First of all: it puts a sound SQLite in place before anything else can import the system's.
import store as store

# isort: split
import pytest
from hypothesis import settings

from tests.objects import storage as storage
from tests.postgres import database as database
from tests.postgres import postgres as postgres

# Two busy cores make single examples slow without anything being wrong; a whole test is bounded by its timeout.
settings.register_profile("doorstep", deadline=None, print_blob=True)
settings.load_profile("doorstep")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let browser tests come last: quick ones fail sooner, and Playwright's loop then disturbs no asyncio test."""
    items.sort(key=lambda item: "tests/browser/" in item.path.as_posix())
