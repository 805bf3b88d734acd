"""`/metrics`: figures for Prometheus, without a name or an id, for machines that may ask."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.browsing import browser, poll
from tests.app.listening import Site, listening
from tests.cast import CASE, ZHOU
from tests.sync.intents import intent
from web.app import create_app
from web.devices import turn


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def figures(site: Site) -> dict[str, float]:
    """Every figure by its name and labels."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{site.port}/metrics")
    assert answer.status_code == 200, answer.text
    return {
        f"{one.name}{''.join(f' {value}' for value in one.labels.values())}": one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


async def test_positions_queues_and_devices_are_told(site: Site) -> None:
    await site.caught_up()
    told = await figures(site)

    assert told["doorstep_log_position"] == told["doorstep_views_position"] == site.edge.centre.head()
    assert [told[f"doorstep_{name}"] for name in ("views_live", "log_writable", "timers_firing")] == [1.0, 1.0, 1.0]
    assert told["doorstep_sockets"] == told["doorstep_devices"] == told["doorstep_commands_waiting"] == 0


async def test_requests_and_open_connections_are_counted(site: Site) -> None:
    before = await figures(site)
    async with site.greeted(ZHOU), httpx.AsyncClient(timeout=60, trust_env=False) as client:
        await client.get(f"{site.origin}/api/nothing")
        during = await figures(site)

    missing = "doorstep_requests_total GET 404"
    assert during[missing] == before.get(missing, 0) + 1
    assert during["doorstep_sockets"] == 1


async def test_answers_to_commands_are_counted(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    async with site.greeted(ZHOU) as wire:
        await wire.push(intent("case.claim@1", lane=CASE, by=ZHOU))
        told = await figures(site)

    assert told["doorstep_verdicts_total applied"] == 1


async def test_a_tablet_that_owes_work_is_told_of(site: Site) -> None:
    async with await browser(site, ZHOU) as client:
        await poll(client, {"t": "pull", "cursor": None, "credit": 4}, device=uuid4(), outbox={"n": 3, "next_seq": 17})
    await turn(site.edge)
    await site.caught_up()
    site.clock.advance(minutes=7)

    told = await figures(site)

    assert [told[f"doorstep_{name}"] for name in ("devices", "devices_owing", "devices_missing")] == [1, 1, 0]
    assert told["doorstep_device_silence_seconds"] == 7 * 60


async def test_another_machine_is_not_told_that_there_are_figures(site: Site) -> None:
    transport = httpx.ASGITransport(app=create_app(site.edge), client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url=site.origin) as client:
        assert (await client.get("/metrics")).status_code == 404
