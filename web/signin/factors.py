"""One-time codes beside the password (RFC 6238): whether one is asked for, and whether what was shown is right."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from pyotp.totp import TOTP

from domain.identity import keys
from domain.identity.keyring import keyring_stream
from store.bench import CODE_ALPHABET
from store.centre import Centre
from web.edge import Edge
from web.errors import Problem
from web.limits import SECOND_TRIED

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A telephone's clock may be half a minute off (RFC 6238 section 5.2)."""
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
"""Signs of an emergency code: 49 bits."""


def is_required(edge: Edge) -> bool:
    """Whether a password alone lets nobody in; a demonstration is entered with two taps."""
    if edge.settings.staff_second_factor:
        return edge.settings.staff_second_factor == "required"
    particulars = edge.shelf.particulars()
    return particulars is not None and not particulars.is_demo


async def pass_second(edge: Edge, person: UUID, code: str) -> str:
    """Ask for the second factor of somebody whose password was right.

    Returns:
        The method, for the record: `password` or `password+code`.

    Raises:
        Problem: 401 `second-factor-needed` if none was shown, `second-factor-missing` if one is asked of everybody and
            the person has none yet, or as `use_code`.
    """
    if edge.centre.keyring(person).has_second_factor:
        if not code.strip():
            raise Problem(401, "second-factor-needed")
        await use_code(edge, person, code)
        return "password+code"
    if is_required(edge):
        raise Problem(401, "second-factor-missing")
    return "password"


async def use_code(edge: Edge, person: UUID, code: str) -> None:
    """Use up a one-time code, or one for emergencies.

    Raises:
        Problem: 401 `second-factor-wrong` or `already-shown`, 429 `too-many-tries`.
    """
    edge.limiter.spend("too-many-tries", SECOND_TRIED, second=str(person))
    command = await asyncio.to_thread(_command, edge, person, _plain(code))
    if command is None:
        raise Problem(401, "second-factor-wrong")
    answer = await asyncio.to_thread(lambda: edge.centre.by_itself(command, lane=keyring_stream(person)))
    if answer.verdict == "retry":
        raise Problem(503, "storage", retry_s=2)
    if answer.code is not None:
        raise Problem(401, answer.code)
    edge.limiter.forgive("too-many-tries", second=str(person))


def _command(edge: Edge, person: UUID, code: str) -> keys.UseSecondFactor | keys.UseRecoveryCode | None:
    if len(code) == RECOVERY_LENGTH:
        return keys.UseRecoveryCode(person=person, digest=digest_of(edge.centre, person, code))
    secret = edge.centre.second_factor(person)
    step = None if secret is None else step_of(secret, code, at=edge.clock())
    return None if step is None else keys.UseSecondFactor(person=person, step=step)


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The step of time to which a code belongs, None if it is none of about now."""
    now = int(at.timestamp()) // STEP_SECONDS
    maker, found = TOTP(secret), None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        if hmac.compare_digest(maker.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Fresh codes for emergencies."""
    return tuple("".join(secrets.choice(CODE_ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))


def digest_of(centre: Centre, person: UUID, code: str) -> str:
    """What is kept of an emergency code or a code of enrolment."""
    key = centre.key_for("sign-in codes")
    return hmac.new(key, f"{person} {_plain(code)}".encode(), hashlib.sha256).hexdigest()


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").upper()
