"""The sample scenarios, given by command: passed by doing what the script says, failed by doing what it warns of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from domain.calendar.calendar import SHANGHAI
from domain.calendar.limits import local_day
from domain.case import commands as c
from domain.training.content import Play, Scenario
from domain.training.practice import PracticeFinished, PracticeOver, PracticeWrong
from store.answers import Answer
from tests.practice.rehearsal import Rehearsal, Trainee, scenarios
from web.practice.views import shown

LEASE, ELDER = "house-lease-filing", "elder-card"
ALLOWANCE, BENEFIT = "advanced-age-allowance", "unemployment-benefit"
REGISTRATION, DIBAO = "unemployment-registration", "subsistence-allowance"
ALL = scenarios()


def missing(*materials: str) -> c.RequestCorrection:
    """A notice that names materials as missing."""
    found = (c.DefectFound(material=one, file=None, code="missing", words="请补上") for one in materials)
    return c.RequestCorrection(defects=tuple(found))


def accepted(trainee: Trainee, item: str, *gaps: str) -> c.AcceptCase:
    """An acceptance with every paper ticked but those that follow."""
    of_item = trainee.room.centre.item(item).materials
    checked = tuple(one.id for one in of_item if one.id not in gaps)
    return c.AcceptCase(checked=checked, gaps=tuple(c.GapAllowed(material=one) for one in gaps))


def declined() -> c.DeclineCase:
    """A refusal in writing."""
    return c.DeclineCase(reason="不符合《失业保险条例》第十四条规定的条件。", remedy="可以申请行政复议或提起诉讼。")


async def until_applied(do: Callable[[], Awaitable[Answer]]) -> None:
    """Give a command until what it waits for, outside the log, has been done."""
    async with asyncio.timeout(20):
        while (await do()).verdict != "applied":  # noqa: ASYNC110 - another thread's work, in the log
            await asyncio.sleep(0.05)


async def dispatch(trainee: Trainee, lane: UUID) -> None:
    """Issue the result and hand it to the post."""
    await trainee.do("outlet-clerk", lane, c.IssueResult())
    await until_applied(lambda: trainee.do("outlet-clerk", lane, c.DispatchResult()))


async def lease(trainee: Trainee) -> None:
    """Do what the script of the lease says."""
    lane = trainee.lane(LEASE)
    await trainee.do("window-clerk", lane, c.ClaimCase())
    await trainee.say(0)
    await trainee.do("window-clerk", lane, missing("lessee-id", "co-owner-consent"))
    await trainee.do("window-clerk", lane, accepted(trainee, LEASE))
    await trainee.do("reviewer", lane, c.ReviewCase(opinion="属实"))
    await trainee.do("decider", lane, c.DecideCase(outcome="granted"))
    await dispatch(trainee, lane)
    await trainee.say(0)


async def opened(trainee: Trainee) -> None:
    """Take in what the person brought to the window, as the form was filled in with it."""
    stage, marking = trainee.room.stage, trainee.room.centre.marking()
    assert marking.scenario is not None
    assert marking.step is not None
    (play,) = marking.step.plays
    answers, item = dict(stage.answers(marking.scenario, play)), stage.item(play, marking.scenario)
    if (bundle := stage.bundle(play)) is not None:
        children = tuple(c.ChildFiling(case=uuid4(), item_id=one, item_version=1) for one in play.items)
        command: c.Command = c.OpenBundle(
            bundle_id=bundle.id,
            children=children,
            channel="window",
            answers=answers,
            declarations=("agent-authorization",),
            later=play.later,
        )
    else:
        command = c.OpenCase(
            item_id=item.id, item_version=1, channel="window", answers=answers, declarations=("truth-commitment",)
        )
    assert (await trainee.do("window-clerk", uuid4(), command)).verdict == "applied"


async def elder(trainee: Trainee) -> None:
    """Do what the script of the three items says."""
    await trainee.say(0)
    await opened(trainee)
    card, allowance = trainee.lane(ELDER), trainee.lane(ALLOWANCE)
    await trainee.do("window-clerk", card, c.MakeUploadLink(token_hash="a" * 64, materials=("id-card", "agent-id")))
    await trainee.do("window-clerk", allowance, c.AskRegister(material="household-register"))
    await trainee.do("window-clerk", card, accepted(trainee, ELDER, "photo-portrait"))
    notice = c.BeginProcedure(
        kind="public-notice",
        basis="办事指南",
        ends_on=local_day(trainee.room.clock()) + timedelta(days=7),
        notice="公示七天，不计入办理时限。",
    )
    await trainee.do("community-worker", allowance, notice)
    (procedure,) = trainee.room.centre.case(allowance).running
    await trainee.do("community-worker", allowance, c.EndProcedure(procedure=procedure))
    await trainee.say(0)


async def unemployment(trainee: Trainee) -> None:
    """Do what the script of the benefit says."""
    await trainee.say(0)
    await trainee.say(0)
    await opened(trainee)
    lane = trainee.lane(REGISTRATION)
    await trainee.do("window-clerk", lane, c.AskRegister(material="termination-proof"))
    await trainee.do("window-clerk", lane, accepted(trainee, REGISTRATION))
    await trainee.do("window-clerk", trainee.lane(BENEFIT), declined())


async def dibao(trainee: Trainee) -> None:
    """Do what the script of the visit says."""
    lane = trainee.lane(DIBAO)
    await trainee.do("window-clerk", lane, missing("asset-check-authorization"))
    await trainee.do("window-clerk", lane, accepted(trainee, DIBAO))
    await trainee.line(up=False)
    visit = uuid4()
    await trainee.keep(visit, "case.review@1")
    await trainee.say(0)
    await trainee.line(up=True)
    await trainee.do("community-worker", lane, c.ReviewCase(opinion="两人入户，居住地下室，收入零工。"), id=visit)
    await trainee.say(0)
    await trainee.do("community-worker", lane, c.ReviewCase(opinion="公示七日无异议。"))
    await trainee.do("decider", lane, c.DecideCase(outcome="granted"))


RIGHT = {
    "sim-lease-after-hours": lease,
    "sim-elder-three-in-one": elder,
    "sim-unemployment": unemployment,
    "sim-dibao-offline-visit": dibao,
}


async def lease_with_mistakes(trainee: Trainee) -> None:
    """Turn him away, accept unseen, tell one of two, and then do as the script says."""
    lane = trainee.lane(LEASE)
    await trainee.do("window-clerk", lane, c.DeclineCase(reason="下班了。", remedy="明天来窗口。"))
    await trainee.do("window-clerk", lane, c.ClaimCase())
    await trainee.do("window-clerk", lane, accepted(trainee, LEASE, "co-owner-consent"))
    await trainee.say(0)
    await trainee.do("window-clerk", lane, missing("lessee-id"))
    await trainee.do("window-clerk", lane, missing("lessee-id", "co-owner-consent"))
    await trainee.do("window-clerk", lane, accepted(trainee, LEASE))
    await trainee.do("reviewer", lane, c.ReviewCase(opinion="属实"))
    await trainee.do("decider", lane, c.DecideCase(outcome="rejected", reason="不给办", basis="无", remedies="无"))
    await trainee.do("decider", lane, c.DecideCase(outcome="granted"))
    await dispatch(trainee, lane)
    await trainee.say(1)
    await trainee.say(0)


async def elder_with_mistakes(trainee: Trainee) -> None:
    """Ask the old lady to come, and the daughter for a partial set of papers."""
    await trainee.say(1)
    await trainee.say(0)
    await opened(trainee)
    card, allowance = trainee.lane(ELDER), trainee.lane(ALLOWANCE)
    await trainee.do("window-clerk", card, c.MakeUploadLink(token_hash="b" * 64, materials=("id-card",)))
    await trainee.do("window-clerk", card, c.MakeUploadLink(token_hash="a" * 64, materials=("id-card", "agent-id")))
    await trainee.do("window-clerk", allowance, missing("household-register"))


async def unemployment_with_mistakes(trainee: Trainee) -> None:
    """Say no without a ground, ask for a paper that can be shared, and refuse by word of mouth."""
    await trainee.say(1)
    await trainee.say(0)
    await trainee.say(1)
    await trainee.say(0)
    await opened(trainee)
    lane = trainee.lane(REGISTRATION)
    await trainee.do("window-clerk", lane, missing("termination-proof"))
    await trainee.do("window-clerk", lane, c.AskRegister(material="termination-proof"))
    await trainee.do("window-clerk", lane, accepted(trainee, REGISTRATION))
    await trainee.say(0)
    await trainee.do("window-clerk", trainee.lane(BENEFIT), declined())


async def dibao_with_mistakes(trainee: Trainee) -> None:
    """Ask for too much, record the visit before it, keep the picture, and write over the window's number."""
    lane = trainee.lane(DIBAO)
    await trainee.do("window-clerk", lane, missing("asset-check-authorization", "id-card"))
    await trainee.do("window-clerk", lane, missing("asset-check-authorization"))
    await trainee.do("window-clerk", lane, accepted(trainee, DIBAO))
    await trainee.do("community-worker", lane, c.ReviewCase(opinion="先写好。"))
    await trainee.line(up=False)
    visit = uuid4()
    await trainee.keep(visit, "case.review@1")
    await trainee.say(2)
    await trainee.say(0)
    await trainee.line(up=True)
    await trainee.do("community-worker", lane, c.ReviewCase(opinion="入户记录。"), id=visit)
    await trainee.say(1)
    await trainee.say(0)
    await trainee.do("community-worker", lane, c.ReviewCase(opinion="公示无异议。"))
    await trainee.do("decider", lane, c.DecideCase(outcome="granted"))


