"""How far a long command has come: a bar on a terminal, a plain line now and then anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click

LINE_SECONDS = 10.0
"""How often a line is written where there is no terminal."""

Progress = Callable[[int, int], None]
"""Told what is done, of how much."""


@contextmanager
def progress(label: str) -> Generator[Progress]:
    """Show how far the work called `label` has come, on the error output, so that results can be kept apart."""
    if sys.stderr.isatty():
        with _bar(label) as told:
            yield told
    else:
        yield _Lines(label)


@contextmanager
def _bar(label: str) -> Generator[Progress]:
    with click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True) as bar:

        def told(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield told


class _Lines:
    """Writes a line at the start and every ten seconds."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._due = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + LINE_SECONDS
        click.echo(f"{self._label}: {done:,} of {total:,}", err=True)
