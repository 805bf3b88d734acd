"""The campaign `soak`: what grows is told from what does not, on samples and on a service that leaks."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from tests.campaigns.campaign import Broken, Run
from tests.campaigns.services import Forked, Service
from tests.campaigns.soak import MIB, SAMPLES, Sample, Soaked, files_in, judge, soaked
from web.cli.progress import progress

CALM = Sample(bytes=200 * MIB, files=40, behind=0, seconds=0.01)


def samples(**per: float) -> list[Sample]:
    """As many as of a run, of which what is named grows by so much from one to the next."""
    grown = (
        {what: getattr(CALM, what) + type(getattr(CALM, what))(by * n) for what, by in per.items()}
        for n in range(SAMPLES)
    )
    return [msgspec.structs.replace(CALM, **changes) for changes in grown]


def soak_of(folder: Path, *sabotages: str, seconds: float) -> Soaked:
    def service(data: Path, port: int) -> Service:
        return Forked(data, port, *sabotages)

    return asyncio.run(soaked(service, Run(1.0, 7, folder, progress), seconds=seconds, heard=lambda _: None))


def test_a_calm_service_is_judged_well() -> None:
    judge(samples())


def test_what_grows_only_while_it_warms_is_not_held_against_it() -> None:
    cold = [msgspec.structs.replace(CALM, bytes=n * MIB) for n in range(SAMPLES // 3)]

    judge([*cold, *samples()[SAMPLES // 3 :]])


@pytest.mark.parametrize(
    ("grows", "by", "said"),
    [
        ("bytes", MIB / 2, "memory grew"),
        ("files", 0.2, "more files are open"),
        ("behind", 20, "read models never came nearer"),
        ("seconds", 0.01, "an answer took"),
    ],
)
def test_whatever_grows_breaks_the_promise(grows: str, by: float, said: str) -> None:
    with pytest.raises(Broken, match=said):
        judge(samples(**{grows: by}))


def test_too_few_samples_prove_nothing() -> None:
    with pytest.raises(Broken, match="too few"):
        judge(samples()[:10])


def test_where_there_is_no_proc_the_open_files_are_those_that_lsof_numbers() -> None:
    assert files_in("p4711\nfcwd\nftxt\nftxt\nf0\nf1\nf23\n") == 3


@pytest.mark.timeout(600)
def test_a_short_soak_loses_nothing_and_reads_what_the_service_has(tmp_path: Path) -> None:
    done = soak_of(tmp_path, seconds=6)

    assert len(done.samples) == SAMPLES
    assert done.commands > 0
    assert all(sample.bytes > 20 * MIB and sample.files > 4 for sample in done.samples)


@pytest.mark.timeout(600)
def test_a_service_that_leaks_is_caught(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="memory grew"):
        judge(soak_of(tmp_path, "leaks", seconds=20).samples)
