"""Check 11: what the district handed down is decided in the street, or goes through the district still."""

from __future__ import annotations

from tests.expert.conftest import Opens
from tests.expert.service import Body, Office

ABOVE = {"district-officer", "city-officer"}


async def offered(office: Office) -> list[Body]:
    """Every item with its form, papers and route, as anybody gets it."""
    async with office.browser() as browser:
        overview = (await browser.get("/api/catalogue")).json()
        return [(await browser.get(f"/api/catalogue/{item['id']}")).json() for item in overview["items"]]


def goes_up(route: list[Body]) -> bool:
    return any(step["role"] in ABOVE for step in route)


async def test_expert_11_no_district_step_on_the_eleven_delegated_items_decided_here_and_one_on_the_other_four(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-02 10:00") as office:
        items = await offered(office)
        delegated = {item["id"]: item for item in items if item["delegated"]}
        resident, lead = await office.resident(), office.colleague("sunhao")
        accepted: dict[str, Body] = {}
        for item in delegated:
            case = await resident.file(item)
            await office.complete(case, resident)
            await office.accept(case)
            accepted[item] = await lead.full(case)
        orders = {case["view"]["order"] for case in accepted.values()}

    here = {item for item, body in delegated.items() if body["street_role"] == "decide"}
    assert (len(items), len(delegated), len(here)) == (43, 15, 11)
    for item, body in delegated.items():
        assert goes_up(body["route"]) is (item not in here), item
        assert goes_up(accepted[item]["route"]) is (item not in here), item
        deciding = [step["role"] for step in accepted[item]["route"] if step["stage"] == "decide"]
        assert deciding == (["decider"] if item in here else ["district-officer"]), item
    assert len(orders) == 3
    assert "" not in orders
