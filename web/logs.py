"""The service's own log: one JSON line a request, connection, command or fault; ids only, never personal data."""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections.abc import Callable
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.errors import problem_answer
from web.figures import Figures

LARGEST_FILE_BYTES = 20_000_000
KEPT_FILES = 5
MOST_PLACES = 12
LONGEST_TEXT = 2_000
OURS = "doorstep"
"""First part of the names of this program's own loggers."""
SECRET_SEGMENT = re.compile(r"(?<=^/verify/).*")


class Journal:
    """Writes one JSON object a line.

    Callers pass ids, positions, codes and counts only. A fault is written without its message, because messages quote
    the values that caused them.
    """

    def __init__(self, path: Path, *, clock: Callable[[], datetime]) -> None:
        """Append to `path`; `clock` gives the time in UTC."""
        self._clock = clock
        self._adopted: list[tuple[logging.Logger, logging.Handler]] = []
        self._file = _Lines(path)

    def write(self, event: str, **fields: Any) -> None:
        """Append one line: `at`, `event` and `fields`."""
        line = {"at": self._clock(), "event": event, **fields}
        self._file.add(msgspec.json.encode(line, enc_hook=str).decode())

    def fault(self, error: BaseException, **fields: Any) -> str:
        """Write an unexpected error with where it came from; return the support number that goes to the person."""
        number = secrets.token_hex(4)
        self.write("fault", support=number, **_of(error), **fields)
        return number

    def close(self) -> None:
        """Let the adopted loggers go, flush and close the file."""
        for logger, handler in self._adopted:
            logger.removeHandler(handler)
        self._file.close()

    def adopt(self, name: str) -> None:
        """Write the warnings of the logger `name` and those below it here too.

        What this program says for itself holds ids, codes and counts only; of a library's text the arguments are left
        out, because nobody knows what they quote.
        """
        logger = logging.getLogger(name)
        handler = _Adopted(self)
        logger.handlers = [handler]
        self._adopted.append((logger, handler))
        logger.setLevel(logging.WARNING)
        logger.propagate = False


class _Lines(RotatingFileHandler):
    """The library's rotating file. Its size is counted along: the library asks the system for it before every line."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LARGEST_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True)
        self._size = 0

    def add(self, text: str) -> None:
        """Append a line; what cannot be written is reported as the library does."""
        self.acquire()
        try:
            self._write(f"{text}\n")
        except Exception:
            self.handleError(logging.makeLogRecord({"msg": text}))
        finally:
            self.release()

    def _write(self, line: str) -> None:
        if self.stream is None:
            self.stream = self._open()
            self._size = Path(self.baseFilename).stat().st_size
        if self._size and self._size + len(line) > self.maxBytes:
            self.doRollover()
            self.stream, self._size = self._open(), 0
        self.stream.write(line)
        self.stream.flush()
        self._size += len(line.encode())


class _Adopted(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        error = _of(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        is_ours = record.name.partition(".")[0] == OURS
        text = (record.getMessage() if is_ours else str(record.msg)).strip()[:LONGEST_TEXT]
        self._journal.write("library", logger=record.name, level=record.levelname, text=text, **error)


class Unquoting(logging.Formatter):
    """Tells of an error its kind and where it came from, on a terminal as in the journal, and not its message."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 the library's name
        """What is written below the line of a record."""
        told = _of(ei[1])
        return "\n".join((told["kind"], *told["places"]))


def _of(error: BaseException) -> dict[str, Any]:
    """What is told of an error: its kind and where it came from, the nearest last."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kind": type(error).__name__, "places": places[-MOST_PLACES:]}


class RequestLog:
    """Middleware: a line for each request and connection, and a calm 500 for a defect, which is logged once."""

    def __init__(self, app: ASGIApp, journal: Journal, figures: Figures) -> None:
        """Wrap `app`."""
        self._app = app
        self._figures = figures
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        started, seen = perf_counter(), _Seen(send)
        try:
            await self._app(scope, receive, seen.send)
        except ClientDisconnect:
            pass  # whoever asked has gone in the middle of it; nobody is there to be answered
        except Exception as error:
            number = self._journal.fault(error, path=_path(scope))
            self._figures.fault()
            await _apologise(scope, receive, seen, number)
        seconds = perf_counter() - started
        if scope["type"] == "http":
            self._figures.request(scope["method"], seen.status, seconds)
        self._journal.write(
            "request" if scope["type"] == "http" else "connection",
            method=scope.get("method"),
            path=_path(scope),
            status=seen.status,
            bytes=seen.sent_bytes,
            ms=round(seconds * 1000, 1),
            person=scope.get("doorstep.person"),
        )


class _Seen:
    """What was sent so far."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status: int | None = None
        self.sent_bytes = 0

    async def send(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start" | "websocket.http.response.start":
                self.status = message["status"]
            case "websocket.accept":
                self.status = 101
            case "websocket.close":
                self.status = message.get("code", 1000)
            case _:
                self.sent_bytes += len(message.get("body") or message.get("bytes") or message.get("text") or b"")
        await self._send(message)


async def _apologise(scope: Scope, receive: Receive, seen: _Seen, number: str) -> None:
    if scope["type"] == "http" and seen.status is None:
        await problem_answer(500, "server-fault", {"support": number})(scope, receive, seen.send)
    elif scope["type"] == "websocket" and seen.status in (None, 101):
        await seen.send({"type": "websocket.close", "code": 1011, "reason": ""})


def _path(scope: Scope) -> str:
    """The path without what only its holder may know; queries may hold names and are never logged."""
    return SECRET_SEGMENT.sub("...", scope["path"])[:200]
