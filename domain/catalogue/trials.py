"""Test cases of an item's version: answers, and what they must lead to; run before the version is published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from domain.calendar import limits
from domain.calendar.calendar import SHANGHAI, Calendar
from domain.calendar.limits import DueRule
from domain.catalogue.answers import Outcome, check_answers, check_eligibility
from domain.catalogue.conditions import filled_form, materials_needed
from domain.catalogue.delegation import DelegationOrder, route_of
from domain.catalogue.items import ServiceItem

ASPECTS = ("problems", "materials", "unmet", "route", "due_on")
"""What a test case may expect something of."""


class ItemTrial(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test case of an item (试办用例); what is None is not looked at.

    Attributes:
        name: what it is about, in words.
        answers: field id to answer, of an invented person.
        at: local date and time of receipt and acceptance, as `2026-11-23T10:00`.
        problems: ids of the fields whose answers must be refused, in the order of the form.
        materials: ids of the papers that must be handed in, signed or looked up, in the item's order.
        unmet: ids of the conditions of eligibility that the answers do not meet.
        route: names of the steps in order.
        due_on: the promised date, as `2026-11-30`.
    """

    name: str
    answers: dict[str, Any]
    at: str
    problems: tuple[str, ...] | None = ()
    materials: tuple[str, ...] | None = None
    unmet: tuple[str, ...] | None = None
    route: tuple[str, ...] | None = None
    due_on: str | None = None


class TrialFindings(Struct, frozen=True, kw_only=True):
    """What a test case leads to; each as in `ItemTrial`.

    Attributes:
        trial: its name.
    """

    trial: str
    problems: tuple[str, ...]
    materials: tuple[str, ...]
    unmet: tuple[str, ...]
    route: tuple[str, ...]
    due_on: str


class TrialFailure(Struct, frozen=True):
    """Where a test case found something else than it expects.

    Attributes:
        trial: its name.
        aspect: `at`, `problems`, `materials`, `unmet`, `route` or `due_on`.
    """

    trial: str
    aspect: str
    expected: str
    found: str


def failures_of(
    item: ServiceItem,
    trials: Iterable[ItemTrial],
    *,
    orders: Iterable[DelegationOrder],
    calendar: Calendar,
) -> tuple[TrialFailure, ...]:
    """Everything in which the test cases are not met by `item`.

    Args:
        item: the version to be published.
        trials: its test cases.
        orders: delegation orders, which change routes.
        calendar: working days for the promised date.
    """
    known = tuple(orders)
    return tuple(failure for trial in trials for failure in _failures(item, trial, known, calendar))


def _failures(
    item: ServiceItem, trial: ItemTrial, orders: tuple[DelegationOrder, ...], calendar: Calendar
) -> Iterator[TrialFailure]:
    at = _moment(trial.at)
    if at is None:
        yield TrialFailure(trial.name, "at", "YYYY-MM-DDTHH:MM", trial.at)
        return
    findings = _found(item, trial, at, orders, calendar)
    for aspect in ASPECTS:
        expected, found = getattr(trial, aspect), getattr(findings, aspect)
        if expected is not None and _said(expected) != _said(found):
            yield TrialFailure(trial.name, aspect, _said(expected), _said(found))


def findings_of(
    item: ServiceItem,
    trials: Iterable[ItemTrial],
    *,
    orders: Iterable[DelegationOrder],
    calendar: Calendar,
) -> tuple[TrialFindings, ...]:
    """What each test case leads to under `item`; one whose moment cannot be read is left out."""
    known, moments = tuple(orders), [(trial, _moment(trial.at)) for trial in trials]
    return tuple(_found(item, trial, at, known, calendar) for trial, at in moments if at is not None)


def _found(
    item: ServiceItem, trial: ItemTrial, at: datetime, orders: tuple[DelegationOrder, ...], calendar: Calendar
) -> TrialFindings:
    form, on = filled_form(item, trial.answers), at.date()
    eligibility = check_eligibility(form, on=on)
    return TrialFindings(
        trial=trial.name,
        problems=tuple(dict.fromkeys(problem.field for problem in check_answers(form, on=on))),
        materials=tuple(one.material.id for one in materials_needed(form) if one.required),
        unmet=tuple(one.eligibility.id for one in eligibility if one.outcome is Outcome.UNMET),
        route=tuple(step.step for step in route_of(item, orders, on=on).route),
        due_on=_due_on(item, at, calendar),
    )


def _due_on(item: ServiceItem, at: datetime, calendar: Calendar) -> str:
    if item.promised_working_days == 0:
        return limits.immediate(calendar, at).due.on.isoformat()
    counted = limits.working_days(calendar, at, item.promised_working_days, rule=DueRule.PROMISED)
    return counted.due.on.isoformat()


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _said(value: tuple[str, ...] | str) -> str:
    return value if isinstance(value, str) else ", ".join(value)
