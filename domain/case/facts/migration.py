"""What is recorded when a case moves to a newer version of its item."""

from __future__ import annotations

from msgspec import Struct

from domain.facts import Fact, Sealed


class MigrationEffects(Struct, frozen=True, kw_only=True):
    """What a newer version of the item makes of a case as it stands.

    Attributes:
        stale_answers: fields that were answered and are not asked any more; the answers stay on record.
        missing_answers: fields that must be answered and were not asked.
        stale_papers: materials that were needed and are not any more.
        missing_papers: materials that are needed now, with nothing there for them.
        route_changed: whether the steps that are still to come are other ones.
    """

    stale_answers: tuple[str, ...] = ()
    missing_answers: tuple[str, ...] = ()
    stale_papers: tuple[str, ...] = ()
    missing_papers: tuple[str, ...] = ()
    route_changed: bool = False


class CaseMigrated(Fact, frozen=True, kw_only=True, tag="case.migrated"):
    """A lead moved the case to a newer version of its item, knowing what that leads to; its dates stay.

    Attributes:
        effects: as they were shown before.
        words: the reason, sealed under the applicant's key.
    """

    from_version: int
    to_version: int
    effects: MigrationEffects
    words: Sealed
