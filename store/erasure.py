"""Erasing a person, in this order: the fact is committed, the key is destroyed, files and uploads are removed.

Everything after the fact follows from it and may be repeated: whoever starts on the log (`finish`) and whoever follows
it carries it out again, so that no crash leaves a part undone and no restored backup brings a person back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from domain.case.facts import CaseFiled
from domain.facts import Envelope, tag_of
from domain.identity.erasure import ErasePerson, ErasureReason, PersonErased
from store.answers import Answer
from store.centre import Centre
from store.files import FileStore
from store.staging import Staging

RESTORED_BASIS = "销毁密钥清单 list of destroyed keys"
PAGE_OF_FACTS = 1_000


class Erasure:
    """Erases persons on one centre, its files and its uploads.

    Args:
        centre: the log and the keys.
        files: what is kept.
        uploads: what is on its way.
    """

    def __init__(self, centre: Centre, files: FileStore, uploads: Staging) -> None:
        self._centre = centre
        self._files = files
        self._uploads = uploads

    def erase(self, person: UUID, *, reason: ErasureReason, basis: str, open_cases_confirmed: bool = False) -> Answer:
        """Erase a person: `applied` once it is done, however often it is asked; else the refusal.

        Args:
            person: a resident, or a party of a case who never signed in.
            reason: why, in the law's terms.
            basis: the statute or appraisal that allows it; it stays in clear, so that it names nobody.
            open_cases_confirmed: erase although cases have not ended.
        """
        command = ErasePerson(
            reason=reason,
            basis=basis,
            cases=tuple(cases_of(self._centre, person)),
            open_cases_confirmed=open_cases_confirmed,
        )
        answer = self._centre.by_itself(command, lane=person)
        if self._centre.person(person).erased:
            self.carry_out([person])
        return answer

    def carry_out(self, persons: Collection[UUID]) -> None:
        """Do what follows from the erasure of `persons`, whose facts are on the disk."""
        if not persons:
            return
        self._centre.vault.destroy_all(persons)
        for person in persons:
            self._files.erase(person)
        self._uploads.erase(persons)

    def finish(self) -> list[UUID]:
        """Make whole what a crash cut off or a restored backup brought back; return everybody who is erased."""
        erased = list(erased_persons(self._centre))
        for person in set(self._centre.vault.destroyed()) - set(erased):
            self.erase(person, reason="restored", basis=RESTORED_BASIS, open_cases_confirmed=True)
            if self._centre.person(person).erased:  # the restored log may know nothing of them
                erased.append(person)
        self.carry_out(erased)
        return erased


def cases_of(centre: Centre, person: UUID) -> Iterator[UUID]:
    """Cases of which `person` is the applicant or the agent, from the log itself: read models may lag behind."""
    for envelope in _all(centre, CaseFiled):
        if isinstance(envelope.fact, CaseFiled) and person in (envelope.fact.applicant, envelope.fact.agent):
            yield envelope.originator_id


def erased_persons(centre: Centre) -> Iterator[UUID]:
    """Everybody whom the log says to be erased."""
    for envelope in _all(centre, PersonErased):
        yield envelope.originator_id


def _all(centre: Centre, kind: type[CaseFiled | PersonErased]) -> Iterable[Envelope]:
    position = 0
    while True:
        reached, page = centre.stretch(position, PAGE_OF_FACTS, tags={tag_of(kind)})
        yield from (envelope for _, envelope in page)
        if reached == position:
            return
        position = reached
