"""`doorstep enrolment`: a code with which a member of staff comes in once: a first operator, or who lost everything."""

from __future__ import annotations

from pathlib import Path

import click

from domain.identity.keyring import keyring_stream
from domain.identity.keys import IssueEnrolment
from web.cli.centre import data_option, opened_centre, settings_of
from web.signin.enrolment import GOOD_FOR, new_code
from web.signin.factors import digest_of


@click.command("enrolment")
@click.argument("username")
@data_option
def enrolment(*, username: str, data: Path | None) -> int:
    """Print a code with which USERNAME comes in once within half an hour, to add a passkey."""
    with opened_centre(settings_of(data=data)) as centre:
        record = centre.staff(username.strip().lower())
        if record is None or record.staff.id is None:
            click.echo(f"There is no member of staff called {username}.", err=True)
            return 1
        person, code = record.staff.id, new_code()
        until = centre.clock() + GOOD_FOR
        command = IssueEnrolment(person=person, digest=digest_of(centre, person, code), until=until)
        answer = centre.by_itself(command, lane=keyring_stream(person))
        if answer.code is not None or answer.verdict == "retry":
            click.echo(f"The code was not recorded: {answer.code or answer.verdict}.", err=True)
            return 1
    click.echo(f"{code[:5]}-{code[5:]}")
    click.echo(f"Good once, until {until:%H:%M} UTC; tell it to {username} in person.")
    return 0
