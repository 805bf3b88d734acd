"""Commands on a case: what a person may ask for, as a device sends it.

Each class is the `args` of an intent; its `type` is the name and version on the wire (`case.file@1`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta as Limits
from msgspec import Struct

ShortText = Annotated[str, Limits(min_length=1, max_length=200)]
LongText = Annotated[str, Limits(min_length=1, max_length=2000)]
Sha256 = Annotated[str, Limits(pattern=r"^[0-9a-f]{64}\Z")]
Position = Annotated[int, Limits(ge=0, le=2**63 - 1)]
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


class FileCase(Command, frozen=True, kw_only=True):
    """Hand the form and its papers in (提交申请).

    Attributes:
        answers: field id to answer, as the item's form defines them.
        pages: which file shows which page.
        declarations: ids of self-declared materials that were signed in the app.
    """

    type: ClassVar[str] = "case.file@1"
    item_id: ShortText
    item_version: int
    answers: dict[str, Any]
    pages: tuple[PageOf, ...] = ()
    declarations: tuple[ShortText, ...] = ()


class SupplementCase(Command, frozen=True, kw_only=True):
    """Answer a correction notice, or replace a photograph that could not be read (补正).

    Attributes:
        pages: the new pages.
        replaces: files that the new pages replace.
        reply: words for the desk, where a defect is answered by words rather than by a page.
    """

    type: ClassVar[str] = "case.supplement@1"
    pages: tuple[PageOf, ...] = ()
    replaces: tuple[UUID, ...] = ()
    reply: Annotated[str, Limits(max_length=2000)] = ""


class WithdrawCase(Command, frozen=True, kw_only=True):
    """Take the application back (撤回)."""

    type: ClassVar[str] = "case.withdraw@1"


class ClaimCase(Command, frozen=True, kw_only=True):
    """Take a case from the queue to work on it."""

    type: ClassVar[str] = "case.claim@1"


class ReleaseCase(Command, frozen=True, kw_only=True):
    """Put a claimed case back into the queue."""

    type: ClassVar[str] = "case.release@1"


class DefectFound(Struct, frozen=True):
    """One thing to put right.

    Attributes:
        material: the material concerned.
        file: the page concerned, None where the material is missing as a whole.
        code: kind of defect: `unreadable`, `incomplete`, `wrong-paper`, `expired`, `missing`, `mismatch` or `other`.
        words: the sentence for the applicant, as the clerk left it.
    """

    material: ShortText
    file: UUID | None
    code: ShortText
    words: ShortText


class RequestCorrection(Command, frozen=True, kw_only=True):
    """Tell the applicant at once everything that must be put right (一次性补正告知, Licensing Law art. 32)."""

    type: ClassVar[str] = "case.request-correction@1"
    defects: tuple[DefectFound, ...]


class AcceptCase(Command, frozen=True, kw_only=True):
    """Take the case on (受理): the number is minted and the time limit starts.

    Attributes:
        checked: materials that the clerk ticked as checked.
    """

    type: ClassVar[str] = "case.accept@1"
    checked: tuple[ShortText, ...] = ()


class DeclineCase(Command, frozen=True, kw_only=True):
    """Decline to take the case on, in writing with the reason and the remedy (不予受理)."""

    type: ClassVar[str] = "case.decline@1"
    reason: LongText
    remedy: LongText


class ReviewCase(Command, frozen=True, kw_only=True):
    """Complete the review step that is due (审核).

    Attributes:
        opinion: what the next colleague should know.
    """

    type: ClassVar[str] = "case.review@1"
    opinion: Annotated[str, Limits(max_length=2000)] = ""


class DecideCase(Command, frozen=True, kw_only=True):
    """Decide the case (办结). A rejection needs reason, basis and remedies.

    Attributes:
        outcome: `granted` or `rejected`.
    """

    type: ClassVar[str] = "case.decide@1"
    outcome: Annotated[str, Limits(pattern=r"^(granted|rejected)\Z")]
    reason: Annotated[str, Limits(max_length=2000)] = ""
    basis: Annotated[str, Limits(max_length=500)] = ""
    remedies: Annotated[str, Limits(max_length=500)] = ""


class IssueResult(Command, frozen=True, kw_only=True):
    """Number and issue the result document (出件)."""

    type: ClassVar[str] = "case.issue@1"


class DispatchResult(Command, frozen=True, kw_only=True):
    """Hand the printed result to the post; the tracking number follows from the carrier (寄出)."""

    type: ClassVar[str] = "case.dispatch@1"


class ConfirmDelivery(Command, frozen=True, kw_only=True):
    """Record that the applicant has the result (送达).

    Attributes:
        method: `pickup`, `mail` or `electronic`.
    """

    type: ClassVar[str] = "case.deliver@1"
    method: Annotated[str, Limits(pattern=r"^(pickup|mail|electronic)\Z")]


class AddNote(Command, frozen=True, kw_only=True):
    """Leave a note for colleagues on the case; needs no claim."""

    type: ClassVar[str] = "case.note@1"
    text: LongText


class ViewRecord(Command, frozen=True, kw_only=True):
    """Say that a record was opened on screen: reads of personal data are facts.

    Attributes:
        position: the state that was shown.
        at: the device's clock.
        offline: whether it was shown from the device's own copy.
    """

    type: ClassVar[str] = "record.view@1"
    position: Position
    at: datetime
    offline: bool = False


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


class RecordRendering(Command, frozen=True, kw_only=True):
    """The result document has been rendered (the centre itself says so)."""

    type: ClassVar[str] = "result.render@1"
    sha256: str
    size: int
    address: str


class ClaimEffect(Command, frozen=True, kw_only=True):
    """Claim an effect outside the system before doing it, so that it happens once.

    Attributes:
        position: of the fact that asks for it.
        channel: `post`, `sms`.
    """

    type: ClassVar[str] = "effect.claim@1"
    position: int
    channel: str


class ReportEffect(Command, frozen=True, kw_only=True):
    """Say that an effect was claimed and its outcome is unknown, so that staff look into it.

    Attributes:
        position: of the fact that asked for it.
    """

    type: ClassVar[str] = "effect.report@1"
    position: int
    channel: str


class RecordPosting(Command, frozen=True, kw_only=True):
    """The carrier has taken the result (the centre itself says so)."""

    type: ClassVar[str] = "case.post@1"
    carrier: str
    tracking_number: str


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


def _kinds(root: type[Command]) -> Iterator[type[Command]]:
    for kind in root.__subclasses__():
        yield kind
        yield from _kinds(kind)


COMMANDS: dict[str, type[Command]] = {kind.type: kind for kind in _kinds(Command)}
"""Every command of this module by its type on the wire."""

CENTRE_ONLY: frozenset[type[Command]] = frozenset(
    {StoreFile, RejectFile, RecordRendering, ClaimEffect, ReportEffect, RecordPosting, Unusable}
)
"""Commands that no device may give by their name; one that does is refused as `forbidden`."""
