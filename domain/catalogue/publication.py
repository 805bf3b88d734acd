"""Reading what shall be published from a file: a catalogue, with test cases, days and delegation orders beside it.

The file is a catalogue source (see `web/demo/catalogue.yaml`) in which an item may also have `trials`, `effective_on`
and `ends_on`, and in which `orders` may stand. A file with nothing but orders is one too.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Catalogue
from domain.catalogue.source import CatalogueIsWrong, catalogue_from_source
from domain.catalogue.trials import ItemTrial

CATALOGUE_KEYS = frozenset({"meta", "items", "field_sets"})


class Planned(Struct, frozen=True, kw_only=True):
    """What a source says of an item beside the item itself; as in `item.publish@1`."""

    trials: tuple[ItemTrial, ...] = ()
    effective_on: date | None = None
    ends_on: date | None = None


class Publication(Struct, frozen=True, kw_only=True):
    """Everything that a file wants published.

    Attributes:
        catalogue: None for a file of orders alone.
        planned: of the catalogue's items, by id.
    """

    catalogue: Catalogue | None
    planned: dict[str, Planned]
    orders: tuple[DelegationOrder, ...]


def publication_from_source(raw: dict[str, Any]) -> Publication:
    """Read a parsed file.

    Raises:
        CatalogueIsWrong: a part has the wrong shape, or refers to something that is not there.
    """
    missing = CATALOGUE_KEYS - raw.keys()
    if missing and ("orders" not in raw or missing != CATALOGUE_KEYS):
        raise CatalogueIsWrong(f"the file: there is no {min(missing)}")
    return Publication(
        catalogue=None if missing else catalogue_from_source(raw),
        planned={} if missing else {item["id"]: _planned(item) for item in raw["items"]},
        orders=_orders(raw.get("orders", ())),
    )


def _planned(item: dict[str, Any]) -> Planned:
    beside = {key: item[key] for key in Planned.__struct_fields__ if key in item}
    try:
        return msgspec.convert(beside, Planned)
    except msgspec.ValidationError as error:
        raise CatalogueIsWrong(f"{item['id']}: {error}") from error


def _orders(raw: Any) -> tuple[DelegationOrder, ...]:
    try:
        return msgspec.convert(raw, tuple[DelegationOrder, ...])
    except msgspec.ValidationError as error:
        raise CatalogueIsWrong(f"orders: {error}") from error
