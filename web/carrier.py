"""Text messages: what the service asks of a carrier, and the demonstration carrier with an inbox to look into."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from web.errors import Problem

KEPT_MESSAGES = 300


class Sms(Struct, frozen=True, kw_only=True):
    """A text message.

    Attributes:
        code: the sign-in code in it, if it holds one.
        reference: by which the carrier names it in its reports; empty where none is wanted. It tells nothing.
    """

    phone: str
    text: str
    code: str | None = None
    reference: str = ""


class SmsRefused(Exception):
    """The carrier did not take a message; any other exception leaves open whether it did.

    Attributes:
        why: `refused` or `unreachable`.
    """

    def __init__(self, why: str) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


class SmsReport(Struct, frozen=True):
    """What became of a message; `why` says why it did not arrive."""

    reference: str
    delivered: bool
    why: str = ""


class SmsCarrier(Protocol):
    """Whoever delivers text messages."""

    async def send(self, message: Sms) -> None:
        """Hand `message` over; raise if the carrier did not take it."""
        ...

    async def reports(self) -> list[SmsReport]:
        """What became of messages with a reference since this was last asked; telling something twice does no harm."""
        ...


class Delivered(Struct, frozen=True, kw_only=True):
    """A message in the demonstration's inbox.

    Attributes:
        n: counts from 1 as long as the process lives.
    """

    n: int
    at: datetime
    phone: str
    text: str
    code: str | None


class DemoCarrier:
    """Delivers to nobody: prints sign-in codes on the console and keeps every message for the inbox page."""

    def __init__(
        self, *, clock: Callable[[], datetime], say: Callable[[str], None], unreachable: Container[str] = ()
    ) -> None:
        """Start with an empty inbox.

        Args:
            clock: the time in UTC.
            say: prints a line on the console.
            unreachable: numbers that take no notices, so that staff can be seen calling instead.
        """
        self._clock = clock
        self._say = say
        self._sent = 0
        self._unreachable = unreachable
        self._reports: list[SmsReport] = []
        self._inbox: deque[Delivered] = deque(maxlen=KEPT_MESSAGES)

    async def send(self, message: Sms) -> None:
        """Keep the message, and print it if it holds a sign-in code."""
        if message.reference:
            lost = message.phone in self._unreachable
            self._reports.append(SmsReport(message.reference, delivered=not lost, why="unreachable" if lost else ""))
            if lost:
                return
        self._sent += 1
        self._inbox.appendleft(
            Delivered(n=self._sent, at=self._clock(), phone=message.phone, text=message.text, code=message.code)
        )
        if message.code is not None:
            self._say(f"SMS to {message.phone}: {message.code}")

    async def reports(self) -> list[SmsReport]:
        """Every message arrives at once, but for those to unreachable numbers."""
        told, self._reports = self._reports, []
        return told

    def forget(self, is_theirs: Callable[[str], bool]) -> None:
        """Drop the messages to telephones of which `is_theirs` says so."""
        kept = [message for message in self._inbox if not is_theirs(message.phone)]
        self._inbox.clear()
        self._inbox.extend(kept)

    def inbox(self, phone: str | None = None) -> list[Delivered]:
        """Messages, newest first; only those to `phone` if it is given."""
        return [message for message in self._inbox if phone in (None, message.phone)]


class NoCarrier:
    """Stands where no carrier is set up: residents cannot sign in by code, and are told so."""

    async def send(self, message: Sms) -> None:
        """Refuse.

        Raises:
            Problem: 503 `no-carrier`, always.
        """
        raise Problem(503, "no-carrier")

    async def reports(self) -> list[SmsReport]:
        """Nothing, since nothing is sent."""
        return []


def sign_in_message(phone: str, code: str) -> Sms:
    """The message with a sign-in code; in both languages, since nothing is known about the reader."""
    text = f"【家门口】验证码{code}，5分钟内有效，请勿告诉他人。Code {code}, valid for 5 minutes; tell nobody."
    return Sms(phone=phone, text=text, code=code)
