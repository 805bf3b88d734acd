"""The operator's status page: how the centre stands, and what needs somebody, the worst first."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from domain.actors import Actor, Role
from domain.devices import devices as d
from domain.effects.notices import PUSH, SMS, ClaimNotice, GiveNotice, Outcome, ReportNotice
from tests.app.browsing import browser
from tests.app.listening import Site, hello, listening
from tests.cast import CASE, FATHER, MONDAY_10AM, SUN, ZHOU, staff
from web.edge import Edge
from web.operating import backups
from web.operating.backups import Backup
from web.operating.needs import Need, needs_of
from web.operating.notices import NoticeBook, NoticeCount, NoticeQueue
from web.operating.roster import Roster, Turns
from web.operating.status import status_of
from web.operating.status_bodies import (
    ClockStanding,
    Disk,
    LogStanding,
    Node,
    Residents,
    Status,
    Tablet,
    ViewsStanding,
)
from web.operating.tablets import Devices

NOW = MONDAY_10AM
LONG_AGO = NOW - timedelta(days=3)
GIB = 2**30
TABLET = Tablet(
    device=uuid4(),
    name="周敏",
    office="street",
    app="0.1.0",
    is_here=True,
    last_contact=NOW,
    unsent=0,
    oldest_at=None,
    missing=0,
    blocked=False,
)
WELL = Status(
    now=NOW,
    build="0.1.0",
    since=NOW,
    nodes=(Node(name="here:1", program="aa", is_this=True), Node(name="there:1", program="aa", is_this=False)),
    log=LogStanding(
        engine="sqlite", head=9, waiting=0, trouble="", since=None, key="doorstep+1", proven=9, altered=False
    ),
    views=ViewsStanding(state="following", position=9, behind=0, stopped_at=None, tag=""),
    followers=(Turns(name="press", ended_at=NOW),),
    timers=ClockStanding(waiting=0, next_at=None, jumped=None),
    sockets=1,
    devices=(TABLET,),
    residents=Residents(known=1, owing=0, missing=0),
    notices=NoticeQueue(counts=(), unreached=0, oldest_claimed_at=None),
    sends_messages=True,
    disk=Disk(free=50 * GIB, total=100 * GIB),
    certificate_ends_at=None,
    backup=Backup(at=NOW - timedelta(hours=20), events=9),
)


def test_nothing_needs_anybody_where_all_is_well() -> None:
    assert needs_of(WELL) == ()


@pytest.mark.parametrize(
    ("status", "need"),
    [
        (replace(WELL, log=replace(WELL.log, altered=True)), Need(code="log-altered")),
        (
            replace(WELL, log=replace(WELL.log, trouble="full", since=NOW)),
            Need(code="log-not-writable", params={"reason": "full"}),
        ),
        (
            replace(WELL, views=replace(WELL.views, state="stopped", stopped_at=7, tag="case.sung")),
            Need(code="views-stopped", params={"at": 7, "tag": "case.sung"}),
        ),
        (
            replace(WELL, timers=replace(WELL.timers, jumped=900)),
            Need(code="clock-jumped", params={"seconds": 900}),
        ),
        (
            replace(WELL, followers=(Turns(name="press", failing_since=LONG_AGO),)),
            Need(code="follower-failing", params={"name": "press", "since": LONG_AGO}),
        ),
        (replace(WELL, views=replace(WELL.views, behind=1_001)), Need(code="views-behind", params={"n": 1_001})),
        (replace(WELL, disk=Disk(free=9 * GIB, total=100 * GIB)), Need(code="disk-low", params={"bytes": 9 * GIB})),
        (
            replace(WELL, certificate_ends_at=NOW + timedelta(days=13)),
            Need(code="certificate-ends", params={"at": NOW + timedelta(days=13)}),
        ),
        (replace(WELL, backup=None), Need(code="backup-none")),
        (replace(WELL, backup=Backup(at=LONG_AGO, events=1)), Need(code="backup-old", params={"at": LONG_AGO})),
        (
            replace(WELL, devices=(replace(TABLET, missing=3), replace(TABLET, missing=2))),
            Need(code="devices-missing", params={"n": 2}),
        ),
        (replace(WELL, residents=replace(WELL.residents, missing=1)), Need(code="devices-missing", params={"n": 1})),
        (
            replace(WELL, devices=(replace(TABLET, unsent=1, last_contact=LONG_AGO),)),
            Need(code="devices-silent", params={"n": 1}),
        ),
        (
            replace(WELL, notices=replace(WELL.notices, oldest_claimed_at=LONG_AGO)),
            Need(code="notices-stuck", params={"since": LONG_AGO}),
        ),
        (
            replace(WELL, nodes=(WELL.nodes[0], replace(WELL.nodes[1], program="bb"))),
            Need(code="versions-differ", params={"n": 2}),
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Need) else "",
)
def test_each_trouble_is_named_by_itself(status: Status, need: Need) -> None:
    assert needs_of(status) == (need,)


@pytest.mark.parametrize(
    "status",
    [
        replace(WELL, disk=Disk(free=25 * GIB, total=1_000 * GIB)),
        replace(WELL, devices=(replace(TABLET, last_contact=LONG_AGO),)),
        replace(WELL, devices=(replace(TABLET, unsent=4),)),
        replace(WELL, devices=(replace(TABLET, unsent=4, last_contact=LONG_AGO, blocked=True),)),
        replace(WELL, devices=(replace(TABLET, unsent=4, last_contact=NOW - timedelta(days=31)),)),
        replace(WELL, backup=None, log=replace(WELL.log, engine="postgresql")),
        replace(WELL, backup=Backup(at=LONG_AGO, events=1), log=replace(WELL.log, engine="postgresql")),
        replace(WELL, views=replace(WELL.views, state="building", behind=9_000)),
        replace(WELL, notices=replace(WELL.notices, unreached=5, oldest_claimed_at=NOW - timedelta(minutes=59))),
        replace(WELL, certificate_ends_at=NOW + timedelta(days=15)),
    ],
    ids=[
        "a large disk",
        "silent and owing nothing",
        "owing and heard",
        "owing and blocked",
        "owing and gone for good",
        "a database that is backed up elsewhere",
        "a database that was backed up here once",
        "building",
        "on its way",
        "long good",
    ],
)
def test_what_ends_by_itself_needs_nobody(status: Status) -> None:
    assert needs_of(status) == ()


def test_the_worst_comes_first() -> None:
    status = replace(WELL, backup=None, log=replace(WELL.log, trouble="full"), disk=Disk(free=1, total=100 * GIB))

    assert [need.code for need in needs_of(status)] == ["log-not-writable", "disk-low", "backup-none"]


def test_a_follower_that_fails_again_and_again_is_known_by_its_first_failure() -> None:
    moments = iter([NOW + timedelta(minutes=n) for n in range(4)])
    roster = Roster(clock=lambda: next(moments))

    roster.ended("press")
    roster.failed("press")
    roster.failed("press")
    failing = roster.all()
    roster.ended("press")

    assert failing == (Turns(name="press", ended_at=NOW, failing_since=NOW + timedelta(minutes=1)),)
    assert roster.all() == (Turns(name="press", ended_at=NOW + timedelta(minutes=2)),)


def test_what_was_noted_of_a_backup_is_read_again_and_a_damaged_note_is_none(tmp_path: Path) -> None:
    taken = Backup(at=NOW, events=12)

    before = backups.last(tmp_path)
    backups.note(tmp_path, taken)
    after = backups.last(tmp_path)
    (tmp_path / backups.NOTE).write_text("{")

    assert (before, after, backups.last(tmp_path)) == (None, taken, None)


def test_a_note_that_another_user_left_can_be_read_and_one_that_cannot_is_none(tmp_path: Path) -> None:
    backups.note(tmp_path, Backup(at=NOW, events=12))
    mode = (tmp_path / backups.NOTE).stat().st_mode & 0o777
    (tmp_path / backups.NOTE).unlink()
    (tmp_path / backups.NOTE).mkdir()

    assert (mode, backups.last(tmp_path)) == (0o644, None)


# Over a real centre


PENG = staff("peng", Role.OPERATOR)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path / "data", followers=()) as open_site:
        enrol = open_site.edge.centre.enrol
        await asyncio.to_thread(
            enrol, "peng", name="彭", roles=(Role.OPERATOR.value,), office=PENG.office, password_hash="none"
        )
        yield open_site


async def asked(site: Site) -> dict[str, Any]:
    """What the operator is answered."""
    async with await browser(site, PENG) as client:
        answer = await client.get("/api/status")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def standing(edge: Edge) -> Status:
    devices = Devices(staff=(), names={}, residents=Residents(known=0, owing=0, missing=0))
    return status_of(edge, devices, edge.notices.queue(), frozenset())


async def test_the_notices_are_counted_by_where_they_stand(site: Site) -> None:
    def tell() -> tuple[Status, Status]:
        site.premises.receive()
        centre = site.edge.centre
        for position in (1, 2):
            centre.by_itself(GiveNotice(position=position, kind="case.received", person=FATHER.id), lane=CASE)
            centre.by_itself(ClaimNotice(position=position, person=FATHER.id, channel="sms"), lane=CASE)
        before = standing(site.edge)
        report = ReportNotice(position=1, person=FATHER.id, channel="sms", outcome="failed", why="unreachable")
        centre.by_itself(report, lane=CASE)
        site.clock.now += timedelta(hours=1)
        centre.by_itself(ClaimNotice(position=3, person=FATHER.id, channel="sms"), lane=CASE)
        return before, standing(site.edge)

    before, after = await asyncio.to_thread(tell)

    assert before.notices.counts == (
        NoticeCount(channel="app", state="given", n=2),
        NoticeCount(channel="sms", state="claimed", n=2),
    )
    assert [(one.channel, one.state, one.n) for one in after.notices.counts] == [
        ("app", "given", 2),
        ("sms", "claimed", 2),
        ("sms", "failed", 1),
    ]
    assert after.notices.unreached == 1
    assert after.notices.oldest_claimed_at == before.notices.oldest_claimed_at


async def test_of_single_notices_only_those_are_kept_of_which_something_may_still_be_said(site: Site) -> None:
    def tell() -> tuple[NoticeBook, NoticeBook]:
        site.premises.receive()
        book = NoticeBook(site.edge.centre)
        ends: tuple[tuple[Outcome, ...], ...] = (
            (), ("sent",), ("sent", "delivered"), ("sent", "failed"), ("failed", "delivered"), ("uncertain", "sent"),
            ("uncertain", "failed"),
        )  # fmt: skip
        for position, outcomes in enumerate(ends, 1):
            for channel in (SMS, PUSH):
                claim = ClaimNotice(position=position, person=FATHER.id, channel=channel)
                site.edge.centre.by_itself(claim, lane=CASE)
            for outcome in outcomes:
                book.queue()
                report = ReportNotice(position=position, person=FATHER.id, channel=SMS, outcome=outcome)
                site.edge.centre.by_itself(report, lane=CASE)
        for position in (4, 7):
            report = ReportNotice(position=position, person=FATHER.id, channel=PUSH, outcome="failed")
            site.edge.centre.by_itself(report, lane=CASE)
        return book, NoticeBook(site.edge.centre)

    followed, anew = await asyncio.to_thread(tell)

    assert followed.queue() == anew.queue()
    assert {(one.channel, one.state): one.n for one in anew.queue().counts} == {
        ("push", "claimed"): 5,
        ("push", "failed"): 2,
        ("sms", "claimed"): 1,
        ("sms", "delivered"): 2,
        ("sms", "failed"): 2,
        ("sms", "sent"): 2,
    }
    assert anew.queue().unreached == 2
    assert (len(followed), len(anew)) == (10, 10)


async def test_the_notices_are_counted_in_a_thread_of_their_own(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set[str]()
    whole = site.edge.centre.stretch

    def stretch(after: int, limit: int, *, tags: Collection[str] = ()) -> Any:
        threads.add(threading.current_thread().name)
        return whole(after, limit, tags=tags)

    monkeypatch.setattr(site.edge.centre, "stretch", stretch)
    await asyncio.gather(*(asked(site) for _ in range(3)))

    assert {name for name in threads if name.startswith("notices-counted")} == {"notices-counted_0"}
    assert not {name for name in threads if name.startswith("asyncio")}


async def test_staff_devices_are_named_and_those_of_residents_are_counted(site: Site) -> None:
    async def heard(who: Actor, *, unsent: int, device: UUID | None = None) -> None:
        owed = d.Owed(n=unsent, next_seq=unsent + 1)
        command = d.ConfirmDevice(
            person=who.id, device=device or uuid4(), office=who.office, epoch="e", position=1, outbox=owed, app="0.1.0"
        )
        await asyncio.to_thread(site.edge.centre.by_itself, command, lane=d.device_stream(who.id, command.device))

    here = uuid4()
    await heard(FATHER, unsent=3)
    site.clock.now += timedelta(days=31)
    await heard(ZHOU, unsent=2)
    await heard(ZHOU, unsent=0, device=here)
    await heard(FATHER, unsent=1)
    await site.caught_up()

    async with site.wire() as wire:
        await wire.say(hello(await site.ticket(ZHOU), device=here))
        await wire.hear_until("welcome")
        answer = await asked(site)

    shown = answer["status"]
    assert [(one["name"], one["office"], one["unsent"], one["is_here"]) for one in shown["devices"]] == [
        ("Zhoumin", "street", 2, False),
        ("Zhoumin", "street", 0, True),
    ]
    assert shown["sockets"] == 1
    assert shown["residents"] == {"known": 1, "owing": 1, "missing": 0}
    assert str(FATHER.id) not in str(answer)


async def test_the_answer_says_what_needs_somebody_and_names_this_node(site: Site) -> None:
    first = await asked(site)
    backups.note(site.edge.settings.data, Backup(at=site.clock.now, events=1))
    second = await asked(site)

    assert [need["code"] for need in first["needs"] if need["code"] != "disk-low"] == ["backup-none"]
    assert [need["code"] for need in second["needs"] if need["code"] != "disk-low"] == []
    assert [node["is_this"] for node in second["status"]["nodes"]] == [True]
    assert second["status"]["build"] == "0.1.0"
    assert datetime.fromisoformat(second["status"]["since"]) <= datetime.fromisoformat(second["status"]["now"])


async def test_it_is_for_operators_alone(site: Site) -> None:
    async with await browser(site, SUN) as lead:
        refused = await lead.get("/api/status")

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
