"""What must be so before the service can start; each thing that is not gets one sentence that says how to mend it."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from store import UnsafeSQLite, require_safe_sqlite

BACKLOG = 2048
HIGHEST_PORT = 65_535


class CannotStart(Exception):
    """The service cannot start; the message is one sentence that says how to mend it."""


def require_sqlite() -> None:
    """Make sure that the log will not be written by a SQLite that can damage it.

    Raises:
        CannotStart: the library is too old.
    """
    try:
        require_safe_sqlite()
    except UnsafeSQLite as fault:
        raise CannotStart(f"{fault}: install the packages of requirements.txt again, as ./run does.") from fault


@contextmanager
def held_folder(folder: Path) -> Generator[None]:
    """Make the data folder where it is missing, and keep every other server out of it.

    Raises:
        CannotStart: it cannot be written, or another server process uses it.
    """
    _require_writable(folder)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            lock.seek(0)
            raise CannotStart(_in_use(folder, lock.read().strip())) from fault
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `port`.

    Raises:
        CannotStart: another program has the port, or this user or machine may not have it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would not switch Nagle's algorithm off, and every answer would take 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as fault:
        listener.close()
        raise CannotStart(_no_port(host, port, fault)) from fault
    listener.setblocking(False)
    return listener


def _require_writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        raise CannotStart(
            f"The data folder {folder} cannot be written ({fault.strerror}): make it yours (sudo chown -R $USER "
            f"{folder}), or choose another with --data."
        ) from fault


def _in_use(folder: Path, holder: str) -> str:
    process = f" (process {holder})" if holder else ""
    return f"The data folder {folder} is in use by another Doorstep{process}: stop it, or choose another with --data."


def _no_port(host: str, port: int, fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        other = port + 1 if port < HIGHEST_PORT else 8000
        return f"Port {port} is in use by another program: stop that one, or choose another port, as in --port {other}."
    if fault.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}: choose one of its own with --host."
    return f"Port {port} cannot be used here ({fault.strerror}): choose one above 1023, as in --port 8000."