WRONG = {
    "sim-lease-after-hours": (lease_with_mistakes, 25, {"s4", "s5", "s7"}),
    "sim-elder-three-in-one": (elder_with_mistakes, 15, {"s2"}),
    "sim-unemployment": (unemployment_with_mistakes, 20, {"s3", "s5"}),
    "sim-dibao-offline-visit": (dibao_with_mistakes, 30, {"s2", "s6", "s7"}),
}
"""What is done, the points that are left, and the steps that give them."""


def finished(rehearsal: Rehearsal) -> list[PracticeFinished]:
    """What the real centre knows of runs."""
    _, page = rehearsal.edge.centre.stretch(0, 100_000, tags=["practice.finished"])
    return [envelope.fact for _, envelope in page if isinstance(envelope.fact, PracticeFinished)]


@pytest.mark.parametrize("name", RIGHT)
async def test_whoever_does_what_the_script_says_gets_all_its_points(rehearsal: Rehearsal, name: str) -> None:
    trainee = await rehearsal.begin(ALL[name])

    await RIGHT[name](trainee)

    score = trainee.score
    assert [(one.step, one.points, one.mistakes) for one in score.steps] == [
        (one.id, one.points, ()) for one in ALL[name].steps
    ]
    assert (score.passed, score.ended, score.points) == (True, True, score.of)
    (result,) = finished(rehearsal)
    assert (result.trainee, result.scenario, result.passed) == (rehearsal.trainee.id, name, True)
    assert (result.points, result.of) == (score.of, score.of)


