"""Which rows a person's devices may hold."""

from __future__ import annotations

from domain.actors import Actor, Role

_HOLDS_NO_ROWS = frozenset({Role.AUDITOR, Role.OPERATOR, Role.TRAINER})


def scopes_for(actor: Actor) -> frozenset[str]:
    """Scope keys of a person: their own cases, or their office's queue and the cases they have claimed.

    Auditors, operators and trainers hold nothing by default; they read by HTTP, and each read is a fact.
    """
    if actor.is_resident:
        return frozenset({f"person:{actor.id}"})
    if actor.roles <= _HOLDS_NO_ROWS:
        return frozenset()
    return frozenset({f"office:{actor.office}", f"mine:{actor.id}"})
