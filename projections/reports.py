"""Counts of a period by item, channel and delegation batch, out of the figures of cases in the read model."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from statistics import median
from typing import NamedTuple

from projections.documents import ReportBody, ReportRow, Text
from projections.lookups import Lookups
from projections.reader import Reader


class Figures(NamedTuple):
    """A line of the table `case_figures` without its key; see `projections.cases.figures`."""

    item_id: str
    channel: str
    batch: int
    filed_on: str
    accepted_on: str
    deemed: int
    decided_on: str
    ended_on: str
    outcome: str
    late: int
    minutes: int | None


_DAYS = ("filed_on", "accepted_on", "decided_on", "ended_on")
_FOUND = " UNION ".join(f"SELECT filed FROM case_figures WHERE {day} BETWEEN :first AND :last" for day in _DAYS)
_FIGURES = f"SELECT {', '.join(Figures._fields)} FROM case_figures WHERE filed IN ({_FOUND})"


def report(reader: Reader, first: date, last: date, *, late_open: int = 0) -> ReportBody:
    """What happened from one local day to another, both included.

    Args:
        reader: of the read models.
        first: of the period.
        last: of the period.
        late_open: how many open cases are past their date now.

    Raises:
        OtherShape: the file has no figures that this program can read.
    """
    lookups = reader.lookups()
    return report_of(figures_between(reader.database, first, last), first, last, lookups, late_open=late_open)


def figures_between(database: sqlite3.Connection, first: date, last: date) -> Iterator[Figures]:
    """Figures of every case that came to something in the period."""
    period = {"first": first.isoformat(), "last": last.isoformat()}
    return map(Figures._make, database.execute(_FIGURES, period))


def report_of(
    figures: Iterable[Figures], first: date, last: date, lookups: Lookups, *, late_open: int = 0
) -> ReportBody:
    """The report of a period, given the figures of its cases."""
    found, period = list(figures), (first.isoformat(), last.isoformat())
    names = {item.id: Text(item.name_zh, item.name_en) for item in lookups.newest_items()}
    by_item = _grouped(found, lambda one: one.item_id)
    by_channel = _grouped(found, lambda one: one.channel)
    by_batch = _grouped(found, lambda one: str(one.batch))
    return ReportBody(
        first=first,
        last=last,
        late_open=late_open,
        all=_row("", None, found, period),
        by_item=tuple(_row(key, names.get(key), some, period) for key, some in by_item),
        by_channel=tuple(_row(key, None, some, period) for key, some in by_channel),
        by_batch=tuple(_row(key, None, some, period) for key, some in by_batch),
    )


def _grouped(figures: list[Figures], key: Callable[[Figures], str]) -> list[tuple[str, list[Figures]]]:
    groups: dict[str, list[Figures]] = {}
    for one in figures:
        groups.setdefault(key(one), []).append(one)
    return sorted(groups.items())


def _row(key: str, name: Text | None, figures: list[Figures], period: tuple[str, str]) -> ReportRow:
    def within(day: str) -> bool:
        return period[0] <= day <= period[1]

    accepted = [one for one in figures if within(one.accepted_on)]
    decided = [one for one in figures if within(one.decided_on)]
    minutes = [one.minutes for one in decided if one.minutes is not None]
    return ReportRow(
        key=key,
        name=name,
        filed=sum(within(one.filed_on) for one in figures),
        accepted=len(accepted),
        deemed=sum(one.deemed for one in accepted),
        granted=sum(one.outcome == "granted" for one in decided),
        rejected=sum(one.outcome == "rejected" for one in decided),
        ended_otherwise=sum(within(one.ended_on) for one in figures),
        late=sum(one.late for one in decided),
        median_minutes=median(minutes) if minutes else None,
        slowest_minutes=max(minutes, default=None),
    )
