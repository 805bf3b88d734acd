"""The engineer's tutorial, typed line by line: what it prints is what the page says."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bootstrap.places import ROOT
from tests.bench.service import free_port

ENGLISH = ROOT / "docs" / "tutorial" / "engineer.md"
CHINESE = ROOT / "docs" / "zh" / "tutorial" / "engineer.md"
PORT = "8010"
"""That the page names; a test takes a free one in its place."""
OPENS_WITHIN = 240.0
_BLOCK = re.compile(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)
RUN = """#!/bin/sh
if [ "$1" = doorstep ]; then shift; else set -- serve "$@"; fi
exec "{python}" -m web "$@"
"""
"""What `./run` comes to once everything is there, which tests of its own show."""


def blocks(page: Path) -> list[tuple[str, str]]:
    """What is typed, each time with what is printed then."""
    return [(typed, printed) for typed, printed in _BLOCK.findall(page.read_text(encoding="utf-8"))]


def as_pattern(line: str) -> str:
    """A line of the page, in which `…` stands for anything."""
    return ".*".join(map(re.escape, line.split("…")))


class Desk:
    """Two terminals in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = str(free_port())
        run = folder / "run"
        run.write_text(RUN.format(python=sys.executable), encoding="utf-8")
        run.chmod(0o700)
        self._env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "no_proxy": "localhost"}
        self._service: subprocess.Popen[bytes] | None = None
        self._typed = ""

    def serve(self, typed: str) -> None:
        """Type into the first terminal, in place of what runs there, and wait until it is open."""
        self.close()
        with (self._folder / "service.out").open("ab") as said:
            self._service = subprocess.Popen(
                ["sh", "-c", f"exec {self._here(typed)}"], cwd=self._folder, env=self._env, stdout=said, stderr=said
            )
        until = time.monotonic() + OPENS_WITHIN
        while not self._is_open():
            assert self._service.poll() is None, (self._folder / "service.out").read_text(encoding="utf-8")[-2000:]
            assert time.monotonic() < until
            time.sleep(0.1)

    def type(self, typed: str) -> str:
        """Type into the second terminal, which remembers what was set there; what it prints."""
        script = f"{self._typed}\n{self._here(typed)}"
        if re.search(r"^[A-Z]+=", typed, re.MULTILINE):
            self._typed = "\n".join(line for line in self._here(typed).splitlines() if re.match(r"[A-Z]+=", line))
        done = subprocess.run(
            ["bash", "-e", "-c", script], cwd=self._folder, env=self._env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        """Press Ctrl-C in the first terminal."""
        if self._service is not None:
            self._service.send_signal(signal.SIGINT)
            self._service.wait(60)
            self._service = None

    def _here(self, typed: str) -> str:
        return typed.strip().replace(PORT, self._port)

    def _is_open(self) -> bool:
        try:
            return httpx.get(f"http://localhost:{self._port}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False


@contextmanager
def desk(folder: Path) -> Generator[Desk]:
    terminals = Desk(folder)
    try:
        yield terminals
    finally:
        terminals.close()


def missing(said: str, printed: str) -> Iterator[str]:
    """Lines of the page that were not printed in their order."""
    lines = iter(printed.splitlines())
    for line in said.splitlines():
        if not any(re.match(as_pattern(line), one) for one in lines):
            yield line


@pytest.mark.timeout(600)
def test_the_engineers_tutorial_can_be_followed_word_by_word(tmp_path: Path) -> None:
    names: list[str] = []
    with desk(tmp_path) as terminals:
        for typed, said in blocks(ENGLISH):
            if typed.startswith("./run --data"):
                terminals.serve(typed)
                continue
            if typed.startswith("rm "):
                terminals.close()
            printed = terminals.type(typed)
            assert list(missing(said, printed)) == [], printed
            names += printed.splitlines()[:1] if "checkpoint" in typed else []

    assert len(set(names)) == 2, "the restored log has another name"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "service.out"]


def test_the_tutorial_is_the_same_in_chinese() -> None:
    assert blocks(CHINESE) == blocks(ENGLISH)
