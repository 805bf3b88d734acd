"""Bodies of the documents about devices and about work that was set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from domain.devices.devices import Why
from domain.devices.set_aside import Became


class Missing(Struct, frozen=True):
    """Work that a device had announced and that never arrived.

    Attributes:
        n: how many commands.
        announced_at: when the service heard of them last.
        why: `silent` where the device was not heard again, `lost` where it came without its work.
    """

    n: int
    announced_at: datetime
    why: Why


class DeviceBody(Struct, frozen=True, kw_only=True):
    """A person's device (row kind `device`).

    Attributes:
        person: whose.
        office: of a member of staff, empty for a resident.
        app: build of the app.
        first_at: when the service met it.
        last_contact: when it last said what it holds.
        position: up to which its rows were complete then.
        unsent: commands that it still owed then.
        oldest_at: when the oldest of them was given, by the device's clock.
        missing: announced work that never arrived; None if there is none.
        blocked: whether it may come no more.
    """

    person: UUID
    device: UUID
    office: str
    app: str
    first_at: datetime
    last_contact: datetime
    position: int
    unsent: int
    oldest_at: datetime | None
    missing: Missing | None
    blocked: bool


class SetAsideBody(Struct, frozen=True, kw_only=True):
    """A command that was not done, as its author finds it again (row kind `set-aside`); what was sent stays sealed.

    Attributes:
        author: who gave it.
        lane: the stream it concerns.
        type: of the command, with its version.
        verdict: `conflict`, `refused` or `quarantined`.
        at: when it was given, by the device's clock; None if that is not known.
        judged_at: when it was judged.
        state: what became of it.
        by: the command that took its place.
        office: the desk that has it.
    """

    author: UUID
    lane: UUID
    type: str
    verdict: str
    code: str
    params: dict[str, Any]
    at: datetime | None
    judged_at: datetime
    state: Became
    by: UUID | None
    office: str
