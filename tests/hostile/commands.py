"""Every command of the program, with arguments that nobody means, by everybody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from domain.actors import Actor
from domain.case.commands import Command
from domain.commands import COMMANDS
from domain.decisions import Call
from store.centre import Centre
from sync.frames import SignedIntent
from sync.intents import UnreadableIntent, read_intent
from tests.hostile.values import Forge

AT_ONCE = 50
"""Calls that are submitted together, each lot under a device of its own: a flood of refusals of one is not judged."""
APT = 0.3
"""Share of commands that fit the case at least in kind."""

APT_PERSON = 0.7
"""How often the person fits too."""


class Given(msgspec.Struct, frozen=True):
    """A command as it was given.

    Attributes:
        said: type and arguments, for whoever looks into what it broke.
    """

    call: Call
    said: str


def every_kind() -> list[type[Command]]:
    """All commands that have a type of their own."""
    kinds = {kind.type: kind for kind in _below(Command) if kind.type and not kind.__module__.startswith("tests")}
    return [kinds[name] for name in sorted(kinds)]


def _below(base: type[Command]) -> Iterator[type[Command]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)


class Commands:
    """An endless supply of calls.

    Args:
        chance: from which everything comes.
        forge: makes the arguments.
        people: by whom they are given.
        lanes: whom they concern.
        apt: gives a command that somebody might honestly give now, the lane it concerns, and who that is.
    """

    def __init__(
        self,
        chance: Random,
        forge: Forge,
        *,
        people: Sequence[Actor],
        lanes: Sequence[UUID],
        apt: Callable[[], tuple[UUID, Command, Actor]] | None = None,
    ) -> None:
        self._chance = chance
        self._forge = forge
        self._people = list(people)
        self._lanes = list(lanes)
        self._apt = apt
        self._kinds = every_kind()
        self._turn = 0

    def lot(self) -> list[Given]:
        """Some calls, on their way as from devices or as from inside."""
        device = UUID(int=self._chance.getrandbits(128), version=4)
        given: list[Given] = []
        while len(given) < AT_ONCE:
            if self._apt is not None and self._chance.random() < APT:
                lane, command, apt = self._apt()
                by = apt if self._chance.random() < APT_PERSON else self._chance.choice(self._people)
                body = self._body(type(command), by, msgspec.to_builtins(command), lane)
                kind = type(command)
            else:
                kind = self._kinds[self._turn % len(self._kinds)]
                by = self._people[(self._turn // len(self._kinds)) % len(self._people)]
                self._turn += 1
                body = self._intent(kind, by)
            one = self._given(kind, msgspec.structs.replace(by, device=device), body)
            if one is not None:
                given.append(one)
        return given

    def body(self, by: Actor | None = None) -> str:
        """The body of an intent."""
        kind = self._chance.choice(self._kinds)
        return json.dumps(self._intent(kind, by or self._chance.choice(self._people)), ensure_ascii=False)

    def _given(self, kind: type[Command], by: Actor, body: dict[str, Any]) -> Given | None:
        said = f"{kind.type} by {', '.join(by.roles)} on {body['lane']}: {json.dumps(body['args'])[:600]}"
        if kind.type in COMMANDS:
            try:
                read = read_intent(SignedIntent(body=json.dumps(body, ensure_ascii=False)), by=by)
            except UnreadableIntent:
                return None
            return Given(read, said) if isinstance(read, Call) else None
        try:
            command = msgspec.convert(body["args"], kind, strict=True)
        except (msgspec.ValidationError, OverflowError):
            return None
        lane = UUID(int=self._chance.getrandbits(128), version=4)  # the program itself says whom these concern
        return Given(Call(id=UUID(body["id"]), lane=lane, command=command, by=by), said)

    def _intent(self, kind: type[Command], by: Actor) -> dict[str, Any]:
        lanes, chance = self._lanes, self._chance
        lane = chance.choice(lanes) if chance.random() < 0.85 else UUID(int=chance.getrandbits(128))
        return self._body(kind, by, self._forge.of(kind), lane)

    def _body(self, kind: type[Command], by: Actor, args: Any, lane: UUID) -> dict[str, Any]:
        chance = self._chance
        if chance.random() < 0.4:
            args = self._forge.spoil(args)
        return {
            "id": str(UUID(int=chance.getrandbits(128), version=4)),
            "seq": chance.choice((0, 1, 2**53 - 1)),
            "lane": str(lane),
            "type": kind.type,
            "args": args,
            "at": chance.choice(("2026-11-23T02:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")),
            "by": str(by.id),
            **({"after": [self._forge.id()]} if chance.random() < 0.02 else {}),
            **({"base": {"pos": chance.choice((0, 1, 10**6))}} if chance.random() < 0.2 else {}),
        }


def judged(centre: Centre, lot: Sequence[Given]) -> list[tuple[Given, str]]:
    """Submit a lot; each call with its verdict."""
    answers = centre.submit_all([one.call for one in lot]).result(60)
    return [(one, answer.verdict) for one, answer in zip(lot, answers, strict=True)]
