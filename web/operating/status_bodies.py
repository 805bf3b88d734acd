"""How a centre stands, as the status page shows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from web.operating.backups import Backup
from web.operating.notices import NoticeQueue
from web.operating.roster import Turns


class LogStanding(Struct, frozen=True, kw_only=True):
    """The log.

    Attributes:
        engine: `sqlite` or `postgresql`.
        head: position of the last event.
        waiting: commands that wait to be judged here.
        trouble: why nothing can be written, empty if all is well.
        since: since when.
        key: the last one with which the log signs, as checkpoints name it; empty before the first.
        proven: position up to which the log was held against its proofs here.
        altered: whether it is not what it was when it was signed; nothing is signed then.
    """

    engine: str
    head: int
    waiting: int
    trouble: str
    since: datetime | None
    key: str
    proven: int
    altered: bool


class ViewsStanding(Struct, frozen=True, kw_only=True):
    """The read models of this node.

    Attributes:
        state: `following`, `building` or `stopped`.
        behind: how many positions of the log they have not shown yet.
        stopped_at: position of the fact that stopped them.
        tag: of that fact.
    """

    state: str
    position: int
    behind: int
    stopped_at: int | None
    tag: str


class ClockStanding(Struct, frozen=True, kw_only=True):
    """What waits for an instant.

    Attributes:
        waiting: how many streams.
        jumped: by how many seconds the clock jumped, where nothing fires for that.
    """

    waiting: int
    next_at: datetime | None
    jumped: int | None


class Disk(Struct, frozen=True, kw_only=True):
    """Bytes of the disk on which the data folder lies."""

    free: int
    total: int


class Tablet(Struct, frozen=True, kw_only=True):
    """A device of a member of staff.

    Attributes:
        name: of the member of staff.
        is_here: whether it holds a connection with this node now.
        unsent: commands that the device owed when it was heard last.
        oldest_at: when the oldest of them was given, by the device's clock.
        missing: commands that it had announced and that never arrived.
    """

    device: UUID
    name: str
    office: str
    app: str
    is_here: bool
    last_contact: datetime
    unsent: int
    oldest_at: datetime | None
    missing: int
    blocked: bool


class Residents(Struct, frozen=True, kw_only=True):
    """Devices of residents: counts, which name nobody.

    Attributes:
        known: met within the last 30 days.
        owing: of these, such as owed something when they were heard last.
        missing: of which announced work is missing, whenever they were met.
    """

    known: int
    owing: int
    missing: int


class Node(Struct, frozen=True, kw_only=True):
    """A process that serves this log.

    Attributes:
        name: of its machine, and its process.
        program: fingerprint of its program: the same for the same version.
        is_this: whether it is the one that answers.
    """

    name: str
    program: str
    is_this: bool


class Status(Struct, frozen=True, kw_only=True):
    """How all of it stands now.

    Attributes:
        build: of this node's program.
        since: when this node was started.
        sockets: devices with an open connection with this node.
        certificate_ends_at: of the certificate by which this node itself serves HTTPS; None where a proxy has one.
        backup: the last one that is known to have been taken with this data folder.
        sends_messages: whether there is a carrier for text messages.
    """

    now: datetime
    build: str
    since: datetime
    nodes: tuple[Node, ...]
    log: LogStanding
    views: ViewsStanding
    followers: tuple[Turns, ...]
    timers: ClockStanding
    sockets: int
    devices: tuple[Tablet, ...]
    residents: Residents
    notices: NoticeQueue
    sends_messages: bool
    disk: Disk
    certificate_ends_at: datetime | None
    backup: Backup | None
