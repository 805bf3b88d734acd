"""A share of the campaign `frames`, and the controls: a decoder or a session that stumbles is caught."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sync import frames as fr
from sync import reading
from sync.session import Session
from tests.campaigns import frames
from tests.campaigns.campaign import Broken, Run
from web.cli.progress import progress

SEED = 20261128


def test_a_share_of_the_campaign_keeps_every_promise(tmp_path: Path) -> None:
    said = frames.campaign(Run(0.001, SEED, tmp_path, progress))

    assert said.startswith("100,000 messages into the decoder")


def caught(size: int = 20_000) -> str:
    with pytest.raises(Broken) as broken:
        frames.tried(SEED, 0, size)
    return str(broken.value)


def test_a_decoder_that_lets_a_fault_through_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_UNREADABLE", (msgspec.ValidationError,))

    assert caught().startswith("the decoder raised DecodeError")


def test_a_decoder_that_reads_its_own_words_in_another_way_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    turns, read = count(), reading.read_frame

    def forgetful(data: bytes) -> Any:
        frame = read(data)
        return fr.Ping() if isinstance(frame, fr.Credit) and next(turns) % 2 else frame

    monkeypatch.setattr(frames, "read_frame", forgetful)

    assert caught().startswith("the decoder reads ")


def test_a_session_that_stumbles_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr(Session, "_push", stumbles)

    assert caught(100_000).startswith("a session raised KeyError")


def test_memory_that_stays_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "resident_bytes", count(0, frames.MOST_GROWTH + 1).__next__)

    assert "the process grew by" in caught()
