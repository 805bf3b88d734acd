"""Which rows a person's devices may hold."""

from __future__ import annotations

from domain.actors import Actor, Role
from domain.rights.table import TRAINERS, may
from projections.training_content import LEARNING, TRAINING
from projections.training_learners import learner_scope


def scopes_for(actor: Actor) -> frozenset[str]:
    """Scope keys of a person: what is their own, or their office's and what they work on; a lead's own besides.

    Of cases, auditors, operators and trainers hold nothing; they read by HTTP, and each read is a fact. What is learnt
    every member of staff holds, and who trains them also holds how far everybody has come.
    """
    return _of_cases(actor) | _of_learning(actor)


def _of_cases(actor: Actor) -> frozenset[str]:
    if not may("case.rows", actor):
        return frozenset()
    if actor.is_resident:
        return frozenset({f"person:{actor.id}"})
    scopes = frozenset({f"office:{actor.office}", f"people:{actor.office}", f"mine:{actor.id}"})
    return scopes | {f"lead:{actor.office}"} if Role.LEAD in actor.roles else scopes


def _of_learning(actor: Actor) -> frozenset[str]:
    if not may("training.rows", actor):
        return frozenset()
    scopes = frozenset({LEARNING, learner_scope(actor.id)})
    return scopes | {TRAINING, f"people:{actor.office}"} if actor.roles & TRAINERS else scopes
