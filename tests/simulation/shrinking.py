"""From a long story in which an invariant fails to a short one in which the same invariant fails."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from tests.simulation.invariants import Broken
from tests.simulation.plan import Plan
from tests.simulation.run import run_plan

Judge = Callable[[Plan], str | None]
"""The invariant that a plan breaks, None if all hold."""


def broken_by(plan: Plan) -> str | None:
    """What a plan breaks."""
    try:
        run_plan(plan)
    except Broken as broken:
        return broken.name
    return None


def shrunk(plan: Plan, judge: Judge = broken_by) -> Plan:
    """The plan without steps that the failure does not need: halves, quarters and so on, then single ones.

    The same plan always shrinks to the same one; a plan in which everything holds stays as it is.
    """
    wanted = judge(plan)
    if wanted is None:
        return plan
    size = len(plan.steps) // 2
    while size:
        at = 0
        while at < len(plan.steps):
            shorter = replace(plan, steps=plan.steps[:at] + plan.steps[at + size :])
            if judge(shorter) == wanted:
                plan = shorter
            else:
                at += size
        size //= 2
    for gadget in plan.gadgets:
        fewer = _without(plan, gadget)
        if fewer.gadgets and judge(fewer) == wanted:
            plan = fewer
    return plan


def _without(plan: Plan, gadget: str) -> Plan:
    person = gadget.split(".")[0]
    left = tuple(name for name in plan.gadgets if name != gadget)
    gone = {gadget} if any(name.startswith(f"{person}.") for name in left) else {gadget, person}
    return replace(plan, gadgets=left, steps=tuple(step for step in plan.steps if step.who not in gone))
