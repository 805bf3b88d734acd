"""`doorstep rebuild`: the read models made anew from the log, or compared with what they would be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click

from projections.generations import RebuildUnderWay
from projections.rebuilding import NothingToVerify, rebuild, verify
from store.centre import Centre
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.progress import progress
from web.cli.trouble import Trouble


@click.command(name="rebuild")
@data_option
@click.option("--verify", "only_verify", is_flag=True, help="Change nothing: compare the read models with a rebuild.")
def rebuild_views(data: Path | None, *, only_verify: bool) -> int:
    """Make the read models anew from the log, beside the old ones, and swap them in.

    The service may run meanwhile and goes on with the new ones. With --verify nothing is changed: each difference is a
    line, and the exit code is 1 if there is one.
    """
    settings = settings_of(data=data)
    settings.views_folder.mkdir(mode=0o700, exist_ok=True)
    with opened_centre(settings) as centre:
        try:
            return _verify(centre, settings.views_folder) if only_verify else _rebuild(centre, settings.views_folder)
        except RebuildUnderWay as fault:
            raise Trouble("The read models are being rebuilt already: wait until that is done.") from fault
        except NothingToVerify as fault:
            raise Trouble("There are no read models yet: make them without --verify.") from fault


def _rebuild(centre: Centre, folder: Path) -> int:
    with progress("rebuilding") as told:
        rebuild(centre, folder, progress=told)
    click.echo(f"The read models are rebuilt from {centre.head():,} events.")
    return 0


def _verify(centre: Centre, folder: Path) -> int:
    with progress("comparing") as told:
        try:
            differences = verify(centre, folder, progress=told)
        except sqlite3.DatabaseError:
            differences = ["The file of the read models is damaged."]
    for difference in differences:
        click.echo(difference)
    click.echo(
        "The read models differ from a rebuild: make them anew, without --verify."
        if differences
        else "The read models are what a rebuild gives."
    )
    return 1 if differences else 0
