"""What a command says on the terminal, and how it runs the programs that do the work."""

import re
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bootstrap.places import ROOT

HEARTBEAT_SECONDS = 20
TAIL_LINES = 15
NO_NETWORK = re.compile(
    r"NewConnectionError|Failed to establish|NameResolution|name resolution|Name or service not known|ENOTFOUND"
    r"|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|Network is unreachable|timed out|Temporary failure"
)


class Trouble(Exception):
    """A command cannot go on; the message is one sentence that says how to mend it.

    Attributes:
        tail: the last lines of the program that failed, shown above the sentence.
    """

    def __init__(self, sentence: str, tail: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.tail = tail


class Outcome(NamedTuple):
    """How a program ended: its exit code, and the last lines of its output and error output together."""

    code: int
    lines: list[str]

    @property
    def tail(self) -> list[str]:
        """The few lines worth showing when it failed: the last ones, without a JavaScript program's own call stack."""
        return [line for line in self.lines if not line.lstrip().startswith("at ")][-TAIL_LINES:]

    @property
    def lacked_network(self) -> bool:
        """Whether the output speaks of a host that could not be reached."""
        return any(NO_NETWORK.search(line) for line in self.lines)


def say(text: str) -> None:
    """Print `text` behind the time of day."""
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Outcome:
    """Run `command` to its end with its output kept back; a long one gives a sign of life every 20 seconds."""
    try:
        process = _start([str(part) for part in command], cwd=cwd, env=env)
    except OSError as fault:
        return Outcome(127, [f"{command[0]} could not be started: {fault.strerror}"])
    lines: deque[str] = deque(maxlen=400)
    reader = threading.Thread(target=_keep_lines, args=(process, lines), daemon=True)
    reader.start()
    try:
        _wait(process, lines)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    reader.join()
    return Outcome(process.returncode, list(lines))


def run_or_stop(
    command: Sequence[str | Path], *, otherwise: str, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> None:
    """Run `command`; when it fails, stop with its last lines and a sentence.

    Args:
        command: the program and its arguments.
        otherwise: the sentence for a failure that is not a missing network.
        cwd: the folder to run in.
        env: the whole environment, or None for this process's own.

    Raises:
        Trouble: it exited with anything but 0.
    """
    outcome = run(command, cwd=cwd, env=env)
    if outcome.code == 0:
        return
    if outcome.lacked_network:
        otherwise = (
            "The first start fetches packages and the network did not answer: connect (or set your proxy or mirror "
            "for pip and npm) and type the same command again; what is already here is kept."
        )
    raise Trouble(otherwise, outcome.tail)


def report(trouble: Trouble) -> None:
    """Show the failed program's last lines, then the sentence, on the error output."""
    for line in trouble.tail:
        print(f"    {line}", file=sys.stderr)
    print(str(trouble), file=sys.stderr, flush=True)


def _start(command: list[str], *, cwd: Path, env: Mapping[str, str] | None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def _keep_lines(process: "subprocess.Popen[str]", lines: deque[str]) -> None:
    assert process.stdout is not None
    with process.stdout:
        lines.extend(line.rstrip() for line in process.stdout if line.strip())


def _wait(process: "subprocess.Popen[str]", lines: deque[str]) -> None:
    while True:
        try:
            process.wait(HEARTBEAT_SECONDS)
        except subprocess.TimeoutExpired:
            say(f"  still working: {lines[-1].strip()[:90]}" if lines else "  still working")
        else:
            return
