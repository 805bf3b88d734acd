"""Work that was not done outlives the device: its author finds it again, drops it, or hands it to the desk."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.actors import Actor
from domain.case.commands import ClaimCase
from store import passing
from store.receipts import receipt_stream
from tests.app.browsing import browser
from tests.app.listening import Site, listening
from tests.cast import CASE, FATHER, LIN, STRANGER, SUN, ZHOU
from tests.sync.intents import intent
from web.keeping import once_a_day


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.premises.receive)
        yield open_site


async def too_late(site: Site) -> str:
    """The clerk claims a case that a colleague has claimed; the id of the intent."""
    await asyncio.to_thread(site.premises.do, ClaimCase(), by=LIN)
    claim = intent("case.claim@1", by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        (verdict,) = await wire.push(claim)
    assert verdict["code"] == "already-claimed"
    await site.caught_up()
    return str(verdict["id"])


async def listed(site: Site, who: Actor, query: str = "") -> list[dict[str, Any]]:
    await site.caught_up()
    async with await browser(site, who) as client:
        answer = await client.get(f"/api/set-aside{query}")
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def settle(site: Site, who: Actor, id: str, **wanted: Any) -> int:
    async with await browser(site, who) as client:
        return (await client.post(f"/api/set-aside/{id}", json=wanted)).status_code


async def test_what_was_refused_is_kept_with_what_was_said_for_its_author_only(site: Site) -> None:
    await asyncio.to_thread(site.premises.do, ClaimCase(), by=LIN)
    claim = intent("case.decline@1", {"ground": "", "words": "材料不全"}, by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        (verdict,) = await wire.push(claim)

    (row,) = await listed(site, ZHOU)

    assert verdict["verdict"] != "applied"
    assert (row["id"], row["code"], row["verdict"]) == (verdict["id"], verdict["code"], verdict["verdict"])
    assert (row["lane"], row["state"], row["at"]) == (str(CASE), "open", json.loads(claim["body"])["at"])
    assert row["args"] is not None
    assert await listed(site, LIN) == await listed(site, FATHER) == []


async def test_the_author_says_what_becomes_of_it(site: Site) -> None:
    id, newer = await too_late(site), str(uuid4())

    assert await settle(site, ZHOU, id, do="superseded", by=newer) == 204
    (row,) = await listed(site, ZHOU)
    assert (row["state"], row["by"]) == ("superseded", newer)
    assert await settle(site, ZHOU, id, do="withdraw") == 204
    assert [row["state"] for row in await listed(site, ZHOU)] == ["withdrawn"]


async def test_what_is_handed_to_the_desk_stands_in_its_leads_list_until_the_desk_has_done_it(site: Site) -> None:
    id = await too_late(site)
    assert await listed(site, SUN, "?office=street") == []

    assert await settle(site, ZHOU, id, do="hand-to-desk") == 204

    (row,) = await listed(site, SUN, "?office=street")
    assert (row["id"], row["author"], row["state"], row["office"]) == (id, str(ZHOU.id), "handed", "street")
    assert [row["state"] for row in await listed(site, ZHOU)] == ["handed"]
    assert await settle(site, SUN, id, do="superseded", author=str(ZHOU.id), by=str(uuid4())) == 204
    assert await listed(site, SUN, "?office=street") == []
    assert [row["state"] for row in await listed(site, ZHOU)] == ["superseded"]


@pytest.mark.parametrize("who", [LIN, FATHER, STRANGER], ids=["colleague", "resident", "stranger"])
async def test_nobody_else_decides_about_it_or_learns_of_it(site: Site, who: Actor) -> None:
    id = await too_late(site)

    assert await settle(site, who, id, do="withdraw", author=str(ZHOU.id)) == 404
    assert await settle(site, who, id, do="withdraw") == 404
    async with await browser(site, who) as client:
        assert (await client.get("/api/set-aside?office=street")).status_code == 403
    assert [row["state"] for row in await listed(site, ZHOU)] == ["open"]


async def test_work_that_was_done_cannot_be_set_aside(site: Site) -> None:
    note = intent("case.note@1", {"text": "字"}, by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        (verdict,) = await wire.push(note)

    assert await settle(site, ZHOU, verdict["id"], do="withdraw") == 404


async def test_it_is_shown_for_ninety_days(site: Site) -> None:
    await too_late(site)

    site.clock.advance(days=89)
    assert [row["args"] for row in await listed(site, ZHOU)] != [None]
    site.clock.advance(days=2)
    assert await listed(site, ZHOU) == []


async def test_its_words_are_destroyed_once_that_time_is_over(site: Site) -> None:
    id = await too_late(site)
    centre = site.edge.centre
    (receipt,) = centre.read(receipt_stream(ZHOU.id, UUID(id)))

    async def words(days: int) -> Any:
        site.clock.advance(days=days)
        await asyncio.to_thread(once_a_day, site.edge)
        return passing.opened(centre.vault, centre.unseal(receipt, "payload"), bound_to=UUID(id))

    assert [await words(days) for days in (0, 90, 1)] == [{}, {}, None]


async def test_what_a_fault_of_the_program_stopped_is_kept_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError

    note = intent("case.note@1", {"text": "字"}, by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        with monkeypatch.context() as patch:
            patch.setattr("store.judging.decide", fails)
            (verdict,) = await wire.push(note)

    (row,) = await listed(site, ZHOU)
    assert (verdict["verdict"], row["verdict"], row["code"]) == ("quarantined", "quarantined", "server-fault")
    assert row["args"]["text"] == "字"


async def test_the_words_of_an_erased_person_are_gone_from_work_of_others(site: Site) -> None:
    claim = intent("case.decline@1", {"ground": "", "words": "材料不全"}, by=ZHOU)
    async with site.greeted(ZHOU) as wire:
        await wire.push(claim)
    assert (await listed(site, ZHOU))[0]["args"] is not None

    case = await asyncio.to_thread(site.edge.centre.case, CASE)
    assert case.applicant is not None
    await asyncio.to_thread(site.edge.centre.vault.destroy, case.applicant)

    assert (await listed(site, ZHOU))[0]["args"] is None
