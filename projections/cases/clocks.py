"""The clocks of a case: dates with their proof as they run and stop, alarms, missed dates, dates counted anew."""

from __future__ import annotations

from msgspec.structs import replace

from domain.calendar.limits import Due, merged
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.standing import Case, clocks
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Clock, ClockName, DueDate, Span
from projections.lookups import Lookups
from projections.proofs import explained

_NAMES: dict[str, ClockName] = {
    "lapses": "lapse",
    "notice": "notice",
    "respond_by": "correction",
    "promised": "promised",
    "statutory": "statutory",
    "step_due": "step",
    "deliver_by": "delivery",
}
"""Fields of a case that hold a date, and what documents call the clock."""

_SUSPENDED = frozenset({"promised", "statutory", "step_due"})
"""Clocks that a special procedure stops."""

_IN_REVIEW = frozenset({CaseStatus.ACCEPTED, CaseStatus.SUSPENDED})

ALARM_OF_OVERDUE = 100


def timed(view: CaseView, before: CaseView, at: At) -> CaseView:
    """The view with the dates of its new state."""
    if view.state is before.state:
        return view
    now, earlier = _running(view.state), _running(before.state)
    dates, stopped = dict(view.dates), dict(view.stopped)
    for name, due in now.items():
        stopped.pop(name, None)
        dates[name] = due
    for name in earlier.keys() - now.keys():
        if _held(view.state, name):
            stopped[name] = at.when
        else:
            del dates[name]
    for name in [name for name in stopped if name.startswith("gap:") and not _held(view.state, name)]:
        del dates[name], stopped[name]  # the acceptance that had promised the paper was undone
    if view.state.answer_by is not None:
        dates["answer_by"] = view.state.answer_by
    return replace(view, dates=dates, stopped=stopped)


def _running(state: Case) -> dict[str, Due]:
    """The limits that run, by field; a promised paper's is `gap:` and its id."""
    running = clocks(state)
    if state.status is CaseStatus.FILED and state.lapses is not None:
        running["lapses"] = state.lapses
    if state.status in _IN_REVIEW and state.step_due is not None:
        running["step_due"] = state.step_due
    return running


def _held(state: Case, name: str) -> bool:
    """Whether the case still knows the date of a clock that has stopped."""
    kind, _, material = name.partition(":")
    return material in state.gaps if kind == "gap" else getattr(state, name) is not None


def clocks_of(view: CaseView, lookups: Lookups) -> tuple[Clock, ...]:
    """Every limit of the case but the steps', those that run first, each by its date."""
    names = [name for name in view.dates if name not in ("answer_by", "step_due")]
    found = (clock(view, name, lookups) for name in names)
    return tuple(sorted(found, key=lambda one: (one.state == "ended", one.due.at, one.name, one.about)))


def step_clock(view: CaseView, step: str, lookups: Lookups) -> Clock | None:
    """The limit of the due step, None where it has none."""
    if "step_due" not in view.dates or "step_due" in view.stopped:
        return None
    return replace(clock(view, "step_due", lookups), about=step)


def clock(view: CaseView, name: str, lookups: Lookups) -> Clock:
    """A limit of the case, by the field of its date."""
    kind, _, material = name.partition(":")
    ended_at, due = view.stopped.get(name), view.dates[name]
    is_suspended = view.state.status is CaseStatus.SUSPENDED and name in _SUSPENDED
    late = ended_at is not None and ended_at > due.at
    return Clock(
        name="gap" if kind == "gap" else _NAMES[name],
        about=material,
        due=proven(due, lookups),
        state="ended" if ended_at else "suspended" if is_suspended else "running",
        ended_at=ended_at,
        is_overdue=late or _is_flagged(view.state, kind, material),
        suspended=_spans(view.state) if name in ("promised", "statutory") else (),
    )


def proven(due: Due, lookups: Lookups) -> DueDate:
    """A date with its proof, by the calendar with which it was counted."""
    return explained(due, lookups.calendars[due.calendar_version])


def _is_flagged(state: Case, kind: str, material: str) -> bool:
    match kind:
        case "gap":
            return state.gaps[material].overdue
        case "step_due":
            return state.step_overdue
        case "deliver_by":
            return state.delivery_overdue
        case _:
            return kind in state.late


def _spans(state: Case) -> tuple[Span, ...]:
    return tuple(Span(first, last) for first, last in merged(state.suspended))


def overdue_of(state: Case) -> tuple[str, ...]:
    """Clocks whose dates passed, as they were flagged; those of an earlier round stand in the history alone."""
    gaps = any(gap.overdue and gap.outcome is None for gap in state.gaps.values())
    flags = {"step": state.step_overdue, "delivery": state.delivery_overdue, "gap": gaps}
    return (*sorted(state.late), *(name for name, is_flagged in flags.items() if is_flagged))


def alarm_of(state: Case) -> int:
    """How much of a limit had passed at the last alarm, in per cent; 100 once it is overdue, 0 without an alarm."""
    if state.status not in _IN_REVIEW:
        return 0
    if state.late:
        return ALARM_OF_OVERDUE
    return max((share for _, share in state.alarmed), default=0)


def _recomputed(_: f.DeadlineRecomputed, view: CaseView, at: At) -> CaseView:
    return with_new_answer_date(view, at)


def with_new_answer_date(view: CaseView, at: At) -> CaseView:
    """The notice that waits for an answer, with the date that now holds."""
    if "respond_by" not in view.dates or not view.notices:
        return view
    *earlier, last = view.notices
    return replace(view, notices=(*earlier, replace(last, respond_by=at.due(view.dates["respond_by"]))))


FAMILY: Family = {
    f.DeadlineNeared: Handling(values=("clock", "share"), told=False),
    f.CaseOverdue: Handling(values=("clock",)),
    f.StepOverdue: Handling(values=("step",), told=False),
    f.DeliveryOverdue: Handling(),
    f.GapOverdue: Handling(values=("material",)),
    f.DeadlineRecomputed: Handling(_recomputed, values=("calendar_version",)),
}
