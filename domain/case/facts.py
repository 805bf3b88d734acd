"""What is recorded of a case, from the filing to the delivery of its result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.calendar.limits import Due
from domain.facts import Fact, Sealed


class NamedPage(Struct, frozen=True):
    """A page that a command named: which file shows which page of which material.

    Attributes:
        sha256: hash of the bytes as they left the device.
        size: in bytes.
        number: page number within the material, from 1.
    """

    file: UUID
    sha256: str
    size: int
    material: str
    number: int


class DefectTold(Struct, frozen=True):
    """One defect of a correction notice; its words are sealed beside it, in the same order."""

    material: str
    file: UUID | None
    code: str


class CaseFiled(Fact, frozen=True, kw_only=True, tag="case.filed"):
    """The applicant, or an agent for them, handed the form and its papers in (提交); photographs may still be coming.

    Attributes:
        filing_number: 收件编号, for the receipt.
        choices: answers of boolean and select fields, readable for conditions.
        answers: all other answers, sealed under the applicant's key.
        agent_answers: the agent's own answers, sealed under the agent's key.
        declarations: self-declared materials signed in the app.
        answer_by: the date by which the centre must answer if the photographs had arrived at filing.
    """

    item_id: str
    item_version: int
    filing_number: str
    channel: str
    applicant: UUID
    agent: UUID | None
    choices: dict[str, Any]
    answers: Sealed
    agent_answers: Sealed | None
    pages: tuple[NamedPage, ...]
    declarations: tuple[str, ...]
    answer_by: Due


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
        reason: `undecodable`, `hash-mismatch`, `too-large` or `unsafe`.
    """

    file: UUID
    sha256: str
    reason: str
    uploaded_by: UUID


class CaseReceived(Fact, frozen=True, kw_only=True, tag="case.received"):
    """The last named file was verified: the set is complete and the notice clock starts (收件).

    Attributes:
        round: 1 at filing, one more after each answered correction notice.
        notice: by when the centre must accept, decline or tell all defects (Licensing Law art. 32).
        answer_by: by when the centre must answer the applicant; close of business for an immediate item.
    """

    round: int
    notice: Due
    answer_by: Due


class CaseClaimed(Fact, frozen=True, kw_only=True, tag="case.claimed"):
    """A member of staff took the case to work on it."""

    staff: UUID


class CaseReleased(Fact, frozen=True, kw_only=True, tag="case.released"):
    """The case was put back into the queue."""


class CorrectionRequested(Fact, frozen=True, kw_only=True, tag="case.correction_requested"):
    """The applicant was told at once everything that must be put right (一次性补正告知, Licensing Law art. 32).

    Attributes:
        words: list of sentences, one a defect, sealed under the applicant's key.
        respond_by: the date written on the notice.
    """

    defects: tuple[DefectTold, ...]
    words: Sealed
    respond_by: Due


class CaseSupplemented(Fact, frozen=True, kw_only=True, tag="case.supplemented"):
    """The applicant answered a notice, or replaced photographs that could not be used (补正).

    Attributes:
        reply: words for the desk, sealed under the applicant's key.
    """

    pages: tuple[NamedPage, ...]
    replaces: tuple[UUID, ...]
    reply: Sealed | None


class CaseAccepted(Fact, frozen=True, kw_only=True, tag="case.accepted"):
    """The centre took the case on; its number is minted and the time limits run (受理, Licensing Law art. 32).

    Attributes:
        case_number: 办件编号.
        checked: materials ticked as checked.
        promised: the centre's promise.
        statutory: the limit of the law, where one is known.
    """

    case_number: str
    item_version: int
    calendar_version: int
    checked: tuple[str, ...]
    promised: Due
    statutory: Due | None


class CaseDeclined(Fact, frozen=True, kw_only=True, tag="case.declined"):
    """The centre does not take the case on, in writing with reason and remedy (不予受理).

    Attributes:
        words: `{"reason", "remedy"}`, sealed under the applicant's key.
    """

    words: Sealed


class CaseReviewed(Fact, frozen=True, kw_only=True, tag="case.reviewed"):
    """A review step of the route was completed (审核).

    Attributes:
        step: id of the step in the item's route.
        opinion: words for colleagues, sealed under the applicant's key.
    """

    step: str
    opinion: Sealed | None


class CaseDecided(Fact, frozen=True, kw_only=True, tag="case.decided"):
    """The case was decided; the time limits stop (办结).

    Attributes:
        outcome: `granted` or `rejected`.
        words: `{"reason", "basis", "remedies"}`, sealed under the applicant's key.
    """

    outcome: str
    words: Sealed | None


class CaseWithdrawn(Fact, frozen=True, kw_only=True, tag="case.withdrawn"):
    """The applicant took the application back (撤回)."""


class CaseNoted(Fact, frozen=True, kw_only=True, tag="case.noted"):
    """A note for colleagues, sealed under the applicant's key."""

    text: Sealed


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


class EffectClaimed(Fact, frozen=True, kw_only=True, tag="effect.claimed"):
    """An effect outside the system is about to be done, once.

    Attributes:
        position: of the fact that asks for it.
    """

    position: int
    channel: str


class EffectUncertain(Fact, frozen=True, kw_only=True, tag="effect.uncertain"):
    """An effect was claimed but its outcome is unknown: it is not repeated, a person must look into it.

    Attributes:
        position: of the fact that asked for it.
    """

    position: int
    channel: str


class CasePosted(Fact, frozen=True, kw_only=True, tag="case.posted"):
    """The carrier took the result (寄出)."""

    carrier: str
    tracking_number: str


class CaseDelivered(Fact, frozen=True, kw_only=True, tag="case.delivered"):
    """The applicant has the result (送达).

    Attributes:
        method: `pickup`, `mail` or `electronic`.
    """

    method: str


class RecordViewed(Fact, frozen=True, kw_only=True, tag="record.viewed"):
    """A member of staff opened a record with personal data on screen.

    Attributes:
        position: the state that was shown.
        offline: whether it was shown from the device's own copy.
    """

    record: UUID
    position: int
    offline: bool


MATERIAL = frozenset(
    {
        "case.supplemented",
        "case.received",
        "case.correction_requested",
        "case.accepted",
        "case.declined",
        "case.reviewed",
        "case.decided",
        "case.withdrawn",
        "file.stored",
        "file.rejected",
    }
)
"""Tags of facts on which a decision may rest; views, notes and claims are not among them."""
