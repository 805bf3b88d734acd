"""The calendar that is shipped with the demo centre, for tests that need real days."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from domain.calendar.calendar import Calendar, calendar_from_source

SOURCE = Path(__file__).parents[3] / "web/demo/calendar.yaml"


def shipped_source() -> dict[str, Any]:
    """The parsed source file."""
    return msgspec.yaml.decode(SOURCE.read_bytes(), type=dict[str, Any])


def shipped_calendar(extra_years: dict[int, Any] | None = None) -> Calendar:
    """The shipped calendar, with `extra_years` in the form of the source beside its own."""
    source = shipped_source()
    return calendar_from_source({**source, "years": {**source["years"], **(extra_years or {})}}, version=1)
