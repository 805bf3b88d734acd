"""What is recorded of a filing, its receipt and what the applicant adds or takes back."""

from __future__ import annotations

from datetime import datetime
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


class Agency(Struct, frozen=True):
    """On what an agent's right to act rests (代办授权).

    Attributes:
        relation: of the agent to the applicant, as the form has it.
        proof: `declared`: the authorisation was signed in the app; `paper`: it lies before a member of staff.
        material: the authorisation's material id, empty where the item names none.
    """

    relation: str
    proof: str
    material: str


class CaseFiled(Fact, frozen=True, kw_only=True, tag="case.filed"):
    """The applicant, or an agent for them, handed the form and its papers in (提交); photographs may still be coming.

    Attributes:
        filing_number: 收件编号, for the receipt.
        choices: answers of boolean and select fields, readable for conditions.
        answers: all other answers, sealed under the applicant's key.
        agent_answers: the agent's own answers, sealed under the agent's key.
        declarations: self-declared materials that were signed (告知承诺 and self-declared forms).
        answer_by: the date by which the centre must answer if the photographs had arrived at filing.
        opened_by: the member of staff who filled the form in for the person, at the window or by phone (帮办).
        later: materials promised to follow, where the item allows it (容缺).
        agency: on what the agent's right to act rests; None without an agent.
        lapses: when the filing lapses if its named files have not arrived.
        bundle: the linked filing to which it belongs (一件事); None for a filing of its own.
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
    opened_by: UUID | None = None
    later: tuple[str, ...] = ()
    agency: Agency | None = None
    lapses: Due | None = None
    bundle: UUID | None = None


class BundleChild(Struct, frozen=True):
    """One of the cases of a linked filing."""

    case: UUID
    item_id: str


class BundleFiled(Fact, frozen=True, kw_only=True, tag="bundle.filed"):
    """Several items were applied for by one form and one set of papers (一件事一次办); each goes on as its own case.

    It stands on a stream of its own, on which files may have arrived before.

    Attributes:
        bundle_id: of the catalogue's bundle.
        children: in the order of the bundle.
        agent: who filed it, where that is not the applicant.
        opened_by: the member of staff who filled the form in for the person (帮办).
        channel: where the person was then.
    """

    bundle_id: str
    children: tuple[BundleChild, ...]
    applicant: UUID
    agent: UUID | None
    opened_by: UUID | None = None
    channel: str = "app"


class CaseReceived(Fact, frozen=True, kw_only=True, tag="case.received"):
    """The last named file was verified: the set is complete and the notice clock starts (收件).

    Attributes:
        round: 1 at filing, one more after each answered correction notice.
        notice: by when the centre must accept, decline or tell all defects (Licensing Law art. 32).
        answer_by: by when the centre must answer the applicant; close of business for an immediate item.
        received_at: when the set was complete: limits of a late or deemed acceptance count from it.
    """

    round: int
    notice: Due
    answer_by: Due
    received_at: datetime | None = None


class CaseSupplemented(Fact, frozen=True, kw_only=True, tag="case.supplemented"):
    """The applicant answered a notice, or replaced photographs that could not be used (补正).

    Attributes:
        reply: words for the desk, sealed under the applicant's key.
        declarations: self-declared materials signed with it.
        link: the one-time upload link it came through, None if the person was signed in.
        lapses: when the filing lapses if these files do not arrive.
    """

    pages: tuple[NamedPage, ...]
    replaces: tuple[UUID, ...]
    reply: Sealed | None
    declarations: tuple[str, ...] = ()
    link: UUID | None = None
    lapses: Due | None = None


class EvidenceReceived(Fact, frozen=True, kw_only=True, tag="case.evidence_received"):
    """The applicant handed something in after acceptance: it is kept with the case and changes no decision by itself.

    Attributes:
        reply: words for the desk, sealed under the applicant's key.
        after_decision: the case had been decided: somebody must look whether to reopen it.
        supplies: materials promised at acceptance that it supplies (容缺补交).
        replaces: files that could not be used, in whose place the pages come.
    """

    pages: tuple[NamedPage, ...]
    reply: Sealed | None
    after_decision: bool
    supplies: tuple[str, ...] = ()
    replaces: tuple[UUID, ...] = ()


class CaseWithdrawn(Fact, frozen=True, kw_only=True, tag="case.withdrawn"):
    """The applicant took the application back (撤回)."""


class CaseLapsed(Fact, frozen=True, kw_only=True, tag="case.lapsed"):
    """The named files of a filing never arrived, so that it was never received; it is easily taken up again.

    Attributes:
        due: the date that passed.
    """

    due: Due


class DeliveryChanged(Fact, frozen=True, kw_only=True, tag="case.delivery_changed"):
    """The applicant chose another way to receive the result, or another address.

    Attributes:
        method: `pickup`, `mail` or `electronic`.
        answers: the new answers about delivery, sealed under the applicant's key.
    """

    method: str
    answers: Sealed
