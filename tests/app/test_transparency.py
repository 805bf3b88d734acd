"""The transparency log over HTTP: anybody follows it, a person proves their own filing, and strangers get nothing."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store import merkle, notes
from store.log import Entry, leaf_hash
from tests.app.household import Household
from tests.app.listening import Site, listening
from tests.test_verifier import verify
from web import transparency

FATHER_PHONE, STRANGER_PHONE = "13800000031", "13800000032"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.edge.notary.catch_up)
        yield open_site


@pytest.fixture
async def father(site: Site) -> AsyncGenerator[Household]:
    household = Household(site, FATHER_PHONE, "陈志远")
    await household.sign_in()
    async with household.device() as device:
        await device.live()
        await household.hand_in(device)
    yield household
    await household.browser.aclose()


async def asked(household: Household, path: str) -> Any:
    answer = await household.browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer


async def checkpoint(household: Household) -> notes.Checkpoint:
    listed = (await asked(household, "/log/key")).json()
    keys = notes.public_keys([one["key"] for one in listed["keys"]])
    return notes.checkpoint_of(notes.opened((await asked(household, "/log/checkpoint")).text, keys))


async def test_a_person_takes_a_proof_of_their_filing_that_a_stranger_can_check(
    father: Household, tmp_path: Path
) -> None:
    answer = await asked(father, f"/api/cases/{father.case}/proof")
    file = tmp_path / "proof.json"
    file.write_bytes(answer.content)
    published = (await asked(father, "/log/key")).json()["keys"][0]["key"]

    assert verify.main(["receipt", str(file), "--key", published]) == 0
    proof = json.loads(answer.content)
    assert proof["event"]["tag"] == "case.filed"
    assert father.name not in answer.text
    assert father.phone not in answer.text


async def test_nobody_else_gets_the_proof(site: Site, father: Household) -> None:
    stranger = Household(site, STRANGER_PHONE, "王芳")
    path = f"/api/cases/{father.case}/proof"

    assert (await stranger.browser.get(path)).status_code == 401
    await stranger.sign_in()
    assert (await stranger.browser.get(path)).status_code == 404
    await stranger.browser.aclose()


@pytest.mark.parametrize("position", ["0", "1", "999999", "-1", "x", "9" * 40, ""])
async def test_only_events_of_the_case_are_proven(father: Household, position: str) -> None:
    answer = await father.browser.get(f"/api/cases/{father.case}/proof", params={"position": position})

    assert answer.status_code == 404


async def test_a_mirror_can_follow_by_checkpoints_tiles_and_proofs(site: Site, father: Household) -> None:
    first = await checkpoint(father)
    hashes = await asked(father, f"/log/{notes.tile_path(0, 0, min(first.size, 256))}")
    leaves = site.edge.centre.event_log.leaves_after(0, 100_000)
    assert hashes.content == b"".join(leaf.hash for leaf in leaves[:256] if leaf.hash)

    await asyncio.to_thread(site.premises.receive)
    later = await checkpoint(father)
    told = (await asked(father, f"/log/consistency?old={first.size}&new={later.size}")).json()

    assert first.size < later.size
    path = [notes.decoded(one) for one in told["path"]]
    assert merkle.is_consistent(first.size, first.root, later.size, later.root, path)


@pytest.mark.parametrize(
    "path",
    [
        "/log/tile/0/999", "/log/tile/0/0", "/log/tile/0/000.p/0", "/log/tile/0/000.p/256", "/log/tile/0/x000/000",
        "/log/tile/-1/000", "/log/tile/0/000.p/1/2", "/log/tile/x/000", "/log/tile/64/000", "/log/tile/0/../000",
        "/log/tile/0/x999/x999/x999/x999/999", "/log/tile/0/٠٠٠",
        "/log/consistency", "/log/consistency?old=2&new=1", "/log/consistency?old=1&new=99999999",
        "/log/consistency?old=-1&new=1",
    ],
)  # fmt: skip
async def test_what_is_no_place_in_the_tree_is_not_found(father: Household, path: str) -> None:
    assert (await father.browser.get(path)).status_code == 404


async def test_while_the_tree_is_built_it_says_so(tmp_path: Path) -> None:
    async with listening(tmp_path, followers=()) as site:
        household = Household(site, FATHER_PHONE, "陈志远")
        answer = await household.browser.get("/log/checkpoint")
        await household.browser.aclose()

    assert (answer.status_code, answer.json()["code"]) == (503, "warming")


async def test_the_service_keeps_the_tree_up_by_itself(tmp_path: Path) -> None:
    async with listening(tmp_path, followers=(transparency.follow,)) as site:
        household = Household(site, FATHER_PHONE, "陈志远")
        await until(household, 200)
        await household.browser.aclose()


async def test_a_service_finds_by_itself_that_an_old_event_was_altered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transparency, "LOOKED_OVER_AFTER", 0.05)
    monkeypatch.setattr(transparency, "LOOKED_OVER_EVERY", 0.05)
    async with listening(tmp_path, followers=(transparency.follow, transparency.look_over)) as site:
        household = Household(site, FATHER_PHONE, "陈志远")
        await until(household, 200)
        origin, leaves = site.edge.centre.origin, site.edge.centre.event_log.leaves_after(0, 5)
        entry = Entry(*leaves[3].row[1:])._replace(state=leaves[2].row.state)
        with closing(sqlite3.connect(site.edge.settings.centre_folder / "log.db", isolation_level=None)) as log:
            log.execute(
                "UPDATE stored_events SET state=?, leaf_hash=? WHERE rowid=?",
                (entry.state, leaf_hash(origin, entry), leaves[3].row.position),
            )

        answer = await until(household, 503)
        await household.browser.aclose()

    assert answer.json()["code"] == "log-altered"
    assert site.edge.notary.is_altered


async def until(household: Household, status: int) -> Any:
    """Wait until the checkpoint is answered so."""
    async with asyncio.timeout(20):
        while True:
            answer = await household.browser.get("/log/checkpoint")
            if answer.status_code == status:
                return answer
            await asyncio.sleep(0.05)
