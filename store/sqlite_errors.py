"""Errors of SQLite as others name them: the port by what must be mended, the event-sourcing library by class."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from eventsourcing import persistence
from eventsourcing.persistence import OperationalError, PersistenceError

from store.log import LogUnavailable
from store.sqlite_lock import LockTimeout

_P = ParamSpec("_P")
_T = TypeVar("_T")
_REASONS = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CANTOPEN: "gone",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
}
_OF_THE_FILE = (sqlite3.Error, UnicodeDecodeError)
"""What reading a file raises; text that is no UTF-8 was damaged."""
_OF_THE_ENGINE = (*_OF_THE_FILE, PersistenceError, LockTimeout, OSError)
_OS_REASONS = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EROFS: "read-only", errno.EACCES: "read-only"}


class EngineErrors:
    """What `engine_errors` gives; no generator, since every read of the log goes through one."""

    __slots__ = ("_in_doubt",)

    def __init__(self, *, in_doubt: bool) -> None:
        """Say whether what fails may be on disk all the same."""
        self._in_doubt = in_doubt

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Name the error that the body raised, if it is one of the engine's."""
        if isinstance(error, _OF_THE_ENGINE) and not isinstance(error, persistence.IntegrityError):
            raise _named(error, in_doubt=self._in_doubt) from error


def engine_errors(*, in_doubt: bool = False) -> EngineErrors:
    """Errors of the engine as the port names them; a version that is taken is the library's `IntegrityError`."""
    return EngineErrors(in_doubt=in_doubt)


def names_errors(ask: Callable[_P, _T]) -> Callable[_P, _T]:
    """The same for a function, at the price of a call."""

    @wraps(ask)
    def asked(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return ask(*args, **kwargs)
        except _OF_THE_FILE as error:
            raise _named(error) from error

    return asked


def _named(error: Exception, *, in_doubt: bool = False) -> Exception:
    cause = error.args[0] if isinstance(error, PersistenceError) and error.args else error
    if getattr(cause, "sqlite_errorname", None) == "SQLITE_CONSTRAINT_UNIQUE":
        return persistence.IntegrityError(error)
    reason = _reason(cause)
    said = "what is stored cannot be read: check the log" if reason == "damaged" else str(error)  # it may quote a value
    return LogUnavailable(reason, said, in_doubt=in_doubt)


def _reason(cause: object) -> str:
    match cause:
        case LockTimeout():
            return "busy"
        case OSError():
            return _OS_REASONS.get(cause.errno or 0, "gone")
        case UnicodeDecodeError():
            return "damaged"
        case sqlite3.OperationalError() if not hasattr(cause, "sqlite_errorcode"):  # text that is no UTF-8
            return "damaged"
        case _:
            return _REASONS.get((getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF, "fault")


@contextmanager
def library_errors() -> Generator[None]:
    """Errors of the engine as the event-sourcing library names them."""
    try:
        yield
    except (LockTimeout, OSError) as error:
        raise OperationalError(error) from error
    except UnicodeDecodeError as error:
        raise OperationalError(error) from error
    except sqlite3.Error as error:
        kind = getattr(persistence, type(error).__name__, PersistenceError)
        raise kind(error) from error
