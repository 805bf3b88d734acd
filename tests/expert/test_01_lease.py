"""Checks 1 and 2: the lease certificate from the photograph to the signature, and the same on a Friday evening."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from tests.app.printed import printed
from tests.expert.conftest import Opens
from tests.expert.service import Body, Device, Office, file_of, local

LEASE = "house-lease-filing"
CASE = UUID("01939c6f-5e00-4000-8000-00000000ca5e")


def defect(material: str, words: str) -> Body:
    return {"material": material, "file": str(file_of(CASE, material)), "code": "unreadable", "words": words}


async def test_expert_01_a_lease_from_phone_photographs_over_one_notice_and_one_sitting_to_the_signature(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-23 09:10") as office:
        resident, clerk = await office.resident(), office.colleague("zhoumin")

        # Two pages cannot be read: one notice says both.
        await resident.file(LEASE, case=CASE, delivery_method="mail")
        await clerk.do("case.claim", CASE)
        defects = [defect("lease-contract", "第一页反光，请重拍"), defect("lessee-id", "国徽面看不清")]
        await clerk.do("case.request-correction", CASE, defects=defects)
        asked = await resident.status(CASE)
        await resident.supplement(CASE, "lease-contract", "lessee-id")
        answered = await clerk.queued(CASE)
        again = await clerk.refused("case.request-correction", CASE, defects=[defect("lessor-id", "也不清楚")])

        # Accepted and decided in one sitting, every step recorded for itself.
        await office.accept(CASE)
        await office.review(CASE)
        await office.decide(CASE)
        await office.issue(CASE)
        decided = await resident.status(CASE)
        certificate = (await resident.get(f"/api/cases/{CASE}/result.pdf")).content

        # The post takes it, tells where it is, and who signed.
        on_its_way = await posted(office, resident)
        await office.pass_to(office.now + timedelta(days=4))
        delivered = await arrived(office, resident)
        while delivered["status"] == "issued":  # a few of the demo's parcels come back: this one is sent once more
            await posted(office, resident)
            await office.pass_to(office.now + timedelta(days=4))
            delivered = await arrived(office, resident)

    (notice,) = asked["notices"]
    assert (asked["status"], asked["turn"]) == ("correction", "you")
    assert [one["words"] for one in notice["defects"]] == ["第一页反光，请重拍", "国徽面看不清"]
    assert (answered["status"], answered["returned"], answered["claimed_by"]["name"]) == ("received", True, "周敏")
    assert again == "second-notice"

    assert (decided["status"], decided["decision"]["outcome"]) == ("issued", "granted")
    assert decided["accepted_at"] == decided["decision"]["at"] == decided["result"]["issued_at"]
    told = [moment["tag"] for moment in decided["timeline"]]
    assert [tag for tag in told if tag in ONE_SITTING] == ONE_SITTING
    assert decided["result"]["document_number"] in printed(certificate)

    assert (on_its_way["status"], on_its_way["delivery"]["state"]) == ("posted", "on-the-way")
    assert on_its_way["delivery"]["tracking_number"].startswith("EX")
    assert [one["event"] for one in delivered["delivery"]["events"]][-1] == "signed"
    assert delivered["delivery"]["receiver"] in ("applicant", "other")
    assert (delivered["turn"], delivered["delivery"]["state"]) == ("done", "delivered")


async def posted(office: Office, resident: Device) -> Body:
    """Hand the result to the post, and wait until the carrier has taken it."""
    before = (await resident.status(CASE))["delivery"]["tracking_number"]
    await office.colleague("chenjing").do("case.dispatch", CASE)

    async def taken() -> bool:
        return (await resident.status(CASE))["delivery"]["tracking_number"] not in (None, before)

    await office.until(taken)
    return await resident.status(CASE)


async def arrived(office: Office, resident: Device) -> Body:
    """Wait until the parcel was signed for, or came back."""

    async def ended() -> bool:
        return bool((await resident.status(CASE))["status"] != "posted")

    await office.until(ended)
    return await resident.status(CASE)


ONE_SITTING = ["case.accepted", "case.reviewed", "case.decided", "case.issued"]


async def test_expert_02_handed_in_on_a_friday_evening_the_receipt_is_true_and_it_is_due_on_monday_at_five(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-20 18:40") as office:
        resident, clerk = await office.resident(), office.colleague("zhoumin")

        await resident.file(LEASE, case=CASE)
        receipt, line = await resident.status(CASE), await clerk.queued(CASE)
        await office.accept(CASE)
        accepted = await resident.status(CASE)
        await office.pass_to("2026-11-23 17:00")
        in_time = await clerk.queued(CASE)
        await office.pass_to("2026-11-23 17:01")
        late = await clerk.queued(CASE)

    assert receipt["received_at"] == receipt["filed_at"] == local("2026-11-20 18:40").isoformat().replace("+00:00", "Z")
    assert (receipt["answer_by"]["on"], line["due"]) == ("2026-11-23", FIVE_ON_MONDAY)
    assert accepted["promised"]["at"] == FIVE_ON_MONDAY
    assert [day["kind"] for day in accepted["promised"]["days"]] == ["start", "weekend", "weekend", "counted"]
    assert ("promised" in in_time["overdue"], "promised" in late["overdue"]) == (False, True)


FIVE_ON_MONDAY = "2026-11-23T09:00:00Z"
