"""A centre with many cases on disk: made once by real commands, copied for each job."""

from __future__ import annotations

import shutil
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice, zip_longest
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from domain.actors import Actor
from domain.case import commands as c
from domain.decisions import Call
from store.centre import Centre
from store.waiting import GROUP_LIMIT
from sync.outbox import uuid7
from tests.cast import CENTRE, CHEN, LEASE, LI, WANG, ZHOU, Filing, resident
from tests.premises import furnish

ABREAST = 300
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = ("伟", "秀英", "建国", "敏", "静", "志强", "丽", "军", "洋", "桂兰", "晓明", "婷")
NOTE = "租赁合同第二页的出租人签名与身份证不一致，请核对后再受理。"
SESSION_HOURS = 12
FIRST_DRAFT_MS = 1_764_000_000_000
DIGEST = bytes(32)


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


@contextmanager
def opened(folder: Path, *, env: Mapping[str, str] | None = None) -> Generator[Centre]:
    """The centre in `folder`, furnished with items, calendar and staff if it is new; `env` names its log."""
    with closing(Centre.open(folder, clock=now, new_id=uuid4, env=env)) as centre:
        if centre.head() == 0:
            furnish(centre)
        yield centre


def copied(folder: Path, to: Path) -> Path:
    """A copy of a closed centre."""
    shutil.copytree(folder, to)
    return to


def person(number: int) -> Actor:
    """A resident, one of as many as wanted."""
    return resident(f"bench {number}")


def case_id(name: str, number: int) -> UUID:
    """A case, one of as many as wanted: a UUIDv7, in order of number as drafts are in order of time."""
    return uuid7(FIRST_DRAFT_MS + number, Random(f"{name} {number}"))


def filing(case: UUID, number: int) -> Filing:
    """A lease certificate applied for, with another applicant and address each time."""
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES) % len(GIVEN)]
    return Filing(
        LEASE, case=case, applicant_name=name, house_address={"text": f"北桥路{number % 400 + 1}号3栋2单元501"}
    )


def give(centre: Centre, calls: Iterable[Call]) -> int:
    """Submit many calls, as many at a time as share a transaction; returns how many.

    Raises:
        AssertionError: one of them was not applied.
    """
    remaining, number = iter(calls), 0
    while some := list(islice(remaining, GROUP_LIMIT)):
        answers = centre.submit_all(some).result(60)
        while answers[0].verdict == "retry":  # all of them: the machine stalls
            time.sleep((answers[0].retry_ms or 0) / 1_000)
            answers = centre.submit_all(some).result(60)
        assert {answer.verdict for answer in answers} == {"applied"}, answers
        number += len(some)
    return number


def filed(name: str, numbers: Iterable[int], *, people: int) -> Iterator[Call]:
    """Filings of so many people, none of their photographs stored yet."""
    for number in numbers:
        case = case_id(name, number)
        handed_in = filing(case, number)
        yield call(handed_in.command, person(number % people), case, files=handed_in.files)


def noted(name: str, numbers: Iterable[int], *, each: int) -> Iterator[Call]:
    """Notes of the desk, so many on each case."""
    for number in numbers:
        for _ in range(each):
            yield call(c.AddNote(text=NOTE), ZHOU, case_id(name, number))


def whole_stories(name: str, numbers: Iterable[int], *, people: int) -> Iterator[Call]:
    """Cases from the filing to the delivery, 20 facts each; a few hundred of them are open at a time."""
    remaining = iter(numbers)
    while abreast := [_story(name, number, people) for number in islice(remaining, ABREAST)]:
        for step in zip_longest(*abreast):
            yield from (one for one in step if one is not None)


def _story(name: str, number: int, people: int) -> Iterator[Call]:
    case, by = case_id(name, number), person(number % people)
    handed_in = filing(case, number)
    yield call(handed_in.command, by, case, files=handed_in.files)
    for ref in handed_in.files:
        yield call(_stored(ref, by), CENTRE, case)
    for command, who in _STORY:
        yield call(command, who, case)


def _stored(ref: c.FileRef, by: Actor) -> c.StoreFile:
    return c.StoreFile(file=ref, address=ref.sha256, media_type="image/jpeg", uploaded_by=by.id)


_STORY: tuple[tuple[c.Command, Actor], ...] = (
    (c.ClaimCase(), ZHOU),
    (c.AddNote(text=NOTE), ZHOU),
    (c.AddNote(text=NOTE), ZHOU),
    (c.AcceptCase(), ZHOU),
    (c.ClaimCase(), LI),
    (c.AddNote(text=NOTE), LI),
    (c.AddNote(text=NOTE), LI),
    (c.AddNote(text=NOTE), LI),
    (c.ReviewCase(opinion="材料齐全，信息一致，建议准予备案。"), LI),
    (c.ClaimCase(), WANG),
    (c.DecideCase(outcome="granted"), WANG),
    (c.ClaimCase(), CHEN),
    (c.IssueResult(), CHEN),
    (c.ConfirmDelivery(method="pickup"), CHEN),
)


def call(command: c.Command, by: Actor, case: UUID, *, files: tuple[c.FileRef, ...] = ()) -> Call:
    """A call as the edge would make it."""
    return Call(id=uuid4(), lane=case, command=command, by=by, files=files, captured_at=now(), digest=DIGEST)


def signed_in(centre: Centre, who: Actor) -> str:
    """The token of a new session of a member of staff or a resident, good on any device."""
    kind = "resident" if who.is_resident else "staff"
    return centre.open_session(who.id, kind=kind, method="password", device=None, hours=SESSION_HOURS)
