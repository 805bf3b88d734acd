"""What becomes of a notice, fact by fact: the same for cases, visits and ratings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.effects import notices as n
from projections.documents import Sending

Sent = n.NoticeClaimed | n.NoticeSent | n.NoticeDelivered | n.NoticeFailed | n.NoticeUncertain
SENT: tuple[type[Sent], ...] = (
    n.NoticeClaimed,
    n.NoticeSent,
    n.NoticeDelivered,
    n.NoticeFailed,
    n.NoticeUncertain,
)
_STATES: dict[type[Sent], str] = {
    n.NoticeClaimed: "sending",
    n.NoticeSent: "sent",
    n.NoticeDelivered: "delivered",
    n.NoticeFailed: "failed",
    n.NoticeUncertain: "uncertain",
}
_FAILED = frozenset({"failed", "uncertain"})


def sent_on(fact: Sent, before: Iterable[Sending], *, at: datetime) -> tuple[Sending, ...]:
    """How far a notice has come by each channel after `fact`."""
    why = fact.why if isinstance(fact, n.NoticeFailed) else ""
    now = Sending(fact.channel, _STATES[type(fact)], at, why)
    return (*(one for one in before if one.channel != fact.channel), now)


def has_failed(sendings: Iterable[Sending]) -> bool:
    """Whether it left by no channel although one was tried."""
    states = {one.state for one in sendings}
    return bool(states) and states <= _FAILED
