"""How many commands of a device were refused this hour: beyond a bound the rest is sent back unjudged, and counted."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from store.receipts import RefusalsCounted

REFUSALS_AN_HOUR = 60
"""Each refusal is recorded, so a device that is wrong or hostile could fill the log with them."""
DEVICES_KEPT = 10_000
_HOUR = timedelta(hours=1)


class _Hour(Struct):
    """One device within one hour."""

    since: datetime
    author: UUID
    refused: int = 0
    unjudged: int = 0


class Floods:
    """Refusals of each device in the current hour, in memory: a restart begins anew."""

    def __init__(self) -> None:
        self._hours: OrderedDict[UUID, _Hour] = OrderedDict()
        self._ended: list[RefusalsCounted] = []
        self._before: dict[UUID, _Hour | None] = {}
        self._ended_before: list[RefusalsCounted] = []

    def begin(self) -> None:
        """A transaction begins: what is counted from now on may be taken back."""
        self._before = {}
        self._ended_before = list(self._ended)

    def take_back(self) -> None:
        """The transaction that has begun last was rolled back: its calls will be judged, and counted, again."""
        for device, hour in self._before.items():
            if hour is None:
                self._hours.pop(device, None)
            else:
                self._hours[device] = hour
        self._ended = self._ended_before
        self.begin()

    def stops(self, device: UUID, author: UUID, now: datetime) -> int | None:
        """Milliseconds until the device is judged again, None if it is judged now."""
        hour = self._hours.get(device)
        if hour is None or hour.refused < REFUSALS_AN_HOUR or _is_over(hour, now):
            return None
        self._note(device)
        hour.unjudged += 1
        hour.author = author
        return int((hour.since + _HOUR - now) / timedelta(milliseconds=1)) + 1

    def refused(self, device: UUID, author: UUID, now: datetime) -> None:
        """One more refusal of the device."""
        self._note(device)
        hour = self._hours.get(device)
        if hour is None or _is_over(hour, now):
            self._end(device)
            hour = self._hours[device] = _Hour(now.replace(minute=0, second=0, microsecond=0), author)
        hour.refused += 1
        self._hours.move_to_end(device)
        if len(self._hours) > DEVICES_KEPT:
            self._end(next(iter(self._hours)))

    def ended(self, now: datetime, *, closing: bool = False) -> list[RefusalsCounted]:
        """What was sent back in hours that are over, also in the current one when the service closes."""
        for device in [device for device, hour in self._hours.items() if closing or _is_over(hour, now)]:
            self._end(device)
        return list(self._ended)

    def settled(self, counted: list[RefusalsCounted]) -> None:
        """These are on disk."""
        self._ended = [one for one in self._ended if one not in counted]

    def _note(self, device: UUID) -> None:
        """Keep how the device stood before the transaction."""
        if device not in self._before:
            hour = self._hours.get(device)
            self._before[device] = hour and replace(hour)

    def _end(self, device: UUID) -> None:
        self._note(device)
        hour = self._hours.pop(device, None)
        if hour is not None and hour.unjudged:
            counted = RefusalsCounted(device=device, author=hour.author, since=hour.since, unjudged=hour.unjudged)
            self._ended.append(counted)


def _is_over(hour: _Hour, now: datetime) -> bool:
    return now >= hour.since + _HOUR
