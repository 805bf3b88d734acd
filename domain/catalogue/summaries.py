"""What a resident's device needs to find an item before opening it."""

from __future__ import annotations

from msgspec import Struct

from domain.catalogue.items import ServiceItem


class ItemSummary(Struct, frozen=True, kw_only=True):
    """An item in the list of all items; the fields mean what they mean in `ServiceItem`."""

    id: str
    version: int
    name_zh: str
    name_en: str
    plain_zh: str
    department_id: str
    kind: str
    online: str
    theme: str
    delegated: bool
    high_frequency_rank: int
    promised_working_days: int
    keywords: tuple[str, ...]
    pinyin_initials: tuple[str, ...]
    pinyin_full: str
    pinyin_keywords: tuple[str, ...]


def item_summary(item: ServiceItem) -> ItemSummary:
    """The summary of `item`."""
    return ItemSummary(**{name: getattr(item, name) for name in ItemSummary.__struct_fields__})
