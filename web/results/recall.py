"""Recalls from the facts of a case what its result document needs."""

from __future__ import annotations

from typing import Any, TypeVar

from domain.calendar.limits import local_day
from domain.case.facts import CaseAccepted, CaseDecided, CaseFiled, ResultIssued
from domain.facts import Envelope, Fact
from store.centre import Centre
from web.results.paper import Issued

AnyFact = TypeVar("AnyFact", bound=Fact)


def recall(centre: Centre, facts: list[Envelope]) -> Issued | None:
    """What a result document says, None for a case whose result has not been issued.

    Args:
        centre: opens sealed values and knows the item in the version of the case.
        facts: of one case, in order.
    """
    issued = last(facts, ResultIssued)
    filed, accepted, decided = last(facts, CaseFiled), last(facts, CaseAccepted), last(facts, CaseDecided)
    particulars = centre.particulars()
    if issued is None or filed is None or accepted is None or decided is None or particulars is None:
        return None
    issued_fact, filed_fact, accepted_fact = issued.fact, filed.fact, accepted.fact
    assert isinstance(issued_fact, ResultIssued)
    assert isinstance(filed_fact, CaseFiled)
    assert isinstance(accepted_fact, CaseAccepted)
    return Issued(
        applicant=filed_fact.applicant,
        item=centre.item(filed_fact.item_id, filed_fact.item_version),
        answers=answers_of(centre, filed, filed_fact),
        case_number=accepted_fact.case_number,
        document_number=issued_fact.document_number,
        verification_code=issued_fact.verification_code,
        decided_on=local_day(decided.meta.recorded_at),
        issued_on=local_day(issued.meta.recorded_at),
        centre=particulars,
    )


def answers_of(centre: Centre, filed: Envelope, fact: CaseFiled) -> dict[str, Any] | None:
    """All answers of the form, personal ones included; None once the applicant was erased."""
    private = centre.unseal(filed, "answers")
    if private is None:
        return None
    agents = centre.unseal(filed, "agent_answers") if fact.agent_answers is not None else None
    return {**fact.choices, **private, **(agents or {})}


def last(facts: list[Envelope], kind: type[AnyFact]) -> Envelope | None:
    """The last fact of a kind, None if there is none."""
    return next((envelope for envelope in reversed(facts) if isinstance(envelope.fact, kind)), None)
