"""Checks 4, 5 and 6: across a holiday, over a public notice, and into a year that is not published yet."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from tests.expert.conftest import Opens
from tests.expert.service import Body, Device, Office
from web.cli.program import main
from web.demo.people import WU

TEN_DAYS = "temporary-assistance"
WITH_NOTICE = "advanced-age-allowance"
"""Ten working days too; the public notice of seven days does not count."""


async def accepted(office: Office, item: str, **choices: Any) -> tuple[UUID, Device]:
    """A case that was accepted on the day on which it was filed."""
    resident = await office.resident(WU)
    case = await resident.file(item, **choices)
    await office.accept(case)
    return case, resident


def counted(due: Body) -> dict[str, str]:
    """The days of a proof that count, or that are made to, by their number."""
    return {day["on"]: day["kind"] for day in due["days"] if day["n"] is not None}


async def test_expert_04_ten_working_days_over_the_national_day_end_on_the_ninth_of_october(open_at: Opens) -> None:
    async with open_at("2026-09-18 10:00") as office:
        case, resident = await accepted(office, TEN_DAYS, cause="illness", emergency=False)

        promised = (await resident.status(case))["promised"]

    assert (promised["on"], promised["provisional"]) == ("2026-10-09", False)
    assert list(counted(promised)) == [
        *("2026-09-20", "2026-09-21", "2026-09-22", "2026-09-23", "2026-09-24"),
        *("2026-09-28", "2026-09-29", "2026-09-30", "2026-10-08", "2026-10-09"),
    ]
    assert counted(promised)["2026-09-20"] == "make-up-workday"
    assert len(promised["days"]) == 22, "the proof shows every day from the acceptance to the end"


async def to_the_notice(office: Office) -> tuple[UUID, Device]:
    """A case accepted on 2 November that stands at its public notice on the fifth."""
    case, resident = await accepted(office, WITH_NOTICE, age_band="80-89")
    await office.pass_to("2026-11-05 09:00")
    await office.colleague("zhangjun").do("case.review", case, opinion="老人健在")
    await office.colleague("litao").do("case.review", case, opinion="可以公示")
    return case, resident


def begin(kind: str, until: str) -> Body:
    return {"kind": kind, "basis": "实施清单", "ends_on": until, "notice": "这几日不计入办理期限。"}


async def test_expert_05_a_public_notice_stops_the_clock_to_the_day_and_it_resumes_on_the_next(open_at: Opens) -> None:
    async with open_at("2026-11-02 10:00") as office:
        case, resident = await to_the_notice(office)
        before = await resident.status(case)
        worker = office.colleague("zhangjun")

        began = await worker.do("case.begin-procedure", case, **begin("public-notice", "2026-11-11"))
        stopped, line = await resident.status(case), await worker.queued(case)
        await office.pass_to("2026-11-11 16:00")
        (procedure,) = (await resident.status(case))["procedures"]
        await worker.do("case.end-procedure", case, procedure=procedure["id"], findings="没有异议")
        resumed = await resident.status(case)

    assert began["pos"]
    assert before["promised"]["on"] == "2026-11-16"
    assert (stopped["status"], stopped["promised"]["on"], line["waiting_for"]) == (
        "suspended",
        "2026-11-23",
        "procedure",
    )
    assert [clock["state"] for clock in stopped["clocks"] if clock["name"] == "promised"] == ["suspended"]
    assert (resumed["status"], resumed["promised"]["on"]) == ("accepted", "2026-11-23")
    suspended = [day["on"] for day in resumed["promised"]["days"] if day["kind"] == "suspended"]
    assert suspended == [f"2026-11-{day:02}" for day in range(5, 12)]
    assert list(counted(resumed["promised"]))[:3] == ["2026-11-03", "2026-11-04", "2026-11-12"]


async def test_expert_05_one_that_ends_early_gives_its_days_back_and_overlapping_ones_are_merged(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-02 10:00") as office:
        case, resident = await to_the_notice(office)
        worker = office.colleague("zhangjun")
        await worker.do("case.begin-procedure", case, **begin("public-notice", "2026-11-11"))

        await office.pass_to("2026-11-09 09:00")
        await worker.do("case.begin-procedure", case, **begin("expert-review", "2026-11-13"))
        both = await resident.status(case)
        await office.pass_to("2026-11-12 09:00")
        (running,) = [one for one in both["procedures"] if one["kind"] == "expert-review"]
        await worker.do("case.end-procedure", case, procedure=running["id"])
        (notice,) = [one for one in both["procedures"] if one["kind"] == "public-notice"]
        after = await resident.status(case)

    clock = next(one for one in both["clocks"] if one["name"] == "promised")
    assert clock["suspended"] == [{"first": "2026-11-05", "last": "2026-11-13"}]
    assert both["promised"]["on"] == "2026-11-25", "nine days, not twelve"
    assert notice["ends_on"] == "2026-11-11"
    assert (after["status"], after["promised"]["on"]) == ("accepted", "2026-11-24")


NEW_YEAR_AS_NOTICED = {
    "a make-up Saturday brings it forward": ((), ("2027-01-09",), "2027-01-09", "2027-01-09"),
    "one more day off leaves the promise": (("2027-01-04",), (), "2027-01-11", "2027-01-12"),
}


@pytest.mark.parametrize(
    ("off", "worked", "promised", "counted_on"), NEW_YEAR_AS_NOTICED.values(), ids=list(NEW_YEAR_AS_NOTICED)
)
async def test_expert_06_a_date_in_an_unpublished_year_is_provisional_and_counted_anew_on_import(
    open_at: Opens, off: tuple[str, ...], worked: tuple[str, ...], promised: str, counted_on: str
) -> None:
    async with open_at("2026-12-25 10:00") as office:
        case, resident = await accepted(office, TEN_DAYS, cause="illness", emergency=False)
        before, line = await resident.status(case), await office.colleague("zhoumin").queued(case)

        publish_2027(office, off=off, worked=worked)
        await office.settle()
        await office.colleague("zhoumin").do("case.message", case, text="谢谢，收到了")

        async def told_later() -> bool:
            return "message.sent" in told_of(await resident.status(case))

        await office.until(told_later)
        after, line_after = await resident.status(case), await office.colleague("zhoumin").queued(case)

    assert (before["promised"]["on"], before["promised"]["provisional"]) == ("2027-01-11", True)
    assert line["due_provisional"]
    assert (after["promised"]["on"], after["promised"]["provisional"]) == (promised, False)
    assert not line_after["due_provisional"]
    assert after["promised"]["days"][-1]["on"] == counted_on
    assert ("deadline.recomputed" in told_of(after)) is (promised != "2027-01-11")


def told_of(status: Body) -> list[str]:
    """What the applicant was told of, beside what the page shows."""
    return [one["about"] for one in status["notifications"]]


def publish_2027(office: Office, *, off: tuple[str, ...], worked: tuple[str, ...]) -> None:
    """The State Council's notice for 2027 is out: the operator imports it beside the running service."""
    days_off = sorted({day.isoformat() for day in office.edge.centre.calendar().years[2027].days_off} | {*off})
    year = {"status": "official", "days_off": days_off, "make_up_workdays": list(worked)}
    file = office.folder / "2027.json"
    file.write_text(json.dumps({"source": "国务院办公厅通知", "years": {2027: year}}))
    assert main(["calendar", "publish", str(file), "--data", str(office.folder)]) == 0
