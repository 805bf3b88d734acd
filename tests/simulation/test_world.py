"""A share of the seeds of the campaign, and what makes any of them worth reading: replay and shrinking."""

import pytest

from tests.simulation.__main__ import main
from tests.simulation.invariants import INVARIANTS, Broken
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.plan import THEMES, plan_of
from tests.simulation.run import play, run_plan, run_seed
from tests.simulation.shrinking import broken_by, shrunk

SEEDS = 84
ENOUGH_SEEDS = 60


@pytest.mark.parametrize("theme", THEMES)
def test_every_invariant_holds_whatever_fails(theme: str) -> None:
    told = [run_seed(seed, theme=theme) for seed in range(SEEDS // len(THEMES))]

    assert sum(one.effects for one in told) > 10 * len(told)
    assert sum(one.faults for one in told) > 10 * len(told)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_world_without_one_rule_is_caught(mutant: Mutant) -> None:
    caught = _caught(mutant)

    assert caught is not None, f"{ENOUGH_SEEDS} seeds did not notice: {mutant.rule}"
    assert caught.name in mutant.caught_as, caught


def _caught(mutant: Mutant) -> Broken | None:
    for seed in range(ENOUGH_SEEDS):
        try:
            with mutant.change():
                run_seed(seed, theme=mutant.theme)
        except Broken as broken:
            return broken
    return None


def test_the_same_seed_tells_the_same_story() -> None:
    plan = plan_of(11)

    first, second = (play(plan, listen=True) for _ in range(2))

    assert first.story == second.story
    assert first.story
    assert (first.messages, first.now) == (second.messages, second.now)


def test_a_long_story_shrinks_to_a_short_one_always_the_same() -> None:
    mutant = next(one for one in MUTANTS if one.name == "drops-what-was-set-aside")
    plan = plan_of(0)

    with mutant.change():
        wanted, short, again = broken_by(plan), shrunk(plan), shrunk(plan)
        same = broken_by(short)

    assert wanted == same == "I1"
    assert short == again
    assert len(short.steps) <= 3 < len(plan.steps)


def test_a_story_in_which_everything_holds_is_not_shrunk() -> None:
    plan = plan_of(1, steps=10)

    assert shrunk(plan) == plan


def test_the_story_of_a_seed_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = main(["--seed", "3", "--frames"])

    said = capsys.readouterr().out
    assert outcome == 0
    assert "everything holds" in said
    assert "from now on nothing fails" in said
    assert '"t":"welcome"' in said


def test_a_broken_invariant_is_named_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    mutant = next(one for one in MUTANTS if one.name == "drops-what-was-set-aside")

    with mutant.change():
        outcome = main(["--seed", "0", "--shrink"])

    said = capsys.readouterr().out
    assert outcome == 1
    assert INVARIANTS["I1"] in said


def test_the_clocks_of_devices_decide_nothing() -> None:
    plan = plan_of(4, theme="clocks")

    assert [step for step in plan.steps if step.what == "skew"]
    assert run_plan(plan).effects
