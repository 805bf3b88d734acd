"""Random ways of a rating: whoever does whatever, a bad one is always somebody's to put right until it is closed."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from domain.case.commands import Command
from domain.decisions import Call, decide
from domain.ratings import commands as c
from domain.ratings import facts as f
from domain.ratings.facts import BAD, Level
from domain.ratings.rectifying import timers_of
from domain.refusals import Refusal
from tests.cast import CENTRE, CHEN, FATHER, LI, LIN, STRANGER, SUN, WANG, ZHOU
from tests.domain.ratings.desk import ASSIGNED, CALLED, RATING, REPLIED, SETTLED, Ratings

EVERYBODY = (FATHER, STRANGER, ZHOU, WANG, CHEN, LIN, LI, SUN, CENTRE)
ABOUT_IT = (f.RectificationAssigned, f.RaterCalledBack, f.RectificationSettled, f.RaterAnswered, f.RectificationClosed)
NEXT: tuple[Command, ...] = (ASSIGNED, CALLED, SETTLED, REPLIED, c.CloseRectification())
SEEDS = range(40)
STEPS = 120


def _commands(desk: Ratings, pick: Random) -> list[Command]:
    deferred = c.DeferRectification(on=desk.calendar().next_workday(desk.today + timedelta(days=10)), reason="等新系统")
    level = pick.choice(list(Level))
    return [
        *NEXT,
        deferred,
        c.AmendRating(level=level),
        c.AppealRating(reason="不实"),
        c.DecideAppeal(upheld=pick.random() < 0.5, reason="查实"),
    ]


def _someone_can_go_on(desk: Ratings) -> bool:
    return any(_fits(desk, command) for command in NEXT)


def _fits(desk: Ratings, command: Command) -> bool:
    try:
        return bool(list(decide(command, Call(id=RATING, lane=RATING, command=command, by=SUN), desk)))
    except Refusal:
        return False


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_rating_is_never_without_a_next_actor_before_it_is_closed(seed: int) -> None:
    pick = Random(seed)
    desk = Ratings()
    levels = [pick.choice(list(Level))]
    desk.rate(levels[0])
    for _ in range(STEPS):
        desk.now += timedelta(hours=pick.randrange(12))
        command = pick.choice(_commands(desk, pick))
        by = pick.choice(EVERYBODY)
        try:
            facts = desk.on(command, by=by)
        except Refusal:
            facts = []
        levels += [fact.level for fact in facts if isinstance(fact, f.RatingAmended)]

        assert not (by.id in desk.given.staff and any(isinstance(fact, ABOUT_IT) for fact in facts))
        assert (desk.given.rectification is not None) == any(level in BAD for level in levels)
        if desk.given.is_being_rectified:
            assert _someone_can_go_on(desk)
            assert desk.open_one.outcome or desk.open_one.overdue or timers_of(RATING, desk.given)
        assert desk.given.level is levels[-1]
    assert len(levels) <= 2


def test_the_walks_come_to_every_end() -> None:
    ends: Counter[str] = Counter()
    for seed in SEEDS:
        pick = Random(seed)
        desk = Ratings()
        desk.rate(Level.DISSATISFIED)
        for _ in range(STEPS):
            try:
                desk.on(pick.choice(_commands(desk, pick)), by=pick.choice(EVERYBODY))
            except Refusal as refusal:
                ends[refusal.code] += 1
        ends["closed" if desk.open_one.closed else "open"] += 1
        ends["excluded" if desk.given.excluded else "counted"] += 1

    wanted = {"closed", "open", "excluded", "counted", "not-by-the-rated", "call-back-first", "reply-first"}
    assert wanted <= {code for code, times in ends.items() if times}
