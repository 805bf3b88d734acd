"""The registers of a period, a line a case: what was received (收件登记), and what was decided (办结登记)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from projections.reader import Reader


class Registered(NamedTuple):
    """A line of a register; days are local, in ISO form, and empty where the case has not come to that.

    Attributes:
        number: of the filing.
        applicant: in full; registers are for the centre itself.
        outcome: `granted` or `rejected`, empty without a decision.
        document_number: of the result in force, empty without one.
        minutes: working time from the complete set to the decision.
    """

    number: str
    case_number: str
    item: str
    applicant: str
    channel: str
    filed_on: str
    accepted_on: str
    decided_on: str
    outcome: str
    late: bool
    minutes: int | None
    document_number: str
    status: str


_LINES = """
SELECT i.filing_number, coalesce(i.case_number, ''), i.item_name, i.applicant, f.channel, f.filed_on, f.accepted_on,
       f.decided_on, f.outcome, f.late, f.minutes,
       coalesce((SELECT number FROM codes WHERE codes.id = i.id AND codes.state = 'issued'), ''), i.status
FROM case_figures f JOIN case_index i ON i.filed = f.filed
WHERE {day} BETWEEN :first AND :last ORDER BY {day}, f.filed
"""
_RECEIVED, _DECIDED = _LINES.format(day="f.filed_on"), _LINES.format(day="f.decided_on")


def received_between(reader: Reader, first: date, last: date) -> Iterator[Registered]:
    """Cases filed from one local day to another, both included."""
    return _lines(reader, _RECEIVED, first, last)


def decided_between(reader: Reader, first: date, last: date) -> Iterator[Registered]:
    """Cases decided from one local day to another, both included."""
    return _lines(reader, _DECIDED, first, last)


def _lines(reader: Reader, statement: str, first: date, last: date) -> Iterator[Registered]:
    period = {"first": first.isoformat(), "last": last.isoformat()}
    for row in reader.database.execute(statement, period):
        yield Registered._make((*row[:9], bool(row[9]), *row[10:]))
