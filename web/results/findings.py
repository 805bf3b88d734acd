"""What a check finds out about a result or a letter, from its code and the log: no more than is on the paper."""

from __future__ import annotations

import hmac
from datetime import date, timedelta
from typing import cast
from uuid import UUID

from msgspec import Struct

from domain.calendar.limits import local_day
from domain.case.facts import (
    ActUndone,
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseRedirected,
    CaseReopened,
    CaseReturned,
    CaseRevoked,
    CaseTerminated,
    CorrectionRequested,
    ResultIssued,
    ResultVoided,
)
from domain.effects.papers import Papers, papers_stream
from domain.facts import Envelope, Fact
from domain.identity.checks import mask_name
from store.centre import Centre
from store.keys import KeyDestroyed
from store.states import PAPERS
from web.results.codes import KEY, LetterCodes
from web.results.letters import letter_kind, title_of_letter
from web.results.matter import recall_matter
from web.results.paper import LEASE_ITEM, AnswersGone, Issued, title_of
from web.results.recall import recall


class Finding(Struct, frozen=True, kw_only=True):
    """What the page tells of a genuine document.

    Attributes:
        item: the service item of a letter, which names it; empty for a result.
        result: what was granted, empty where the title says it.
        parties: whom it concerns: the word in both languages, and the masked name.
        counts: whether it still counts: a result that was voided or revoked, or a letter about an act that was taken
            back, no longer does.
        is_erased: whether the names were erased by law.
        valid_until: its last valid day, None where it has none or bears it itself.
    """

    title_zh: str
    title_en: str
    item: str = ""
    result: str
    number: str
    issued_on: date
    parties: tuple[tuple[str, str, str], ...]
    is_erased: bool
    valid_until: date | None
    code: str
    counts: bool = True


def result_finding(centre: Centre, case: UUID, code: str) -> Finding | None:
    """What the log says of a code now; read models may lag behind, and a paper that counts no more must not pass."""
    facts = centre.read(case)
    at = next((n for n, one in enumerate(facts, 1) if _bears(one.fact, code)), None)
    issued = recall(centre, facts[:at]) if at else None
    if issued is None:
        return None
    ended = any(isinstance(one.fact, ResultVoided | CaseRevoked) for one in facts[at:])
    return found(issued, counts=not ended)


def _bears(fact: Fact, code: str) -> bool:
    return isinstance(fact, ResultIssued) and fact.verification_code == code


def found(issued: Issued, *, counts: bool = True) -> Finding:
    """What the page tells of a document that was issued; `counts` as long as it was neither voided nor revoked."""
    days = issued.item.result.valid_days
    title_zh, title_en = title_of(issued.item)
    return Finding(
        title_zh=title_zh,
        title_en=title_en,
        result=issued.item.result.name_zh if issued.item.id != LEASE_ITEM else "",
        number=issued.document_number,
        issued_on=issued.issued_on,
        parties=tuple((zh, en, mask_name(name)) for zh, en, name in _parties(issued) if name),
        is_erased=issued.answers is None,
        valid_until=issued.issued_on + timedelta(days=days) if days else None,
        code=issued.verification_code,
        counts=counts,
    )


def _parties(issued: Issued) -> tuple[tuple[str, str, str], ...]:
    answers = issued.answers or {}
    if issued.item.id == LEASE_ITEM:
        return (
            ("出租人", "Lessor", str(answers.get("lessor_name", ""))),
            ("承租人", "Lessee", str(answers.get("lessee_name", ""))),
        )
    return (("申请人", "Applicant", str(answers.get("org_name") or answers.get("applicant_name", ""))),)


def letter_finding(centre: Centre, code: str) -> Finding | None:
    """What the log says of a letter's code; None where no such letter was printed."""
    codes = LetterCodes(centre.key_for(KEY))
    named = codes.named(code)
    if named is None:
        return None
    position, kind = named
    at, told = next(iter(centre.follow(position - 1, 1)), (0, None))
    if told is None or at != position:
        return None
    case = told.originator_id
    if not hmac.compare_digest(codes.code(case, position, kind), code):
        return None
    papers = cast("Papers", centre.state(papers_stream(case), PAPERS))
    if letter_kind(told.fact) is not kind or (position, kind.value) not in papers.rendered:
        return None
    title_zh, title_en = title_of_letter(told.fact)
    try:
        matter = recall_matter(centre, case, position)
    except (AnswersGone, KeyDestroyed):
        matter = None
    state = centre.case(case)
    item = centre.item(state.item_id, state.item_version)
    return Finding(
        title_zh=title_zh,
        title_en=title_en,
        item=item.name_zh,
        result="",
        number=matter.number if matter else "",
        issued_on=local_day(told.meta.recorded_at),
        parties=(("申请人", "Applicant", mask_name(matter.applicant_name)),) if matter else (),
        is_erased=matter is None,
        valid_until=None,
        code=code,
        counts=not _was_taken_back(centre, told),
    )


def _was_taken_back(centre: Centre, told: Envelope) -> bool:
    """Whether what a letter tells of was undone, or decided anew, since."""
    later = [one.fact for one in centre.read(told.originator_id) if one.originator_version > told.originator_version]
    act = _ACTS.get(type(told.fact))
    undone = any(isinstance(fact, ActUndone) and fact.act == act for fact in later)
    reopened = type(told.fact) in _ENDS and any(isinstance(fact, CaseReopened) for fact in later)
    return undone or reopened


_ACTS: dict[type[Fact], str] = {
    CaseAccepted: "case.accept",
    CorrectionRequested: "case.request-correction",
    CaseDeclined: "case.decline",
    CaseRedirected: "case.redirect",
    CaseDecided: "case.decide",
    CaseTerminated: "case.terminate",
    CaseRevoked: "case.revoke",
}
_ENDS = (CaseDeclined, CaseRedirected, CaseDecided, CaseTerminated, CaseReturned)
