"""The command that moves a case to a newer version of its item."""

from __future__ import annotations

from typing import ClassVar

from domain.case.commands.base import Command, Reason
from domain.case.facts.migration import MigrationEffects


class MigrateCase(Command, frozen=True, kw_only=True):
    """Move an open case to the version of its item that is in force.

    Attributes:
        effects: what it leads to, as was shown; if that is no more so, nothing is done.
    """

    type: ClassVar[str] = "case.migrate@1"
    to_version: int
    reason: Reason
    effects: MigrationEffects
