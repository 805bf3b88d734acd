"""What people complain of in other engines of this kind (protocol section 11), each as a story that must end well."""

from uuid import UUID

from sync.device import events as ev
from tests.simulation.plan import LANES, Plan, Step
from tests.simulation.run import build, live, make_peace, owed
from tests.simulation.world import World

FIRST, SECOND, THIRD = LANES[1], LANES[2], LANES[4]
"""Cases filed without photographs, by the number of the step."""


def told(gadgets: str, *steps: tuple[float, str, str, int]) -> World:
    """A world in which these steps happen, and in which every invariant holds at the end."""
    plan = Plan(7, tuple(gadgets.split()), lossy=False, steps=tuple(Step(*step) for step in steps))
    world = build(plan)
    live(world, plan)
    return world


def effects(world: World, gadget: str) -> int:
    """How many acts of a device have an effect."""
    return sum(effect.id in world.gadgets[gadget].made for effect in world.centre.log)


def test_devices_that_reconnect_together_all_get_through() -> None:
    world = told(
        "ann.phone ann.laptop zhou.desk lin.tablet",
        (500, "file", "ann.phone", 1),
        (500, "restart", "", 2_999),
        (0, "file", "ann.laptop", 2),
        (0, "supplement", "ann.phone", 1),
        (0, "note", "zhou.desk", 1),
        (0, "note", "lin.tablet", 1),
        (3_000, "crash", "", 1_000),
        (0, "note", "zhou.desk", 1),
    )

    assert len(world.centre.log) == 6


def test_one_bad_item_blocks_nothing_else() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "file", "ann.phone", 1),
        (500, "poison", "zhou.desk", 1),
        (0, "broken", "zhou.desk", 1),
        (0, "note", "zhou.desk", 1),
        (0, "note", "zhou.desk", 1),
    )

    assert effects(world, "zhou.desk") == 2
    assert len(world.gadgets["zhou.desk"].disk.aside) == 2


def test_photographs_that_are_under_way_hold_only_what_judges_them() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "file", "ann.phone", 0),
        (500, "accept", "zhou.desk", 0),
        (0, "note", "zhou.desk", 1),
        (500, "file", "ann.phone", 1),
        (500, "note", "zhou.desk", 1),
        (40_000, "upload", "", 0),
    )

    assert world.centre.docs[LANES[0]].status == "accepted"


def test_a_shared_tablet_never_sends_one_persons_work_as_another() -> None:
    world = told(
        "ann.tablet bo.tablet zhou.desk",
        (500, "file", "ann.tablet", 1),
        (0, "file", "bo.tablet", 2),
        (500, "supplement", "bo.tablet", 2),
        (0, "supplement", "ann.tablet", 1),
    )

    for name in ("ann.tablet", "bo.tablet"):
        mine = world.gadgets[name]
        authors = {effect.author for effect in world.centre.log if effect.id in mine.made}
        assert authors == {mine.person.actor.id}


def test_an_ended_sign_in_costs_no_work() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "file", "ann.phone", 1),
        (500, "expire", "ann", 1),
        (100, "supplement", "ann.phone", 1),
        (130_000, "supplement", "ann.phone", 1),
        (0, "kick", "ann.phone", 1),
        (90_000, "sign-in", "ann", 0),
    )

    assert effects(world, "ann.phone") == 3


def test_one_wrong_clock_stops_nobody() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "skew", "ann.phone", 6),
        (500, "file", "ann.phone", 1),
        (500, "skew", "zhou.desk", 0),
        (500, "note", "zhou.desk", 1),
        (500, "supplement", "ann.phone", 1),
    )

    assert len(world.centre.log) == 3


def test_an_evicted_cache_costs_no_work() -> None:
    world = told(
        "ann.phone",
        (500, "offline", "ann.phone", 19_000),
        (100, "file", "ann.phone", 1),
        (100, "lose-cache", "ann.phone", 500),
    )

    assert effects(world, "ann.phone") == 1


def test_an_evicted_device_gets_its_rows_back_and_does_nothing_twice() -> None:
    world = told(
        "ann.phone",
        (500, "file", "ann.phone", 1),
        (2_000, "lose-all", "ann.phone", 500),
        (2_000, "supplement", "ann.phone", 1),
    )

    assert len(world.centre.log) == 2


def test_a_lost_connection_to_the_storage_is_survived() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "write-fails", "ann.phone", 1),
        (0, "file", "ann.phone", 1),
        (500, "note", "zhou.desk", 1),
    )

    assert len(world.centre.log) == 2


