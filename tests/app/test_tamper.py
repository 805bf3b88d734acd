"""A share of the campaign `tamper`, and the control: a verifier or a service that looks away is caught."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.campaigns import tamper
from tests.campaigns.campaign import Broken, Run
from tests.test_verifier import verify
from web.cli.progress import progress

SHARE = 0.01


def test_whoever_alters_a_log_is_found_out_on_either_engine(tmp_path: Path) -> None:
    figures = tamper.campaign(Run(SHARE, 20261126, tmp_path, progress))

    assert figures.startswith("20 honest logs passed")


def test_a_verifier_that_only_counts_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "difference", Mock(return_value="something is different"))

    with pytest.raises(Broken, match="the verifier said"):
        tamper.campaign(Run(SHARE, 1, tmp_path, progress))


def test_a_service_that_signs_what_stands_there_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tamper, "_is_signed", Mock(return_value=True))

    with pytest.raises(Broken, match="the service signed it"):
        tamper.campaign(Run(SHARE, 1, tmp_path, progress))


def test_an_honest_log_that_does_not_pass_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "root_of", Mock(return_value=b""))

    with pytest.raises(Broken, match="an honest log did not pass"):
        tamper.campaign(Run(SHARE, 1, tmp_path, progress))
