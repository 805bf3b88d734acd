"""`doorstep erase`: a person's values are made unreadable, for ever and everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import click

from domain.case.acts import ENDED
from domain.case.state import Case
from domain.identity.erasure import ErasureReason
from projections.follower import catch_up
from projections.generations import FollowedAlready
from store.centre import Centre
from store.erasure import Erasure, cases_of
from store.staging import Staging
from store.states import PHONE
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.trouble import Trouble
from web.kept import files_of
from web.settings import Settings

ASK = "ask"
"""Stands for a telephone number that is to be asked for, so that it gets into no history of a shell."""

GONE = """\
Gone for ever: every value of theirs in the log, their photographs and papers, their rows in the read models and
searches, their sign-ins; on devices, at the next contact. It stays that these cases were filed, who decided them and
when. Backups of the key database that are older bring nothing back as long as the list of erased persons is kept."""

REFUSED = {
    "invalid": "The basis holds the number of a telephone or of an identity card: give the statute or the appraisal.",
    "not-found": "Nobody is known by that id.",
    "storage": "The log cannot be written now: look at the disk or the database, then type the same again.",
    "retention-runs": "The time for which their archived cases must be kept still runs: wait, or give another reason.",
}


@click.command()
@click.option("--person", type=click.UUID, help="Whom, by the id of the person.")
@click.option("--phone", is_flag=False, flag_value=ASK, help="Whom, by telephone; without a number it is asked for.")
@click.option("--reason", type=click.Choice(get_args(ErasureReason)), required=True, help="Why.")
@click.option("--basis", required=True, help="The statute or appraisal that allows it; stays readable, names nobody.")
@click.option("--with-open-cases", is_flag=True, help="Although cases have not ended; undecided ones are withdrawn.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
def erase(*, person: UUID | None, phone: str | None, data: Path | None, yes: bool, **said: Any) -> int:
    """Erase a person (PIPL art. 47): destroy their key, and what was sealed under it.

    Says first what will be gone and how many cases are open, and asks. The service may run meanwhile.
    """
    if (person is None) == (phone is None):
        raise click.UsageError("Name the person by one of --person and --phone.")
    settings = settings_of(data=data)
    with opened_centre(settings) as centre:
        whom = person or _owner(centre, phone or ASK)
        _tell(centre, whom, with_open_cases=said["with_open_cases"])
        if not yes and not click.confirm("Erase this person?"):
            raise Trouble("Nobody was erased.")
        _erase(centre, settings, whom, said)
    click.echo(f"Person {whom} is erased.")
    return 0


def _owner(centre: Centre, phone: str) -> UUID:
    number = click.prompt("Telephone") if phone == ASK else phone
    owner: UUID | None = centre.state(centre.link_of(number.strip()), PHONE)
    if owner is None:
        raise Trouble("Nobody is known by that telephone number.")
    return owner


def _tell(centre: Centre, person: UUID, *, with_open_cases: bool) -> None:
    cases = [centre.case(case) for case in cases_of(centre, person)]
    unended = [case for case in cases if case.status not in ENDED]
    click.echo(f"Person {person}, cases: {len(cases)}, open: {len(unended)}.")
    if unended and not with_open_cases:
        raise Trouble(
            f"These cases have not ended: {', '.join(map(_number, unended))}; wait until they have, or add "
            "--with-open-cases, which withdraws those that nobody has decided."
        )
    click.echo(GONE)


def _number(case: Case) -> str:
    return case.case_number or case.filing_number


def _erase(centre: Centre, settings: Settings, person: UUID, said: Mapping[str, Any]) -> None:
    files = files_of(settings, centre.vault)
    erasure = Erasure(centre, files, Staging(settings.uploads_folder, centre.vault))
    answer = erasure.erase(
        person, reason=said["reason"], basis=said["basis"], open_cases_confirmed=said["with_open_cases"]
    )
    if settings.views_folder.is_dir():
        with suppress(FollowedAlready):  # by a running service, within a second
            catch_up(centre, settings.views_folder)
    if answer.code is not None:
        raise Trouble(REFUSED.get(answer.code, f"It was refused: {answer.code}; nothing is erased."))
