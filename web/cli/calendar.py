"""`doorstep calendar`: working days of a year, published from a file when the State Council's notice is out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click
import msgspec
import yaml
from msgspec.structs import replace

from domain.calendar.calendar import Calendar, CalendarIsWrong, calendar_from_source
from domain.centre.centre import CALENDAR_STREAM
from domain.centre.commands import PublishCalendar
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.trouble import Trouble

_YAML: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@click.group()
def calendar() -> None:
    """Working days: days off and make-up workdays (调休) of a year."""


@calendar.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_option
def publish(file: Path, data: Path | None) -> int:
    """Bring the years of FILE into force; other years stay as they are.

    FILE is YAML: `years`, and for each the `status` (official or provisional), `days_off` and `make_up_workdays`. A
    running service counts the dates of open cases anew; what was promised to somebody never gets later by that.
    """
    with opened_centre(settings_of(data=data)) as centre:
        in_force = centre.calendar()
        newer = _with_years(file, in_force)
        changed = [year for year in newer.years if newer.years[year] != in_force.years.get(year)]
        if not changed:
            click.echo("Everything in it is in force already.")
            return 0
        answer = centre.by_itself(PublishCalendar(calendar=newer), lane=CALENDAR_STREAM)
    if answer.verdict != "applied":
        raise Trouble(f"The calendar was refused: {answer.code} {answer.params or ''}.")
    said = ", ".join(f"{year} ({newer.years[year].status})" for year in sorted(changed))
    click.echo(f"Calendar {newer.version} is in force: {said}.")
    return 0


def _with_years(file: Path, in_force: Calendar) -> Calendar:
    """The next version of the calendar, with the years of a file.

    Raises:
        Trouble: the file cannot be read, or its days contradict each other.
    """
    try:
        raw: Any = yaml.load(file.read_text(encoding="utf-8"), Loader=_YAML)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Trouble(f"{file.name} is no YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(raw, dict) or "years" not in raw:
        raise Trouble(f"{file.name} holds no years.")
    try:
        read = calendar_from_source(cast("dict[str, Any]", raw), version=in_force.version + 1, hours=in_force.shifts)
    except (CalendarIsWrong, msgspec.ValidationError) as error:
        raise Trouble(f"{file.name}: {error}.") from error
    return replace(read, years={**in_force.years, **read.years})
