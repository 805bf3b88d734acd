"""What several tests of the application share."""

from collections.abc import Iterator

import pytest

from tests.app.demonstration import Demonstration


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration of a Tuesday afternoon; nobody changes it."""
    made = Demonstration(tmp_path_factory.mktemp("demonstration"))
    yield made
    made.close()
