"""Commands on papers that were not photographed for the case: registers and promises."""

from __future__ import annotations

from typing import Any, ClassVar, Literal
from uuid import UUID

from domain.case.commands.base import Command, ShortText, Words


class RecordLookUp(Command, frozen=True, kw_only=True):
    """A shared register was asked for a material (the centre itself says so).

    Attributes:
        register: its name.
        outcome: `unavailable` where it gave no answer.
        result: what it says; empty where it was not found.
    """

    type: ClassVar[str] = "register.look-up@1"
    material: ShortText
    register: ShortText
    outcome: Literal["found", "not-found", "unavailable"]
    result: dict[str, Any]


class AskRegister(Command, frozen=True, kw_only=True):
    """Have a register asked once more for a material that it holds; its answer comes by itself."""

    type: ClassVar[str] = "case.ask-register@1"
    material: ShortText


class AttachCopy(Command, frozen=True, kw_only=True):
    """Let a checked copy of the applicant's (材料库) serve as a material of which there is no good page.

    Attributes:
        agreement: how the applicant agreed to it.
    """

    type: ClassVar[str] = "case.attach-copy@1"
    material: ShortText
    copy: UUID
    agreement: Literal["in-person", "by-phone", "in-writing"]


class CloseGap(Command, frozen=True, kw_only=True):
    """Say what became of a material that was promised at acceptance (容缺).

    Attributes:
        outcome: `supplied` needs its pages; `waived` and `broken` need findings.
    """

    type: ClassVar[str] = "case.close-gap@1"
    material: ShortText
    outcome: Literal["supplied", "waived", "broken"]
    findings: Words = ""
