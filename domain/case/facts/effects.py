"""What is recorded of effects outside the system."""

from __future__ import annotations

from domain.facts import Fact


class EffectClaimed(Fact, frozen=True, kw_only=True, tag="effect.claimed"):
    """An effect outside the system is about to be done, once.

    Attributes:
        position: of the fact that asks for it.
    """

    position: int
    channel: str


class EffectUncertain(Fact, frozen=True, kw_only=True, tag="effect.uncertain"):
    """An effect was claimed but its outcome is unknown: it is not repeated, a person must look into it.

    Attributes:
        position: of the fact that asked for it.
    """

    position: int
    channel: str
