import pytest
from msgspec.structs import replace

from domain.case.acts import CaseStatus
from domain.case.facts import CaseFiled
from domain.catalogue.items import ServiceItem
from domain.refusals import AnswersInvalid, MaterialsMissing
from tests.cast import Filing
from tests.domain.case.desk import Desk
from tests.domain.catalogue.shipped import shipped_catalogue

CATALOGUE = shipped_catalogue()
EVERY_ITEM = [pytest.param(item, id=item.id) for item in CATALOGUE.items]


def desk_for(item: ServiceItem) -> Desk:
    desk = Desk()
    desk.items[item.id, item.version] = item
    return desk


def test_the_catalogue_holds_43_items() -> None:
    assert len(CATALOGUE.items) == 43


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_every_item_can_be_filed_and_is_received_when_its_photographs_are_there(item: ServiceItem) -> None:
    desk, filing = desk_for(item), Filing(item)

    facts = desk.file(filing)
    desk.store(*filing.files)

    assert isinstance(facts[0], CaseFiled)
    assert desk.case().status is CaseStatus.RECEIVED


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_no_item_is_filed_with_an_empty_form(item: ServiceItem) -> None:
    desk, filing = desk_for(item), Filing(item)
    filing.command = replace(filing.command, answers={})

    with pytest.raises(AnswersInvalid) as refused:
        desk.file(filing)

    missing = {problem["field"] for problem in refused.value.params["problems"] if problem["code"] == "required"}
    assert missing == {field.id for field in item.fields if field.required and field.show_if is None}


@pytest.mark.parametrize("item", EVERY_ITEM)
def test_no_item_is_filed_without_a_photograph_it_demands(item: ServiceItem) -> None:
    desk, filing = desk_for(item), Filing(item)
    demanded = list(dict.fromkeys(page.material for page in filing.command.pages))
    filing.command = replace(filing.command, pages=())

    if not demanded:
        assert desk.file(filing)
        return
    with pytest.raises(MaterialsMissing) as refused:
        desk.file(filing)

    assert refused.value.params["materials"] == demanded
