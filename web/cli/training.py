"""`doorstep training`: courses, questions, scenarios, policies and certificates, from files and into files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from domain.case.commands import Command
from domain.training.content import Kind, content_stream, kind_of
from domain.training.publishing import WithdrawTraining
from domain.training.source import LISTS, Read, fault_lines
from store.answers import Answer
from store.centre import Centre
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.progress import progress
from web.cli.trouble import Trouble
from web.kept import files_of
from web.training_files import Given, NoTraining, given_on_disk, handouts_of, written
from web.training_import import NotPublished, changed, learnt, publish, read

F = TypeVar("F", bound=Callable[..., Any])
GONE = "not in the file that was imported"


def _file(command: F) -> F:
    return click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))(command)


@click.group()
def training() -> None:
    """Check, import and export what is learnt: courses, questions, scenarios, policies, answers, certificates."""


@training.command()
@_file
@data_option
def check(file: Path, data: Path | None) -> int:
    """Say everything that would keep FILE from being imported, with its line, and import nothing.

    FILE is YAML, or a ZIP of one YAML file and the pictures, videos and PDFs that it names. Exit code 1 if anything was
    found.
    """
    given = _given(file)
    with opened_centre(settings_of(data=data)) as centre:
        found = read(given, centre)
        told = _told(given, found)
        click.echo(told or f"All is well: {_counts(found)}. {len(changed(found.contents, centre))} things are new.")
    return 1 if found.faults else 0


@training.command(name="import")
@_file
@click.option("--withdraw-others", is_flag=True, help="Withdraw everything that is learnt now and not in the file.")
@data_option
def bring_in(*, file: Path, withdraw_others: bool, data: Path | None) -> int:
    """Publish what is new or changed in FILE; the rest stays as it is.

    It is checked first, as by `check`; if anything is found, nothing is published. The service may run meanwhile.
    """
    given = _given(file)
    settings = settings_of(data=data)
    with opened_centre(settings) as centre:
        found = read(given, centre)
        if told := _told(given, found):
            click.echo(told)
            click.echo("Nothing was published.")
            return 1
        new = changed(found.contents, centre)
        with progress("Publishing") as told_progress:
            try:
                done = publish(new, given, files_of(settings, centre.vault), _by(centre), told_progress)
            except NotPublished as error:
                raise Trouble(str(error)) from error
        gone = _withdrawn(found, centre) if withdraw_others else 0
    click.echo(f"{len(done)} things were published, {len(found.contents) - len(done)} are as they were.")
    if withdraw_others:
        click.echo(f"{gone} things were withdrawn.")
    return 0


@training.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
def export(file: Path, data: Path | None) -> int:
    """Write all that is learnt into FILE as YAML, and its pictures, videos and PDFs into a folder beside it.

    What was exported can be imported again, here or in another centre.
    """
    settings = settings_of(data=data)
    with opened_centre(settings) as centre:
        contents, files = learnt(centre), files_of(settings, centre.vault)
        file.write_text(written(contents), encoding="utf-8")
        handouts = handouts_of(contents)
        for name, one in handouts.items():
            path = file.parent / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files.read(one.address))
    click.echo(f"{file}: {len(contents)} things, {len(handouts)} files.")
    return 0


def _given(file: Path) -> Given:
    try:
        return given_on_disk(file)
    except NoTraining as error:
        raise Trouble(str(error)) from error


def _told(given: Given, found: Read) -> str:
    """The faults, one a line, and how many there are; empty without one."""
    if not found.faults:
        return ""
    return "\n".join([*fault_lines(given.name, found.faults), f"{len(found.faults)} faults."])


def _counts(found: Read) -> str:
    kinds = [kind_of(one) for one in found.contents]
    return ", ".join(f"{kinds.count(kind)} {name}" for name, kind in LISTS.items())


def _by(centre: Centre) -> Callable[[Command, UUID], Answer]:
    return lambda command, lane: centre.by_itself(command, lane=lane)


def _withdrawn(found: Read, centre: Centre) -> int:
    there = {(kind_of(one), one.id) for one in found.contents}
    gone: list[tuple[Kind, str]] = [
        (kind_of(one), one.id) for one in learnt(centre) if (kind_of(one), one.id) not in there
    ]
    for kind, id in gone:
        command = WithdrawTraining(kind=kind, content_id=id, reason=GONE)
        centre.by_itself(command, lane=content_stream(kind, id))
    return len(gone)
