"""Text messages: what the service asks of a carrier, and the demonstration carrier with an inbox to look into."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from web.errors import Problem

KEPT_MESSAGES = 300


class Sms(Struct, frozen=True, kw_only=True):
    """A text message.

    Attributes:
        code: the sign-in code in it, if it holds one.
        position: of the fact that it tells about, if it tells about one.
    """

    phone: str
    text: str
    code: str | None = None
    position: int | None = None


class SmsCarrier(Protocol):
    """Whoever delivers text messages."""

    async def send(self, message: Sms) -> None:
        """Hand `message` over; raise if the carrier did not take it."""
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

    def __init__(self, *, clock: Callable[[], datetime], say: Callable[[str], None]) -> None:
        """Start with an empty inbox.

        Args:
            clock: the time in UTC.
            say: prints a line on the console.
        """
        self._clock = clock
        self._say = say
        self._sent = 0
        self._inbox: deque[Delivered] = deque(maxlen=KEPT_MESSAGES)

    async def send(self, message: Sms) -> None:
        """Keep the message, and print it if it holds a sign-in code."""
        self._sent += 1
        self._inbox.appendleft(
            Delivered(n=self._sent, at=self._clock(), phone=message.phone, text=message.text, code=message.code)
        )
        if message.code is not None:
            self._say(f"SMS to {message.phone}: {message.code}")

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


def sign_in_message(phone: str, code: str) -> Sms:
    """The message with a sign-in code; in both languages, since nothing is known about the reader."""
    text = f"【家门口】验证码{code}，5分钟内有效，请勿告诉他人。Code {code}, valid for 5 minutes; tell nobody."
    return Sms(phone=phone, text=text, code=code)
