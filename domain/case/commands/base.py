"""What every command on a case is made of: its type, files, pages and words of bounded length."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta as Limits
from msgspec import Struct

ShortText = Annotated[str, Limits(min_length=1, max_length=200)]


LongText = Annotated[str, Limits(min_length=1, max_length=2000)]


Sha256 = Annotated[str, Limits(pattern=r"^[0-9a-f]{64}\Z")]


Position = Annotated[int, Limits(ge=0, le=2**63 - 1)]


Reason = Annotated[str, Limits(min_length=1, max_length=1000)]
Words = Annotated[str, Limits(max_length=2000)]
PageCount = Annotated[int, Limits(ge=1, le=99)]


class Command(Struct, frozen=True, kw_only=True):
    """Something a person asks for. Subclasses name their `type` on the wire and the act of the rights table."""

    type: ClassVar[str] = ""

    @property
    def act(self) -> str:
        """The act that rights and the state table speak of: the type without its version."""
        return self.type.partition("@")[0]


class FileRef(Struct, frozen=True):
    """A file that a command names before its bytes have arrived.

    Attributes:
        id: the attachment's own id, made on the device.
        sha256: hash of the bytes as they leave the device.
        size: in bytes.
    """

    id: UUID
    sha256: Sha256
    size: Annotated[int, Limits(ge=1, le=50_000_000)]


class PageOf(Struct, frozen=True):
    """Which page of which material a file shows.

    Attributes:
        file: id of a `FileRef` of the same command.
        material: material id of the item.
        number: page number within the material, from 1.
    """

    file: UUID
    material: ShortText
    number: PageCount


class Unusable(Command, frozen=True, kw_only=True):
    """What a device sent and the edge could not use; judged like any other command, so that it has a receipt.

    Attributes:
        why: `invalid` arguments, an `unknown-command`, or one that is `forbidden` to devices.
        params: of the refusal.
        said: the type as sent.
        args: the arguments as sent, for their author.
    """

    type: ClassVar[str] = "command.unusable@1"
    why: Literal["invalid", "unknown-command", "forbidden"]
    params: dict[str, Any]
    said: str
    args: str
