"""Commands of the centre about the bytes of files."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from domain.case.commands.base import Command, FileRef


class StoreFile(Command, frozen=True, kw_only=True):
    """The bytes of a file have arrived and were checked (the centre itself says so).

    Attributes:
        file: as the uploader described it; the hash was verified.
        address: where the file store keeps it.
        media_type: what it was found to be.
    """

    type: ClassVar[str] = "file.store@1"
    file: FileRef
    address: str
    media_type: str
    uploaded_by: UUID


class RejectFile(Command, frozen=True, kw_only=True):
    """The bytes of a file arrived but cannot be used.

    Attributes:
        reason: `undecodable`, `hash-mismatch`, `too-large`, `unsafe`.
    """

    type: ClassVar[str] = "file.reject@1"
    file: FileRef
    reason: str
    uploaded_by: UUID


class ExpireFile(Command, frozen=True, kw_only=True):
    """The form that a file was meant for was never handed in: its bytes are given up, and a late filing asks again."""

    type: ClassVar[str] = "file.expire@1"
    file: UUID