@pytest.mark.parametrize("name", WRONG)
async def test_a_step_with_a_mistake_gives_nothing_and_the_story_still_goes_on(rehearsal: Rehearsal, name: str) -> None:
    blunder, points, right = WRONG[name]
    trainee = await rehearsal.begin(ALL[name])

    await blunder(trainee)
    if not trainee.score.ended:
        await rehearsal.rooms.give_up(trainee.room)

    score = trainee.score
    assert {one.step for one in score.steps if one.points} == right
    assert (score.points, score.passed, score.ended) == (points, False, True)
    (result,) = finished(rehearsal)
    assert (result.points, result.passed) == (points, False)


async def test_an_immediate_item_that_comes_after_hours_is_due_at_the_next_close_of_business(
    rehearsal: Rehearsal,
) -> None:
    trainee = await rehearsal.begin(ALL["sim-lease-after-hours"])

    began = trainee.room.clock().astimezone(SHANGHAI)
    answer_by = trainee.room.centre.case(trainee.lane(LEASE)).answer_by

    assert (began.isoweekday(), began.hour, began.minute) == (5, 18, 40)
    assert answer_by is not None
    assert answer_by.at.astimezone(SHANGHAI) == began.replace(hour=17, minute=0, second=0, microsecond=0) + timedelta(3)


