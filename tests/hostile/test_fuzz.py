"""A share of the campaign `fuzz`, and the control: a service that breaks a promise is caught."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest

from domain import decisions
from domain.case.commands import AddNote
from store import judging
from sync import frames as fr
from sync.session import Session
from tests.campaigns import fuzz
from tests.campaigns.campaign import Broken, Run
from tests.cast import STRANGER
from tests.hostile.commands import every_kind
from web import live
from web.cli.progress import progress

SHARE = 0.003
SMALL = 0.0005


@pytest.fixture(autouse=True)
def only_the_siege(monkeypatch: pytest.MonkeyPatch) -> None:
    """The addresses have a test of their own."""
    monkeypatch.setattr(fuzz, "_address", Mock(return_value=0))


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a few files and connections."""
    monkeypatch.setattr("tests.hostile.files.tricks", Mock(return_value=()))
    monkeypatch.setattr("tests.hostile.lines.heads", Mock(return_value={}))
    monkeypatch.setattr("tests.hostile.lines.WIRES", {})


def run(folder: Path, share: float = SMALL) -> str:
    return fuzz.campaign(Run(share, 20261126, folder, progress))


def test_a_share_of_the_campaign_keeps_every_promise(tmp_path: Path) -> None:
    assert run(tmp_path, SHARE).startswith("1,800 messages into the decoder, 300 over sockets")


def test_every_command_of_the_program_is_given() -> None:
    assert {"case.file@1", "case.decide@1", "item.publish@1", "session.open@1", "person.erase@1"} <= {
        kind.type for kind in every_kind()
    }


@pytest.mark.usefixtures("hasty")
def test_a_decoder_that_stumbles_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "read_frame", Mock(side_effect=TypeError))

    with pytest.raises(Broken, match="the decoder raised"):
        run(tmp_path)


@pytest.mark.usefixtures("hasty")
def test_a_frame_that_is_a_defect_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(self: Session, one: Any) -> Any:
        if not isinstance(one, fr.Hello | fr.Pull | fr.Push):
            raise TypeError("a defect on purpose")
        return handle(self, one)

    handle = vars(Session)["_handle"]
    monkeypatch.setattr(Session, "_handle", stumble)

    with pytest.raises(Broken, match=r"a defect|neither answers"):
        run(tmp_path)


@pytest.mark.usefixtures("hasty")
def test_a_command_that_is_a_defect_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(command: Any, call: Any, bench: Any) -> Any:
        if isinstance(command, AddNote):
            raise TypeError("a defect on purpose")
        return decisions.decide(command, call, bench)

    monkeypatch.setattr(judging, "decide", stumble)

    with pytest.raises(Broken, match=r"set aside as a fault|a defect"):
        run(tmp_path)


@pytest.mark.usefixtures("hasty")
def test_a_journal_that_tells_what_was_sent_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(self: live.Connection, text: str | None, data: bytes | None) -> Any:
        self.edge.journal.write("heard", text=str(text))
        return hear(self, text, data)

    hear = vars(live.Connection)["_hear"]
    monkeypatch.setattr(live.Connection, "_hear", tell)

    with pytest.raises(Broken, match="the journal tells"):
        run(tmp_path)


@pytest.mark.usefixtures("hasty")
def test_a_service_that_grows_without_end_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "resident_bytes", count(0, fuzz.MOST_GROWTH + 1).__next__)

    with pytest.raises(Broken, match="the process grew"):
        run(tmp_path)


@pytest.mark.usefixtures("hasty")
def test_others_who_are_not_served_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "QUIET", UUID(int=fuzz.QUIET.int + 1))
    monkeypatch.setattr(fuzz, "HONEST", STRANGER)
    monkeypatch.setattr("web.api.cases.sees", Mock(return_value=False))

    with pytest.raises(Broken, match="an honest resident"):
        run(tmp_path)
