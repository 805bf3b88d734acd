"""What a case adds to reports: when it came to what, and how long the desk took; nothing personal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.calendar.hours import working_minutes
from domain.calendar.limits import local_day
from domain.case.acts import ENDED
from projections.cases.view import CaseView
from projections.lookups import Lookups

_DECIDED = ("granted", "rejected")


def figures_of(view: CaseView, lookups: Lookups) -> dict[str, Any]:
    """A line for the table `case_figures`; days are local, in ISO form, and empty where it has not come to that."""
    state = view.state
    order = lookups.orders.get(state.order)
    outcome = view.decision.outcome if view.decision else ""
    decided = view.reached.get("decided") if outcome in _DECIDED else None
    is_over = decided is None and state.status in ENDED
    return {
        "filed": view.filed,
        "item_id": state.item_id,
        "channel": view.channel,
        "batch": order.batch if order else 0,
        "filed_on": _day(view.reached.get("filed")),
        "accepted_on": _day(view.reached.get("accepted")),
        "deemed": int(state.deemed and state.case_number is not None),
        "decided_on": _day(decided),
        "ended_on": _day(view.reached.get("ended") or view.reached.get("decided")) if is_over else "",
        "outcome": outcome if decided else "",
        "late": int(_is_late(view, decided)),
        "minutes": _minutes(view, decided, lookups),
    }


def _day(at: datetime | None) -> str:
    return local_day(at).isoformat() if at else ""


def _is_late(view: CaseView, decided: datetime | None) -> bool:
    promised = view.dates.get("promised")
    return decided is not None and promised is not None and decided > promised.at


def _minutes(view: CaseView, decided: datetime | None, lookups: Lookups) -> int | None:
    """Working time from the complete set to the decision; what procedures took does not count."""
    complete, promised = view.reached.get("received"), view.state.promised
    if decided is None or complete is None or promised is None:
        return None
    calendar = lookups.calendars[promised.calendar_version]
    return working_minutes(calendar, complete, decided, suspended=view.state.suspended)
