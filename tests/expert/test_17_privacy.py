"""Check 17: opening a case that is not one's own leaves a trace and shows masked numbers; the board names little."""

from __future__ import annotations

import json
from uuid import UUID

from tests.expert.conftest import Opens
from tests.expert.service import Device, Office
from web.demo.people import WU

LEASE = "house-lease-filing"
WITH_NOTICE = "advanced-age-allowance"
ILLNESS = "因重病卧床"
NOTICE_FIELDS = {"item", "applicant", "first", "last"}


async def looks(device: Device, case: UUID) -> list[tuple[str, str, str, str]]:
    """The access log of a case, the oldest first."""
    found = (await device.get(f"/api/cases/{case}/access")).json()["looks"]
    return [(one["how"], one["name"], one["role"], one["why"]) for one in reversed(found)]


async def unmasked(device: Device, case: UUID, what: str, purpose: str) -> str:
    """A number in full."""
    answer = await (await device.browser()).post(f"/api/cases/{case}/unmask", json={"what": what, "purpose": purpose})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["value"])


async def test_expert_17_a_clerk_who_opens_a_case_not_assigned_leaves_an_entry_and_sees_masked_data(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident = await office.resident()
        holder, other, auditor = (office.colleague(name) for name in ("zhoumin", "hexin", "guwen"))
        case = await resident.file(LEASE)
        await holder.do("case.claim", case)
        whole = (await resident.status(case))["answers"]
        numbers = {name for name in whole if name.endswith(("_id_no", "_phone"))}

        seen = (await other.full(case))["view"]["answers"]
        queued, found = await other.queued(case), await searched(other, case)
        held = (await holder.row("case", case))["view"]["answers"]
        told = await unmasked(other, case, "applicant_phone", "contact")
        of_the_resident, of_the_auditor = await looks(resident, case), await looks(auditor, case)

    assert numbers
    assert all("*" in seen[name] for name in numbers)
    assert {name: held[name] for name in numbers} == {name: whole[name] for name in numbers}
    assert found
    for text in (json.dumps(queued, ensure_ascii=False), json.dumps(found, ensure_ascii=False)):
        assert not any(str(whole[name]) in text for name in numbers)
        assert whole["applicant_name"] not in text
    assert told == whole["applicant_phone"]
    assert of_the_resident == [
        ("opened", "何欣", "window-clerk", ""),
        ("unmasked", "何欣", "window-clerk", "contact"),
    ]
    assert of_the_auditor == of_the_resident


async def searched(device: Device, case: UUID) -> dict[str, object]:
    """The line of a case in the search."""
    await device.office.settle()
    answer = await (await device.browser()).post("/api/cases/search", json={"q": "房屋租赁登记备案"})
    rows = answer.json()["rows"]
    found: list[dict[str, object]] = [row for row in rows if row["id"] == str(case)]
    return found[0] if found else {}


async def test_expert_17_the_public_notice_shows_no_number_door_or_illness(open_at: Opens) -> None:
    async with open_at("2026-11-02 10:00") as office:
        resident, worker = await office.resident(WU), office.colleague("zhangjun")
        case = await resident.file(WITH_NOTICE, age_band="80-89")
        await office.accept(case)
        await office.pass_to("2026-11-05 09:00")
        await worker.do("case.review", case, opinion="老人健在")
        await office.colleague("litao").do("case.review", case, opinion="可以公示")
        before = await on_the_board(office)
        said = {"basis": f"实施清单：{ILLNESS}的也一样", "notice": f"您{ILLNESS}，在社区公示五日。"}
        await worker.do("case.begin-procedure", case, kind="public-notice", ends_on="2026-11-11", **said)
        (notice,) = await on_the_board(office)
        answers = (await resident.status(case))["answers"]
        await office.pass_to("2026-11-12 09:00")
        after = await on_the_board(office)

    assert (before, after) == ([], [])
    assert set(notice) == NOTICE_FIELDS
    assert notice["applicant"] == f"{WU.name[0]}**"[: len(WU.name)]
    assert (notice["first"], notice["last"]) == ("2026-11-05", "2026-11-11")
    text = json.dumps(notice, ensure_ascii=False)
    said_by_them = [value for value in answers.values() if isinstance(value, str) and len(value) > 3]
    assert {WU.id_number, WU.phone} <= set(said_by_them)
    assert not any(value in text for value in (*said_by_them, WU.name, ILLNESS))


async def on_the_board(office: Office) -> list[dict[str, object]]:
    """What anybody reads there who has not signed in."""
    await office.settle()
    async with office.browser() as anybody:
        return list((await anybody.get("/api/public-notices")).json()["notices"])
