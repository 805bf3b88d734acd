"""A town in which people are told, by a carrier and push services that a test tells what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec

from domain.effects.contact import ChooseContact, SubscribePush, contact_stream
from domain.effects.notices import NoticeGiven, Notices, notices_stream
from store.states import NOTICES
from tests.app.timely import TimelyTown
from web.carrier import Sms, SmsReport
from web.following import Progress
from web.notices.notifier import Notifier
from web.notices.push import Device
from web.notices.quiet import Quiet


class Exchange:
    """A carrier of text messages that a test tells what to do."""

    def __init__(self) -> None:
        self.sent: list[Sms] = []
        self.fault: Exception | None = None
        self.lost: set[str] = set()
        self.is_slow = False

    async def send(self, message: Sms) -> None:
        """Take a message, or do not."""
        if self.fault is not None:
            raise self.fault
        self.sent.append(message)

    async def reports(self) -> list[SmsReport]:
        """What became of every message so far."""
        if self.is_slow:
            return []
        return [SmsReport(one.reference, one.phone not in self.lost, "unreachable") for one in self.sent]


class Browsers:
    """Push services that a test tells what to answer, by endpoint."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, int | Exception] = {}

    def send(self, device: Device, content: bytes) -> int:
        """Answer as the test says, and as a rule take it."""
        answer = self.answers.get(device.endpoint, 201)
        if isinstance(answer, Exception):
            raise answer
        self.sent.append((device.endpoint, msgspec.json.decode(content)))
        return answer


class Told:
    """A town in which people are told."""

    def __init__(self, folder: Path) -> None:
        self.town = TimelyTown(folder)
        self.sms, self.push = Exchange(), Browsers()
        self.progress = folder / "followers" / "notices"
        self.notifier = self.another()

    def another(self, *, quiet: Quiet | None = None) -> Notifier:
        """Another process over the same log."""
        centre = self.town.centre
        progress = Progress(self.progress, head=centre.head())
        return Notifier(centre, sms=self.sms, push=self.push, clock=self.town.hours, quiet=quiet, progress=progress)

    def state(self, case: UUID) -> Notices:
        """The notices of a case."""
        state: Notices = self.town.centre.state(notices_stream(case), NOTICES)
        return state

    def kinds(self, case: UUID) -> list[str]:
        """The notices given, in order."""
        return [one.kind for one in self.town.facts(notices_stream(case), NoticeGiven)]

    def choose(self, *, sms: bool, push: bool, language: str = "zh") -> None:
        """The resident chooses."""
        choice = msgspec.convert({"sms": sms, "push": push, "language": language}, ChooseContact)
        self.town.do(choice, contact_stream(self.town.person), self.town.resident)

    def subscribe(self, endpoint: str) -> UUID:
        """A device of the resident takes push."""
        id = uuid4()
        taken = SubscribePush(subscription=id, service="push.example", endpoint=endpoint, p256dh="k", auth="a")
        self.town.do(taken, contact_stream(self.town.person), self.town.resident)
        return id

    def texts(self) -> list[str]:
        """The text messages that left, in order."""
        return [one.text for one in self.sms.sent]

    def close(self) -> None:
        """Close the town."""
        self.town.close()
