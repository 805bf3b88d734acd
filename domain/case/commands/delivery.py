"""Commands on the result: issue it, post it, hand it over."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta as Limits

from domain.case.commands.base import Command, Reason, Sha256


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
        receiver: who took it or signed for it.
        name: of anybody else than applicant and agent.
    """

    type: ClassVar[str] = "case.deliver@1"
    method: Annotated[str, Limits(pattern=r"^(pickup|mail|electronic)\Z")]
    receiver: Literal["applicant", "agent", "other"] = "applicant"
    name: Annotated[str, Limits(max_length=50)] = ""


class RecordRendering(Command, frozen=True, kw_only=True):
    """The result document has been rendered (the centre itself says so).

    Attributes:
        document_number: of the result that was rendered; another may have taken its place since.
    """

    type: ClassVar[str] = "result.render@1"
    sha256: str
    size: int
    address: str
    document_number: str = ""


class RecordPosting(Command, frozen=True, kw_only=True):
    """The carrier has taken the result (the centre itself says so)."""

    type: ClassVar[str] = "case.post@1"
    carrier: str
    tracking_number: str


class VoidResult(Command, frozen=True, kw_only=True):
    """Declare a numbered result void, so that another can be issued (作废)."""

    type: ClassVar[str] = "case.void-result@1"
    reason: Reason


class ReprintResult(Command, frozen=True, kw_only=True):
    """Print the same result again (补打)."""

    type: ClassVar[str] = "case.reprint@1"
    reason: Reason


class ReturnPost(Command, frozen=True, kw_only=True):
    """Record that the carrier brought the result back."""

    type: ClassVar[str] = "case.return-post@1"
    why: Literal["address", "refused", "not-collected", "damaged"]


class ArchiveCase(Command, frozen=True, kw_only=True):
    """Close the case's package (归档); the centre itself gives the digest of what it holds.

    Attributes:
        digest: SHA-256 over the leaf hashes of the case's facts in order, as lower-case hex.
        leaves: how many facts it covers.
    """

    type: ClassVar[str] = "case.archive@1"
    digest: Sha256
    leaves: int
