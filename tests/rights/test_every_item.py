"""A share of the campaign `rights`, and the controls: a right too many or too few is caught."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.campaigns import rights
from tests.campaigns.campaign import Broken, Run
from tests.domain.catalogue.shipped import shipped_catalogue
from web.cli.progress import progress


def test_everybody_may_do_with_every_item_what_the_page_says_and_nothing_else(tmp_path: Path) -> None:
    assert rights.campaign(Run(0.1, 20261127, tmp_path, progress)).startswith("4 items in ")


@pytest.mark.parametrize("given", [True, False])
def test_a_right_that_is_not_the_page_s_is_caught(monkeypatch: pytest.MonkeyPatch, given: bool) -> None:
    monkeypatch.setattr(rights, "is_named", Mock(return_value=given))

    with pytest.raises(Broken, match=f"which is given={given}, and was told"):
        rights.tried(shipped_catalogue().items[0])
