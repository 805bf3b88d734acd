"""The service as a process that can be killed at any moment and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from bootstrap.places import ROOT

ENDING_SECONDS = 10


class Service(Protocol):
    """A process that serves and can be killed."""

    def start(self) -> int:
        """Start it and return its process id."""
        ...

    def ended(self) -> None:
        """Wait until the killed process is gone."""
        ...

    def close(self) -> None:
        """Clean up."""
        ...


class Forked:
    """The service as a forked child, which starts in a moment; sabotaged where a name says how."""

    def __init__(self, data: Path, port: int, *sabotages: str, env: Mapping[str, str] | None = None) -> None:
        self._kennel = subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.kennel", str(data), str(port), *sabotages],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self) -> int:
        """Fork a child."""
        assert self._kennel.stdin is not None
        self._kennel.stdin.write("start\n")
        self._kennel.stdin.flush()
        child = self._line()
        assert child, "the kennel did not start: its error output says why"
        return int(child)

    def ended(self) -> None:
        """Wait until the kennel has seen it end."""
        assert self._line() == "ended"

    def close(self) -> None:
        """End the kennel."""
        self._kennel.communicate("", timeout=ENDING_SECONDS)

    def _line(self) -> str:
        assert self._kennel.stdout is not None
        return self._kennel.stdout.readline().strip()


class Served:
    """The service as people start it: `doorstep serve`."""

    def __init__(self, data: Path, port: int) -> None:
        self._command = [sys.executable, "-m", "web", "serve", "--empty", "--data", str(data), "--port", str(port)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> int:
        """Start a process of its own."""
        self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=subprocess.DEVNULL)
        return self._process.pid

    def ended(self) -> None:
        """Wait until it is gone."""
        assert self._process is not None
        self._process.wait(ENDING_SECONDS)

    def close(self) -> None:
        """Nothing is left."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
