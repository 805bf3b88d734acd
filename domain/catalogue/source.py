"""Reading the catalogue's source file: every item gets its complete form, and what it refers to must be there."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from domain.catalogue.form import OWN_FIELDS, Condition, Field
from domain.catalogue.items import Catalogue, ServiceItem

_Part = TypeVar("_Part")


class CatalogueIsWrong(ValueError):
    """A catalogue source contradicts itself; the message names the item and the key."""


def catalogue_from_source(raw: dict[str, Any]) -> Catalogue:
    """Build the catalogue from the parsed source file, giving every item its complete form.

    Raises:
        CatalogueIsWrong: a part has the wrong shape, or refers to something that is not there.
    """
    sets, derived = raw["field_sets"], frozenset(raw["meta"]["derived_fields"])
    items = tuple(_item_from_source(item, sets, derived) for item in raw["items"])
    catalogue = _convert({**raw, "items": ()}, Catalogue, of="catalogue")
    catalogue = msgspec.structs.replace(catalogue, items=items)
    _check_references(catalogue)
    return catalogue


def _item_from_source(
    raw: dict[str, Any], sets: dict[str, list[dict[str, Any]]], derived: frozenset[str]
) -> ServiceItem:
    name = raw.get("id", "?")
    fields: list[dict[str, Any]] = []
    for group in raw.get("field_sets", ()):
        if group not in sets:
            raise CatalogueIsWrong(f"{name}: field_sets: there is no field set {group}")
        fields += [{**field, "group": group} for field in sets[group]]
    fields += [{**field, "group": OWN_FIELDS} for field in raw.get("fields", ())]
    item = _convert({**raw, "fields": fields}, ServiceItem, of=name)
    _check_item(item, derived)
    return item


def _convert(raw: dict[str, Any], kind: type[_Part], *, of: str) -> _Part:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise CatalogueIsWrong(f"{of}: {error}") from error


def _check_item(item: ServiceItem, derived: frozenset[str]) -> None:
    seen: dict[str, Field] = {}
    for field in item.fields:
        if field.id in seen:
            raise CatalogueIsWrong(f"{item.id}: fields: {field.id} stands twice")
        _check_condition(item, field.show_if, seen, key=f"fields: {field.id}: show_if")
        seen[field.id] = field
    for field in item.fields:
        _check_validation(item, field, seen)
    for rule in item.eligibility:
        if rule.check and rule.check.field not in seen and rule.check.field not in derived:
            raise CatalogueIsWrong(f"{item.id}: eligibility: {rule.id}: there is no field {rule.check.field}")
    for material in item.materials:
        if (material.requirement == "conditional") != (material.condition is not None):
            raise CatalogueIsWrong(f"{item.id}: materials: {material.id}: conditional and condition go together")
        _check_condition(item, material.condition, seen, key=f"materials: {material.id}: condition")


def _check_validation(item: ServiceItem, field: Field, fields: dict[str, Field]) -> None:
    rules, key = field.validation, f"fields: {field.id}"
    _check_condition(item, rules.check_digit_when, fields, key=f"{key}: check_digit_when")
    others = {rules.after, rules.max_years_after and rules.max_years_after.field} - {None}
    if missing := others - fields.keys():
        raise CatalogueIsWrong(f"{item.id}: {key}: validation: there is no field {missing.pop()}")
    try:
        re.compile(rules.pattern or "")
    except re.error as error:
        raise CatalogueIsWrong(f"{item.id}: {key}: pattern: {error}") from error


def _check_condition(item: ServiceItem, condition: Condition | None, fields: dict[str, Field], *, key: str) -> None:
    if condition is None:
        return
    for part in condition.all:
        _check_condition(item, part, fields, key=key)
    if condition.field is not None and condition.field not in fields:
        raise CatalogueIsWrong(f"{item.id}: {key}: there is no field {condition.field} before it")


def _check_references(catalogue: Catalogue) -> None:
    known = {
        "department_id": {department.id for department in catalogue.departments},
        "theme": {theme.id for theme in catalogue.themes} | {""},
    }
    types, roles = {one.id for one in catalogue.material_types}, {role.id for role in catalogue.roles}
    for item in catalogue.items:
        named = [(key, getattr(item, key), ids) for key, ids in known.items()]
        named += [(f"materials: {one.id}: type", one.type, types) for one in item.materials]
        named += [(f"route: {step.step}: role", step.role, roles) for step in item.route]
        for key, value, ids in named:
            if value not in ids:
                raise CatalogueIsWrong(f"{item.id}: {key}: there is no {value}")
