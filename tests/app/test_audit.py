"""What an auditor asks: how the log stands, what a device showed, what would have been, and a case to take away."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.case.commands import AcceptCase, ClaimCase
from domain.case.state import FACTS
from domain.centre.centre import item_stream
from domain.centre.commands import PublishItem
from domain.effects.exports import EXPORTS_STREAM, ExportMade
from domain.effects.papers import PaperKind
from domain.facts import tag_of
from domain.identity.erasure import ErasePerson
from tests.app.browsing import browser, poll
from tests.app.household import Household
from tests.app.listening import Site, listening
from tests.app.test_drafts import FORM
from tests.cast import CASE, FATHER, LEASE, SUN, ZHOU, Filing
from tests.test_verifier import verify
from web.api.audit_seen import Told, held_at
from web.devices import turn
from web.export import words

BOOT = {"t": "pull", "cursor": None, "credit": 4}
QUIET = {"n": 0, "next_seq": 1}
T0 = datetime.fromisoformat("2026-11-23T02:00:00+00:00")


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        await asyncio.to_thread(open_site.edge.notary.catch_up)
        yield open_site


@pytest.fixture
async def auditor(site: Site) -> AsyncGenerator[httpx.AsyncClient]:
    """The browser of an auditor."""
    id_ = await asyncio.to_thread(
        site.edge.centre.enrol, "auditor", name="Auditor", roles=("auditor",), office="street", password_hash="x"
    )
    async with await browser(site, Actor(id=id_, roles=frozenset({Role.AUDITOR}), office="street")) as client:
        yield client


async def asked(client: httpx.AsyncClient, path: str, **params: str) -> Any:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def minute(n: float) -> datetime:
    return T0 + timedelta(minutes=n)


def told(at: float, position: int, *, since: float | None = 0, began: int = 0) -> Told:
    begun = None if since is None else minute(since)
    return Told(at=minute(at), position=position, since=begun, began=began, owed=0, app="a", epoch="5-x")


CONNECTED, BACK = told(5, 100), told(30, 140, since=20, began=104)


@pytest.mark.parametrize(
    ("said", "at", "written", "found"),
    [
        ([CONNECTED, BACK], 3, 90, (90, "sent")),
        ([CONNECTED, BACK], 10, 120, (104, "exact")),
        ([CONNECTED, BACK], 25, 130, (130, "sent")),
        ([CONNECTED, BACK], 29, 150, (140, "sent")),
        ([CONNECTED, BACK], 60, 200, (140, "last-heard")),
        ([CONNECTED, told(30, 140, since=20, began=0)], 10, 120, (100, "exact")),
        ([CONNECTED, told(30, 140, since=None)], 10, 120, (100, "at-least")),
        ([BACK], 10, 90, (90, "exact")),
        ([told(30, 140, since=20)], 10, 90, None),
        ([], 10, 90, None),
    ],
)
def test_what_a_device_held_follows_from_what_it_said_before_and_after(
    said: list[Told], at: float, written: int, found: tuple[int, str] | None
) -> None:
    held = held_at(said, minute(at), written=written)

    assert (held and (held.position, held.mark)) == found


async def comes(client: httpx.AsyncClient, site: Site, device: UUID, *frames: dict[str, Any]) -> str | None:
    """The tablet comes, pulls, says where it stands, and goes; returns its cursor."""
    pages = [one for one in await poll(client, *frames, device=device, outbox=QUIET) if one["t"] == "page"]
    cursor = str(pages[-1]["cursor"]) if pages else None
    await poll(client, {"t": "seen", "cursor": cursor, "digest": None, "outbox": QUIET}, device=device, outbox=QUIET)
    await turn(site.edge)
    await site.caught_up()
    return cursor


async def test_a_queue_is_shown_as_the_tablet_had_it_while_it_was_away(site: Site, auditor: httpx.AsyncClient) -> None:
    device, premises = uuid4(), site.premises
    await asyncio.to_thread(premises.receive)
    async with await browser(site, ZHOU) as tablet:
        cursor = await comes(tablet, site, device, BOOT)
        site.clock.advance(minutes=10)
        await asyncio.to_thread(lambda: premises.do(ClaimCase(), by=SUN))
        await asyncio.to_thread(lambda: premises.receive(Filing(case=UUID(int=7)), case=UUID(int=7)))
        await site.caught_up()
        away = site.clock()
        site.clock.advance(minutes=10)
        await comes(tablet, site, device, {"t": "pull", "cursor": cursor, "credit": 4})
        site.clock.advance(minutes=1)

    asked_of = {"person": str(ZHOU.id), "device": str(device)}
    then = await asked(auditor, "/api/audit/seen", **asked_of, at=away.isoformat())
    now = await asked(auditor, "/api/audit/seen", **asked_of, at=site.clock().isoformat())

    assert (then["held"]["mark"], {row["id"] for row in then["rows"]}) == ("exact", {str(CASE)})
    assert then["rows"][0]["body"]["claimed_by"] is None
    assert then["written"] > then["held"]["position"]
    assert (now["held"]["mark"], {row["id"] for row in now["rows"]}) == ("last-heard", {str(CASE), str(UUID(int=7))})
    assert (then["roles"], then["newer_code"], then["acts"]) == (["window-clerk"], False, [])
    (one,) = (await asked(auditor, "/api/audit/devices", person=str(ZHOU.id)))["devices"]
    assert (one["device"], len(one["told"])) == (str(device), 2)


async def test_screens_of_the_past_are_for_auditors_and_the_lead_of_the_office(site: Site) -> None:
    path = f"/api/audit/devices?person={ZHOU.id}"
    for who, status in ((ZHOU, 403), (FATHER, 403), (SUN, 200)):
        async with await browser(site, who) as client:
            assert (await client.get(path)).status_code == status
            assert (await client.get("/api/audit/log")).status_code == status
            assert (await client.get("/api/audit/what-if")).status_code == status


@pytest.mark.parametrize("query", ["", "person=x", "person=%s&device=x", "person=%s&device=%s&at=2026-11-23T10:00"])
async def test_a_question_that_is_none_is_refused(auditor: httpx.AsyncClient, query: str) -> None:
    filled = query % ((ZHOU.id,) * query.count("%s"))

    assert (await auditor.get(f"/api/audit/seen?{filled}")).status_code == 400


async def test_the_standing_of_the_log_names_keys_and_erasures(site: Site, auditor: httpx.AsyncClient) -> None:
    erase = ErasePerson(reason="retention-ended", basis="鉴定 2026-14", cases=(), open_cases_confirmed=True)
    father = Household(site, "13800000031", "陈志远")
    person = await father.sign_in()
    await asyncio.to_thread(lambda: site.edge.centre.by_itself(erase, lane=person))
    await father.browser.aclose()

    told_ = await asked(auditor, "/api/audit/log")

    (erased,) = told_["erased"]
    assert (erased["what"], erased["reason"], erased["basis"]) == ("person", "retention-ended", "鉴定 2026-14")
    assert told_["checkpoint"].startswith(told_["name"])
    assert (len(told_["keys"]), told_["restored"]) == (1, [])


async def test_another_calendar_shows_what_would_have_been_late_and_writes_nothing(
    site: Site, auditor: httpx.AsyncClient
) -> None:
    longer = replace(LEASE, version=LEASE.version + 1, promised_working_days=LEASE.promised_working_days + 2)
    await asyncio.to_thread(site.premises.receive)
    await asyncio.to_thread(lambda: site.premises.do(ClaimCase(), by=ZHOU))
    await asyncio.to_thread(_accept, site)
    await asyncio.to_thread(lambda: site.edge.centre.by_itself(PublishItem(item=longer), lane=item_stream(LEASE.id)))
    await site.caught_up()
    head = site.edge.centre.head()
    promised = site.edge.centre.case(CASE).promised
    assert promised is not None
    period = {"first": "2026-11-20", "last": "2026-11-30"}

    same = await supposed(auditor, **period)
    shut = await supposed(auditor, **period, closed=[promised.on.isoformat()])
    open_ = await supposed(auditor, **period, worked=["2026-11-28"])
    newer = await supposed(auditor, **period, item=LEASE.id, item_version=longer.version)

    assert (same["looked"], same["changed"]) == (1, 0)
    (row,) = [one for one in shut["rows"] if one["clock"] == "promised"]
    assert (row["was"]["on"], row["becomes"]["on"] > row["was"]["on"]) == (promised.on.isoformat(), True)
    assert (row["was_late"], row["would_be_late"]) == (False, False)
    assert newer["rows"][0]["becomes"]["on"] > promised.on.isoformat()
    assert open_["looked"] == 1
    assert site.edge.centre.head() == head


async def supposed(client: httpx.AsyncClient, **what: Any) -> Any:
    answer = await client.post("/api/audit/what-if", json=what)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _accept(site: Site) -> None:

    assert site.premises.do(AcceptCase(), by=ZHOU).verdict == "applied"


@pytest.fixture
async def father(site: Site) -> AsyncGenerator[Household]:
    """Has handed his form in."""
    household = Household(site, "13800000031", "陈志远")
    await household.sign_in()
    async with household.device() as device:
        await device.live()
        await household.hand_in(device)
    await site.caught_up()
    yield household
    await household.browser.aclose()


async def exported(client: httpx.AsyncClient, case: UUID, file: Path) -> Path:
    """The export of a case, as it was taken away."""
    answer = await client.get(f"/api/cases/{case}/export.zip")
    assert answer.status_code == 200, answer.text
    await asyncio.to_thread(file.write_bytes, answer.content)
    return file


async def test_the_export_of_a_case_holds_its_events_files_and_a_page_and_is_a_fact(
    site: Site, auditor: httpx.AsyncClient, father: Household, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = (await asked(auditor, "/log/key"))["keys"][0]["key"]

    taken = await exported(auditor, father.case, tmp_path / "case.zip")

    assert verify.main(["export", str(taken), "--key", key]) == 0
    assert f"{len(father.photographs)} files are those that they name" in capsys.readouterr().out
    with zipfile.ZipFile(taken) as packed:
        shown = packed.read("index.html").decode()
        tags = {json.loads(line)["tag"] for line in packed.read("events.jsonl").splitlines()}
        assert "verify.py" in packed.namelist()
    assert (father.name in shown, "交件" in shown, father.phone in shown) == (True, True, False)
    assert tags >= {"case.filed", "file.stored"}
    facts = [one.fact for one in site.edge.centre.read(EXPORTS_STREAM)]
    assert [one.filters for one in facts if isinstance(one, ExportMade)] == [{"case": str(father.case)}]


async def test_expert_20_the_export_of_a_case_verifies_after_drafts_and_after_the_person_were_erased(
    site: Site, auditor: httpx.AsyncClient, father: Household, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = (await asked(auditor, "/log/key"))["keys"][0]["key"]
    before = await exported(auditor, father.case, tmp_path / "before.zip")
    draft = f"/api/drafts/{FORM['id']}"

    assert (await father.browser.put(draft, json={"draft": FORM, "base": None})).status_code == 200
    assert (await father.browser.delete(draft)).status_code == 204
    without_drafts = await exported(auditor, father.case, tmp_path / "without-drafts.zip")
    assert {one["what"] for one in (await asked(auditor, "/api/audit/log"))["erased"]} == {"draft"}
    erase = ErasePerson(reason="retention-ended", basis="鉴定", cases=(father.case,), open_cases_confirmed=True)
    await asyncio.to_thread(lambda: site.edge.centre.by_itself(erase, lane=father.id))
    await asyncio.to_thread(site.edge.files.erase, father.id)
    await site.caught_up()
    after = await exported(auditor, father.case, tmp_path / "after.zip")

    assert [verify.main(["export", str(one), "--key", key]) for one in (before, without_drafts, after)] == [0, 0, 0]
    assert "0 files" in capsys.readouterr().out
    with zipfile.ZipFile(after) as packed:
        assert father.name not in packed.read("index.html").decode()


def test_the_page_of_an_export_has_a_word_for_everything_that_stands_on_a_case() -> None:
    beside = ("notice.given", "paper.rendered", "parcel.tracked", "record.viewed", "record.printed", "glass.broken")

    assert {*map(tag_of, FACTS), *beside} - {*words.FACTS} == set()
    assert {*Role} - {*words.ROLES} == set()
    assert {*PaperKind} == {*words.PAPERS}


async def test_only_those_who_look_back_take_a_case_away(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    await site.caught_up()
    for who, status in ((ZHOU, 403), (FATHER, 403), (SUN, 200)):
        async with await browser(site, who) as client:
            assert (await client.get(f"/api/cases/{CASE}/export.zip")).status_code == status
