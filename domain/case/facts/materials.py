"""What is recorded of papers that were not photographed for the case: checked copies, registers, promises."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from domain.case.facts.filing import NamedPage
from domain.facts import Fact, Sealed


class CopyReused(Fact, frozen=True, kw_only=True, tag="copy.reused"):
    """A checked copy from the person's materials (材料库) serves this case, so that the paper was not asked again.

    The applicant names it in the filing; later a clerk attaches it with the applicant's agreement.

    Attributes:
        copy: its id in the vault.
        material: the material of this case.
        files: its pages, stored for this case too.
        checked_on: the day on which it was checked.
        usable_until: last day on which it may be used.
        pages: that a clerk attached; those of a filing stand in `case.filed`.
        replaces: files that they replace.
        agreement: how the applicant agreed: `in-person`, `by-phone` or `in-writing`; empty where they named it.
    """

    copy: UUID
    material: str
    files: tuple[UUID, ...]
    checked_on: date
    usable_until: date
    pages: tuple[NamedPage, ...] = ()
    replaces: tuple[UUID, ...] = ()
    agreement: str = ""


class RegisterLookedUp(Fact, frozen=True, kw_only=True, tag="register.looked_up"):
    """A shared register was asked for a material of the case.

    Attributes:
        register: its name.
        outcome: `found`, `not-found` or `unavailable`; only `found` spares the applicant the paper.
        result: what it says, sealed under the applicant's key.
    """

    material: str
    register: str
    outcome: str
    result: Sealed | None


class RegisterAsked(Fact, frozen=True, kw_only=True, tag="register.asked"):
    """Somebody had a register asked once more for a material, whatever it said before."""

    material: str


class GapClosed(Fact, frozen=True, kw_only=True, tag="gap.closed"):
    """What became of a material that was promised at acceptance (容缺).

    Attributes:
        outcome: `supplied`, `waived` or `broken`.
        words: findings, sealed under the applicant's key.
    """

    material: str
    outcome: str
    words: Sealed | None
