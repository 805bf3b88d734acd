"""The comparison over HTTP says what it could not compare with, and never passes silence off as a figure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.bench import http
from tests.bench.peers.http import pocketbase


def test_without_the_peer_nothing_is_measured_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def there(_: str) -> str:
        return "/usr/bin/wrk"

    def missing(_: Path) -> None:
        return None

    monkeypatch.setattr(shutil, "which", there)
    monkeypatch.setattr(pocketbase, "installed", missing)

    assert list(http.measure(tmp_path)) == []
    assert "peer not installed" in capsys.readouterr().err


def test_without_wrk_nothing_is_fetched_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetched(_: Path) -> None:
        pytest.fail("the peer was fetched for nothing")

    def missing(_: str) -> None:
        return None

    monkeypatch.setattr(shutil, "which", missing)
    monkeypatch.setattr(pocketbase, "installed", fetched)

    assert list(http.measure(tmp_path)) == []
    assert "wrk is not installed" in capsys.readouterr().err


def test_a_peer_that_cannot_be_fetched_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = tmp_path / "requirements.txt"
    nowhere.write_text("--no-index\nsurely-no-such-package==1\n")
    monkeypatch.setattr(pocketbase, "REQUIREMENTS", nowhere)

    assert pocketbase.installed(tmp_path / "peer") is None
