"""What is recorded of the bytes of files."""

from __future__ import annotations

from uuid import UUID

from domain.facts import Fact

FILE_LAPSED = "lapsed"
"""Why a file is given up that was there: the form that it was meant for was never handed in."""


class FileStored(Fact, frozen=True, kw_only=True, tag="file.stored"):
    """The bytes of a file arrived, have the promised hash and can be read.

    Attributes:
        address: where the file store keeps it (hash of the ciphertext).
        uploaded_by: the person whose sign-in uploaded it.
    """

    file: UUID
    sha256: str
    size: int
    media_type: str
    address: str
    uploaded_by: UUID


class FileRejected(Fact, frozen=True, kw_only=True, tag="file.rejected"):
    """The bytes of a file arrived but cannot be used.

    Attributes:
        reason: `undecodable`, `hash-mismatch`, `too-large` or `unsafe`; `lapsed` if the form was never handed in.
    """

    file: UUID
    sha256: str
    reason: str
    uploaded_by: UUID
