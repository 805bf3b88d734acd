"""Checks 13 and 14: two people for two duties, and the list that changes while a case is under way."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import msgspec
from msgspec.structs import replace

from domain.catalogue.items import ServiceItem
from domain.centre.centre import item_stream
from tests.expert.conftest import Opens
from web.demo.people import PENG

LEASE = "house-lease-filing"
ALIVE = "benefit-living-certification"
"""One person may accept and decide it."""


async def test_expert_13_whoever_accepted_a_case_cannot_decide_it(open_at: Opens) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident, both = await office.resident(), office.colleague("jiangxue")
        case = await resident.file(LEASE)
        await office.accept(case, by="jiangxue")
        await office.review(case)

        refused = await both.refused("case.decide", case, outcome="granted")
        await office.colleague("wangfang").do("case.decide", case, outcome="granted")
        decided = await both.full(case)

    assert refused == "acceptor-cannot-decide"
    assert (decided["accepted_by"]["name"], decided["decided_by"]["name"]) == ("江雪", "王芳")
    assert not decided["one_person"]


async def test_expert_13_but_on_a_marked_item_and_then_somebody_looks_at_it_later(open_at: Opens) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident, both, lead = await office.resident(PENG), office.colleague("jiangxue"), office.colleague("sunhao")
        case = await resident.file(ALIVE)
        await office.accept(case, by="jiangxue")
        await both.do("case.review", case)
        await both.do("case.decide", case, outcome="granted")
        decided, line = await both.full(case), await lead.queued(case)

        own = await both.refused("case.sample", case, sound=True, findings="没有问题")
        await lead.do("case.sample", case, sound=True, findings="视频认证清晰")
        sampled = await both.full(case)

    assert decided["one_person"]
    assert decided["accepted_by"] == decided["decided_by"]
    assert (decided["sampling"], line["sampling"], sampled["sampling"]) == (True, True, False)
    assert own in ("forbidden", "nothing-to-sample")
    assert [(one["about"], one["holds"]) for one in sampled["findings"]] == [("sample", True)]


def second_version(item: ServiceItem) -> ServiceItem:
    """The list of next month: one more review, another name, and one paper less."""
    (review,) = item.steps("review")
    route = tuple(
        step
        for one in item.route
        for step in ((replace(review, step="first-review"), one) if one is review else (one,))
    )
    papers = tuple(one for one in item.materials if one.id != "property-certificate")
    return replace(item, version=2, name_zh="房屋租赁登记", route=route, materials=papers)


async def test_expert_14_a_case_that_is_under_way_finishes_under_the_list_it_began_with(open_at: Opens) -> None:
    async with open_at("2026-11-23 10:00") as office:
        resident, operator = await office.resident(), office.colleague("operator")
        old = await resident.file(LEASE)
        filed_before = await resident.status(old)
        newer = second_version(office.items[LEASE])

        await operator.do("item.publish", item_stream(LEASE), item=msgspec.to_builtins(newer))
        late: UUID = uuid4()
        under_the_old = await resident.say("case.file", late, **resident.form(LEASE, late))
        office.items = {**office.items, LEASE: newer}
        new = await resident.file(LEASE)
        await office.accept(old)
        steps = {case: await reviews_of(office, case) for case in (old, new)}
        await office.review(old)
        await office.decide(old)
        await office.issue(old)
        finished, beside = await resident.status(old), await resident.status(new)

    assert (under_the_old["code"], under_the_old["params"]["in_force"]) == ("item-not-in-force", 2)
    assert (filed_before["item_version"], finished["item_version"], beside["item_version"]) == (1, 1, 2)
    assert (finished["item_name"]["zh"], beside["item_name"]["zh"]) == ("房屋租赁登记备案", "房屋租赁登记")
    assert finished["status"] == "issued"
    assert steps == {old: ["review"], new: ["first-review", "review"]}
    assert "property-certificate" in {page["material"] for page in finished["pages"]}
    assert "property-certificate" not in {page["material"] for page in beside["pages"]}


async def reviews_of(office: Any, case: UUID) -> list[str]:
    """Ids of the reviews on the way of a case."""
    full = await office.colleague("sunhao").full(case)
    return [step["id"] for step in full["route"] if step["stage"] == "review"]