async def test_a_mistake_is_held_back_and_refused_with_the_step_and_the_mistake_that_it_was(
    rehearsal: Rehearsal,
) -> None:
    trainee = await rehearsal.begin(ALL["sim-lease-after-hours"])
    lane = trainee.lane(LEASE)

    answer = await trainee.do("window-clerk", lane, c.DeclineCase(reason="下班了。", remedy="明天来窗口。"))

    assert (answer.verdict, answer.code) == ("refused", PracticeWrong.code)
    assert answer.params == {"step": trainee.step, "action": "decline-case", "wrong": 0}
    assert trainee.room.centre.case(lane).status == "received"


async def test_after_the_end_of_a_run_nothing_more_is_done_in_it(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(ALL["sim-lease-after-hours"])
    lane = trainee.lane(LEASE)
    await rehearsal.rooms.give_up(trainee.room)

    answer = await trainee.do("window-clerk", lane, c.ClaimCase())

    assert (answer.verdict, answer.code) == ("refused", PracticeOver.code)
    assert trainee.room.centre.case(lane).claimed_by is None


async def test_the_story_goes_on_once_what_the_device_kept_has_come_in(rehearsal: Rehearsal) -> None:
    trainee = await rehearsal.begin(ALL["sim-dibao-offline-visit"])
    lane, visit = trainee.lane(DIBAO), uuid4()
    await trainee.do("window-clerk", lane, missing("asset-check-authorization"))
    await trainee.do("window-clerk", lane, accepted(trainee, DIBAO))
    await trainee.line(up=False)
    await trainee.keep(visit, "case.review@1")
    await trainee.say(0)
    await trainee.line(up=True)

    await trainee.say(0)
    before = trainee.room.centre.marking().began
    await trainee.do("community-worker", lane, c.ReviewCase(opinion="两人入户，居住地下室。"), id=visit)

    assert (before, trainee.room.centre.marking().began, trainee.step) == (False, True, "s6")
    assert trainee.room.stage.stuck == ""


def playing(step: int, *plays: Play) -> Scenario:
    """The lease with other things happening when a step begins."""
    lease = ALL["sim-lease-after-hours"]
    steps = [replace(one, plays=plays) if at == step else one for at, one in enumerate(lease.steps)]
    return replace(lease, steps=tuple(steps))


async def test_a_story_that_does_not_fit_the_rules_stops_without_taking_away_what_was_done(
    rehearsal: Rehearsal,
) -> None:
    trainee = await rehearsal.begin(playing(1, Play(do="decide")))

    answer = await trainee.do("window-clerk", trainee.lane(LEASE), c.ClaimCase())

    assert answer.verdict == "applied"
    assert trainee.score.steps[0].points == 10
    assert trainee.room.stage.stuck.startswith("s2 0: case.decide@1: ")
    assert shown(trainee.room, own=True).stuck == trainee.room.stage.stuck
