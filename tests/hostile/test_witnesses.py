"""A tablet that has seen the log notices when another history is served, whoever holds every key and every right."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.case.commands import AddNote
from store.backup import take
from store.places import kept_in
from store.restoring import Restoring, restore
from sync.client import Client
from sync.device.events import Phase, Tree
from tests.app.listening import IMPATIENT, Site, listening
from tests.cast import CASE, MONDAY_10AM, ZHOU
from tests.hostile.forgery import Alter, cut, edit, rewritten
from web.settings import Settings

TABLET = UUID("01970000-0000-7000-8000-0000000000d7")
LATER = AddNote(text="没有信号的时候写的")


def tablet(site: Site, tree: Tree | None = None) -> Client:
    return Client(
        site.url,
        ticket=lambda: site.ticket(ZHOU),
        person=ZHOU.id,
        device=TABLET,
        clock=site.clock,
        chance=random.Random(7),
        origin=site.origin,
        timings=IMPATIENT,
        tree=tree,
    )


async def seen(folder: Path, cases: int = 3) -> Tree:
    """What a tablet remembers that was connected while the centre worked."""
    async with listening(folder, followers=()) as site:
        for number in range(cases):
            await asyncio.to_thread(site.premises.receive, case=UUID(int=CASE.int + number))
        async with tablet(site) as device:
            await device.live()
        assert device.tree is not None
        return device.tree


async def stands(device: Client, phase: Phase) -> None:
    await device.until(lambda: device.state is phase)


@pytest.mark.parametrize("alter", [edit, cut])
async def test_a_tablet_locks_at_a_rewritten_log_and_keeps_its_outbox(tmp_path: Path, alter: Alter) -> None:
    remembered = await seen(tmp_path)
    await asyncio.to_thread(rewritten, tmp_path, alter)

    async with listening(tmp_path, followers=()) as site:
        device = tablet(site, remembered)
        _, answer = device.submit(LATER, lane=CASE)
        async with device:
            await stands(device, Phase.LOG_ALTERED)
            head = await asyncio.to_thread(site.edge.centre.head)

            assert not answer.done()
            assert len(device.outbox) == 1
            assert device.tree == remembered
            assert device.replica.rows == {}
        async with tablet(site) as another:  # that remembers nothing, and so cannot know
            await another.live()
        assert await asyncio.to_thread(site.edge.centre.head) >= head


async def test_an_honest_log_that_has_grown_is_gone_on_with(tmp_path: Path) -> None:
    remembered = await seen(tmp_path)

    async with listening(tmp_path, followers=()) as site:
        device = tablet(site, remembered)
        _, answer = device.submit(LATER, lane=CASE)
        async with device:
            assert (await answer).verdict == "applied"
        assert device.tree is not None
        assert device.tree.size >= remembered.size


async def restored(folder: Path, place: Path, between: Callable[[Site], Awaitable[Any]]) -> Tree:
    """What a tablet saw last of a centre that is brought back at another place from a backup."""
    async with listening(folder, followers=()) as site:
        await asyncio.to_thread(site.premises.receive)
        kept = kept_in(site.edge.centre.folder)
        await asyncio.to_thread(take, site.edge.centre, site.edge.notary, folder / "backup", kept=kept)
        await between(site)
        async with tablet(site) as device:
            await device.live()
        assert device.tree is not None
        master = (site.edge.centre.folder / "master.key").read_bytes()
    await asyncio.to_thread(place.mkdir)
    asked = Restoring(backup=folder / "backup", folder=Settings(data=place).centre_folder, master_key=master, env={})
    await asyncio.to_thread(restore, asked, clock=MONDAY_10AM, fresh=UUID(int=0xABC))
    return device.tree


async def test_a_restored_log_is_followed_and_said_to_be_so_though_it_lost_what_the_tablet_saw(tmp_path: Path) -> None:
    async def work(site: Site) -> None:
        await asyncio.to_thread(site.premises.receive, case=UUID(int=99))

    remembered = await restored(tmp_path / "here", tmp_path / "there", work)

    async with listening(tmp_path / "there", followers=()) as site, tablet(site, remembered) as device:
        await device.live()

    assert device.tree is not None
    assert device.tree.origin.startswith(f"{remembered.origin}/")
    assert len(device.tree.keys) == 2
