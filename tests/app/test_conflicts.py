"""The table of conflicts (protocol section 9), each row over real sockets: work done offline, and what came between."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import AsyncGenerator
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.actors import Actor
from domain.case import commands as c
from sync.client import Client
from sync.frames import Verdict
from tests.app.listening import Site, listening
from tests.cast import CASE, FATHER, LI, LIN, SUN, WANG, ZHOU, Filing, page_of
from web.duplicates import Duplicates
from web.following import Progress
from web.session import COOKIE

NOTE = c.AddNote(text="已电话联系")
REJECTION = c.DecideCase(
    outcome="rejected", reason="房屋不在本街道", basis="《商品房屋租赁管理办法》", remedies="六十日内可以申请行政复议"
)
DEED = page_of(CASE, "property-certificate", take=2)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as open_site:
        yield open_site


async def seen(site: Site, who: Actor, *, seed: int = 1) -> Client:
    """A device of that person which has everything and is then offline."""
    await site.caught_up()
    device = site.device(who, seed=seed)
    async with device:
        await device.live()
    return device


def offline(device: Client, command: c.Command, **how: Any) -> Future[Verdict]:
    """Work done without a signal, on the case as the device shows it."""
    return device.submit(command, lane=how.pop("lane", CASE), base=how.pop("base", position(device)), **how)[1]


def position(device: Client) -> int | None:
    """What the device last saw of the case."""
    rows = [row.pos for (_, id), row in device.replica.rows.items() if id == str(CASE)]
    return max(rows, default=None)


def status(device: Client) -> str | None:
    """How the case stands in the queue of the device."""
    line: Any = device.replica.body("queue", CASE)
    return None if line is None else str(line["status"])


async def back(device: Client, *answers: Future[Verdict]) -> list[Verdict]:
    """The signal is back: what comes of the work."""
    async with asyncio.timeout(20), device:
        return [await answer for answer in answers]


async def do(site: Site, command: c.Command, by: Actor, **how: Any) -> None:
    """Something that happens meanwhile, at the centre."""
    answer = await asyncio.to_thread(lambda: site.premises.do(command, by=by, **how))
    assert answer.verdict == "applied", answer


async def accepted(site: Site) -> None:
    """The case has been received, accepted and reviewed, and waits for the decision."""
    await asyncio.to_thread(site.premises.receive)
    await do(site, c.AcceptCase(), ZHOU)
    await do(site, c.ReviewCase(opinion="属实"), LI)


def facts(site: Site, case: UUID = CASE) -> list[str]:
    """The kinds of facts of the case, in order."""
    return [type(envelope.fact).__name__ for envelope in site.edge.centre.read(case)]


# A claims, but B claimed first


async def test_a_claim_after_a_colleagues_is_a_conflict_and_the_notes_behind_it_still_apply(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    tablet = await seen(site, ZHOU)
    claim, note = offline(tablet, c.ClaimCase()), offline(tablet, NOTE)
    await do(site, c.ClaimCase(), LIN)

    claimed, noted = await back(tablet, claim, note)

    assert (claimed.verdict, claimed.code) == ("conflict", "already-claimed")
    assert claimed.params == {"by": str(LIN.id), "mine": False}
    assert noted.verdict == "applied"
    assert site.edge.centre.case(CASE).claimed_by == LIN.id


# A resident supplements, staff have rejected


async def test_what_is_supplemented_after_a_rejection_is_kept_as_evidence_for_the_desk_to_look_at(site: Site) -> None:
    await accepted(site)
    phone = await seen(site, FATHER)
    supplement = c.SupplementCase(pages=(c.PageOf(DEED.id, "property-certificate", 1),), replaces=(), reply="补一份")
    handed_in = offline(phone, supplement, files=(DEED,))
    await do(site, REJECTION, WANG)

    (verdict,) = await back(phone, handed_in)

    assert verdict.verdict == "applied"
    assert facts(site)[-1] == "EvidenceReceived"
    async with site.device(SUN) as lead:
        await lead.live()
        line = lead.replica.body("queue", CASE)
    assert (line["evidence"], line["waiting_for"], line["status"]) == (True, "lead", "rejected")


# Staff decide, something material has happened


async def test_a_decision_after_a_material_event_is_a_conflict_that_names_it(site: Site) -> None:
    await accepted(site)
    tablet = await seen(site, WANG)
    decided = offline(tablet, REJECTION)
    await do(site, c.SupplementCase(pages=(c.PageOf(DEED.id, "property-certificate", 1),)), FATHER, files=(DEED,))

    (verdict,) = await back(tablet, decided)

    assert (verdict.verdict, verdict.code) == ("conflict", "stale-decision")
    assert verdict.params == {"happened": ["case.evidence_received"]}
    assert verdict.options is not None
    assert verdict.options[:2] == ("decide-again", "ask-lead")
    assert "CaseDecided" not in facts(site)

    again = await seen(site, WANG, seed=2)
    (on_the_new_state,) = await back(again, offline(again, REJECTION))
    assert on_the_new_state.verdict == "applied"


async def test_a_decision_is_not_held_up_by_views_notes_and_claims(site: Site) -> None:
    await accepted(site)
    tablet = await seen(site, WANG)
    decided = offline(tablet, REJECTION)
    await do(site, NOTE, LIN)
    await do(site, c.ViewRecord(position=1, at=site.clock()), SUN)
    await do(site, c.SendMessage(text="什么时候有结果"), FATHER)

    (verdict,) = await back(tablet, decided)

    assert verdict.verdict == "applied"


# Staff reject, staff have approved


@pytest.mark.parametrize("first", ["granted", "rejected"])
async def test_the_second_of_two_decisions_is_a_conflict_and_both_stay_on_record(site: Site, first: str) -> None:
    await accepted(site)
    tablet = await seen(site, WANG)
    second = REJECTION if first == "granted" else c.DecideCase(outcome="granted")
    decided = offline(tablet, second, base=None)
    await do(site, c.DecideCase(outcome="granted") if first == "granted" else REJECTION, WANG)

    (verdict,) = await back(tablet, decided)

    assert (verdict.verdict, verdict.code) == ("conflict", "state-changed")
    assert verdict.params == {"status": first}
    assert facts(site).count("CaseDecided") == 1
    kept = site.edge.centre.answer_to(WANG.id, verdict.id)
    assert kept is not None
    assert kept.code == "state-changed"


# A resident withdraws


async def test_a_withdrawal_applies_although_a_clerk_has_claimed_and_the_clerk_is_told(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    phone = await seen(site, FATHER)
    withdrawn = offline(phone, c.WithdrawCase())
    await do(site, c.ClaimCase(), ZHOU)

    async with site.device(ZHOU) as clerk, site.device(LIN) as colleague:
        await clerk.live()
        await colleague.live()
        (verdict,) = await back(phone, withdrawn)
        assert verdict.verdict == "applied"
        await clerk.until(lambda: status(clerk) == "withdrawn")
        await colleague.until(lambda: colleague.replica.body("queue", CASE) is None)

        _, seen_by_clerk = clerk.submit(c.ReleaseCase(), lane=CASE)
        assert (await seen_by_clerk).verdict == "applied"
        await clerk.until(lambda: clerk.replica.body("queue", CASE) is None)


@pytest.mark.parametrize("outcome", ["granted", "rejected"])
async def test_a_withdrawal_after_the_decision_is_a_conflict(site: Site, outcome: str) -> None:
    await accepted(site)
    phone = await seen(site, FATHER)
    withdrawn = offline(phone, c.WithdrawCase())
    await do(site, c.DecideCase(outcome="granted") if outcome == "granted" else REJECTION, WANG)

    (verdict,) = await back(phone, withdrawn)

    assert (verdict.verdict, verdict.code) == ("conflict", "state-changed")
    assert verdict.params == {"status": outcome}


# Two devices of one resident file the same case


async def test_the_same_case_from_two_devices_is_taken_twice_and_the_later_one_is_suspected(site: Site) -> None:
    twin, other_house = uuid4(), uuid4()
    phone, tablet = await seen(site, FATHER), await seen(site, FATHER, seed=2)
    first = offline(phone, Filing().command, files=Filing().files)
    filing, lease = Filing(case=twin), Filing(case=other_house, house_address={"text": "北桥路99号1栋1单元101"})
    second = offline(tablet, filing.command, lane=twin, base=None, files=filing.files)
    third = offline(tablet, lease.command, lane=other_house, base=None, files=lease.files)

    verdicts = await back(phone, first) + await back(tablet, second, third)

    assert [verdict.verdict for verdict in verdicts] == ["applied"] * 3
    compare = Duplicates(site.edge.centre)
    await asyncio.to_thread(compare.catch_up)
    await asyncio.to_thread(Duplicates(site.edge.centre).catch_up)
    suspected = {case: site.edge.centre.case(case).suspects for case in (CASE, twin, other_house)}
    assert suspected == {CASE: frozenset(), twin: frozenset({CASE}), other_house: frozenset()}

    await asyncio.to_thread(site.premises.store, *filing.files, case=twin)
    await do(site, c.ClearDuplicate(other=CASE, reason="是另一套房"), ZHOU, case=twin)
    await asyncio.to_thread(Duplicates(site.edge.centre).catch_up)
    assert site.edge.centre.case(twin).suspects == frozenset(), "what somebody looked at is not suspected again"


async def test_whoever_has_to_stop_leaves_filings_uncompared_for_the_next_turn(site: Site) -> None:
    twin, stopping = uuid4(), Event()
    await asyncio.to_thread(site.premises.receive)
    await asyncio.to_thread(lambda: site.premises.receive(Filing(case=twin), case=twin))
    stopping.set()
    await asyncio.to_thread(Duplicates(site.edge.centre).catch_up, stopping)
    before = site.edge.centre.case(twin).suspects

    await asyncio.to_thread(Duplicates(site.edge.centre).catch_up, Event())

    assert (before, site.edge.centre.case(twin).suspects) == (frozenset(), frozenset({CASE}))


async def test_after_a_restart_only_new_filings_are_compared_and_each_is_opened_once(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is opened is counted, since opening it is the cost."""
    centre, twin, third, opened = site.edge.centre, uuid4(), uuid4(), list[UUID]()
    hashed = Duplicates._hashed  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    def counted(self: Duplicates, case: UUID) -> bytes:
        opened.append(case)
        return hashed(self, case)

    def catch_up() -> None:
        Duplicates(centre, progress=Progress(tmp_path / "duplicates", head=centre.head())).catch_up()

    monkeypatch.setattr(Duplicates, "_hashed", counted)
    await asyncio.to_thread(site.premises.receive)
    await asyncio.to_thread(lambda: site.premises.receive(Filing(case=twin), case=twin))
    await asyncio.to_thread(catch_up)
    await asyncio.to_thread(catch_up)
    assert sorted(opened) == sorted([CASE, twin])

    await asyncio.to_thread(lambda: site.premises.receive(Filing(case=third), case=third))
    await asyncio.to_thread(catch_up)
    assert sorted(opened[2:]) == sorted([CASE, twin, third])
    assert centre.case(third).suspects == frozenset({CASE, twin})


