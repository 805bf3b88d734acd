from copy import deepcopy
from typing import Any

import msgspec
import pytest

from domain.catalogue.form import Condition
from domain.catalogue.items import ServiceItem
from domain.catalogue.source import CatalogueIsWrong, catalogue_from_source
from domain.catalogue.summaries import ItemSummary, item_summary
from tests.domain.catalogue.shipped import SUMMARIES, sample_item, shipped_catalogue, shipped_source, written_summaries

CATALOGUE = shipped_catalogue()
LEASE = CATALOGUE.items[0]


def test_the_demo_centre_offers_43_items_15_of_them_delegated() -> None:
    assert (len(CATALOGUE.items), sum(item.delegated for item in CATALOGUE.items)) == (43, 15)
    assert LEASE.id == "house-lease-filing"
    assert CATALOGUE.item("house-lease-filing") is LEASE
    assert CATALOGUE.item("moon-lease-filing") is None


def test_an_item_has_its_complete_form_with_shared_fields_first() -> None:
    groups = list(dict.fromkeys(field.group for field in LEASE.fields))

    assert groups == ["applicant-kind", "applicant-person", "applicant-organisation", "agent", "delivery", "item"]
    assert LEASE.field("applicant_name") is LEASE.fields[1]
    assert LEASE.field("no_such_field") is None


def test_an_item_gives_its_materials_and_steps_by_name() -> None:
    contract = LEASE.material("lease-contract")

    assert contract is not None
    assert contract.name_zh == "房屋租赁合同"
    assert [step.role for step in LEASE.steps("decide")] == ["decider"]


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_an_item_survives_the_way_to_a_device_and_back(item: ServiceItem) -> None:
    assert msgspec.json.decode(msgspec.json.encode(item), type=ServiceItem) == item


@pytest.mark.parametrize("item", CATALOGUE.items, ids=lambda item: item.id)
def test_every_item_can_be_found_by_words_pinyin_and_theme(item: ServiceItem) -> None:
    assert len(item.pinyin_keywords) == len(item.keywords)
    assert item.theme in {theme.id for theme in CATALOGUE.themes}


def test_a_summary_says_what_the_item_says() -> None:
    summary = item_summary(LEASE)

    assert isinstance(summary, ItemSummary)
    assert (summary.id, summary.name_zh, summary.keywords) == (LEASE.id, LEASE.name_zh, LEASE.keywords)


def test_the_summaries_that_the_app_is_tested_with_are_those_of_the_shipped_items() -> None:
    assert SUMMARIES.read_text(encoding="utf-8") == written_summaries()


def test_the_sample_item_of_the_vectors_is_written_as_devices_receive_it() -> None:
    item = sample_item()

    assert msgspec.convert(msgspec.to_builtins(item), ServiceItem) == item
    assert {field.type for field in item.fields} >= {field.type for other in CATALOGUE.items for field in other.fields}


@pytest.mark.parametrize(
    "text",
    ["{}", '{"field": "a"}', '{"in": [true]}', '{"field": "a", "in": [true], "all": [{"field": "b", "in": [true]}]}'],
)
def test_a_condition_is_about_one_field_or_about_several_conditions(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Condition)


def spoil_type(item: dict[str, Any]) -> None:
    item["fields"][0]["type"] = "colour"


def spoil_duplicate(item: dict[str, Any]) -> None:
    item["fields"][1]["id"] = item["fields"][0]["id"]


def spoil_set(item: dict[str, Any]) -> None:
    item["field_sets"] = ["applicant-ship"]


def spoil_condition(item: dict[str, Any]) -> None:
    item["fields"][0]["show_if"] = {"field": "lease_end", "in": [True]}


def spoil_order(item: dict[str, Any]) -> None:
    item["fields"][0]["validation"] = {"after": "lease_begin"}


def spoil_pattern(item: dict[str, Any]) -> None:
    item["fields"][0]["validation"] = {"pattern": "["}


def spoil_eligibility(item: dict[str, Any]) -> None:
    item["eligibility"][0]["check"]["field"] = "shoe_size"


def spoil_requirement(item: dict[str, Any]) -> None:
    item["materials"][0]["requirement"] = "conditional"


def spoil_material(item: dict[str, Any]) -> None:
    item["materials"][0]["type"] = "papyrus"


def spoil_role(item: dict[str, Any]) -> None:
    item["route"][0]["role"] = "emperor"


def spoil_key(item: dict[str, Any]) -> None:
    item["colour"] = "green"


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (spoil_type, "colour"),
        (spoil_duplicate, "applicant_role stands twice"),
        (spoil_set, "applicant-ship"),
        (spoil_condition, "applicant_role: show_if: there is no field lease_end before it"),
        (spoil_order, "applicant_role: validation: there is no field lease_begin"),
        (spoil_pattern, "applicant_role: pattern"),
        (spoil_eligibility, "eligibility: e1: there is no field shoe_size"),
        (spoil_requirement, "property-certificate: conditional and condition go together"),
        (spoil_material, "materials: property-certificate: type: there is no papyrus"),
        (spoil_role, "route: receive: role: there is no emperor"),
        (spoil_key, "colour"),
    ],
)
def test_a_source_that_contradicts_itself_is_refused_by_item_and_key(spoil: Any, named: str) -> None:
    source = deepcopy(shipped_source())
    spoil(source["items"][0])

    with pytest.raises(CatalogueIsWrong, match="house-lease-filing: ") as refusal:
        catalogue_from_source(source)

    assert named in str(refusal.value)
