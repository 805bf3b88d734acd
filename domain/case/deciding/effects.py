"""Decisions on effects outside the system: each is done once, or a person looks into it."""

from __future__ import annotations

from domain.case import commands as c
from domain.case import facts as f
from domain.case.acts import CaseStatus
from domain.case.decide import Bench, Call, Decided, decide
from domain.refusals import StateChanged


@decide.register
def _(command: c.ClaimEffect, call: Call, bench: Bench) -> Decided:
    case = bench.case(call.lane)
    if (command.position, command.channel) in case.effects:
        raise StateChanged(status="effect-claimed")
    if not case.dispatched or case.status is not CaseStatus.ISSUED:
        raise StateChanged(status=str(case.status))
    return [(call.lane, f.EffectClaimed(position=command.position, channel=command.channel))]


@decide.register
def _(command: c.ReportEffect, call: Call, bench: Bench) -> Decided:
    if (command.position, command.channel) not in bench.case(call.lane).effects:
        raise StateChanged(status="effect-not-claimed")
    return [(call.lane, f.EffectUncertain(position=command.position, channel=command.channel))]
