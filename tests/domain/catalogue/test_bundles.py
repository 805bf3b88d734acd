"""The common form of linked filing 一件事."""

import pytest

from domain.catalogue.answers import check_answers
from domain.catalogue.bundles import BundleForm, answers_for, bundle_form, papers_needed
from domain.catalogue.conditions import Json, filled_form, holds, materials_needed
from domain.catalogue.items import Bundle, ServiceItem
from tests.cast import CATALOGUE
from tests.domain.catalogue.filled import FILLED_ON, filled_answers

BUNDLES = CATALOGUE.bundles


def items_of(bundle: Bundle) -> list[ServiceItem]:
    return [item for item_id in bundle.items if (item := CATALOGUE.item(item_id))]


def form_of(bundle: Bundle) -> BundleForm:
    return bundle_form(bundle, items_of(bundle))


def common_answers(bundle: Bundle, **choices: Json) -> dict[str, Json]:
    """Answers that fill the form of every item of a bundle."""
    form, answers = form_of(bundle), dict[str, Json]()
    for part, item in zip(form.items, items_of(bundle), strict=True):
        own = {name: choices[name] for name in choices if name in part.fields}
        for name, answer in filled_answers(item, **own).items():
            answers.setdefault(part.fields[name], answer)
    return answers


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.id)
def test_every_question_is_asked_once_and_reaches_each_item_that_asks_it(bundle: Bundle) -> None:
    form = form_of(bundle)
    ids = [field.id for field in form.fields]

    assert len(ids) == len(set(ids))
    assert len(ids) < sum(len(item.fields) for item in items_of(bundle))
    for part, item in zip(form.items, items_of(bundle), strict=True):
        assert list(part.fields) == [field.id for field in item.fields]
        assert set(part.fields.values()) <= set(ids)


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.id)
def test_a_filled_common_form_fills_the_form_of_each_item(bundle: Bundle) -> None:
    answers = common_answers(bundle)

    for part, item in zip(form_of(bundle).items, items_of(bundle), strict=True):
        assert check_answers(filled_form(item, answers_for(part, answers)), on=FILLED_ON) == ()


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.id)
def test_a_question_is_shown_in_the_common_form_when_an_item_shows_it(bundle: Bundle) -> None:
    answers, form = common_answers(bundle, has_agent=True), form_of(bundle)
    shown = {field.id for field in form.fields if field.show_if is None or holds(field.show_if, answers)}

    for part, item in zip(form.items, items_of(bundle), strict=True):
        for field in filled_form(item, answers_for(part, answers)).shown:
            assert part.fields[field.id] in shown


def test_different_questions_under_one_id_are_told_apart() -> None:
    disability = next(bundle for bundle in BUNDLES if bundle.id == "disability")
    parts = {part.item_id: part for part in form_of(disability).items}

    assert parts["disability-living-subsidy"].fields["excluded_group"] == "excluded_group"
    assert parts["severe-disability-care-subsidy"].fields["excluded_group"] == "excluded_group__2"


def test_groups_stand_together_and_the_items_own_questions_come_last() -> None:
    for bundle in BUNDLES:
        groups = [field.group for field in form_of(bundle).fields]

        assert len(list(dict.fromkeys(groups))) == sum(a != b for a, b in zip(["", *groups], groups, strict=False))
        assert groups[-1] == "item"


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.id)
def test_each_paper_is_asked_for_once_for_all_items_that_need_it(bundle: Bundle) -> None:
    answers, form = common_answers(bundle), form_of(bundle)
    items = {item.id: item for item in items_of(bundle)}

    needed = papers_needed(form, items, answers)

    by_item = {
        part.item_id: {
            n.material.type for n in materials_needed(filled_form(items[part.item_id], answers_for(part, answers)))
        }
        for part in form.items
    }
    assert len({paper.type for paper in needed}) == len(needed)
    assert {paper.type: set(paper.wanted_by) for paper in needed} == {
        paper.type: {item for item, types in by_item.items() if paper.type in types} for paper in needed
    }
    assert {paper.type for paper in needed} == set().union(*by_item.values())
    assert next(paper for paper in needed if paper.type == "id-card").wanted_by == tuple(items)
