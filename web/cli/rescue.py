"""`doorstep rescue`: what a person's device had not sent is brought in from a file, at the desk."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from uuid import UUID

import click

from domain.actors import Actor, Role, roles_of
from store.begun import BegunForms
from store.centre import Centre
from store.files import FileStore
from store.staging import Staging
from web.admission import Admission
from web.arrivals import Arrivals
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.clock import now
from web.cli.trouble import Trouble
from web.errors import Problem
from web.keeping import belongs_to
from web.kept import kept_by
from web.rescue import LARGEST_BYTES, Rescued, RescueFile, bring_in, read_file
from web.settings import Settings

SAID = {
    "rescue-malformed": "This is no rescue file, or only a part of one.",
    "rescue-version": "The rescue file comes from a newer app: update the service first.",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "username", required=True, help="Who brings it in, by user name; it is recorded.")
@data_option
def rescue(*, file: Path, username: str, data: Path | None) -> int:
    """Bring in what a person's device had not sent, from FILE, the rescue file that its app saved.

    Each act is judged as if the person had sent it, under the same id, so that nothing counts twice. Make sure first
    who brings the file. The service may run meanwhile.
    """
    settings = settings_of(data=data)
    if file.stat().st_size > LARGEST_BYTES:
        raise Trouble(f"The file is larger than {LARGEST_BYTES // 1_000_000} MB.")
    with opened_centre(settings) as centre:
        member = centre.staff(username)
        if member is None or member.staff.id is None:
            raise Trouble(f"Nobody is enrolled as {username}.")
        try:
            content = read_file(file.read_bytes())
            rescued = asyncio.run(_brought_in(centre, settings, content, member.staff.id))
        except Problem as problem:
            raise Trouble(SAID.get(problem.code, f"It cannot be brought in: {problem.code}.")) from problem
    _tell(rescued)
    return 0


async def _brought_in(centre: Centre, settings: Settings, file: RescueFile, entered_by: UUID) -> Rescued:
    kept = kept_by(settings)
    files = FileStore(kept.files, centre.vault)
    begun = BegunForms(kept.begun, files)
    arrivals = Arrivals(
        Staging(settings.uploads_folder, centre.vault),
        files,
        submit=centre.submit,
        owner=lambda case, by: belongs_to(centre, centre.case(case), by),
        admit=Admission(centre, partial(_has_draft, begun)),
        clock=now,
    )
    return await bring_in(file, centre=centre, arrivals=arrivals, by=_author(centre, file), entered_by=entered_by)


def _has_draft(begun: BegunForms, by: UUID, draft: UUID) -> bool:
    return begun.find(draft, person=by) is not None


def _author(centre: Centre, file: RescueFile) -> Actor:
    """The person whose file it is, with the roles held now."""
    if file.person is None:
        raise Trouble("The file belongs to nobody: the person had not signed in on that device.")
    staff = centre.staff_by_id(file.person)
    if staff.id is not None:
        roles = roles_of(staff.roles)
        return Actor(id=file.person, roles=roles, office=staff.office)
    person = centre.person(file.person)
    if not person.registered or person.erased:
        raise Trouble("Nobody is known by the person of that file.")
    return Actor(id=file.person, roles=frozenset({Role.RESIDENT}))


def _tell(rescued: Rescued) -> None:
    """Counts, and one line for each act that was not done: ids and codes, nothing personal."""
    counts = Counter[str](one.verdict for one in rescued.verdicts)
    pages = Counter[str](one.state for one in rescued.pages)
    click.echo(f"Acts: {_said(counts)}. Pages: {_said(pages)}.")
    for verdict in rescued.verdicts:
        if verdict.verdict not in ("applied", "duplicate"):
            click.echo(f"{verdict.id}: {verdict.verdict} {verdict.code}")
    for page in rescued.pages:
        if page.state != "stored":
            click.echo(f"{page.file}: {page.state} {page.reason}".rstrip())


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "none"
