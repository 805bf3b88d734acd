"""Checked copies of a person's papers: kept at acceptance, used in later cases while they are valid."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from msgspec import Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.catalogue.items import Material
from domain.facts import Fact
from domain.refusals import CopyExpired, CopyUnknown


class KeptPage(Struct, frozen=True):
    """One page of a kept copy, as the file store holds it."""

    sha256: str
    size: int
    media_type: str
    address: str
    number: int


class CopyKept(Fact, frozen=True, kw_only=True, tag="copy.kept"):
    """A paper was checked at acceptance and its copy may serve later cases of the person.

    Attributes:
        material_type: the kind of paper, shared between items.
        checked_on: local day of the check.
        expires_on: the document's own last day, where it has one.
        case: where it was checked.
    """

    copy: UUID
    material_type: str
    pages: tuple[KeptPage, ...]
    checked_on: date
    expires_on: date | None
    case: UUID


class CopyWithdrawn(Fact, frozen=True, kw_only=True, tag="copy.withdrawn"):
    """The person does not want a copy to serve again."""

    copy: UUID


class Copy(Struct, frozen=True):
    """A kept copy; see `CopyKept`."""

    material_type: str
    pages: tuple[KeptPage, ...]
    checked_on: date
    expires_on: date | None

    def usable_until(self, material: Material) -> date | None:
        """The last day on which it may serve as `material`; None if it may not at all."""
        if material.type != self.material_type or material.reuse_days is None:
            return None
        by_age = self.checked_on + timedelta(days=material.reuse_days)
        return by_age if self.expires_on is None else min(by_age, self.expires_on)

    def require_usable(self, material: Material, *, on: date) -> date:
        """The last day on which it may serve as `material`, if that is not over.

        Raises:
            CopyUnknown: it is another kind of paper, or one that is not reused.
            CopyExpired: its time or the document's own is over.
        """
        until = self.usable_until(material)
        if until is None:
            raise CopyUnknown(material=material.id)
        if until < on:
            why = "document" if until == self.expires_on else "age"
            raise CopyExpired(material=material.id, why=why, expired_on=until.isoformat())
        return until


class Vault(Struct, frozen=True):
    """The copies of one person, by id."""

    copies: dict[UUID, Copy] = {}

    def copy(self, id: UUID, *, material: str) -> Copy:
        """A copy.

        Raises:
            CopyUnknown: the person has none of that id.
        """
        if id not in self.copies:
            raise CopyUnknown(material=material)
        return self.copies[id]


class WithdrawCopy(Command, frozen=True, kw_only=True):
    """Let a copy of one's own serve no more; the lane is the vault's stream."""

    type: ClassVar[str] = "copy.withdraw@1"
    copy: UUID


def withdraw(command: WithdrawCopy, stream: UUID, vault: Vault) -> Iterable[tuple[UUID, Fact]]:
    """Take the copy out, once."""
    return [(stream, CopyWithdrawn(copy=command.copy))] if command.copy in vault.copies else []


def evolve(fact: Fact, vault: Vault) -> Vault:
    """The vault after `fact`."""
    match fact:
        case CopyKept():
            copy = Copy(fact.material_type, fact.pages, fact.checked_on, fact.expires_on)
            return replace(vault, copies={**vault.copies, fact.copy: copy})
        case CopyWithdrawn():
            return replace(vault, copies={id: copy for id, copy in vault.copies.items() if id != fact.copy})
        case _:
            return vault


def vault_stream(person: UUID) -> UUID:
    """The stream of a person's copies."""
    return uuid5(person, "vault")
