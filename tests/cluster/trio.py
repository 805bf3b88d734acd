"""Three PostgreSQL servers under Patroni, which agree by Raft among themselves on who takes writes.

Replication is synchronous: a commit is on two of them before it is answered. PostgreSQL refuses to run as root; as
root, each Patroni therefore lives in a user namespace in which it is somebody else, and its files stay root's.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
import yaml

from tests.campaigns.services import free_port
from tests.cluster.line import Line
from tests.postgres import USER, children, programs

NAMES = ("one", "two", "three")
FIRST_HOST = 11
BEHIND = 10
"""By how much the address of a server itself is higher than that of the line to it, which is the one that is told."""
TTL_SECONDS = 20
"""After how long without a word from the primary another takes its place; Patroni takes no less."""

LOOP_SECONDS = 2
SETTLES_WITHIN = 180.0
_SETTINGS = {
    "dynamic_shared_memory_type": "mmap",
    "fsync": "on",
    "max_connections": 100,
    "max_wal_senders": 8,
    "shared_buffers": "32MB",
    "wal_keep_size": "256MB",
    "wal_log_hints": "on",
}


class Member:
    """One of the three.

    Attributes:
        name: of it.
        folder: with its data and its journals.
        host: its own address of this machine; the port is the same for all three, as on three machines.
        line: to it, by which whoever asks and its replicas come.
    """

    def __init__(self, name: str, folder: Path, port: int) -> None:
        """Lay down nothing yet."""
        self.name = name
        self.folder = folder
        number = FIRST_HOST + NAMES.index(name)
        self.host, self.port = f"127.0.0.{number}", port
        self._behind = f"127.0.0.{number + BEHIND}"
        self.line = Line(self.host, port, to=self._behind)
        self.raft, self.rest = free_port(), free_port()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700, parents=True)

    @property
    def is_up(self) -> bool:
        """Whether its Patroni lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, others: list[Member]) -> None:
        """Start Patroni, which makes or mends its server."""
        config = self.folder / "patroni.yml"
        config.write_text(yaml.safe_dump(self._config(others)), encoding="utf-8")
        with (self.folder / "patroni.log").open("ab") as journal:
            self._process = subprocess.Popen(
                [*_as_somebody(), sys.executable, "-m", "patroni", config],
                stdout=journal,
                stderr=journal,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it and its server by SIGKILL, as when the machine goes dark."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stand_still(self) -> None:
        """Let it and its server do nothing any more, without ending a connection, as when its disk hangs."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on as if no time had passed: it still believes what it believed."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        server = _postmaster(self.folder / "data")
        for _ in range(2):  # the second time for what was begun during the first
            for process in (
                self._process.pid,
                *children(self._process.pid),
                *([server, *children(server)] if server else ()),
            ):
                with suppress(ProcessLookupError):
                    os.kill(process, number)

    def role(self) -> str:
        """`primary`, `replica`, or empty while it is neither or does not answer."""
        with suppress(httpx.HTTPError, ValueError):
            said = httpx.get(f"http://127.0.0.1:{self.rest}/patroni", timeout=2).json()
            if said.get("state") == "running":
                return "replica" if said.get("role") in ("replica", "standby_leader") else str(said.get("role", ""))
        return ""

    def is_synchronous(self) -> bool:
        """Whether it is the replica that has every commit."""
        with suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.rest}/synchronous", timeout=2).status_code == 200
        return False

    def said(self) -> str:
        """The end of what Patroni has said."""
        with suppress(OSError):
            return (self.folder / "patroni.log").read_text(errors="replace")[-2000:]
        return ""

    def _config(self, others: list[Member]) -> dict[str, Any]:
        return {
            "scope": "doorstep",
            "name": self.name,
            "log": {"level": "INFO"},
            "restapi": {"listen": f"127.0.0.1:{self.rest}", "connect_address": f"127.0.0.1:{self.rest}"},
            "raft": {
                "data_dir": str(self.folder / "raft"),
                "self_addr": f"127.0.0.1:{self.raft}",
                "partner_addrs": [f"127.0.0.1:{other.raft}" for other in others],
            },
            "bootstrap": {
                "dcs": {
                    "ttl": TTL_SECONDS,
                    "loop_wait": LOOP_SECONDS,
                    "retry_timeout": 5,
                    "synchronous_mode": True,
                    "synchronous_mode_strict": True,
                    "maximum_lag_on_failover": 0,
                    "primary_start_timeout": 0,
                    "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": _SETTINGS},
                },
                "initdb": ["no-sync", {"encoding": "UTF8"}, {"locale": "C"}, {"auth": "trust"}],
            },
            "postgresql": {
                "listen": f"{self._behind}:{self.port}",
                "connect_address": f"{self.host}:{self.port}",
                "data_dir": str(self.folder / "data"),
                "bin_dir": str(programs()),
                "pgpass": str(self.folder / "pgpass"),
                "authentication": {
                    "superuser": {"username": USER},
                    "replication": {"username": USER},
                    "rewind": {"username": USER},
                },
                "parameters": {"unix_socket_directories": ""},
                "pg_hba": ["host all all 127.0.0.0/8 trust", "host replication all 127.0.0.0/8 trust"],
            },
        }


class Trio:
    """The three of them."""

    def __init__(self, folder: Path) -> None:
        """Lay down nothing yet."""
        port = free_port()
        self.members = [Member(name, folder / name, port) for name in NAMES]
        for member in self.members:
            member.line.open()

    def start(self) -> None:
        """Start those that are down; the first time, one becomes the primary and the others copy it."""
        for member in self.members:
            if not member.is_up:
                member.start([other for other in self.members if other is not member])

    def stop(self) -> None:
        """End all of them."""
        for member in self.members:
            member.kill()
            member.line.close()

    def settle(self, *, replicas: int = 2) -> Member:
        """Wait until one takes writes and a replica has every commit; the one.

        Raises:
            TimeoutError: it does not come to that.
        """
        ends = time.monotonic() + SETTLES_WITHIN
        while time.monotonic() < ends:
            roles = {member.name: member.role() for member in self.members if member.is_up}
            primaries = [member for member in self.members if roles.get(member.name) == "primary"]
            followers = [name for name, role in roles.items() if role == "replica"]
            if len(primaries) == 1 and len(followers) >= replicas and any(m.is_synchronous() for m in self.members):
                return primaries[0]
            time.sleep(0.3)
        said = "\n".join(f"{member.name}: {member.said()}" for member in self.members)
        raise TimeoutError(f"the trio did not settle within {SETTLES_WITHIN:.0f} s:\n{said}")

    def sql(self, primary: Member, statement: str) -> None:
        """Let the primary carry one statement out."""
        with psycopg.connect(host=primary.host, port=primary.port, user=USER, dbname="postgres", autocommit=True) as at:
            at.execute(statement.encode())


@contextmanager
def trio(folder: Path, *, say: Callable[[str], None] = lambda _: None) -> Generator[Trio]:
    """A trio that has settled, ended with the block."""
    if reason := why_not():
        raise RuntimeError(reason)
    made = Trio(folder)
    try:
        say("starting PostgreSQL in three copies under Patroni ...")
        made.start()
        made.settle()
        yield made
    finally:
        made.stop()


def why_not() -> str:
    """Why no trio can run here, in one sentence; empty if one can."""
    asked = [*_as_somebody(), "true"]
    try:
        made = subprocess.run(asked, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "PostgreSQL does not run as root, and there is no unshare: run this as another user."
    if made.returncode:
        return f"PostgreSQL does not run as root, and root may not become somebody else here: {made.stderr.strip()}"
    return ""


def _as_somebody() -> list[str]:
    return [] if os.geteuid() else ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def _postmaster(data: Path) -> int:
    """The process id of a server, 0 if there is none."""
    with suppress(OSError, ValueError, IndexError):
        return int((data / "postmaster.pid").read_text().splitlines()[0])
    return 0
