"""Recalls from the facts of a case, up to one of them, what a letter about that fact needs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.calendar.limits import local_day
from domain.case.facts import (
    CaseFiled,
    DeliveryChanged,
    ResultIssued,
)
from domain.case.state import Case, evolve
from domain.catalogue.items import ServiceItem
from domain.centre.centre import Particulars
from domain.facts import Envelope
from store.centre import Centre
from web.results.paper import AnswersGone
from web.results.recall import answers_of, last


class Matter(Struct, frozen=True, kw_only=True):
    """A case as it stood when something was told to its applicant.

    Attributes:
        told: the fact that the letter tells of.
        words: its sealed words; empty where it has none.
        case: as it stood after that fact.
        on: local day of the fact.
        answers: everything the form holds, personal values included, with the delivery as it was last chosen.
        documents: numbers of the results issued so far, in order.
    """

    told: Envelope
    words: Any
    case: Case
    item: ServiceItem
    on: date
    answers: dict[str, Any]
    documents: tuple[str, ...]
    centre: Particulars

    @property
    def applicant(self) -> UUID:
        """To whom the letter belongs."""
        assert self.case.applicant is not None
        return self.case.applicant

    @property
    def applicant_name(self) -> str:
        """Whom the letter addresses."""
        return str(self.answers.get("org_name") or self.answers.get("applicant_name", ""))

    @property
    def number(self) -> str:
        """The case number, and before acceptance the filing number."""
        return self.case.case_number or self.case.filing_number


def recall_matter(centre: Centre, stream: UUID, position: int) -> Matter | None:
    """The matter of the fact at a position; None where it is no fact of a filed case.

    Raises:
        AnswersGone: the applicant was erased.
    """
    facts = centre.read(stream, until=position)
    filed, particulars = last(facts, CaseFiled), centre.particulars()
    if filed is None or particulars is None:
        return None
    told, case = facts[-1], Case()
    for envelope in facts:
        case = evolve(envelope.fact, case, by=envelope.meta.actor)
    return Matter(
        told=told,
        words=_words(centre, told),
        case=case,
        item=centre.item(case.item_id, case.item_version),
        on=local_day(told.meta.recorded_at),
        answers=_answers(centre, facts, filed),
        documents=tuple(one.fact.document_number for one in facts if isinstance(one.fact, ResultIssued)),
        centre=particulars,
    )


def _answers(centre: Centre, facts: list[Envelope], filed: Envelope) -> dict[str, Any]:
    assert isinstance(filed.fact, CaseFiled)
    answers = answers_of(centre, filed, filed.fact)
    if answers is None:
        raise AnswersGone
    changed = last(facts, DeliveryChanged)
    if changed is None or not isinstance(changed.fact, DeliveryChanged):
        return answers
    chosen: dict[str, Any] = centre.unseal(changed, "answers") or {}
    return {**answers, **chosen, "delivery_method": changed.fact.method}


def _words(centre: Centre, told: Envelope) -> Any:
    """The sealed words of a fact.

    Raises:
        AnswersGone: they were erased.
    """
    if getattr(told.fact, "words", None) is None:
        return {}
    words = centre.unseal(told, "words")
    if words is None:
        raise AnswersGone
    return words
