"""Forms as data: fields, what an answer must satisfy, and the conditions under which a field is shown."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

FieldType = Literal[
    "text",
    "textarea",
    "name",
    "date",
    "id-number",
    "uscc",
    "phone",
    "select",
    "address",
    "money",
    "decimal",
    "integer",
    "boolean",
    "bank-account",
    "table",
]
CellType = Literal[
    "text",
    "textarea",
    "name",
    "date",
    "id-number",
    "uscc",
    "phone",
    "address",
    "money",
    "decimal",
    "integer",
    "boolean",
    "bank-account",
]
AddressLevel = Literal[
    "province", "city", "district", "street", "community", "road", "estate", "building", "unit", "room"
]
OWN_FIELDS = "item"
"""Group of the fields that belong to the item itself rather than to a shared field set."""


class Condition(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A condition over answers: either one field's values, or several conditions that must all hold.

    Attributes:
        field: a select or boolean field.
        values: holds if the answer is one of these (`in` in the data).
        all: holds if each of these does.
    """

    field: str | None = None
    values: tuple[str | bool, ...] = msgspec.field(default=(), name="in")
    all: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.field and self.values) == bool(self.all) or bool(self.field) != bool(self.values):
            raise ValueError("a condition is {field, in} or {all}")


class YearsAfter(Struct, frozen=True, forbid_unknown_fields=True):
    """A date may lie at most `years` after the date in `field`."""

    field: str
    years: int


class Validation(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What an answer must satisfy beyond its type.

    Attributes:
        min_length: in code points.
        max_length: in code points.
        pattern: regular expression for the whole text, of the kind Python and JavaScript read alike.
        min: least number.
        max: greatest number.
        decimals: most digits after the point.
        after: a date field that must lie before this one.
        max_years_after: a date field this one may follow only so far.
        not_future: the date may not lie after the day of filing.
        levels: levels of an address, from the large to the small.
        check_digit_when: the number is an 18-character identity number when this holds, another document otherwise;
            without it, it always is one.
    """

    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    min: int | float | None = None
    max: int | float | None = None
    decimals: int | None = None
    after: str | None = None
    max_years_after: YearsAfter | None = None
    not_future: bool = False
    levels: tuple[AddressLevel, ...] = ()
    check_digit_when: Condition | None = None


class Option(Struct, frozen=True, forbid_unknown_fields=True):
    """One choice of a select field."""

    value: str
    zh: str
    en: str


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One column of a table field; every row answers it unless it is not required."""

    id: str
    label_zh: str
    label_en: str
    type: CellType
    required: bool = True
    validation: Validation = Validation()


class Field(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One question of the form.

    Attributes:
        id: snake_case, unique within the item.
        required: whether it must be answered while it is shown.
        group: the field set it comes from, or `item`; a form shows one group a screen.
        options: choices of a select field.
        columns: columns of a table field.
        show_if: the field is shown only while this holds, and counts as absent otherwise.
    """

    id: str
    label_zh: str
    label_en: str
    type: FieldType
    required: bool
    group: str = OWN_FIELDS
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    show_if: Condition | None = None
    validation: Validation = Validation()
