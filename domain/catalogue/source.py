"""Reading the catalogue's source file: every item gets its complete form, and what it refers to must be there."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from domain.catalogue.form import OWN_FIELDS
from domain.catalogue.items import Catalogue, ServiceItem
from domain.catalogue.soundness import faults_of

_Part = TypeVar("_Part")


BESIDE = frozenset({"trials", "effective_on", "ends_on"})
"""What a source says of an item without being part of it; see `domain.catalogue.publication`."""


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
    groups: list[str] = []
    for entry in raw.get("field_sets", ()):
        group, when = _set_of(entry)
        if group not in sets:
            raise CatalogueIsWrong(f"{name}: field_sets: there is no field set {group}")
        groups.append(group)
        fields += [{**_shown(field, when), "group": group} for field in sets[group]]
    fields += [{**field, "group": OWN_FIELDS} for field in raw.get("fields", ())]
    own = {key: value for key, value in raw.items() if key not in BESIDE}
    item = _convert({**own, "fields": fields, "field_sets": groups}, ServiceItem, of=name)
    _check_item(item, derived)
    return item


def _set_of(entry: Any) -> tuple[str, dict[str, Any] | None]:
    """A field set and when it is shown: its name alone, or `{set, when}`."""
    return (entry, None) if isinstance(entry, str) else (entry["set"], entry["when"])


def _shown(field: dict[str, Any], when: dict[str, Any] | None) -> dict[str, Any]:
    """A field of a set that is shown only `when` a condition holds, and its own as well."""
    if when is None:
        return field
    own = field.get("show_if")
    return {**field, "show_if": {"all": [when, own]} if own else when}


def _convert(raw: dict[str, Any], kind: type[_Part], *, of: str) -> _Part:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise CatalogueIsWrong(f"{of}: {error}") from error


def _check_item(item: ServiceItem, derived: frozenset[str]) -> None:
    for fault in faults_of(item, derived=derived):
        raise CatalogueIsWrong(f"{item.id}: {fault}")


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
