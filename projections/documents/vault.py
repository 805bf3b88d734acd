"""A person's checked copies 材料库."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from msgspec import Struct

from projections.documents.parts import Text


class VaultCopy(Struct, frozen=True, kw_only=True):
    """A copy that was checked and may serve later cases.

    It may be used for a material of the same type until `checked_on` plus the material's `reuse_days`, and never after
    `expires_on`.

    Attributes:
        expires_on: the document's own last day, where it has one.
        case: where it was checked; what it has served since is told by `copies` of the person's cases.
    """

    copy: UUID
    material_type: str
    name: Text
    pages: int
    checked_on: date
    expires_on: date | None
    case: UUID


class VaultBody(Struct, frozen=True, kw_only=True):
    """What need not be handed in again (row kind `vault`, scope `person:ID`).

    The row's id is the lane of `copy.withdraw@1`.
    """

    copies: tuple[VaultCopy, ...]


class Offer(Struct, frozen=True, kw_only=True):
    """A copy that could serve as a material of one case now."""

    copy: UUID
    material: str
    material_name: Text
    checked_on: date
    usable_until: date
