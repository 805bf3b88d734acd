"""Check 3: nobody answers within five working days."""

from __future__ import annotations

from tests.expert.conftest import Opens


async def test_expert_03_without_a_notice_in_time_a_case_counts_as_accepted_from_receipt_and_says_so(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-21 23:50") as office:
        resident, clerk = await office.resident(), office.colleague("zhoumin")
        case = await resident.file("temporary-assistance", cause="illness", emergency=False)
        received = await resident.status(case)

        await office.pass_to("2026-11-27 17:00")
        on_the_last_day = await resident.status(case)
        await office.pass_to("2026-11-28 00:01")
        deemed, line = await resident.status(case), await clerk.queued(case)

    assert received["answer_by"]["on"] == "2026-11-27"
    assert (on_the_last_day["status"], on_the_last_day["case_number"]) == ("received", None)
    assert (deemed["status"], deemed["deemed"], deemed["accepted_at"]) == ("accepted", True, received["received_at"])
    assert line["deemed"]
