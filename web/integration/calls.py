"""Webhooks: other systems are called when something has happened (Standard Webhooks 1.0: ids, signatures, retries).

Each call has the facts after the last one that was taken, oldest first. One node at a time makes it, which the log
decides. A call that was taken but whose report was lost is made again, with the same facts under the same id: whoever
is called passes over an id that it knows.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

import httpx
import msgspec

from domain.case.commands import Command
from domain.integration.integration import (
    INTEGRATION_STREAM,
    ClaimWebhook,
    RemoveWebhook,
    ReportWebhook,
    Webhook,
)
from store.centre import Centre
from store.keys import KeyVault
from web.edge import Edge
from web.following import Worker
from web.integration.tokens import integration_of
from web.integration.told import told, told_tags

FACTS_IN_A_CALL = 200
AT_ONCE = 4
PATIENCE_SECONDS = 20
GONE = 410
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 36_000))
"""After each failure in a row; when they are used up, some 28 hours later, an operator must look."""

Told = list[dict[str, object]]


class Caller(Protocol):
    """Whoever carries a call."""

    def call(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        """Make the call and return the HTTP status.

        Raises:
            TimeoutError: no answer in time.
            ConnectionError: the address cannot be reached.
        """
        ...


class HttpCaller:
    """Calls over HTTP; follows no redirect, so that nobody sends us elsewhere."""

    def call(self, url: str, content: bytes, headers: dict[str, str]) -> int:
        """Make the call."""
        try:
            with httpx.Client(timeout=PATIENCE_SECONDS, follow_redirects=False) as client:
                return client.post(url, content=content, headers=headers).status_code
        except httpx.TimeoutException as fault:
            raise TimeoutError from fault
        except httpx.HTTPError as fault:
            raise ConnectionError from fault


class Calls:
    """Makes the calls that are due.

    Args:
        centre: the log.
        caller: carries them.
        clock: the time, UTC.
    """

    def __init__(self, centre: Centre, *, caller: Caller, clock: Callable[[], datetime]) -> None:
        self._centre = centre
        self._caller = caller
        self._clock = clock
        self._looked: dict[UUID, int] = {}

    def catch_up(self) -> None:
        """Tell every webhook what it may be told now."""
        with ThreadPoolExecutor(AT_ONCE) as pool:  # one that is slow keeps no other waiting
            list(pool.map(self._tell_all, integration_of(self._centre).webhooks))

    def _tell_all(self, id: UUID) -> None:
        while self._tell(id):
            pass

    def _tell(self, id: UUID) -> bool:
        """Tell one webhook the next facts; whether it took them, and may be told more."""
        webhook = integration_of(self._centre).webhooks.get(id)
        if webhook is None or not webhook.may_be_told(self._clock()):
            return False
        after = webhook.told if webhook.offered else max(webhook.told, self._looked.get(id, 0))
        reached, page = self._centre.stretch(after, _most(webhook), tags=_wanted(webhook))
        page = [one for one in page if webhook.offered is None or one[0] <= webhook.offered]
        if not page:
            self._looked[id] = max(reached, after)  # noted here alone: nothing in the log for what concerns nobody
            return False
        upto = page[-1][0]
        if not self._do(ClaimWebhook(webhook=id, after=webhook.told, upto=upto)):
            return False
        why = self._called(id, webhook, upto, [told(position, fact) for position, fact in page])
        return self._report(id, webhook, upto, len(page), why)

    def _called(self, id: UUID, webhook: Webhook, upto: int, facts: Told) -> str:
        """Make the call; empty where it was taken, else why not."""
        content = msgspec.json.encode({"webhook": str(id), "upto": upto, "events": facts})
        headers = signed(secret_of(self._centre.vault, id), uuid5(id, str(upto)), self._clock(), content)
        try:
            status = self._caller.call(webhook.url, content, {"content-type": "application/json", **headers})
        except TimeoutError:
            return "timeout"
        except ConnectionError:
            return "unreachable"
        return "" if 200 <= status < 300 else f"status {status}"

    def _report(self, id: UUID, webhook: Webhook, upto: int, facts: int, why: str) -> bool:
        if why == f"status {GONE}":
            self._do(RemoveWebhook(webhook=id))
        elif why:
            waits = AGAIN_AFTER[webhook.failures] if webhook.failures < len(AGAIN_AFTER) else None
            self._do(ReportWebhook(webhook=id, why=why, again_at=self._clock() + waits if waits else None))
        else:
            self._do(ReportWebhook(webhook=id, upto=upto, facts=facts))
        return not why

    def _do(self, command: Command) -> bool:
        return self._centre.by_itself(command, lane=INTEGRATION_STREAM).verdict == "applied"


def secret_of(vault: KeyVault, webhook: UUID) -> bytes:
    """The secret with which calls of a webhook are signed, the same on every node."""
    return hmac.digest(vault.named("webhooks"), webhook.bytes, hashlib.sha256)


def shown(secret: bytes) -> str:
    """A secret as it is told to whoever is called."""
    return "whsec_" + base64.b64encode(secret).decode()


def signed(secret: bytes, id: UUID, at: datetime, content: bytes) -> dict[str, str]:
    """The headers that say which call it is, when it was made, and that it is ours."""
    seconds = str(int(at.timestamp()))
    mac = hmac.digest(secret, f"{id}.{seconds}.".encode() + content, hashlib.sha256)
    return {
        "webhook-id": str(id),
        "webhook-timestamp": seconds,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def _most(webhook: Webhook) -> int:
    """How many facts are looked at: all that were offered before, even by a program that offered more at once."""
    return FACTS_IN_A_CALL if webhook.offered is None else webhook.offered - webhook.told


def _wanted(webhook: Webhook) -> Collection[str]:
    return told_tags() & set(webhook.tags) if webhook.tags else told_tags()


async def follow(edge: Edge) -> None:
    """Make the calls that are due until cancelled."""
    calls = Calls(edge.centre, caller=HttpCaller(), clock=edge.clock)
    worker = Worker("webhooks", edge.centre, calls.catch_up, roster=edge.roster)
    worker.start()
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(worker.stop)
