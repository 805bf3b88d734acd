"""`doorstep backup`, `verify`, `restore` and `export`: copies of a centre, and of its log for those who check it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from store.backup import NoBackup, events_of, take
from store.backup import verify as verify_backup
from store.centre import Centre
from store.exporting import write_export
from store.log import Leaf
from store.notary import LogAltered, Notary
from store.restoring import Restoring
from store.restoring import restore as restore_backup
from store.tree import discard
from web.cli.centre import MASTER_KEY, data_option, opened_centre, settings_of
from web.cli.clock import new_id, now
from web.cli.progress import Progress, progress
from web.cli.trouble import Trouble
from web.kept import kept_by
from web.operating.backups import Backup, note
from web.settings import Settings, read_settings
from web.starting import require_sqlite

T = TypeVar("T")
VERIFIER = Path(__file__).parent.parent.parent / "verifier" / "verify.py"
KEY_IS_ELSEWHERE = f"The master key is not in it: keep {MASTER_KEY} elsewhere, nothing can be read without it."


@click.command()
@click.argument("folder", type=Path)
@data_option
def backup(data: Path | None, folder: Path) -> int:
    """Take a backup of log, keys and files into FOLDER, which must not be there yet. The service may run meanwhile.

    The copy of the keys is to be destroyed after 30 days; that of the log may be kept.
    """
    settings = settings_of(data=data)
    with opened_centre(settings) as centre, closing(_notary(settings, centre)) as notary, progress("copying") as told:
        try:
            manifest = take(centre, notary, folder, kept=kept_by(settings), told=told)
        except FileExistsError:
            raise Trouble(f"There is something at {folder} already: name a new folder.") from None
        except LogAltered as altered:
            raise Trouble(f"No backup was taken, because the log is not as it was: {altered}.") from None
    try:
        note(settings.data, Backup(at=now(), events=manifest.checkpoint.size))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        click.echo(f"The backup is whole, but {settings.data} took no note of it: {reason}.", err=True)
    click.echo(f"Events: {manifest.checkpoint.size:,}; files: {manifest.files:,}. {KEY_IS_ELSEWHERE}")
    click.echo(f"Destroy keys.db in it by {manifest.keys_until:%Y-%m-%d}: erased people must be gone from copies too.")
    return 0


@click.command()
@click.argument("folder", type=Path)
@click.option("--key", "known", multiple=True, help="A key of the log as you know it from elsewhere, NAME+ID+KEY.")
def verify(folder: Path, known: tuple[str, ...]) -> int:
    """Look whether the backup in FOLDER is as it was taken: every event, the signed checkpoint, every file.

    Without --key it is only seen that the backup fits itself: compare the key that is printed with the one at /log/key.
    """
    with progress("reading the backup") as told:
        manifest = _refused(lambda: verify_backup(folder, keys=known or None, told=told))
    checkpoint = manifest.checkpoint
    taken = f"taken {manifest.taken_at:%Y-%m-%d %H:%M} UTC"
    click.echo(f"In order: {checkpoint.size:,} events of {checkpoint.origin}, {taken}.")
    if not known:
        click.echo(f"Signed with {manifest.keys[-1]}")
    return 0


@click.command()
@click.argument("folder", type=Path)
@data_option
@click.option("--master-key", type=Path, required=True, help="The file of the master key.")
@click.option("--same-log", is_flag=True, help="Nothing was written since: the log moves, and goes on as itself.")
@click.option("--until", type=int, help="Position of the last event to bring back; all of them by default.")
@click.option("--destroyed", type=Path, help="A newer backup, whose list of destroyed keys is obeyed too.")
def restore(
    data: Path | None, folder: Path, master_key: Path, until: int | None, destroyed: Path | None, *, same_log: bool
) -> int:
    """Bring the centre in the backup FOLDER back, into an empty data folder and, where set, empty databases.

    The settings choose the engine, whatever the backup was taken from. Without --same-log the log goes on under a new
    name, and its first event there tells devices and auditors that it was restored.
    """
    settings = read_settings(os.environ, {"data": data})
    require_sqlite()
    if not master_key.is_file():
        raise Trouble(f"There is no master key at {master_key}.")
    asked = Restoring(
        backup=folder,
        folder=settings.centre_folder,
        master_key=master_key.read_bytes(),
        env=settings.log_environment,
        same_log=same_log,
        until=until,
        destroyed=destroyed,
        kept=partial(kept_by, settings),
    )
    with progress("bringing back") as told:
        done = _refused(lambda: restore_backup(asked, clock=now(), fresh=new_id(), told=told))
    click.echo(f"Events: {done.events:,}; files: {done.files:,}; destroyed keys: {done.destroyed:,}.")
    if done.left_out:
        click.echo(f"Left out, because they came later: {done.left_out:,} events.")
    click.echo(f"The log is {done.name}. Look at it with `doorstep check`, then start the service.")
    return 0


@click.command()
@click.argument("folder", type=Path)
@data_option
def export(data: Path | None, folder: Path) -> int:
    """Write the whole log for whoever checks it into FOLDER: events.jsonl, checkpoint, key and the verifier.

    Personal values are in it as ciphertext. `python3 verify.py export FOLDER --key KEY` needs nothing of Doorstep.
    """
    settings = settings_of(data=data)
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise Trouble(f"There is something at {folder} already: name a new folder.") from None
    with opened_centre(settings) as centre, closing(_notary(settings, centre)) as notary, progress("writing") as told:
        note, head = _signed(notary), notary.position
        key = notary.log_keys()[-1].verifier_key
        write_export(
            folder, _told(events_of(centre.event_log, until=head), told, head), origin=centre.origin, note=note, key=key
        )
    shutil.copy(VERIFIER, folder / VERIFIER.name)
    click.echo(f"Check it with: python3 {folder / VERIFIER.name} export {folder} --key {key}")
    return 0


def _told(events: Iterator[Leaf], told: Progress, head: int) -> Iterator[Leaf]:
    for leaf in events:
        yield leaf
        told(leaf.row.position, head)


def _notary(settings: Settings, centre: Centre) -> Notary:
    """A notary with a tree of its own, as the service may be running; it is made anew each time."""
    path = settings.followers_folder / f"tree-{new_id().hex[:8]}.db"
    return _Passing(centre, path)


class _Passing(Notary):
    """A notary whose tree goes with it."""

    def __init__(self, centre: Centre, path: Path) -> None:
        super().__init__(centre, path)
        self._at = path

    def close(self) -> None:
        super().close()
        discard(self._at)


def _signed(notary: Notary) -> str:
    try:
        return notary.checkpoint()
    except LogAltered as altered:
        raise Trouble(f"Nothing is signed, because the log is not as it was: {altered}.") from None


def _refused(act: Callable[[], T]) -> T:
    try:
        return act()
    except NoBackup as refused:
        raise Trouble(str(refused)) from None
