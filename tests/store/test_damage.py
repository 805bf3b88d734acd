"""Shares of the campaigns about the disk, and their controls: each catches what it is there to catch."""

from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

from store import merkle
from store.log import LogUnavailable
from store.sqlite_desk import LogDesk
from store.tree import Tree
from tests.campaigns import bitrot, diskfull, powercut, trees
from tests.campaigns.campaign import Broken, Run
from tests.test_verifier import verify
from web.cli.progress import progress

SEED = 20261127


def run_of(share: float, folder: Path) -> Run:
    return Run(share, SEED, folder, progress)


# The power goes


def test_what_was_promised_is_there_after_a_power_cut(tmp_path: Path) -> None:
    assert powercut.campaign(run_of(0.001, tmp_path)).startswith("4,000 power cuts on 1 disks")


@pytest.mark.parametrize(
    ("fault", "caught"),
    [
        (powercut.Fault(lies=True), "does not start|are lost|acknowledged events are there|in part"),
        (powercut.Fault(hurries=True), "are lost|acknowledged events are there|is missing"),
        (powercut.Fault(key_after=True), "the key of an event that is there is missing"),
    ],
)
def test_a_disk_or_a_service_that_promises_too_early_is_caught(fault: powercut.Fault, caught: str) -> None:
    with pytest.raises(Broken, match=caught):
        powercut.disk_of(SEED, 0, fault)


# Bits turn


def test_whatever_of_a_log_is_damaged_is_noticed(tmp_path: Path) -> None:
    assert bitrot.campaign(run_of(0.005, tmp_path)).startswith("500 damaged logs of 174 events")


def test_a_service_that_does_not_look_again_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = bitrot.made(tmp_path)
    monkeypatch.setattr(Tree, "looked_over", Mock(return_value=()))

    with pytest.raises(Broken, match="an event reads otherwise, and nobody noticed"):
        bitrot.tried(pattern, "control", 300)


# No room is left


def test_a_full_disk_answers_for_what_it_stores_and_for_nothing_else(tmp_path: Path) -> None:
    assert diskfull.campaign(run_of(0.125, tmp_path)).startswith("a disk that is full at each of 12 steps")


def test_a_service_that_answers_what_it_could_not_store_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = LogDesk.transaction

    @contextmanager
    def careless(self: LogDesk) -> Generator[None]:
        with suppress(LogUnavailable), real(self):
            yield

    site = diskfull.furnished(tmp_path / "pattern")
    monkeypatch.setattr(LogDesk, "transaction", careless)

    with pytest.raises(Broken, match="was answered applied, and 0 of it is stored"):
        diskfull.full_after(site, tmp_path / "centre", 16 * diskfull.STEP)


# Trees


def test_every_proof_of_a_small_tree_holds_and_no_other(tmp_path: Path) -> None:
    assert trees.campaign(run_of(0.03, tmp_path)).startswith("every tree of 1 to 60 leaves: 1,830 proofs of a leaf")


@pytest.mark.parametrize(
    ("where", "name", "value", "caught"),
    [
        (merkle, "root_of_inclusion", Mock(return_value=trees.Leaves(7).root), "by a path that was meddled with"),
        (merkle, "root_of_inclusion", Mock(return_value=None), "not proven to the service"),
        (verify, "root_of_path", Mock(return_value=b""), "not proven to the verifier"),
        (verify, "root_of_path", Mock(return_value=trees.Leaves(7).root), "by a path that was meddled with"),
        (merkle, "is_consistent", Mock(return_value=True), "by what was meddled with"),
        (merkle, "is_consistent", Mock(return_value=False), "not proven to begin"),
    ],
)
def test_proofs_that_always_or_never_hold_are_caught(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, value: Mock, caught: str
) -> None:
    monkeypatch.setattr(where, name, value)

    with pytest.raises(Broken, match=caught):
        trees.tried(7, [7])
