"""Bytes that no browser sends: half requests, smuggled lengths, broken handshakes, endless frames."""

from __future__ import annotations

import asyncio
import base64
import struct
from random import Random

from sync.frames import SUBPROTOCOL

PATIENCE_SECONDS = 10.0
MOST_READ = 65_536


def heads(host: str) -> dict[str, bytes]:
    """What is sent at once, by what is wrong with it."""
    named = f"Host: {host}\r\n".encode()
    get = b"GET /session HTTP/1.1\r\n" + named
    post = b"POST /session/code HTTP/1.1\r\n" + named + b"Origin: http://" + host.encode() + b"\r\n"
    json = b"Content-Type: application/json\r\n"
    return {
        "no host": b"GET / HTTP/1.1\r\n\r\n",
        "two hosts": get + b"Host: evil.example\r\n\r\n",
        "another host": b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "half a request line": b"GET /session HT",
        "a head without end": get + b"X-A: ",
        "a head of 70 kB": get + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
        "two thousand headers": get + b"".join(b"X-%d: a\r\n" % n for n in range(2_000)) + b"\r\n",
        "a target of 40 kB": b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n" + named + b"\r\n",
        "a negative length": post + json + b"Content-Length: -1\r\n\r\n{}",
        "two lengths": post + json + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
        "a length beyond all": post + json + b"Content-Length: 99999999999999999999\r\n\r\n{}",
        "a length and chunks": post + json + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET",
        "chunks of an odd kind": post + json + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "a chunk without a number": post + json + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "a chunk beyond all": post + json + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
        "less body than said": post + json + b"Content-Length: 60000\r\n\r\n{",
        "a name with a blank": get + b"X A : b\r\n\r\n",
        "a folded header": get + b"X-A: b\r\n c\r\n\r\n",
        "a header with a NUL": get + b"X-A: b\0c\r\n\r\n",
        "a method of its own": b"EVIL /session HTTP/1.1\r\n" + named + b"\r\n",
        "trace": b"TRACE / HTTP/1.1\r\n" + named + b"\r\n",
        "connect": b"CONNECT evil.example:443 HTTP/1.1\r\n" + named + b"\r\n",
        "an absolute target": b"GET http://evil.example/ HTTP/1.1\r\n" + named + b"\r\n",
        "a path upwards": b"GET /../../etc/passwd HTTP/1.1\r\n" + named + b"\r\n",
        "a path upwards, encoded": b"GET /%2e%2e/%2e%2e%2fetc/passwd HTTP/1.1\r\n" + named + b"\r\n",
        "a path with a NUL": b"GET /assets/%00.js HTTP/1.1\r\n" + named + b"\r\n",
        "a path of bad UTF-8": b"GET /%ff%fe%c0%ae HTTP/1.1\r\n" + named + b"\r\n",
        "a path of raw bytes": b"GET /\xff\xfe HTTP/1.1\r\n" + named + b"\r\n",
        "two slashes": b"GET //evil.example HTTP/1.1\r\n" + named + b"\r\n",
        "HTTP/0.9": b"GET /\r\n",
        "HTTP/9.9": b"GET / HTTP/9.9\r\n" + named + b"\r\n",
        "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
        "noise": Random(7).randbytes(3_000),
        "two hundred requests at once": (get + b"\r\n") * 200,
        "a cookie of 8 kB": get + b"Cookie: doorstep_session=" + b"a" * 8_000 + b"\r\n\r\n",
        "a cookie of bad bytes": get + b"Cookie: doorstep_session=\xff\xfe;;==;\x01\r\n\r\n",
        "a range beyond all": b"GET /log/verify.py HTTP/1.1\r\n" + named + b"Range: bytes=9999999999-,-1,0-0\r\n\r\n",
        "an upgrade to nothing": get + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "a handshake without a key": handshake(host, key=None),
        "a handshake of version 8": handshake(host, version=8),
        "a handshake from elsewhere": handshake(host, origin="http://evil.example"),
        "a handshake without subprotocol": handshake(host, subprotocol="chat"),
    }


def handshake(
    host: str,
    *,
    key: bytes | None = b"0123456789abcdef",
    version: int = 13,
    origin: str | None = None,
    subprotocol: str = SUBPROTOCOL,
) -> bytes:
    """The opening of a WebSocket (RFC 6455 section 4.1), sound if nothing else is said."""
    lines = [
        "GET /sync HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Version: {version}",
        f"Sec-WebSocket-Protocol: {subprotocol}",
        f"Origin: {origin or f'http://{host}'}",
    ]
    if key is not None:
        lines.append(f"Sec-WebSocket-Key: {base64.b64encode(key).decode()}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


MASK = b"\1\2\3\4"
WIRES: dict[str, bytes] = {
    "unmasked": struct.pack("!BB", 0x81, 2) + b"{}",
    "a reserved opcode": struct.pack("!BB", 0x83, 0x80) + MASK,
    "reserved bits": struct.pack("!BB", 0xF1, 0x80) + MASK,
    "a length of 2^63": struct.pack("!BBQ", 0x81, 0xFF, 2**63) + MASK,
    "a length of 2^63 - 1": struct.pack("!BBQ", 0x82, 0xFF, 2**63 - 1) + MASK,
    "a long ping": struct.pack("!BBH", 0x89, 0xFE, 4_000) + MASK + b"\0" * 4_000,
    "a ping in pieces": struct.pack("!BB", 0x09, 0x80) + MASK,
    "a continuation of nothing": struct.pack("!BB", 0x80, 0x80) + MASK,
    "pieces without end": (struct.pack("!BB", 0x01, 0x81) + MASK + b"\1")
    + (struct.pack("!BB", 0, 0x80) + MASK) * 3_000,
    "bad UTF-8": struct.pack("!BB", 0x81, 0x82) + MASK + bytes(a ^ b for a, b in zip(b"\xff\xfe", MASK, strict=False)),
    "a close of one byte": struct.pack("!BB", 0x88, 0x81) + MASK + b"\0",
    "a close of no meaning": struct.pack("!BB", 0x88, 0x82) + MASK + b"\1\2",
    "ten thousand pings": (struct.pack("!BB", 0x89, 0x80) + MASK) * 10_000,
    "half a frame": struct.pack("!BBH", 0x81, 0xFE, 60_000) + MASK + b"{",
    "noise": Random(8).randbytes(5_000),
}
"""What is sent after a sound handshake."""


async def say(port: int, *said: bytes) -> int | None:
    """Send bytes on a connection of its own, and hang up.

    Returns:
        The status that was answered, None where the service answered nothing.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in said:
            writer.write(part)
            await writer.drain()
        writer.write_eof()
        async with asyncio.timeout(PATIENCE_SECONDS):
            answer = await reader.read(MOST_READ)
    except (ConnectionError, TimeoutError):
        return None
    finally:
        writer.transport.abort()
    head = answer.split(b" ", 2)
    return int(head[1]) if answer.startswith(b"HTTP/1.1 ") and head[1].isdigit() else None


class Held:
    """Connections that say a little, and then nothing, for as long as the block lasts."""

    def __init__(self, port: int, host: str, n: int) -> None:
        """Prepare to hold `n` of them."""
        self._port, self._host, self._n = port, host, n
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Held:
        """Open all of them."""
        begun = (b"", b"GET / HT", handshake(self._host), handshake(self._host)[:60])
        for number in range(self._n):
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(begun[number % len(begun)])
            self._writers.append(writer)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Break all of them."""
        for writer in self._writers:
            writer.transport.abort()
