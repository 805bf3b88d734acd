"""The real service as its own process over a prepared centre, and other servers to compare it with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
from msgspec import Struct

from bootstrap.places import ROOT

START_SECONDS = 240.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02
OK = 200


class Service(Struct, frozen=True):
    """A running process that listens.

    Attributes:
        pid: of the process.
        port: it listens on at 127.0.0.1.
    """

    pid: int
    port: int

    @property
    def origin(self) -> str:
        """Its address over HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        """Its address for devices."""
        return f"ws://127.0.0.1:{self.port}/sync"

    def tickets(self, tokens: list[str]) -> list[str]:
        """One-use tickets for sessions."""
        with httpx.Client(base_url=self.origin, headers={"origin": self.origin}, trust_env=False) as browser:
            return [_ticket(browser, token) for token in tokens]

    def caught_up(self) -> None:
        """Wait until the read models show everything that is in the log."""
        with httpx.Client(base_url=self.origin, trust_env=False, timeout=START_SECONDS) as browser:
            until = time.monotonic() + START_SECONDS
            while time.monotonic() < until:
                said = browser.get("/readyz")
                if said.status_code == OK and said.json()["position"] == said.json()["head"]:
                    return
                time.sleep(POLL_SECONDS)
        raise TimeoutError("the read models do not catch up")

    def stands_still(self, seconds: float = 3.0) -> None:
        """Wait until nothing has been recorded for so long: what follows a filing (its notices) is over then."""
        with httpx.Client(base_url=self.origin, trust_env=False, timeout=START_SECONDS) as browser:
            until, since, head = time.monotonic() + START_SECONDS, time.monotonic(), -1
            while time.monotonic() < until:
                said = browser.get("/readyz").json()
                if said.get("position") != said.get("head") or said["head"] != head:
                    since, head = time.monotonic(), said.get("head")
                elif time.monotonic() - since > seconds:
                    return
                time.sleep(seconds / 10)
        raise TimeoutError("something goes on being recorded")

    def resident_bytes(self) -> int:
        """Memory that the process has of its own, in bytes."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        private = (line.split() for line in lines if line.startswith("Private_"))
        return sum(int(size) * 1024 for _, size, _ in private)


def _ticket(browser: httpx.Client, token: str) -> str:
    answer = browser.post("/session/ticket", headers={"cookie": f"doorstep_session={token}"})
    answer.raise_for_status()
    return str(answer.json()["ticket"])


@contextmanager
def serving(data: Path, env: Mapping[str, str] | None = None) -> Generator[Service]:
    """The service over the centre in `data / "centre"`, whose log `env` names; stopped at the end."""
    port = free_port()
    command = [sys.executable, "-m", "web", "serve", "--host", "127.0.0.1", "--port", str(port), "--data", str(data)]
    with _running(command, port, data / "service.out", env or {}) as service:
        service.caught_up()
        yield service


@contextmanager
def bare(kind: str, *arguments: str, out: Path) -> Generator[Service]:
    """One of the servers of `tests.bench.bare`; stopped at the end."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", kind, str(port), *arguments]
    with _running(command, port, out, {}) as service:
        yield service


@contextmanager
def _running(command: list[str], port: int, out: Path, settings: Mapping[str, str]) -> Generator[Service]:
    env = {**os.environ, **settings, "DOORSTEP_LIMIT_FACTOR": "1000"}
    with out.open("ab") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        _wait_for(process, port, out)
        yield Service(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], port: int, out: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(POLL_SECONDS)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start:\n{out.read_text(encoding='utf-8')[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
