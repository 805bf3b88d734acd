"""Check 18: names with rare characters, with a dot, of one character and of a passport: entered, found, printed."""

from __future__ import annotations

import pytest

from tests.app.printed import printed
from tests.expert.conftest import Opens
from tests.expert.service import Device
from web.demo.people import ELENA, MAI, MAIMAITI, SUN, WANG, Resident

LEASE = "house-lease-filing"
NAMES = [
    pytest.param(WANG, "王䶮", ("wy", "yan", "䶮"), id="rare"),
    pytest.param(SUN, "孙𬭳", ("sx", "sunxi", "𬭳"), id="rarer"),
    pytest.param(MAIMAITI, "买买提·吐尔逊", ("mmttex", "吐尔逊", "买买提吐尔逊"), id="dotted"),
    pytest.param(MAI, "麦", ("m", "mai", "麦"), id="one character"),
    pytest.param(ELENA, "Elena Petrova", ("elena", "petrova", "PETROVA"), id="passport"),
]


async def found(clerk: Device, query: str) -> list[str]:
    """Numbers of the cases that a search finds."""
    answer = await (await clerk.browser()).post("/api/cases/search", json={"q": query})
    return [row["body"]["number"] for row in answer.json()["rows"]]


@pytest.mark.parametrize(("who", "name", "queries"), NAMES)
async def test_expert_18_a_name_is_entered_found_by_its_initials_and_printed(
    open_at: Opens, who: Resident, name: str, queries: tuple[str, ...]
) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident, clerk = await office.resident(who), office.colleague("zhoumin")
        await (await office.resident()).file(LEASE)
        case = await resident.file(LEASE, delivery_method="electronic")
        filed = await resident.status(case)
        await office.settle()
        hits = {query: await found(clerk, query) for query in queries}
        line = await clerk.queued(case)
        await office.accept(case)
        await office.review(case)
        await office.decide(case)
        await office.issue(case)
        certificate = printed((await resident.get(f"/api/cases/{case}/result.pdf")).content)

    assert who.name == filed["applicant_name"] == name
    assert hits == {query: [filed["filing_number"]] for query in queries}
    assert queries[0] in line["initials"] or line["initials"][0].startswith(queries[0])
    assert name.replace(" ", "") in certificate
