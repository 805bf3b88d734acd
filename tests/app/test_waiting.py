"""While rows or the log are away: devices wait, pushes are taken, and nobody is told anything that is not so."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from domain.case.commands import AddNote
from domain.centre.signing import LogRestored
from store.log import LogUnavailable
from sync.frames import CloseCode
from tests.app.listening import Site, hello, listening
from tests.cast import LIN, ZHOU
from tests.sync.intents import intent
from web.terms import epoch_of

BOOT = {"t": "pull", "cursor": None, "credit": 4}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.premises.receive)
        await open_site.caught_up()
        yield open_site


async def test_while_rows_are_far_behind_pulls_wait_and_pushes_are_taken(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("web.exchange.BEHIND_BY", -1)
        async with site.wire() as wire:
            await wire.say(hello(await site.ticket(ZHOU)))
            welcome = await wire.hear()
            await wire.say(BOOT)
            wait = await wire.hear_until("wait")
            (verdict,) = await wire.push(intent("case.note@1", {"text": "字"}, by=ZHOU))
            patch.undo()
            rows, _, _ = await wire.pull()

    assert welcome["mode"] == "warming"
    assert (wait["why"], verdict["verdict"]) == ("warming", "applied")
    assert wait["retry_ms"] >= 1_000
    assert len(rows) > 0


async def test_a_log_that_is_away_at_hello_sends_the_device_off_for_a_moment(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise LogUnavailable("gone", "the disk has gone")

    ticket = await site.ticket(ZHOU)
    with monkeypatch.context() as patch:
        patch.setattr(site.edge.centre, "actor", away)
        async with site.wire() as wire:
            await wire.say(hello(ticket))
            wait = await wire.hear()
            with pytest.raises(ConnectionClosed) as closed:
                await wire.hear()

    assert (wait["t"], wait["why"]) == ("wait", "log-away")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.RESTARTING
    assert int(closed.value.rcvd.reason) >= 1_000


async def test_a_log_that_is_away_on_the_way_leaves_the_connection_open(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> Any:
        raise LogUnavailable("gone", "the disk has gone")

    async with site.greeted(ZHOU) as wire:
        with monkeypatch.context() as patch:
            patch.setattr(site.edge.centre, "answer_to", away)
            patch.setattr(site.edge.centre, "is_open", away)
            await wire.say({"t": "ask", "ids": [str(uuid4())]})
            site.edge.presence.tell(ZHOU.id, "rights")
            await wire.say({"t": "ping"})
            assert (await wire.hear_until("pong"))["t"] == "pong"
        await wire.say({"t": "ask", "ids": [str(uuid4())]})
        assert (await wire.hear_until("ack"))["r"] == []


async def test_after_a_restore_the_log_has_another_name_and_devices_boot_again(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.greeted(ZHOU) as wire:
        _, _, cursor = await wire.pull()
    before, name = epoch_of(site.edge), site.edge.notary.name
    restored = LogRestored(name=f"{name}/0123456789ab", before=name, size=7, root="", note="")
    monkeypatch.setattr(site.edge.notary, "_restored", (restored,))

    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(ZHOU)))
        welcome = await wire.hear()
        await wire.say({"t": "pull", "cursor": cursor})
        reset = await wire.hear()

    told = {"origin": name, "size": 7, "names": [name]}
    assert (welcome["origin"], welcome["restored"]) == (restored.name, told)
    assert welcome["epoch"] == reset["epoch"] != before
    assert reset["why"] == "epoch"


async def test_a_device_that_missed_a_restore_hears_of_every_name_that_the_log_had(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = site.edge.notary.name
    first = LogRestored(name=f"{name}/0123456789ab", before=name, size=9, root="", note="")
    second = LogRestored(name=f"{name}/ba9876543210", before=first.name, size=7, root="", note="")
    monkeypatch.setattr(site.edge.notary, "_restored", (first, second))

    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(ZHOU)))
        welcome = await wire.hear()

    assert welcome["origin"] == second.name
    assert welcome["restored"] == {"origin": first.name, "size": 7, "names": [name, first.name]}


async def test_a_digest_that_differs_at_the_devices_checkpoint_makes_it_boot_again(site: Site) -> None:
    async with site.greeted(ZHOU) as wire:
        await wire.say(BOOT)
        page = await wire.hear_until("page")
        seen = {"t": "seen", "cursor": page["cursor"], "outbox": {"n": 0, "next_seq": 1}}
        await wire.say({**seen, "digest": page["digest"]})
        await wire.say({"t": "ping"})
        assert (await wire.hear())["t"] == "pong"
        await wire.say({**seen, "digest": "1-ff"})

        assert await wire.hear() == {"t": "reset", "epoch": epoch_of(site.edge), "why": "digest"}
        assert (await wire.pull())[0] == page["rows"]


async def test_an_older_digest_is_not_compared_once_something_has_changed(site: Site) -> None:
    async with site.greeted(ZHOU) as wire:
        _, _, cursor = await wire.pull()
        await asyncio.to_thread(site.premises.do, AddNote(text="字"), by=LIN)
        await site.caught_up()
        await wire.hear_until("delta")
        await wire.say({"t": "seen", "cursor": cursor, "digest": "1-ff", "outbox": {"n": 0, "next_seq": 1}})
        await wire.say({"t": "ping"})

        assert (await wire.hear())["t"] == "pong"
