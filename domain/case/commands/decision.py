"""Commands that decide a case."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta as Limits

from domain.case.commands.base import Command, LongText, Reason, ShortText


class DecideCase(Command, frozen=True, kw_only=True):
    """Decide the case (办结). A rejection needs reason, basis and remedies.

    Attributes:
        outcome: `granted` or `rejected`.
        delay: why it comes after the limit; needed then.
    """

    type: ClassVar[str] = "case.decide@1"
    outcome: Annotated[str, Limits(pattern=r"^(granted|rejected)\Z")]
    reason: Annotated[str, Limits(max_length=2000)] = ""
    basis: Annotated[str, Limits(max_length=500)] = ""
    remedies: Annotated[str, Limits(max_length=500)] = ""
    delay: Annotated[str, Limits(max_length=1000)] = ""


class UndoAct(Command, frozen=True, kw_only=True):
    """Take back a wrong act, so that the case stands as before it (更正).

    Attributes:
        wrong: the act that is taken back, so that nobody undoes something else than they saw.
    """

    type: ClassVar[str] = "case.undo@1"
    wrong: ShortText
    reason: Reason


class SampleCase(Command, frozen=True, kw_only=True):
    """Look at a case that one person accepted and decided (抽查).

    Attributes:
        sound: whether the decision holds.
    """

    type: ClassVar[str] = "case.sample@1"
    sound: bool
    findings: Reason


class VerifyCommitment(Command, frozen=True, kw_only=True):
    """Say whether a commitment in place of a paper (告知承诺) is true."""

    type: ClassVar[str] = "case.verify-commitment@1"
    material: ShortText
    true: bool
    findings: Reason


class RevokeResult(Command, frozen=True, kw_only=True):
    """Revoke a granted result, with reason, basis and remedies (撤销)."""

    type: ClassVar[str] = "case.revoke@1"
    reason: LongText
    basis: ShortText
    remedies: ShortText
