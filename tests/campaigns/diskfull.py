"""The campaign `diskfull`: no room is left, at every step of 4 KiB; what was answered is stored, and nothing else.

A whole centre takes filings and notes, with a key and a receipt for each, while its disk has room for one step more
than the last time. Commands that find none are told to come again, and what was recorded can be read meanwhile. Then
somebody makes room: the same process goes on, and gives every command that is asked again the answer that it had.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from domain.case.commands import AddNote
from domain.decisions import Call
from store.answers import Answer
from store.receipts import receipt_stream
from tests.campaigns.campaign import Broken, Run, summed
from tests.campaigns.disk import Disk, mounted
from tests.cast import CASE, FATHER, ZHOU, Clock, Filing
from tests.premises import Premises, Site

STEP = 4_096
STEPS = 96
"""Steps of a full run; the commands need no more room than that."""
CASES = tuple(UUID(int=CASE.int + number) for number in range(1, 5))
NOTES = 3
"""Notes on each case."""


class Done(NamedTuple):
    """What a run, or one step of it, came to.

    Attributes:
        answered: commands that were carried out or refused while room was short.
        put_off: commands that were told to come again.
    """

    answered: int = 0
    put_off: int = 0


def campaign(run: Run) -> str:
    """Carry one run out; see `tests.campaigns.campaign.Campaign`."""
    site = furnished(run.folder / "pattern")
    every = max(1, round(1 / run.share))
    done, some, steps = Done(), Done(), range(0, STEPS, every)
    with run.progress("steps of 4 KiB") as told:
        for number, step in enumerate(steps, 1):
            some = full_after(site, run.folder / "centre", step * STEP)
            done = summed(done, some)
            told(number, len(steps))
    if not done.put_off or some.put_off:
        raise Broken("the disk was never full, or still was after the last step: the run says nothing")
    return (
        f"a disk that is full at each of {len(steps):,} steps of 4 KiB: {done.answered:,} commands answered and "
        f"stored, {done.put_off:,} told to come again and not stored; all done once there was room, without a restart"
    )


def furnished(folder: Path) -> Site:
    """A centre that cases can be filed at, closed again."""
    with Site(folder).opened():
        return Site(folder)


def full_after(pattern: Site, folder: Path, room: int) -> Done:
    """Let a copy of a centre work on a disk with so many bytes of room, and then with as many as it likes.

    Raises:
        Broken: something was answered and not stored, or stored and not answered, or it did not go on.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(pattern.folder, folder)
    disk = Disk()
    with mounted(disk), Site(folder).opened(Clock()) as premises:
        calls = list(_calls(premises))
        disk.room = disk.used + room
        first = [_asked(premises, call) for call in calls]
        before = _stored(premises, calls)
        disk.room = None
        second = [premises.centre.submit(call).result(60) for call in calls]
    with Site(folder).opened(Clock(), name="again") as premises:
        third = [premises.centre.submit(call).result(60) for call in calls]
        after = _stored(premises, calls)
    where = f"room for {room:,} bytes"
    for call, given, there, again, at_last in zip(calls, first, before, second, third, strict=True):
        if (given.verdict != "retry") != bool(there):
            raise Broken(f"{where}: {call.command.type} was answered {given.verdict}, and {there} of it is stored")
        if again.verdict == "retry" or (given.verdict == "retry") == (again.verdict == "duplicate"):
            raise Broken(f"{where}: {call.command.type} was answered {given.verdict}, and then {again.verdict}")
        if at_last.verdict == "retry" or (given.pos or again.pos) != at_last.pos:
            raise Broken(f"{where}: {call.command.type} has another place after a restart")
    if Counter(after) != Counter({1: len(calls)}):
        raise Broken(f"{where}: commands are stored {sorted(Counter(after).items())} times")
    put_off = sum(given.verdict == "retry" for given in first)
    return Done(len(calls) - put_off, put_off)


def _calls(premises: Premises) -> Iterator[Call]:
    for case in CASES:
        filing = Filing(case=case)
        yield premises.call(filing.command, by=FATHER, case=case, files=filing.files)
        for _ in range(NOTES):
            yield premises.call(AddNote(text="已电话联系"), by=ZHOU, case=case)


def _asked(premises: Premises, call: Call) -> Answer:
    """The answer to a command while there is little room; reading goes on."""
    answer = premises.centre.submit(call).result(60)
    premises.centre.case(call.lane)
    premises.centre.follow(0, 10)
    return answer


def _stored(premises: Premises, calls: list[Call]) -> list[int]:
    """How many receipts each command has."""
    return [len(premises.centre.read(receipt_stream(call.by.id, call.id))) for call in calls]
