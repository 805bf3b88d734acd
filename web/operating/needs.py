"""What needs whoever runs the centre, the worst first; nothing means that all is well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from web.operating.status_bodies import Status, Tablet

BACKUP_EVERY = timedelta(days=2)
LEAST_FREE_SHARE = 0.1
ENOUGH_FREE_BYTES = 20 * 2**30
"""A disk with more room than that is not short of it, whatever its size."""
CARRIER_SILENT = timedelta(hours=1)
TABLET_SILENT = timedelta(hours=24)
KNOWN_FOR = timedelta(days=30)
"""A device that was not heard for longer comes no more, as far as anybody can say."""
CERTIFICATE_ENDS = timedelta(days=14)
MOST_BEHIND = 1_000

Code = Literal[
    "log-altered",
    "log-not-writable",
    "views-stopped",
    "clock-jumped",
    "follower-failing",
    "disk-low",
    "views-behind",
    "certificate-ends",
    "backup-none",
    "backup-old",
    "devices-missing",
    "devices-silent",
    "notices-stuck",
    "versions-differ",
]


class Need(Struct, frozen=True, kw_only=True):
    """Something to be done.

    Attributes:
        code: what is so; the app has the words, and what to do.
        params: values for the sentence; they name nobody.
    """

    code: Code
    params: dict[str, Any] = {}


def needs_of(status: Status) -> tuple[Need, ...]:
    """What is to be done, the worst first."""
    return (*_of_the_log(status), *_of_the_machine(status), *_of_what_is_sent(status))


def _of_the_log(status: Status) -> Iterator[Need]:
    log, views = status.log, status.views
    if log.altered:
        yield Need(code="log-altered")
    if log.trouble:
        yield Need(code="log-not-writable", params={"reason": log.trouble})
    if views.state == "stopped":
        yield Need(code="views-stopped", params={"at": views.stopped_at, "tag": views.tag})
    if status.timers.jumped is not None:
        yield Need(code="clock-jumped", params={"seconds": status.timers.jumped})
    for one in status.followers:
        if one.failing_since is not None:
            yield Need(code="follower-failing", params={"name": one.name, "since": one.failing_since})
    if views.state == "following" and views.behind > MOST_BEHIND:
        yield Need(code="views-behind", params={"n": views.behind})


def _of_the_machine(status: Status) -> Iterator[Need]:
    disk, now = status.disk, status.now
    if disk.free < min(ENOUGH_FREE_BYTES, disk.total * LEAST_FREE_SHARE):
        yield Need(code="disk-low", params={"bytes": disk.free})
    if status.certificate_ends_at is not None and status.certificate_ends_at - now < CERTIFICATE_ENDS:
        yield Need(code="certificate-ends", params={"at": status.certificate_ends_at})
    if status.log.engine == "sqlite":
        yield from _of_backups(status)
    if len({node.program for node in status.nodes}) > 1:
        yield Need(code="versions-differ", params={"n": len(status.nodes)})


def _of_backups(status: Status) -> Iterator[Need]:
    """A log in a file is backed up where it lies; one in a database from anywhere, and not only by this program."""
    if status.backup is None:
        yield Need(code="backup-none")
    elif status.now - status.backup.at > BACKUP_EVERY:
        yield Need(code="backup-old", params={"at": status.backup.at})


def _of_what_is_sent(status: Status) -> Iterator[Need]:
    if missing := sum(one.missing > 0 for one in status.devices) + status.residents.missing:
        yield Need(code="devices-missing", params={"n": missing})
    if silent := sum(_is_silent(one, status.now) for one in status.devices):
        yield Need(code="devices-silent", params={"n": silent})
    oldest = status.notices.oldest_claimed_at
    if oldest is not None and status.now - oldest > CARRIER_SILENT:
        yield Need(code="notices-stuck", params={"since": oldest})


def _is_silent(one: Tablet, now: datetime) -> bool:
    """Whether it owes work that is worth asking for: nobody can send from one that is blocked or gone for good."""
    return one.unsent > 0 and not one.blocked and TABLET_SILENT < now - one.last_contact <= KNOWN_FOR
