"""Which questions an examination asks, and in which order: both follow from the attempt's id and can be drawn again.

Chance comes from the id alone (UUIDv5 of the attempt and the question's name): whoever knows the attempt, the bank and
what was asked before draws the same examination, and nobody could have known it before the attempt had its id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID, uuid5

from msgspec import Struct

from domain.training.content import CertificateKind, DrawRule, Question


class Banked(NamedTuple):
    """A question of the bank in its newest version."""

    version: int
    question: Question


class Drawn(Struct, frozen=True):
    """A question of an examination.

    Attributes:
        question: its id.
        version: of the bank.
        order: letters of the bank in the order in which the options are shown, such as `CADB`.
    """

    question: str
    version: int
    order: str

    def shown(self, choice: Iterable[str]) -> tuple[int, ...]:
        """The places, from 0, at which options of the bank are shown."""
        return tuple(sorted(self.order.index(letter) for letter in choice))

    def chosen(self, places: Iterable[int]) -> tuple[str, ...]:
        """The letters of the bank of options that are shown at places."""
        return tuple(sorted(self.order[place] for place in set(places)))


def pool_of(kind: CertificateKind, bank: Iterable[Banked]) -> tuple[Banked, ...]:
    """The questions that an examination for a kind of certificate may ask."""
    return tuple(one for one in bank if any(map(kind.covers, one.question.item_ids)))


def draw(
    kind: CertificateKind, pool: Iterable[Banked], attempt: UUID, *, seen: Sequence[Collection[str]] = ()
) -> tuple[Drawn, ...]:
    """The questions of an attempt in the order in which they are asked; fewer where the pool has no more.

    Args:
        kind: says how many, and from which parts of the bank.
        pool: what may be asked.
        attempt: its id is the chance.
        seen: what was asked in earlier attempts, the latest last; asked again only where nothing else is left, and then
            what was asked least often and longest ago. Rules give way to this.
    """
    often = Counter(id for asked in seen for id in set(asked))
    last = {id: place for place, asked in enumerate(seen, start=1) for id in asked}

    def rank(one: Banked) -> tuple[int, int, str]:
        id = one.question.id
        return often[id], last.get(id, 0), _chance(attempt, id)

    waiting = sorted(pool, key=rank)
    enough = waiting[: kind.exam.questions]
    if enough:  # no rule has a question asked again while there are others
        most = often[enough[-1].question.id]
        waiting = [one for one in waiting if often[one.question.id] <= most]
    taken: list[Banked] = []
    for rule in kind.exam.draw:
        taken += _taken(rule.count, waiting, partial(_suits, rule), taken)
    taken += _taken(kind.exam.questions - len(taken), waiting, lambda _: True, taken)
    taken.sort(key=lambda one: _chance(attempt, f"place {one.question.id}"))
    return tuple(Drawn(one.question.id, one.version, _order(one.question, attempt)) for one in taken)


def _suits(rule: DrawRule, one: Banked) -> bool:
    return suits(rule, one.question)


def suits(rule: DrawRule, question: Question) -> bool:
    """Whether a question belongs to the part of the bank that a rule draws from."""
    return (
        (not rule.course_ids or question.course_id in rule.course_ids)
        and (not rule.levels or question.level in rule.levels)
        and (not rule.types or question.type in rule.types)
    )


def _taken(
    count: int, waiting: Iterable[Banked], fits: Callable[[Banked], bool], taken: Collection[Banked]
) -> list[Banked]:
    ids = {one.question.id for one in taken}
    return [one for one in waiting if one.question.id not in ids and fits(one)][: max(0, count)]


def _order(question: Question, attempt: UUID) -> str:
    return "".join(sorted(question.options, key=lambda letter: _chance(attempt, f"{question.id} {letter}")))


def _chance(attempt: UUID, name: str) -> str:
    return uuid5(attempt, name).hex
