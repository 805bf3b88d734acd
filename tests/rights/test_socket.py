"""Rows and commands over the socket: everybody gets the rows of the page of rights, and is refused as by HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.actors import Role
from domain.rights.table import OFFICE, may
from tests.app.listening import Site, listening
from tests.cast import CASE, FATHER, STRANGER
from tests.rights.people import ELSEWHERE, Somebody, everybody, username

STREET = frozenset(
    {Role.WINDOW_CLERK, Role.REVIEWER, Role.DECIDER, Role.OUTLET_CLERK, Role.LEAD}
)  # whose office queues a lease
PEOPLE = everybody(applicant=FATHER.id, stranger=STRANGER.id)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with listening(tmp_path, followers=()) as made:
        await asyncio.to_thread(_furnish, made)
        await made.caught_up()
        yield made


def _furnish(site: Site) -> None:
    for one in PEOPLE:
        if not one.actor.is_resident:
            (role,) = one.actor.roles
            name = username(role, one.actor.office)
            site.edge.centre.enrol(name, name=name, roles=(role,), office=one.actor.office, password_hash="none")
    site.premises.receive()


def kinds_of_the_case(rows: list[dict[str, Any]]) -> set[str]:
    return {row["kind"] for row in rows if row["id"] == str(CASE)}


def kinds_named(who: Somebody) -> set[str]:
    """The rows of an unclaimed case that the person's devices hold."""
    if who.actor.is_resident:
        return {"status"} if who.is_related else set()
    (role,) = who.actor.roles
    return {"queue"} if role in STREET and who.actor.office != ELSEWHERE else set()


def intent(who: Somebody, seq: int, type: str, **args: Any) -> dict[str, str]:
    body = {
        "id": str(uuid4()),
        "seq": seq,
        "lane": str(CASE),
        "type": type,
        "args": args,
        "at": "2026-11-23T02:00:00Z",
        "by": str(who.actor.id),
    }
    return {"body": json.dumps(body)}


async def test_everybody_holds_the_rows_of_the_page_and_no_others(site: Site) -> None:
    for who in PEOPLE:
        async with site.greeted(who.actor) as wire:
            rows, _, _ = await wire.pull()

        assert kinds_of_the_case(rows) == kinds_named(who), who.name
        if who.actor.office == ELSEWHERE:
            assert not any(row["kind"] in ("queue", "case", "status") for row in rows), who.name


async def test_commands_about_a_case_that_is_not_theirs_find_none(site: Site) -> None:
    acts: list[tuple[str, dict[str, Any]]] = [
        ("case.note@1", {"text": "记一笔"}),
        ("case.claim@1", {}),
        ("case.withdraw@1", {}),
        ("record.view@1", {"position": 1, "at": "2026-11-23T02:00:00Z"}),
        ("record.unmask@1", {"what": "applicant_phone", "purpose": "contact"}),
        ("record.print@1", {"what": "result"}),
    ]
    for who in PEOPLE:
        if may("case.see", who.actor, own=who.is_related):
            continue
        intents = [intent(who, seq, type, **args) for seq, (type, args) in enumerate(acts, 1)]
        async with site.greeted(who.actor) as wire:
            verdicts = await wire.push(*intents)

        codes = {verdict.get("code") for verdict in verdicts}
        assert codes <= {"not-found", "forbidden"}, (who.name, verdicts)
        if who.actor.roles <= OFFICE:
            assert codes == {"not-found"}, (who.name, verdicts)


async def test_what_only_the_centre_does_nobody_does_over_the_socket(site: Site) -> None:
    for who in PEOPLE:
        async with site.greeted(who.actor) as wire:
            verdicts = await wire.push(
                intent(who, 1, "case.archive@1"), intent(who, 2, "person.erase@1"), intent(who, 3, "staff.enrol@1")
            )

        assert all(verdict["verdict"] == "refused" for verdict in verdicts), (who.name, verdicts)