def test_a_frozen_leader_is_replaced() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "file", "ann.phone", 1),
        (500, "freeze", "ann.phone", 0),
        (0, "second-tab", "ann.phone", 29_999),
        (0, "supplement", "ann.phone", 1),
        (20_000, "note", "zhou.desk", 1),
    )

    assert effects(world, "ann.phone") == 2


def test_a_digest_that_never_matches_is_no_endless_refetching() -> None:
    plan = Plan(7, ("ann.phone",), lossy=False, steps=(Step(500, "file", "ann.phone", 1),))
    world = build(plan)
    world.gadgets["ann.phone"].disk.cache.digest = lambda: "0-1"  # type: ignore[method-assign]
    live(world, plan)
    before = world.messages
    world.go_on(world.now + 3_600_000)

    assert world.messages - before < 3 * 180 * 2 + 20, "more than heartbeats"


def test_an_idle_hour_is_nothing_but_heartbeats() -> None:
    plan = Plan(7, ("ann.phone",), lossy=False, steps=(Step(500, "file", "ann.phone", 1),))
    world = build(plan)
    live(world, plan)
    before = world.messages
    world.go_on(world.now + 3_600_000)

    assert world.messages - before <= 2 * 180 + 2


def test_an_old_app_is_held_and_syncs_again_once_it_is_renewed() -> None:
    world = told(
        "zhou.desk ann.phone",
        (500, "file", "ann.phone", 1),
        (500, "newer", "zhou.desk", 1),
        (0, "note", "zhou.desk", 2),
    )

    assert effects(world, "zhou.desk") == 1
    assert not owed(world.gadgets["zhou.desk"])


def test_a_conflict_says_what_is_so_and_what_can_be_done() -> None:
    world = told(
        "ann.phone zhou.desk lin.desk",
        (500, "file", "ann.phone", 1),
        (500, "claim", "zhou.desk", 1),
        (500, "claim", "lin.desk", 1),
    )

    ((intent, code),) = world.gadgets["lin.desk"].disk.aside.values()
    answer = world.centre.answer_to(intent_author(world, "lin.desk"), intent.id)
    assert (intent.state, code) == ("conflict", "already-claimed")
    assert answer is not None
    assert answer.params == {"by": str(intent_author(world, "zhou.desk"))}
    assert answer.options == ("watch",)


def intent_author(world: World, gadget: str) -> UUID:
    """Whose device it is."""
    return world.gadgets[gadget].person.actor.id


def test_a_refused_act_is_not_carried_out_when_the_right_comes_back() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "file", "ann.phone", 1),
        (500, "offline", "zhou.desk", 5_000),
        (100, "note", "zhou.desk", 1),
        (100, "role", "zhou", 2),
        (9_000, "role", "zhou", 0),
        (1_000, "cut", "zhou.desk", 1),
    )

    ((intent, code),) = world.gadgets["zhou.desk"].disk.aside.values()
    assert (intent.state, code) == ("refused", "permission-lost")
    assert effects(world, "zhou.desk") == 0


def test_a_decision_on_an_old_state_overwrites_nothing() -> None:
    world = told(
        "ann.phone zhou.desk",
        (500, "file", "ann.phone", 1),
        (500, "claim", "zhou.desk", 1),
        (3_000, "offline", "zhou.desk", 9_000),
        (500, "supplement", "ann.phone", 1),
        (500, "decide", "zhou.desk", 1),
    )

    ((intent, code),) = world.gadgets["zhou.desk"].disk.aside.values()
    assert (intent.state, code) == ("conflict", "stale-decision")


def test_queue_and_record_of_a_case_agree_wherever_both_are_held() -> None:
    world = told(
        "ann.phone zhou.desk lin.desk",
        (500, "file", "ann.phone", 1),
        (500, "claim", "zhou.desk", 1),
        (500, "note", "lin.desk", 1),
        (500, "note", "zhou.desk", 1),
    )

    for gadget in world.gadgets.values():
        rows = gadget.disk.cache.rows
        bodies = {kind: row.body["acts"] for (kind, id), row in rows.items() if id == str(FIRST)}
        assert len({tuple(acts) for acts in bodies.values()}) == 1, gadget.name


def test_peace_alone_is_enough_for_a_device_in_any_hold() -> None:
    plan = Plan(7, ("zhou.desk", "ann.phone"), lossy=False, steps=(Step(500, "night", "", 0),))
    world = build(plan)
    live(world, plan)
    make_peace(world)
    world.go_on(world.now + 5_000)

    assert {tab.phase for gadget in world.gadgets.values() for tab in gadget.tabs} == {ev.Phase.LIVE}
