"""The catalogue that is shipped with the demo centre, for tests that need real items.

After a change of it, `python -m tests.domain.catalogue.shipped` writes the summaries that the app is tested with.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from domain.catalogue.delegation import DelegationOrder
from domain.catalogue.items import Catalogue, ServiceItem
from domain.catalogue.publication import Planned, Publication, publication_from_source
from domain.catalogue.source import catalogue_from_source
from domain.catalogue.summaries import item_summary

SOURCE = Path(__file__).parents[3] / "web/demo/catalogue.yaml"
VECTORS = Path(__file__).parents[2] / "vectors"
SUMMARIES = VECTORS / "summaries.json"


def shipped_source() -> dict[str, Any]:
    """The parsed source file."""
    return msgspec.yaml.decode(SOURCE.read_bytes(), type=dict[str, Any])


def shipped_catalogue() -> Catalogue:
    """The catalogue of the demo centre."""
    return catalogue_from_source(shipped_source())


def shipped_orders() -> tuple[DelegationOrder, ...]:
    """The delegation orders of the demo centre."""
    return _publication().orders


def shipped_planned() -> dict[str, Planned]:
    """Test cases and days of the items of the demo centre."""
    return _publication().planned


@cache
def _publication() -> Publication:
    orders = msgspec.yaml.decode(SOURCE.with_name("delegation.yaml").read_bytes(), type=dict[str, Any])
    return publication_from_source({**shipped_source(), **orders})


def sample_item() -> ServiceItem:
    """An item with one field of every type and one material of every kind (`tests/vectors/form-item.json`)."""
    return msgspec.convert(msgspec.json.decode((VECTORS / "form-item.json").read_bytes())["item"], ServiceItem)


def written_summaries() -> str:
    """The summaries of the shipped items as JSON text, one a line."""
    lines = [msgspec.json.encode(item_summary(item)).decode() for item in shipped_catalogue().items]
    return "[\n  " + ",\n  ".join(lines) + "\n]\n"


if __name__ == "__main__":
    SUMMARIES.write_text(written_summaries(), encoding="utf-8")
