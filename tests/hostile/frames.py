"""Messages for the socket: sound frames, spoiled frames, and bytes that are no frames at all."""

from __future__ import annotations

import json
import zlib
from random import Random
from typing import Any

from sync import frames as fr
from tests.hostile.values import Forge

KINDS = fr.ClientFrame.__subclasses__()
JUNK = (
    "",
    "{",
    "[]",
    "null",
    "NaN",
    '{"t":"ping"}{"t":"ping"}',
    '{"t":"push","b":1,"intents":' + "[" * 30_000,
    '{"t":"pull","credit":' + "9" * 4_000 + "}",
    '{"t":"seen","cursor":"x","outbox":{"n":1e999,"next_seq":1}}',
    '{"t":"ping","t":"hello"}',
    '{"t":"\\ud800"}',
    '{"t":"ask","ids":["\\u0000"]}',
    '{"__proto__":{"t":"ping"}}',
    '{"t":' + '{"t":' * 2_000,
    "\ufeff" + '{"t":"ping"}',
)


class Frames:
    """An endless supply of messages.

    Args:
        chance: from which everything comes.
        forge: makes the values.
        intents: bodies of intents for pushes.
    """

    def __init__(self, chance: Random, forge: Forge, intents: Any) -> None:
        self._chance = chance
        self._forge = forge
        self._intents = intents

    def message(self) -> str | bytes:
        """The next message."""
        chance = self._chance
        match chance.randrange(10):
            case 0:
                return chance.choice(JUNK)
            case 1:
                return chance.randbytes(chance.choice((0, 1, 7, 200, 5_000)))
            case 2:
                return zlib.compress(self._text(self.frame()).encode(errors="surrogatepass"))
            case 3 | 4:
                return self._damaged(self._text(self.frame()))
            case 5 | 6:
                return self._text(self._forge.spoil(self.frame()))
            case _:
                return self._text(self.frame())

    def frame(self) -> dict[str, Any]:
        """A frame of a known kind."""
        kind = self._chance.choice(KINDS)
        made: dict[str, Any] = self._forge.of(kind)
        if kind is fr.Push:
            made["intents"] = [{"body": self._intents()} for _ in range(self._chance.choice((0, 1, 1, 3)))]
        return made

    def _text(self, frame: Any) -> str:
        return json.dumps(frame, ensure_ascii=self._chance.random() < 0.5)

    def _damaged(self, text: str) -> str:
        """The text with some of its signs dropped, doubled or replaced."""
        chance, signs = self._chance, list(text)
        for _ in range(chance.choice((1, 1, 2, 8))):
            at = chance.randrange(len(signs)) if signs else 0
            signs[at : at + chance.choice((0, 1, 5))] = chance.choice(('"', "{", "}", "]", "\0", "9", "\u2028", ","))
        return "".join(signs)


def sendable(message: str | bytes) -> str | bytes:
    """The message as a socket takes it: text without lone surrogates."""
    if isinstance(message, bytes):
        return message
    try:
        message.encode()
    except UnicodeEncodeError:
        return message.encode(errors="surrogatepass")
    return message
