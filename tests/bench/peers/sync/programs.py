"""The programs of the other engines: fetched from the registries, started, and asked for their figures."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from bootstrap import pwa, stamps
from bootstrap.places import ROOT
from tests.bench.peers.sync.documents import written
from tests.bench.service import free_port

SOURCE = Path(__file__).with_name("programs")
PLACE = ROOT / "tests" / "out" / "peers" / "sync"
"""Where they are installed; kept, so that they are fetched once."""
START_SECONDS = 60.0
STOP_SECONDS = 10.0
JOB_SECONDS = 300.0
SEED_SECONDS = 900.0
RESULT = "RESULT "

Result = dict[str, float | str]


class NotThere(Exception):
    """A program could not be fetched, did not start, or did not do its job; the message says which."""


class Program(Struct, frozen=True):
    """Another engine.

    Attributes:
        name: as it is known.
        folder: of its server and client.
        env: settings of both.
        receivers: devices among which a change fans out.
    """

    name: str
    folder: str
    env: Mapping[str, str] = {}
    receivers: int = 200

    def install(self) -> None:
        """Bring its programs and what they need to their place.

        Raises:
            NotThere: they could not be fetched.
        """
        place, source = PLACE / self.folder, SOURCE / self.folder
        stamp, wanted = place / ".stamp", stamps.digest([source / "package.json", SOURCE.parent / "requirements.txt"])
        shutil.copytree(source, place, dirs_exist_ok=True)
        shutil.copy(SOURCE / "job.mjs", PLACE)
        if not (PLACE / "cases.json").exists():
            written(PLACE / "cases.json")
        if stamps.is_current(stamp, wanted):
            return
        node = pwa.node()
        options = ("--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps", "--loglevel=error")
        _fetch([*node.npm, "install", *options], place, node.env)
        if (place / "server.py").exists():
            _fetch([sys.executable, "-m", "venv", "venv"], place, os.environ)
            _fetch(["venv/bin/pip", "install", "-q", "-r", str(SOURCE.parent / "requirements.txt")], place, os.environ)
        if (place / "build.mjs").exists():
            _fetch([str(node.program), "build.mjs"], place, node.env)
        stamps.leave(stamp, wanted)

    @contextmanager
    def serving(self, data: Path) -> Generator[int]:
        """Its server over `data`, and the port it listens on; stopped at the end.

        Raises:
            NotThere: it did not start.
        """
        data.mkdir(exist_ok=True)
        place, port = PLACE / self.folder, _two_free_ports()
        is_python = (place / "server.py").exists()
        command = ["venv/bin/python", "server.py"] if is_python else [str(pwa.node().program), "server.mjs"]
        with data.with_suffix(".out").open("ab") as out:
            process = subprocess.Popen(
                [*command, str(port), str(data)],
                cwd=place,
                env={**os.environ, **self.env},
                stdout=subprocess.PIPE,
                stderr=out,
                start_new_session=True,
            )
            try:
                _wait_for(process, self.name)
                yield port
            finally:
                _stop(process)

    def asked(self, job: str, port: int, n: int, *, env: Mapping[str, str] | None = None) -> Result:
        """What its client measured.

        Args:
            job: `seed`, `cold`, `drain` or `fanout`.
            port: of the server.
            n: documents, acts or receivers.
            env: further settings.

        Raises:
            NotThere: the client did not do its job.
        """
        command = [str(pwa.node().program), "client.mjs", job, str(port), str(n)]
        settings = {**os.environ, **self.env, **(env or {})}
        patience = SEED_SECONDS if job == "seed" else JOB_SECONDS
        try:
            said = subprocess.run(
                command, cwd=PLACE / self.folder, env=settings, capture_output=True, text=True, timeout=patience
            )
        except subprocess.TimeoutExpired:
            raise NotThere(f"{self.name}: {job} took more than {patience:.0f} s") from None
        for line in said.stdout.splitlines():
            if line.startswith(RESULT):
                return msgspec.json.decode(line.removeprefix(RESULT), type=Result)
        raise NotThere(f"{self.name}: {job}: {(said.stderr or said.stdout)[-400:]}")


def _fetch(command: list[str], place: Path, env: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=place, env=dict(env), check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotThere(f"{command[0]}: {done.stderr[-400:]}")


def _two_free_ports() -> int:
    """A port of which the next one is free too: some servers have a second one, to be seeded by."""
    while True:
        port = free_port()
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port + 1))
            return port


def _wait_for(process: subprocess.Popen[bytes], name: str) -> None:
    """Wait until the server says that it is ready, and let it say more without being heard."""
    assert process.stdout is not None
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and (line := process.stdout.readline()):
        if b"READY" in line:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return
    raise NotThere(f"{name}: the server did not start")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
