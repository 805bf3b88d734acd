"""All commands in one program, and the exit codes: 0 done, 1 trouble, 2 a wrong command line."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import click
from eventsourcing.persistence import MapperDeserialisationError, PersistenceError

from projections.following import FactStops
from store import UnsafeSQLite
from store.files import FilesAway
from store.keys import KeyDamaged, WrongMasterKey
from store.log import ForeignLog, LogUnavailable, NotDurable
from store.master import KeysLost, MasterKeyDamaged
from store.shelf import ForeignShelf, ShelfUnavailable
from web.cli.backup import backup, export, restore, verify
from web.cli.calendar import calendar
from web.cli.catalogue import catalogue
from web.cli.check import check
from web.cli.enrolment import enrolment
from web.cli.erase import erase
from web.cli.handbook import handbook
from web.cli.integration import access, webhook
from web.cli.keys import keys
from web.cli.log import log
from web.cli.rebuild import rebuild_views
from web.cli.rescue import rescue
from web.cli.serve import serve
from web.cli.set_aside import set_aside
from web.cli.timers import timers
from web.cli.training import training
from web.logs import Unquoting
from web.settings import SettingsWrong
from web.starting import CannotStart

SAID_AS_THEY_ARE = (CannotStart, SettingsWrong, UnsafeSQLite, ForeignLog, ForeignShelf, NotDurable, FilesAway)
KEYS_WRONG = (MasterKeyDamaged, WrongMasterKey, KeyDamaged, KeysLost)
UNREADABLE = (MapperDeserialisationError, FactStops)
ENGINE_TROUBLE = (LogUnavailable, ShelfUnavailable, PersistenceError)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def doorstep() -> None:
    """Doorstep 家门口: the service of the centre, and what keeps its log well."""


for command in (
    serve,
    check,
    rebuild_views,
    rescue,
    set_aside,
    erase,
    enrolment,
    keys,
    log,
    catalogue,
    calendar,
    handbook,
    training,
    timers,
    backup,
    verify,
    restore,
    export,
    access,
    webhook,
):
    doorstep.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line.

    Returns:
        The exit code: 0 done, 1 trouble that was said in one sentence or findings that were listed, 2 the command line
        is wrong.
    """
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Unquoting())
    try:
        code = doorstep.main(arguments, prog_name="doorstep", standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        return fault.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 1
    except (*SAID_AS_THEY_ARE, *KEYS_WRONG, *ENGINE_TROUBLE, *UNREADABLE) as fault:
        click.echo(_sentence(fault), err=True)
        return 1
    return int(code or 0)


def _sentence(fault: Exception) -> str:
    """One sentence for the terminal; engines say several lines, and a damaged event's values are personal data."""
    said = str(fault).partition("\n")[0].rstrip(".:")
    if isinstance(fault, UNREADABLE):
        return "The log holds an event that cannot be read: `doorstep check` names it."
    if isinstance(fault, KEYS_WRONG):
        return f"The keys cannot be used: {said}."
    if isinstance(fault, ENGINE_TROUBLE):
        return f"The database cannot be used now: {said}."
    return f"{said[0].upper()}{said[1:]}."
