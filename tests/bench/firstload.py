"""What a resident's first screen loads of the app, as it travels (gzip)."""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bootstrap.places import STATIC
from tests.bench.figures import Figure

BARE_SHELL_KB = 45.0
"""A bare shell of the same stack, measured once."""
REACH = 80.0 / BARE_SHELL_KB
LEVEL = 9
KB = 1000

_REFERENCE = re.compile(r'(?:src|href)="/([^"]+\.(?:js|css))"')
_IMPORT = re.compile(r'(?:import|from)\s*"\./([^"]+\.js)"')
_WORKER = re.compile(r'/(assets/[^"\'`]*worker[^"\'`]*\.js)')


def measure(_: Path) -> Iterator[Figure]:
    """Scripts and styles that index.html names with all they import at once; the worker's entry apart."""
    page = STATIC / "index.html"
    if not page.is_file():
        print("the app has not been built (./run builds it): its first load is not measured", file=sys.stderr)
        return
    named = {STATIC / name for name in _REFERENCE.findall(page.read_text(encoding="utf-8"))}
    first = _with_imports(named)
    worker = _with_imports({STATIC / name for file in first for name in _WORKER.findall(_text(file))}) - first
    ours = _kilobytes(first)
    peers = {"the worker's entry, loaded after it": _kilobytes(worker)}
    yield Figure(
        job="first load of the app, script and style, gzip",
        ours=ours,
        limit=BARE_SHELL_KB,
        ratio=ours / BARE_SHELL_KB,
        unit="KB",
        aim="at most",
        reach=REACH,
        peers=peers,
    )


def _with_imports(files: set[Path]) -> set[Path]:
    found: set[Path] = set()
    waiting = set(files)
    while waiting:
        file = waiting.pop()
        found.add(file)
        if file.suffix == ".js":
            waiting |= {file.parent / name for name in _IMPORT.findall(_text(file))} - found
    return found


def _kilobytes(files: set[Path]) -> float:
    return sum(len(gzip.compress(file.read_bytes(), LEVEL)) for file in files) / KB


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")
