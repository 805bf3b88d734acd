"""One world over a virtual year: people come every day, and nothing grows and nothing drifts apart."""

from __future__ import annotations

from tests.simulation.gadget import Gadget
from tests.simulation.invariants import hold
from tests.simulation.plan import Happening, Plan, lanes_of, plan_of
from tests.simulation.run import build, check, is_settled, make_peace, sign_in_where_asked
from tests.simulation.world import World

DAY_MS = 24 * 3_600_000.0
STEPS_A_DAY = 12
LIMIT_MS = 20 * 60_000.0


def live_through(seed: int, *, days: int = 365) -> str:
    """Let a world live for so many days, each with its faults and a peaceful evening at which everything is checked.

    Raises:
        Broken: an invariant does not hold, or what a device keeps in memory grows from day to day.
    """
    plan = plan_of(seed, theme="rights")
    world = build(_peaceful(plan))
    biggest = 0
    for day in range(days):
        _one_day(world, plan_of(seed * 1_000 + day, theme="rights", steps=STEPS_A_DAY), day)
        size = max(_kept(gadget) for gadget in world.gadgets.values())
        biggest = max(biggest, size)
        hold("I9", size <= _bound(world), f"a device keeps {size} things on day {day}")
    return f"{days} days of one world with {len(world.centre.log):,} effects, at most {biggest} things open on a device"


def _peaceful(plan: Plan) -> Plan:
    return Plan(plan.seed, ("ann.phone", "bo.phone", "zhou.desk", "lin.tablet"), lossy=False, steps=())


def _one_day(world: World, plan: Plan, day: int) -> None:
    world.faults = True
    happening = Happening(world, lanes_of(day))
    for step in plan.steps:
        if step.what in ("night", "restore", "skew") or (step.who and not _is_here(world, step.who)):
            continue
        world.go_on(world.now + step.after)
        happening.do(step)
    make_peace(world)
    began = world.now
    while not is_settled(world) and world.now - began < LIMIT_MS:
        world.go_on(world.now + 1_000)
        world.files_arrive()
        sign_in_where_asked(world)
    check(world)
    _forget_what_is_done(world)
    for gadget in world.gadgets.values():
        gadget.close()
    world.is_night = True
    world.go_on(world.began + (day + 1) * DAY_MS)
    world.is_night = False
    for gadget in world.gadgets.values():
        gadget.reopen_later()


def _is_here(world: World, who: str) -> bool:
    return who in world.gadgets or who in world.people


def _forget_what_is_done(world: World) -> None:
    """People clear their trays, and applied acts are kept for a week."""
    for gadget in world.gadgets.values():
        gadget.withdraw(tuple(gadget.disk.aside))
        week_ago = gadget.clock() - 7 * DAY_MS
        old = [id for id, settled in gadget.disk.settled.items() if settled.at < week_ago]
        gadget.archived.update(old, gadget.disk.superseded)
        for id in old:
            del gadget.disk.settled[id]
        gadget.disk.superseded.clear()


def _kept(gadget: Gadget) -> int:
    """How much a device and its core hold."""
    disk = gadget.disk
    return len(disk.open) + len(disk.aside) + len(disk.settled) + len(disk.cache.rows)


def _bound(world: World) -> int:
    return 40 + len(world.centre.docs) * 3 + 8 * STEPS_A_DAY
