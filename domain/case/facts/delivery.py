"""What is recorded of the result and how it reaches the applicant."""

from __future__ import annotations

from datetime import date

from domain.calendar.limits import Due
from domain.facts import Fact, Sealed


class ResultIssued(Fact, frozen=True, kw_only=True, tag="case.issued"):
    """The result document was numbered and issued (出件).

    Attributes:
        verification_code: unguessable; whoever holds the paper can check it.
    """

    document_number: str
    verification_code: str


class ResultRendered(Fact, frozen=True, kw_only=True, tag="result.rendered"):
    """The result document exists as a PDF, named by its hash.

    Attributes:
        address: where the file store keeps it.
    """

    sha256: str
    size: int
    address: str


class DispatchRequested(Fact, frozen=True, kw_only=True, tag="case.dispatch_requested"):
    """The printed result is ready for the post; the carrier is asked for a tracking number."""


class CasePosted(Fact, frozen=True, kw_only=True, tag="case.posted"):
    """The carrier took the result (寄出)."""

    carrier: str
    tracking_number: str


class CaseDelivered(Fact, frozen=True, kw_only=True, tag="case.delivered"):
    """The applicant has the result (送达).

    Attributes:
        method: `pickup`, `mail` or `electronic`.
        receiver: who took it: `applicant`, `agent` or `other`.
        name: of anybody else who took it or signed for it, sealed under the applicant's key.
    """

    method: str
    receiver: str = "applicant"
    name: Sealed | None = None


class ResultVoided(Fact, frozen=True, kw_only=True, tag="result.voided"):
    """A numbered result no longer counts and another one is to be issued (作废).

    Attributes:
        words: the reason, sealed under the applicant's key.
        deliver_by: by when the next one must be delivered, where the void one had been; None: the date given before.
    """

    document_number: str
    words: Sealed
    deliver_by: Due | None = None


class ResultReprinted(Fact, frozen=True, kw_only=True, tag="result.reprinted"):
    """The same result was printed again (补打).

    Attributes:
        copy: which print it is; the first was 1.
        words: the reason, sealed under the applicant's key.
    """

    document_number: str
    copy: int
    words: Sealed


class PostReturned(Fact, frozen=True, kw_only=True, tag="post.returned"):
    """The carrier brought the result back; it can be posted again or collected.

    Attributes:
        why: `address`, `refused`, `not-collected` or `damaged`.
    """

    why: str


class CaseArchived(Fact, frozen=True, kw_only=True, tag="case.archived"):
    """The case's package was closed and hashed (归档).

    Attributes:
        digest: SHA-256 over the leaf hashes of the case's facts in order, as lower-case hex.
        leaves: how many facts the digest covers.
        retention_class: `permanent`, `30-years` or `10-years`.
        retain_until: last day of keeping, None for ever.
    """

    digest: str
    leaves: int
    retention_class: str
    retain_until: date | None
