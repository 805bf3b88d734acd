"""What is learnt, as devices hold it: a row for every course, topic, policy, answer, question, scenario, certificate.

What an examination or a scenario expects is held by trainers and leads alone.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.training import publishing
from domain.training.content import CertificateKind, Course, Policy, Question, QuestionAndAnswer, Scenario, Topic
from domain.training.publishing import Edition, PolicyTookEffect, TrainingPublished, TrainingWithdrawn
from projections.cases.view import At
from projections.ledgers import Book, Key, Ledger
from projections.training_bodies import (
    BankQuestionBody,
    CertificateKindBody,
    CourseBody,
    PolicyBody,
    QaBody,
    ScenarioBody,
    TopicBody,
)
from projections.words import spoken

LEARNING = "learning"
"""The scope that every member of staff holds."""
TRAINING = "training"
"""The scope of trainers and leads."""

PLACES: dict[type[Struct], tuple[str, str]] = {
    Course: (LEARNING, "course"),
    Topic: (LEARNING, "topic"),
    Policy: (LEARNING, "policy"),
    QuestionAndAnswer: (LEARNING, "qa"),
    CertificateKind: (LEARNING, "certificate-kind"),
    Question: (TRAINING, "bank-question"),
    Scenario: (TRAINING, "scenario"),
}
"""Scope and kind of row of each kind of content."""

Body = CourseBody | TopicBody | PolicyBody | QaBody | CertificateKindBody | BankQuestionBody | ScenarioBody


class EditionView(Struct, frozen=True, kw_only=True):
    """Everything that the row of one thing is made from.

    Attributes:
        position: of the last fact folded.
        edition: the newest version alone.
    """

    edition: Edition = Edition()
    position: int = 0
    published_at: datetime | None = None


def _on_edition(fact: TrainingPublished | TrainingWithdrawn | PolicyTookEffect, at: At, book: Book) -> None:
    id = str(at.envelope.originator_id)
    before = book.view("edition", id, EditionView) or EditionView()
    if at.position <= before.position:
        return
    edition = publishing.evolve(fact, before.edition)
    newest = edition.newest
    edition = replace(edition, versions={newest: edition.versions[newest]})
    published_at = at.when if isinstance(fact, TrainingPublished) else before.published_at
    book.keep("edition", id, EditionView(edition=edition, position=at.position, published_at=published_at))
    scope, kind = PLACES[type(edition.versions[newest])]
    book.touch(Key(scope, kind, id), at.position, id)


def _row(_: Key, id: str, book: Book) -> Body | None:
    view = book.view("edition", id, EditionView)
    assert view is not None
    assert view.published_at is not None
    content, version, when = view.edition.content, view.edition.newest, view.published_at
    match content:
        case Course():
            return CourseBody(version=version, published_at=when, content=content)
        case Topic():
            return TopicBody(version=version, published_at=when, content=content)
        case Policy():
            in_effect = view.edition.in_effect == version
            return PolicyBody(version=version, published_at=when, in_effect=in_effect, content=content)
        case QuestionAndAnswer():
            return QaBody(version=version, published_at=when, pinyin=spoken(content.question_zh), content=content)
        case CertificateKind():
            return CertificateKindBody(version=version, published_at=when, content=content)
        case Question():
            return BankQuestionBody(version=version, published_at=when, content=content)
        case Scenario():
            return ScenarioBody(version=version, published_at=when, content=content)
        case None:
            return None


LEDGER = Ledger(
    views={"edition": EditionView},
    handlers=dict.fromkeys(publishing.FACTS, _on_edition),
    builders=dict.fromkeys((kind for _, kind in PLACES.values()), _row),
    forget={},
)
