"""Check 15: a home visit without a signal, while the same case is worked on at the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.calendar.calendar import SHANGHAI
from tests.expert.conftest import Opens
from tests.expert.service import Body, Device
from web.demo.people import CHEN

ITEM = "advanced-age-allowance"
OPINION = "老人行动不便，上门核对过身份证原件。"


async def push_all(tablet: Device, acts: Sequence[tuple[str, Body]], **how: Any) -> list[tuple[str, str | None]]:
    """What was done offline goes out in its order; what came of each."""
    verdicts = [await tablet.say(type, base=how["base"], lane=how["lane"], **args) for type, args in acts]
    return [(verdict["verdict"], verdict.get("code")) for verdict in verdicts]


async def test_expert_15_a_home_visit_offline_and_the_same_case_at_the_window_lose_nothing_and_double_no_number(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-23 09:00") as office:
        resident = await office.resident(CHEN)
        case = await resident.file(ITEM, age_band="80-89")
        visitor, window = office.colleague("zhoumin"), office.colleague("hexin")
        lead = office.colleague("sunhao")
        seen = int((await visitor.opened(case))["row"]["pos"])
        page = (await visitor.full(case))["view"]["pages"][0]["file"]

        # At the old man's home, without a signal: everything waits on the tablet.
        verdict = {"file": page, "good": True, "code": "", "words": "", "expires_on": None}
        visit: list[tuple[str, Body]] = [
            ("case.claim", {}),
            ("case.note", {"text": OPINION}),
            ("case.verify", {"verdicts": [verdict]}),
            ("case.accept", {}),
        ]
        # Meanwhile at the window: a colleague takes the same case and accepts it.
        await window.do("case.claim", case)
        await office.accept(case, by="hexin")
        number = (await resident.status(case))["case_number"]

        came = await push_all(visitor, visit, base=seen, lane=case)
        again = await push_all(visitor, visit[3:], base=seen, lane=case)
        story = (await lead.full(case))["view"]["timeline"]
        after = await lead.full(case)
        kept = (await visitor.get("/api/set-aside")).json()["rows"]

    assert came == [
        ("conflict", "state-changed"),
        ("applied", None),
        ("conflict", "state-changed"),
        ("conflict", "state-changed"),
    ]
    assert again == [("conflict", "state-changed")]
    assert [note["text"] for note in after["notes"]] == [OPINION]
    assert {row["type"]: row["args"] for row in kept}["case.verify@1"]["verdicts"] == [verdict]
    assert len(kept) == 4
    assert (after["view"]["case_number"], after["accepted_by"]["name"]) == (number, "何欣")
    assert [moment["tag"] for moment in story].count("case.accepted") == 1
    assert office.now.astimezone(SHANGHAI).strftime("%Y%m%d") in number
