"""Examinations and certificates of the demonstration: one renewed, one failed lately, one passed with a course missing.

What an examination asks follows from its id, so that answers can be written down beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from domain.training.candidate import candidate_stream
from domain.training.certificates import RecordCertificate
from domain.training.content import CertificateKind, Question, Scenario
from domain.training.drawing import Banked, Drawn, draw, pool_of
from domain.training.exams import AnswerQuestion, HandIn, PassScenario, StartExam
from store.itself import CENTRE_ACTOR
from web.demo.story import Cast, Chain, made_id

ALL, RELIEF, EMPLOYMENT = "cert-all-subject", "cert-social-relief", "cert-employment"
PACE = timedelta(seconds=40)
"""Between two answers."""
ENDS_SOON = timedelta(days=18)


def examining(cast_: Cast) -> Iterator[Chain]:
    """Everything about examinations and certificates that has happened."""
    yield _recorded(cast_, "hexin", RELIEF, ends=ENDS_SOON, paper="纸质上岗证 2026-017")
    yield _practised(cast_, "jiangxue", _kind(cast_, ALL).required_scenarios, back=12)
    yield _sat(cast_, "jiangxue", ALL, wrong=2, at=cast_.diary.at(5, "12:35"))
    yield _practised(cast_, "tangli", ("sim-unemployment",), back=9)
    yield _sat(cast_, "tangli", EMPLOYMENT, wrong=1, at=cast_.diary.at(4, "16:30"))
    yield _sat(cast_, "hexin", EMPLOYMENT, wrong=5, at=cast_.diary.at(1, "12:30"))


def _kind(cast_: Cast, id: str) -> CertificateKind:
    return next(one for one in cast_.learnt if isinstance(one, CertificateKind) and one.id == id)


def _recorded(cast_: Cast, name: str, kind: str, *, ends: timedelta, paper: str) -> Chain:
    """A certificate from before, recorded by the trainer on what was shown."""
    person = cast_.staff[name]
    until = cast_.diary.today + ends
    command = RecordCertificate(person=person.id, certificate=kind, valid_until=until, reason=paper)
    lane = made_id(f"certificate of {name} {kind}")
    return Chain(f"{name} shows {kind}").do(lane, command, cast_.staff["trainer"], at=cast_.diary.at(30, "09:40"))


def _practised(cast_: Cast, name: str, scenarios: Sequence[str], *, back: int) -> Chain:
    """Scenarios passed in simulated practice, one a day."""
    person, chain = cast_.staff[name], Chain(f"{name} practises")
    found = {one.id: one for one in cast_.learnt if isinstance(one, Scenario)}
    for place, id in enumerate(scenarios):
        points = sum(step.points for step in found[id].steps)
        passed = PassScenario(person=person.id, scenario=id, version=1, points=points - 5, of=points)
        at = cast_.diary.at(back - place, "17:05")
        chain.do(candidate_stream(person.id), passed, CENTRE_ACTOR, at=at)
    return chain


def _sat(cast_: Cast, name: str, kind_id: str, *, wrong: int, at: datetime) -> Chain:
    """An examination with so many mistakes, answered at a steady pace and handed in."""
    person, kind = cast_.staff[name], _kind(cast_, kind_id)
    attempt = made_id(f"examination of {name} {kind_id}")
    bank = {one.id: one for one in cast_.learnt if isinstance(one, Question)}
    asked = draw(kind, pool_of(kind, (Banked(1, one) for one in bank.values())), attempt)
    chain = Chain(f"{name} is examined for {kind_id}").do(attempt, StartExam(certificate=kind_id), person, at=at)
    for place, drawn in enumerate(asked):
        choice = _choice(drawn, bank[drawn.question], is_right=place >= wrong)
        command = AnswerQuestion(question=drawn.question, choice=choice)
        chain.do(attempt, command, person, at=at + PACE * (place + 1))
    return chain.do(attempt, HandIn(), person, at=at + PACE * (len(asked) + 2))


def _choice(drawn: Drawn, question: Question, *, is_right: bool) -> tuple[int, ...]:
    right = drawn.shown(question.answer)
    return right if is_right else tuple(place for place in range(len(drawn.order)) if place not in right)[:1]


def attempt_of(name: str, kind_id: str) -> UUID:
    """The examination of somebody, as its address names it."""
    return made_id(f"examination of {name} {kind_id}")
