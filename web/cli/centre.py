"""The centre that a command works on: that of the data folder, beside a running service as well."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from store.centre import Centre
from web.cli.clock import new_id, now
from web.cli.trouble import Trouble
from web.settings import Settings, read_settings
from web.starting import require_sqlite

P = ParamSpec("P")
R = TypeVar("R")
MASTER_KEY = "master.key"


def data_option(command: Callable[P, R]) -> Callable[P, R]:
    """The option `--data`, as every command has it."""
    return click.option("--data", type=Path, help="The data folder; data/ or DOORSTEP_DATA by default.")(command)


def settings_of(**said: Any) -> Settings:
    """The settings of `serve`, read in the same way, for a data folder that holds a centre.

    Raises:
        SettingsWrong: a value cannot be used.
        Trouble: there is no centre, or no master key for it.
    """
    settings = read_settings(os.environ, said)
    if not settings.centre_folder.is_dir():
        raise Trouble(f"There is no centre in {settings.data}: name the folder that the service uses with --data.")
    if not (settings.centre_folder / MASTER_KEY).is_file():
        raise Trouble(f"There is no {MASTER_KEY} in {settings.centre_folder}: bring it back from where it is kept.")
    return settings


@contextmanager
def opened_centre(settings: Settings) -> Generator[Centre]:
    """The centre, closed at the end."""
    require_sqlite()
    opening = Centre.open(settings.centre_folder, clock=now, new_id=new_id, env=settings.log_environment)
    with closing(opening) as centre:
        yield centre
