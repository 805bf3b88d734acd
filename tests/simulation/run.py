"""From a plan to a judgement: build the world, let everything happen, stop the faults, and check the invariants."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.actors import Role
from sync.device import events as ev
from tests.simulation.gadget import Gadget, MakeCore, python_core
from tests.simulation.invariants import Broken, hold
from tests.simulation.network import Weather
from tests.simulation.plan import NEWER, Happening, Plan, plan_of, without_skew
from tests.simulation.world import World, person

QUIET_STEP_MS = 1_000.0
A_DAY_MS = 24 * 3_600_000.0
PATIENCE_MS = 15 * 60_000.0
AN_HOUR_MS = 60 * 60_000.0
DEVICES = {"phone": 1, "laptop": 2, "desk": 3, "tablet": 4}
SHARED = "tablet"
"""Whoever has a `tablet` has the same one."""


class Told(Struct):
    """What a world came to."""

    messages: int
    virtual_ms: float
    faults: int
    effects: int
    verdicts: dict[UUID, str]


def build(plan: Plan, *, make_core: MakeCore = python_core, listen: bool = False, kind: type[World] = World) -> World:
    """The world of a plan, before anything has happened."""
    world = kind(plan.seed, make_core=make_core, listen=listen)
    if plan.lossy:
        world.weather = Weather(drops=plan.drops, repeats=plan.repeats, shuffles=True)
        world.loses_frames = True
    for number, name in enumerate(sorted({gadget.split(".")[0] for gadget in plan.gadgets})):
        roles = (Role.WINDOW_CLERK,) if name in ("zhou", "lin") else ()
        world.people[name] = person(number, name, *roles)
    for name in plan.gadgets:
        who, device = name.split(".")
        number = 900 if device == SHARED else DEVICES[device] * 10 + len(who)
        id = UUID(int=(0xDE << 120) + (4 << 76) + (2 << 62) + (number << 32))
        world.gadgets[name] = Gadget(world, name, world.people[who], id)
    for gadget in world.gadgets.values():
        gadget.open()
    return world


def play(plan: Plan, *, make_core: MakeCore = python_core, listen: bool = False, kind: type[World] = World) -> World:
    """Let everything of a plan happen, then peace.

    Raises:
        Broken: an invariant does not hold.
    """
    world = build(plan, make_core=make_core, listen=listen, kind=kind)
    live(world, plan)
    return world


def live(world: World, plan: Plan) -> None:
    """Carry a plan out in a world, and check it."""
    happening = Happening(world)
    for step in plan.steps:
        world.go_on(world.now + step.after)
        happening.do(step)
    make_peace(world)
    began = world.now
    while not is_settled(world) and world.now < peace_ends(world, began):
        world.go_on(world.now + QUIET_STEP_MS)
        world.files_arrive()
        sign_in_where_asked(world)
    check(world)


def peace_ends(world: World, began: float) -> float:
    """By when everything must be well.

    Rows of which a connection has lost or shuffled some are booted again three times an hour, and a device that has
    spent these boots looks again when the hour is over.
    """
    again = (tab.looks_again_at for gadget in world.gadgets.values() for tab in gadget.tabs if world.loses_frames)
    return max((began, *(min(at, began + AN_HOUR_MS) for at in again if at is not None))) + PATIENCE_MS


def make_peace(world: World) -> None:
    """No more faults: everybody is there, signed in and connected, with an app of today."""
    world.tell("from now on nothing fails")
    world.faults = False
    was_lossy, world.weather = world.is_lossy, Weather(20.0)
    world.crash_at_commit, world.lag, world.warm_at = "", 20.0, 0.0
    world.blocked, world.offline = set(), {}
    if not world.is_up:
        world.is_up = True
    world.files_arrive()
    for one in world.people.values():
        one.signed_in = True
    for gadget in world.gadgets.values():
        gadget.slow_ms, gadget.dying, gadget.write_fails = 0.0, None, 0
        while len(gadget.tabs) > 1:
            gadget.tabs.pop().end()
        if gadget.is_damaged:
            gadget.close()  # what was lost without a sign is found by the digest of the next page
        if not gadget.tabs:
            gadget.open()
        if was_lossy and gadget.tabs[0].link is not None:
            gadget.tabs[0].link.cut()
        update_app(gadget)
        gadget.tell(ev.SignedIn())
        gadget.tell(ev.Kick())
    world.after(100, world.follow, world.run)


def sign_in_where_asked(world: World) -> None:
    """Whoever is asked to sign in does so."""
    for gadget in world.gadgets.values():
        if any(tab.phase in (ev.Phase.AUTH_HELD, ev.Phase.LEASE_EXPIRED) for tab in gadget.tabs):
            gadget.tell(ev.SignedIn())


def update_app(gadget: Gadget) -> None:
    """What a form of command was held for is given again in one that the server knows."""
    for intent in [one for one in gadget.disk.open.values() if NEWER in one.body and one.state != "applied"]:
        gadget.withdraw((intent.id,))
        gadget.act("case.note@1", intent.lane, b'{"text":"note"}', needs=intent.needs)


def is_settled(world: World) -> bool:
    """Whether every device has everything and owes nothing that could be judged."""
    return not world.centre.behind and all(
        not owed(gadget) and shown(gadget) == wanted(world, gadget) for gadget in world.gadgets.values()
    )


def shown(gadget: Gadget) -> dict[tuple[str, str], int]:
    """Rows that the device shows, with their positions."""
    return {key: row.pos for key, row in gadget.disk.cache.rows.items()}


def wanted(world: World, gadget: Gadget) -> dict[tuple[str, str], int]:
    """Rows that it should show."""
    return world.centre.visible(world.may_hold(gadget.person))


def owed(gadget: Gadget) -> list[ev.Pending]:
    """Intents that are not settled, but for those that wait for a quarantined one."""
    stuck = {id for id, (intent, _) in gadget.disk.aside.items() if intent.state == "quarantined"}
    owing: list[ev.Pending] = []
    for intent in sorted(gadget.disk.open.values(), key=lambda one: one.seq):
        if any(need in stuck for need in intent.needs):
            stuck.add(intent.id)
        else:
            owing.append(intent)
    return owing


# Checks


def check(world: World) -> None:
    """All invariants that can be seen at the end.

    Raises:
        Broken: one of them does not hold.
    """
    authors: dict[UUID, Gadget] = {}
    for gadget in world.gadgets.values():
        authors.update(dict.fromkeys(gadget.made, gadget))
    effects = [effect.id for effect in world.centre.log]
    unknown = [id for id in effects if id not in authors]
    hold("I2", not unknown, f"effects of {unknown}, which nobody has given")
    hold("I2", len(effects) == len(set(effects)), f"{len(effects) - len(set(effects))} effects too many")
    for gadget in world.gadgets.values():
        check_outbox(world, gadget)
        check_acknowledged(world, gadget)
        check_needs(world, gadget)
        hold("I5", not [one for one in owed(gadget) if one.state != "applied"], f"{gadget.name} owes {owed(gadget)}")
        hold("I6", not owed(gadget), f"{gadget.name} lays over its rows what shows in them: {owed(gadget)}")
        there, should = shown(gadget), wanted(world, gadget)
        hold("I10", there == should, f"{gadget.name} has {_differing(there, should)}")
    check_order(world, authors)


def _differing(there: dict[tuple[str, str], int], should: dict[tuple[str, str], int]) -> str:
    keys = sorted(key for key in there.keys() | should.keys() if there.get(key) != should.get(key))
    return ", ".join(f"{key} at {there.get(key)} instead of {should.get(key)}" for key in keys)


def check_outbox(world: World, gadget: Gadget) -> None:
    """I1: every intent that was made is in one place."""
    disk = gadget.disk
    for id in gadget.made:
        places = [
            name
            for name, held in (
                ("outbox", disk.open),
                ("settled", disk.settled),
                ("set aside", disk.aside),
                ("superseded", disk.superseded),
            )
            if id in held
        ]
        if id in gadget.lost or id in gadget.archived:
            continue
        hold("I1", len(places) == 1, f"{id} of {gadget.name} is in {places or 'no place'}")
    for id, (intent, code) in disk.aside.items():
        receipt = world.centre.answer_to(gadget.person.actor.id, id)
        by_device = code in ("malformed", "needs-refused", "invalid") or world.log_was_restored
        hold("I1", by_device or receipt is not None, f"{id} was set aside as {intent.state} {code} by nobody")
        is_applied = receipt is not None and receipt.verdict == "duplicate"
        hold("I1", not is_applied, f"{id} of {gadget.name} was set aside and has an effect")


def check_acknowledged(world: World, gadget: Gadget) -> None:
    """I3: what this device was told is so."""
    positions = {effect.id: effect.pos for effect in world.centre.log}
    for id, pos in gadget.acked.items():
        if world.log_was_restored and not may_offer_again(gadget, id):
            continue
        hold("I3", id in positions, f"{id} of {gadget.name} was acknowledged at {pos} and is not in the log")
        if not world.log_was_restored:
            hold("I3", positions[id] == pos, f"{id} is at {positions[id]} and was acknowledged at {pos}")
    for id in gadget.disk.settled:
        is_forgotten = world.log_was_restored and not may_offer_again(gadget, id)
        hold("I3", id in positions or is_forgotten, f"{id} counts as done on {gadget.name} and is not in the log")


def may_offer_again(gadget: Gadget, id: UUID) -> bool:
    """Whether this device still knows what it once did, to offer it to a log that was restored."""
    settled = gadget.disk.settled.get(id)
    return id not in gadget.lost and settled is not None and abs(gadget.clock() - settled.at) < A_DAY_MS


def check_needs(world: World, gadget: Gadget) -> None:
    """I5: nothing was applied whose needs were not."""
    applied = {effect.id for effect in world.centre.log}
    for id, needs in gadget.needs.items():
        if id in applied:
            hold("I5", all(need in applied for need in needs), f"{id} was applied without what it needs")


def check_order(world: World, authors: dict[UUID, Gadget]) -> None:
    """I4: for each device, effects on one case in the order of the acts."""
    orders: dict[tuple[str, UUID], list[int]] = defaultdict(list)
    for effect in world.centre.log:
        gadget = authors.get(effect.id)
        assert gadget is not None
        if effect.id not in gadget.lost:
            orders[gadget.name, effect.lane].append(gadget.made[effect.id].seq)
    for (name, lane), seqs in orders.items():
        hold("I4", seqs == sorted(seqs), f"effects of {name} on {lane} came in the order {seqs}")


def told(world: World) -> Told:
    """Figures of a world that has ended."""
    verdicts = {
        id: f"{receipt.__struct_config__.tag} {getattr(receipt, 'code', '')}"
        for (_, id), (receipt, _) in world.centre.receipts.items()
    }
    return Told(
        messages=world.messages,
        virtual_ms=world.now - world.began,
        faults=sum(world.counts.values()),
        effects=len(world.centre.log),
        verdicts=verdicts,
    )


def run_seed(seed: int, *, theme: str = "", make_core: MakeCore = python_core) -> Told:
    """One seed from beginning to end, and once more with every clock right if one was wrong.

    Raises:
        Broken: an invariant does not hold; the message names the seed.
    """
    try:
        return run_plan(plan_of(seed, theme=theme), make_core=make_core)
    except Broken as broken:
        broken.args = (f"seed {seed}: {broken}",)
        raise


def run_plan(plan: Plan, *, make_core: MakeCore = python_core) -> Told:
    """A plan, and once more with every clock right if one was wrong (I11).

    Raises:
        Broken: an invariant does not hold.
    """
    world = play(plan, make_core=make_core)
    figures = told(world)
    right = without_skew(plan)
    if right == plan or plan.seed % 4 or world.log_was_restored:  # what is offered again depends on the device's days
        return figures
    other = told(play(right, make_core=make_core))
    differing = [id for id in figures.verdicts if figures.verdicts[id] != other.verdicts.get(id)]
    hold("I11", not differing, f"{differing} were judged otherwise")
    return msgspec.structs.replace(figures, messages=figures.messages + other.messages)


__all__ = ["Broken", "Told", "build", "live", "play", "run_plan", "run_seed", "told"]
