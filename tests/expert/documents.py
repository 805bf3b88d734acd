"""What must hold of the documents of a case wherever it stands, read as devices get them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import msgspec

from domain.actors import Actor
from projections.reader import Reader
from sync.scopes import scopes_for

Body = dict[str, Any]

ONE_DAY = timedelta(days=1)
COUNTS = {"counted", "make-up-workday"}
NOT_COUNTED = {"weekend", "holiday", "due-rolled"}
NUMBERED_SINCE = {"accepted", "suspended", "granted", "rejected", "issued", "posted", "delivered", "revoked"}
NOT_NUMBERED = {"filed", "declined", "redirected", "lapsed"}
IN_REVIEW = {"accepted", "suspended"}


def hold(status: Body) -> None:
    """Everything at once, of a document as its applicant gets it."""
    for clock in status["clocks"]:
        adds_up(clock["due"])
        if clock["suspended"] and clock["name"] in ("promised", "statutory"):
            _stood_still(clock)
    if status["answer_by"]:
        adds_up(status["answer_by"])
    _numbered(status)
    _dated(status)


def adds_up(due: Body) -> None:
    """Counted, suspended and not counted days together are the interval that the proof shows."""
    days = due["days"]
    on = [date.fromisoformat(day["on"]) for day in days]
    assert on == [on[0] + n * ONE_DAY for n in range(len(on))], "a day is missing"
    assert days[0]["kind"] == "start"
    kinds = [day["kind"] for day in days[1:]]
    counted = [day for day in days[1:] if day["kind"] in COUNTS]
    suspended, not_counted = kinds.count("suspended"), sum(kind in NOT_COUNTED for kind in kinds)
    assert len(counted) + suspended + not_counted == (on[-1] - on[0]).days
    if all(day["minutes"] is None for day in days):
        assert [day["n"] for day in counted] == list(range(1, len(counted) + 1))
    assert [day["is_due"] for day in days] == [False] * (len(days) - 1) + [True]
    if due["rule"] != "kept-promise":
        assert due["on"] == days[-1]["on"]


def _stood_still(clock: Body) -> None:
    """Every day of a suspension within the interval is one that does not count, and no other is."""
    shown = {day["on"] for day in clock["due"]["days"] if day["kind"] == "suspended"}
    first, last = clock["due"]["days"][0]["on"], clock["due"]["days"][-1]["on"]
    spans = [(date.fromisoformat(span["first"]), date.fromisoformat(span["last"])) for span in clock["suspended"]]
    meant = {(begins + n * ONE_DAY).isoformat() for begins, ends in spans for n in range((ends - begins).days + 1)}
    assert shown == {day for day in meant if first < day <= last}


def _numbered(status: Body) -> None:
    """There is a number once it was accepted, and none before."""
    told = [moment["tag"] for moment in status["timeline"]]
    if status["status"] in NUMBERED_SINCE:
        assert status["case_number"]
    if status["status"] in NOT_NUMBERED and "case.reopened" not in told and "case.act_undone" not in told:
        assert status["case_number"] is None
    assert status["case_number"] is None or "case.accepted" in told


def _dated(status: Body) -> None:
    """Whoever waits is told until when."""
    if status["status"] in IN_REVIEW:
        assert status["promised"] is not None
        assert status["accepted_at"] is not None
    if status["status"] == "correction":
        assert status["notices"][-1]["respond_by"]["on"]
    if status["status"] in ("filed", "received"):
        assert status["answer_by"] is not None


class Replica:
    """The rows of one person's devices, by kind and id, as pages bring them.

    Attributes:
        held: what is held now.
    """

    def __init__(self, who: Actor) -> None:
        """Begin with nothing."""
        self._who = who
        self._reached = (0, "")
        self.held: defaultdict[str, dict[str, Body]] = defaultdict(dict)

    def take(self, reader: Reader) -> list[tuple[str, Body]]:
        """Receive what has changed; the changed rows by kind."""
        page = reader.page(scopes_for(self._who), self._reached, page_bytes=10**9)
        for left in page.gone:
            self.held[left.kind].pop(left.id, None)
        changed = [(row.kind, row.id, msgspec.json.decode(row.row)["body"]) for row in page.rows]
        for kind, id, body in changed:
            self.held[kind][id] = body
        self._reached = page.reached
        return [(kind, body) for kind, _, body in changed]
