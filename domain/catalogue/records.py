"""Whose record a shared register holds as a material, and whether the form names that person or organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from domain.catalogue.items import Material, RecordOf, ServiceItem

_NAMED_BY: Mapping[RecordOf, tuple[tuple[str, str], ...]] = {
    "applicant": (("applicant_name", "applicant_id_no"),),
    "organisation": (("org_name", "org_uscc"), ("business_name", "business_uscc")),
    "lessor": (("lessor_name", "lessor_uscc"), ("lessor_name", "lessor_id_no")),
    "lessee": (("lessee_name", "lessee_uscc"), ("lessee_name", "lessee_id_no")),
    "child": (("child_name", "child_id_no"),),
    "parent": (("parent_name", "parent_id_no"),),
    "deceased": (("deceased_name", "deceased_id_no"),),
}
"""The fields of forms with name and number of each, the first pair whose number is answered counts."""


class Holder(Struct, frozen=True):
    """Whose record a register is asked for.

    Attributes:
        name: as the form has it; empty where it asks for the number alone.
        number: identity number, or unified social credit code of an organisation.
    """

    name: str
    number: str


def holder_of(material: Material, answers: Mapping[str, Any]) -> Holder | None:
    """Whose record `material` is, as the answers of the form name them; None where they do not: nobody is asked."""
    for name, number in _NAMED_BY[material.record_of]:
        if answers.get(number):
            return Holder(name=str(answers.get(name, "")), number=str(answers[number]))
    return None


def can_be_asked(item: ServiceItem, material: Material) -> bool:
    """Whether a register holds `material` and the form of `item` asks whose record it is."""
    asked = {field.id for field in item.fields}
    return material.source == "shared" and any(number in asked for _, number in _NAMED_BY[material.record_of])
