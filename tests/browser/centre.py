"""The real service as its own process: it can be killed at any moment and started again over the same data."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

from bootstrap.places import ROOT
from tests.browser.wire import Wire

START_SECONDS = 180.0
POLL_SECONDS = 0.05
QUIET_SECONDS = 5.0


class Centre:
    """A centre that serves from `data` on a port of its own, reached by browsers over a wire.

    Attributes:
        data: its data folder; outlives the process.
        port: where the process itself listens, for looking past the wire.
        wire: what stands between it and every browser.
        settings: variables of its environment, for the next start.
        url: where browsers open it. It says localhost because only that is a secure context without a certificate.
    """

    def __init__(self, data: Path) -> None:
        """Choose a port and lay the wire; nothing runs yet."""
        self.data = data
        self.port = free_port()
        self.wire = Wire(self.port)
        self.url = f"http://localhost:{self.wire.port}"
        self._log = data.parent / f"{data.name}.log"
        self.settings: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, days_later: int = 0) -> None:
        """Start the process and wait until it answers; with an empty data folder it first makes the demo centre.

        Args:
            days_later: how far its clock is ahead, in days.

        Raises:
            RuntimeError: it ended, or did not answer within `START_SECONDS`; the message holds the end of its log.
        """
        program = ["tests.browser.later", str(days_later)] if days_later else ["web"]
        command = [sys.executable, "-m", *program, "serve", "--port", str(self.port), "--data", str(self.data)]
        env = {"DOORSTEP_ORIGINS": self.url, "DOORSTEP_LIMIT_FACTOR": "100"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **env, **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._wait_until_healthy(self._process)

    def catch_up(self) -> None:
        """Wait until the read models hold all that is in the log.

        Raises:
            RuntimeError: they did not within `START_SECONDS`.
        """
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            standing = json.loads(self._answer("/readyz") or "{}")
            if standing and standing["position"] >= standing["head"]:
                return
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"the read models did not catch up within {START_SECONDS:.0f} s:\n{self._log_tail()}")

    def settle(self) -> None:
        """Wait until nothing more is recorded by itself, as letters are: they are pressed first.

        Raises:
            RuntimeError: something still was after `START_SECONDS`.
        """
        until, since, head = time.monotonic() + START_SECONDS, time.monotonic(), -1
        while time.monotonic() < until:
            standing = json.loads(self._answer("/readyz") or "{}")
            if standing.get("head") != head:
                since, head = time.monotonic(), standing.get("head", -1)
            elif time.monotonic() - since > QUIET_SECONDS:
                return
            time.sleep(POLL_SECONDS)
        raise RuntimeError(f"something goes on being recorded after {START_SECONDS:.0f} s:\n{self._log_tail()}")

    def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the process with SIGTERM, in order; does nothing when none runs."""
        self._end(signal.SIGTERM)

    def close(self) -> None:
        """Stop the process and take the wire away."""
        self.stop()
        self.wire.close()

    def check(self) -> str:
        """What `doorstep check` says of the log of the running service."""
        command = [sys.executable, "-m", "web", "check", "--data", str(self.data)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout

    def code_for(self, phone: str, *, within: float = 60.0) -> str:
        """Return the sign-in code that was last sent to `phone`, read from the demo inbox.

        Raises:
            LookupError: none came within `within` seconds.
        """
        until = time.monotonic() + within
        while time.monotonic() < until:
            if codes := [message["code"] for message in self.inbox(phone) if message.get("code")]:
                return codes[0]
            time.sleep(POLL_SECONDS)
        raise LookupError(f"no code was sent to {phone}")

    def inbox(self, phone: str) -> list[dict[str, str]]:
        """Return the messages that the demo carrier delivered to `phone`, latest first."""
        answer: dict[str, list[dict[str, str]]] = json.loads(
            self.get(f"/demo/inbox.json?{urlencode({'phone': phone})}")
        )
        return answer["messages"]

    def get(self, path: str) -> bytes:
        """Return the body at `path`, asked past the wire.

        Raises:
            URLError: nothing answered, or not with success.
        """
        with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=60) as answer:
            body: bytes = answer.read()
            return body

    def _wait_until_healthy(self, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError(f"the service ended with code {process.returncode}:\n{self._log_tail()}")
            if self._answer("/healthz"):
                return
            time.sleep(POLL_SECONDS)
        self.kill()
        raise RuntimeError(f"the service did not answer within {START_SECONDS:.0f} s:\n{self._log_tail()}")

    def _answer(self, path: str) -> bytes | None:
        """The body at `path`, or None without one: nothing answered, or not with success."""
        try:
            return self.get(path)
        except (urllib.error.URLError, OSError):
            return None

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-30:])

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
