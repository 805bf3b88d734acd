"""`doorstep timers`: whether what time alone asks for is done, and going on after the clock has jumped."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from domain.centre.clock import CLOCK_STREAM, ClockState, ConfirmClock
from store.centre import Centre
from store.states import CLOCK
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.clock import now
from web.cli.trouble import Trouble


@click.group()
def timers() -> None:
    """What time alone asks for: deemed acceptance, overdue dates, claims that expire."""


@timers.command()
@data_option
def status(data: Path | None) -> int:
    """Say whether timers fire; exit code 1 where a jump of the clock has stopped them."""
    with opened_centre(settings_of(data=data)) as centre:
        jumped = _state(centre).jumped
    if jumped is None:
        click.echo("Timers fire.")
        return 0
    click.echo(f"Stopped: the clock jumped by {jumped} s. See that it is right, then `doorstep timers confirm`.")
    return 1


@timers.command()
@data_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def confirm(data: Path | None, *, yes: bool) -> int:
    """Say that the clock is right: whatever is due is then done at once, on every node."""
    with opened_centre(settings_of(data=data)) as centre:
        jumped = _state(centre).jumped
        if jumped is None:
            click.echo("Timers fire; there is nothing to confirm.")
            return 0
        if not yes:
            said = f"The clock jumped by {jumped} s, and says {now():%Y-%m-%d %H:%M:%S} UTC. Is that right?"
            click.confirm(said, abort=True)
        answer = centre.by_itself(ConfirmClock(), lane=CLOCK_STREAM)
        if answer.verdict != "applied":
            raise Trouble("The log cannot be written now: try again.")
    click.echo("Timers go on.")
    return 0


def _state(centre: Centre) -> ClockState:
    return cast("ClockState", centre.state(CLOCK_STREAM, CLOCK))
