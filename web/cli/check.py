"""`doorstep check`: is the log whole? Every finding is one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from eventsourcing.persistence import MapperDeserialisationError

from store.centre import Centre
from store.log import LogUnavailable
from store.notary import LogAltered, Notary
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.log_reading import findings, sound
from web.cli.progress import progress
from web.cli.soundness import Finding
from web.signatures import Signatures

DATABASES = ("log.db", "keys.db")


@click.command()
@data_option
def check(data: Path | None) -> int:
    """Read the whole log and say everything that is not as it was written.

    Each finding is a line `position stream version tag: what`, or `file: what`; none quotes what an event holds. Every
    event is decoded, every sealed value opened, every leaf of the transparency log computed anew and held against the
    tree that the service keeps, every receipt compared with its facts, and what staff did with the signature of their
    device. The service may run meanwhile. Exit code 1 if anything was found.
    """
    settings, found = settings_of(data=data), 0
    for finding in _damaged_files(settings.centre_folder):
        click.echo(finding)
        found += 1
    with opened_centre(settings) as centre, progress("reading the log") as told:
        soundness = sound(centre)
        for finding in findings(centre, told=told, by=soundness):
            click.echo(finding)
            found += 1
        for finding in _changed_since(settings.followers_folder / "tree.db", centre):
            click.echo(finding)
            found += 1
        events = centre.head()
    said = f"findings: {found:,}." if found else "all is as it was written."
    click.echo(f"Events read: {events:,}; {_signed(soundness.signatures)}; {said}")
    return 1 if found else 0


def _signed(signatures: Signatures) -> str:
    """How much of what staff did was signed, and what somebody should know who doubts it."""
    said = (
        f"signed by the devices of staff: {signatures.signed:,} of {signatures.signed + signatures.unsigned:,} commands"
    )
    beside = {"with signatures erased": signatures.gone, "keys replaced": signatures.replaced}
    return said + "".join(f", {what}: {count:,}" for what, count in beside.items() if count)


def _damaged_files(folder: Path) -> Iterator[Finding]:
    """What SQLite itself finds wrong with the files of an engine that keeps its data here."""
    for name in DATABASES:
        if (folder / name).is_file():
            click.echo(f"reading {name} ...", err=True)
            for what in integrity(folder / name):
                yield Finding(name, what)


def _changed_since(tree: Path, centre: Centre) -> Iterator[Finding]:
    """The first event that is not the one that the service took into its tree, if it has one; a copy is looked at."""
    if not tree.is_file():
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / tree.name
        try:
            with (
                closing(sqlite3.connect(f"{tree.absolute().as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
            with closing(Notary(centre, copy)) as notary:
                for _ in notary.looked_over():
                    pass
        except (LogAltered, sqlite3.DatabaseError) as error:
            yield Finding(tree.name, str(error))
        except (LogUnavailable, MapperDeserialisationError):
            return  # what cannot be read in the log was told already


def integrity(path: Path) -> Iterator[str]:
    """What SQLite finds wrong with a file of its own, and whether events are missing at the end of a log."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
            for (line,) in database.execute("PRAGMA integrity_check"):
                if line != "ok":
                    yield str(line).partition("\n")[0]
            yield from _cut_tail(database)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite may name what is damaged in its letters
        yield str(error)


def _cut_tail(database: sqlite3.Connection) -> Iterator[str]:
    """Events missing at the end of a log: SQLite remembers the last position that it gave out."""
    if not database.execute("SELECT 1 FROM sqlite_schema WHERE name='stored_events'").fetchone():
        return
    row = database.execute(
        "SELECT seq, (SELECT MAX(rowid) FROM stored_events) FROM sqlite_sequence WHERE name='stored_events'"
    ).fetchone()
    if row is not None and row[0] != (row[1] or 0):
        yield f"its last event stands at position {row[1] or 0}, and one was written at {row[0]}"
