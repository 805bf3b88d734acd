"""Gives commands about somebody's own sign-in to the log, and turns the log's no into an answer."""

from __future__ import annotations

import asyncio
from uuid import UUID

from domain.actors import Actor
from domain.case.commands import Command
from domain.decisions import Call
from domain.identity.identity import Session
from web.edge import Edge
from web.errors import Problem


async def do(edge: Edge, command: Command, *, lane: UUID, by: Actor) -> None:
    """Have a command done.

    Raises:
        Problem: 403 `forbidden`, 422 with the refusal's code, or 503 `storage` when nothing can be recorded.
    """
    call = Call(id=edge.new_id(), lane=lane, command=command, by=by)
    answer = await asyncio.wrap_future(edge.centre.submit(call))
    if answer.verdict == "retry":
        raise Problem(503, "storage", retry_s=2)
    if answer.code is not None:
        raise Problem(403 if answer.code == "forbidden" else 422, answer.code, **(answer.params or {}))


async def widen(edge: Edge, session: Session, *, method: str) -> None:
    """Let a session that began with a code of enrolment be good for everything: the person has shown what they made.

    Raises:
        Problem: 503 `storage` when nothing can be recorded.
    """
    if not session.is_narrow:
        return
    answer = await asyncio.to_thread(edge.centre.prove_session, session, method=method)
    if answer.verdict == "retry":
        raise Problem(503, "storage", retry_s=2)
