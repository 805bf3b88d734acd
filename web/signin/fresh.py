"""A fresh proof of who one is, before acts that a tablet left lying open must not allow."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from domain.identity.identity import FRESH_FOR, Session
from domain.rights.fresh import NEEDS_PROOF
from web.edge import Edge, edge_of
from web.errors import Problem
from web.session import require_session
from web.signin.factors import is_required

MAKES_A_FACTOR = frozenset({"passkey.add", "second-factor.set"})
"""For these a session is good that began with a code of enrolment."""


def require_fresh(connection: HTTPConnection, act: str) -> Session:
    """The open session, in which the person has shown within five minutes who they are, if the act asks for that.

    The app answers `proof-needed` by asking the person, `POST /session/proof`, and making its request once more; so ask
    for it before anything is done.

    Args:
        connection: the request.
        act: its name in the table of rights.

    Raises:
        Problem: 401 `sign-in-needed`; 403 `proof-needed` with `ways`, by which they can show it, and `minutes`.
    """
    if act in NEEDS_PROOF:
        return require_proof(connection, narrow=act in MAKES_A_FACTOR)
    return require_session(connection, narrow=act in MAKES_A_FACTOR)


def require_proof(connection: HTTPConnection, *, narrow: bool = False) -> Session:
    """The open session, in which the person has shown within five minutes who they are.

    Raises:
        Problem: as `require_fresh`.
    """
    session, edge = require_session(connection, narrow=narrow), edge_of(connection)
    if not session.is_fresh(edge.clock()):
        raise needed(ways_of(edge, session))
    return session


def ways_of(edge: Edge, session: Session) -> list[str]:
    """How the person can show who they are: `passkey`, `code`, `password`, or `sms`; the best one first."""
    if session.kind == "resident":
        return ["sms"]
    ring = edge.centre.keyring(session.person)
    ways = {
        "passkey": bool(ring.passkeys),
        "code": ring.has_second_factor,
        "password": not ring.has_second_factor and not is_required(edge),
    }
    return [way for way, is_there in ways.items() if is_there]


def needed(ways: list[str]) -> Problem:
    """The answer to whoever has to show once more who they are, by one of these ways."""
    return Problem(403, "proof-needed", ways=ways, minutes=int(FRESH_FOR.total_seconds() // 60))
