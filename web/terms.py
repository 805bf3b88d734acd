"""What this service tells devices of itself: its epoch, its terms, and when to come back."""

from __future__ import annotations

import random
from datetime import timedelta

from domain.centre.signing import LogRestored
from sync import frames as fr
from sync.terms import Terms
from web.edge import Edge

RESTART_MS = 3_000
MS_A_CONNECTION = 5
"""How much longer the return of the devices takes for each that has to come back."""


def epoch_of(edge: Edge) -> str:
    """Shape of the rows and origin of the log, which goes on under another name once it was restored from a backup."""
    restored = edge.notary.restored
    origin = restored[-1].name[-8:] if restored else edge.centre.origin[:8]
    return f"{edge.runner.shape}-{origin}"


def terms_of(edge: Edge) -> Terms:
    """What the operator has set, as devices are told."""
    settings, restored = edge.settings, edge.notary.restored
    return Terms(
        origin=edge.notary.name,
        restored=_told(restored) if restored else None,
        lease=timedelta(hours=settings.lease_hours),
        min_app=settings.min_app,
        upgrade_by=settings.upgrade_by,
    )


def _told(restored: tuple[LogRestored, ...]) -> fr.Restored:
    last = restored[-1]
    return fr.Restored(last.before, last.size, names=tuple(one.before for one in restored))


def retry_ms(edge: Edge) -> int:
    """When one of the connections shall come back, spread over the time in which all of them do."""
    spread = RESTART_MS + MS_A_CONNECTION * len(edge.presence)
    return random.randint(0, spread)