async def test_staff_merge_a_twin_into_the_case_that_goes_on(site: Site) -> None:
    twin = uuid4()
    await asyncio.to_thread(site.premises.receive)
    await asyncio.to_thread(lambda: site.premises.receive(Filing(case=twin), case=twin))
    await asyncio.to_thread(Duplicates(site.edge.centre).catch_up)
    tablet = await seen(site, ZHOU)
    merged = offline(tablet, c.MergeCase(into=CASE, reason="同一件"), lane=twin)

    (verdict,) = await back(tablet, merged)

    assert verdict.verdict == "applied"
    assert (site.edge.centre.case(twin).status, site.edge.centre.case(CASE).status) == ("voided", "received")


# Staff lost the role meanwhile


async def test_what_was_done_offline_in_a_role_that_is_lost_is_refused_and_kept_for_author_and_lead(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    tablet = await seen(site, ZHOU)
    declined = offline(tablet, c.DeclineCase(reason="不属于受理范围", remedy="请到区中心"))
    note = offline(tablet, NOTE)
    enrolled = {"name": "Zhoumin", "office": "street", "password_hash": "hash"}
    await asyncio.to_thread(lambda: site.edge.centre.enrol("zhoumin", roles=("trainer",), **enrolled))

    verdicts = await back(tablet, declined, note)

    assert [(verdict.verdict, verdict.code) for verdict in verdicts] == [("refused", "permission-lost")] * 2
    await site.caught_up()
    async with await signed_in(site, ZHOU) as own, await signed_in(site, SUN) as lead:
        kept = (await own.get("/api/set-aside")).json()["rows"]
        seen_by_lead = (await lead.get("/api/set-aside", params={"office": "street"})).json()["rows"]
    assert [row["args"] for row in kept if row["type"].startswith("case.decline")] == [
        {"reason": "不属于受理范围", "remedy": "请到区中心"}
    ]
    assert {row["id"] for row in seen_by_lead} == {str(verdict.id) for verdict in verdicts}


async def signed_in(site: Site, who: Actor) -> httpx.AsyncClient:
    """A browser of that person."""
    cookies = {COOKIE: await site.sign_in(who)}
    return httpx.AsyncClient(
        base_url=site.origin, headers={"origin": site.origin}, cookies=cookies, timeout=60, trust_env=False
    )


# The same intent twice


async def test_the_same_intent_from_a_second_device_is_a_duplicate_with_the_first_position(site: Site) -> None:
    await asyncio.to_thread(site.premises.receive)
    tablet, twin = await seen(site, ZHOU), site.device(ZHOU)
    first, second = offline(tablet, NOTE), offline(twin, NOTE, base=position(tablet))

    (applied,) = await back(tablet, first)
    (duplicate,) = await back(twin, second)

    assert (applied.verdict, duplicate.verdict) == ("applied", "duplicate")
    assert (applied.id, applied.pos) == (duplicate.id, duplicate.pos)
    assert facts(site).count("CaseNoted") == 1
