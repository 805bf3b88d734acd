"""The calendar that is shipped with the demo centre, for tests that need real days."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from domain.calendar.calendar import Calendar, WorkingHours, calendar_from_source, working_hours_from_source

SOURCE = Path(__file__).parents[3] / "web/demo/calendar.yaml"
CATALOGUE = SOURCE.with_name("catalogue.yaml")


def shipped_source() -> dict[str, Any]:
    """The parsed source file."""
    return msgspec.yaml.decode(SOURCE.read_bytes(), type=dict[str, Any])


def shipped_hours() -> WorkingHours:
    """The working hours of the shipped catalogue."""
    head = CATALOGUE.read_text(encoding="utf-8").partition("\ndepartments:")[0]  # reading it all takes a second
    return working_hours_from_source(msgspec.yaml.decode(head, type=dict[str, Any])["meta"]["working_hours"])


def shipped_calendar(extra_years: dict[int, Any] | None = None) -> Calendar:
    """The shipped calendar, with `extra_years` in the form of the source beside its own."""
    source = shipped_source()
    years = {**source["years"], **(extra_years or {})}
    return calendar_from_source({**source, "years": years}, version=1, hours=shipped_hours())
