"""`doorstep keys`: the master key, and what it wraps."""

from __future__ import annotations

from pathlib import Path

import click

from store.master import rotate_master_key
from web.cli.centre import MASTER_KEY, data_option, opened_centre, settings_of


@click.group()
def keys() -> None:
    """The master key, and the keys of persons that it wraps."""


@keys.command()
@data_option
def status(data: Path | None) -> int:
    """Say which master key is in force and how much it wraps; no key is shown."""
    with opened_centre(settings_of(data=data)) as centre:
        counts = centre.vault.counts()
        click.echo(f"master key        {centre.vault.kek}")
        click.echo(f"persons           {counts.persons:,}")
        click.echo(f"other keys        {counts.named:,}")
        click.echo(f"persons erased    {counts.destroyed:,}")
    return 0


@keys.command()
@data_option
def rotate(data: Path | None) -> int:
    """Replace the master key by a fresh one; every key is wrapped anew, in one transaction.

    No file, link or hash changes, and a running service goes on. Where several machines share one key database, first
    put the same new key beside the old one on each of them, as master.key.next.
    """
    settings = settings_of(data=data)
    with opened_centre(settings) as centre:
        old = centre.vault.kek
        rotate_master_key(centre.vault, settings.centre_folder / MASTER_KEY)
        new, counts = centre.vault.kek, centre.vault.counts()
    click.echo(f"{counts.persons + counts.named:,} keys are wrapped by master key {new} now, not by {old} any more.")
    click.echo(f"Copy {settings.centre_folder / MASTER_KEY} to where you keep the old one, apart from the backups.")
    return 0
