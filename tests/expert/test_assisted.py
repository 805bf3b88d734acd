"""Several items for a person at the window with one form, and a paper that was checked once: as residents have it."""

from __future__ import annotations

from uuid import uuid4

from domain.catalogue.bundles import bundle_form, papers_needed
from tests.cast import ARRANGEMENT
from tests.expert.conftest import Opens
from tests.expert.service import Body, Office, file_of
from web.demo.answers import fill_bundle
from web.demo.people import HE, MOTHER

BUNDLE = "newborn"
ITEMS = ("birth-registration", "childcare-subsidy")
CERTIFICATE = "employment-certificate"


def form_of(office: Office) -> Body:
    """The common form of the two items, as a clerk fills it in for the mother."""
    items = [office.items[id] for id in ITEMS]
    (bundle,) = [one for one in ARRANGEMENT.bundles if one.id == BUNDLE]
    form = bundle_form(bundle, items)
    answers = fill_bundle(form, items, MOTHER, on=office.now.date(), choices={"already_born": True})
    needed = papers_needed(form, {item.id: item for item in items}, answers)
    return {
        "bundle_id": BUNDLE,
        "channel": "window",
        "children": [{"case": str(uuid4()), "item_id": item.id, "item_version": item.version} for item in items],
        "answers": answers,
        "declarations": [one.type for one in needed if one.signature_demanded],
        "papers": [one.type for one in needed if one.photograph_demanded],
    }


async def test_a_clerk_files_several_items_for_a_person_with_one_form_and_one_set_of_photographs(
    open_at: Opens,
) -> None:
    async with open_at("2026-11-23 10:00") as office:
        clerk, lane = office.colleague("zhoumin"), uuid4()
        form = form_of(office)
        papers = form.pop("papers")

        await clerk.hand_in("bundle.open", lane, papers=papers, **form)
        cases = {child["item_id"]: child["case"] for child in form["children"]}
        lines = {item: (await clerk.rows("queue"))[case] for item, case in cases.items()}
        bodies = {item: await clerk.full(case) for item, case in cases.items()}
        by_the_reviewer = await office.colleague("litao").refused("bundle.open", uuid4(), **form)

    assert {line["status"] for line in lines.values()} == {"received"}
    assert len({line["number"] for line in lines.values()}) == len(ITEMS)
    for body in bodies.values():
        view = body["view"]
        assert (view["applicant_name"], view["agent_name"]) == (MOTHER.name, None)
        assert {page["state"] for page in view["pages"]} <= {"stored"}
        assert view["opened_by_name"] == "周敏"
    assert by_the_reviewer == "forbidden"


async def test_a_clerk_lets_a_checked_copy_take_the_place_of_a_page_that_cannot_be_read(open_at: Opens) -> None:
    async with open_at("2026-09-07 10:00") as office:
        resident, clerk = await office.resident(HE), office.colleague("zhoumin")
        first = await resident.file(CERTIFICATE, delivery_method="pickup")
        await office.accept(first)
        second = await resident.file(CERTIFICATE, delivery_method="pickup")
        none = (await clerk.opened(second))["offers"]
        glare = {"file": str(file_of(second, "id-card")), "good": False, "code": "unreadable", "words": "反光"}
        await clerk.do("case.verify", second, verdicts=[glare])
        (offer,) = (await clerk.opened(second))["offers"]

        await clerk.do(
            "case.attach-copy", second, material=offer["material"], copy=offer["copy"], agreement="in-person"
        )
        told = await resident.status(second)
        await office.accept(second)

    assert (none, offer["material"]) == ([], "id-card")
    (used,) = told["copies"]
    assert (used["copy"], used["attached_by"], used["agreement"]) == (offer["copy"], "周敏", "in-person")
    assert [page["state"] for page in told["pages"] if page["material"] == "id-card"] == ["replaced", "stored"]
