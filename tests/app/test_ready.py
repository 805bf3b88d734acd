"""`/readyz` says how the read models stand: a balancer sends people elsewhere while they cannot be served."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from projections.runner import Standing
from store.log import Entry
from sync.frames import CloseCode
from tests.app.listening import listening
from tests.app.standing import Service, centre_open, file_lease, serving
from tests.cast import CASE, FATHER


@pytest.fixture
async def service(tmp_path: Path) -> AsyncGenerator[Service]:
    with centre_open(tmp_path) as made:
        async with serving(made):
            yield made


async def test_a_fact_that_cannot_be_read_is_named_by_readyz_and_in_the_journal(service: Service) -> None:
    case, _ = file_lease(service)
    service.caught_up()
    with closing(service.centre.event_log.desk()) as desk, desk.transaction():
        at = desk.append([Entry(case, desk.version(case) + 1, "case.noted", b'{"meta":"torn')])
    service.centre.event_log.wake()
    journal = service.edge.settings.journal
    for _ in range(6_000):
        if journal.exists() and "projections-stopped" in journal.read_text():
            break
        await asyncio.sleep(0.01)

    answer = await service.client().get("/readyz")

    version = len(service.centre.event_log.rows(case))
    named = {"stream": str(case), "version": version, "tag": "case.noted", "what": "unreadable"}
    assert (answer.status_code, answer.json()["code"]) == (503, "stopped")
    assert answer.json()["params"] == {"state": "stopped", "head": at, "position": at - 1, "at": at, **named}
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    (line,) = [line for line in lines if line["event"] == "projections-stopped"]
    assert {name: line[name] for name in named} == named
    assert "torn" not in journal.read_text()


async def test_while_a_file_of_another_shape_is_served_the_service_is_warming(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = Standing(state="building", position=7, built=3)
    monkeypatch.setattr(service.edge.runner, "standing", lambda: standing)

    answer = await service.client().get("/readyz")

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "warming", "1")
    assert answer.json()["params"]["built"] == 3


async def test_a_node_that_can_follow_no_further_sends_its_devices_elsewhere_and_serves_those_who_come_back(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path, followers=()) as site:
        async with site.greeted(FATHER) as wire:
            with closing(site.edge.centre.event_log.desk()) as desk, desk.transaction():
                desk.append([Entry(CASE, 1, "case.of-a-newer-program", b"{}")])
            site.edge.centre.event_log.wake()
            with pytest.raises(ConnectionClosed) as closed:
                await wire.hear_until("nothing more")

        async with site.greeted(FATHER) as again:
            rows, _, _ = await again.pull()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.RESTARTING
    assert rows == []
