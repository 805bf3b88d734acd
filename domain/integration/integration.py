"""Access of other systems, and webhooks: what an operator has granted, and how far each webhook has been told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, ClassVar, Literal, TypeVar, assert_never
from uuid import UUID, uuid5

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.case.commands import Command
from domain.centre.centre import NAMESPACE
from domain.facts import Fact
from domain.refusals import Invalid, NotFound, StateChanged

INTEGRATION_STREAM = uuid5(NAMESPACE, "integration")

Scope = Literal["events", "reports"]
"""What a token opens: `events`, the feed of process facts; `reports`, the counts of a period."""

CLAIM_LASTS = timedelta(minutes=5)
"""For so long one node alone tells a webhook; afterwards another may, as the first may have died."""

_CALLABLE = re.compile(
    r"(https://[A-Za-z0-9][A-Za-z0-9.-]*|http://(localhost|127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?([/?][^\s#]*)?"
)
"""HTTPS anywhere, plain HTTP on this machine alone: what is told must not pass a network in the clear."""

Value = TypeVar("Value")

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Url = Annotated[str, Meta(max_length=500)]


class AccessGranted(Fact, frozen=True, kw_only=True, tag="access.granted"):
    """Another system may read.

    Attributes:
        access: its id, which stands in the token.
        name: of the system, for operators.
        scopes: what it may read.
        sha256: of the token's secret part, in hex; the secret itself is kept nowhere.
        until: last day on which it is good.
    """

    access: UUID
    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    until: date


class AccessRevoked(Fact, frozen=True, kw_only=True, tag="access.revoked"):
    """It may not any more."""

    access: UUID


class WebhookAdded(Fact, frozen=True, kw_only=True, tag="webhook.added"):
    """Another system wants to be called.

    Attributes:
        webhook: its id; its secret follows from it and a key of the vault.
        url: that is called.
        tags: of facts about which it is called; all process facts if there are none.
        after: position of the last fact that it is not told of.
    """

    webhook: UUID
    url: str
    tags: tuple[str, ...]
    after: int


class WebhookClaimed(Fact, frozen=True, kw_only=True, tag="webhook.claimed"):
    """One node tells a webhook of what stands after a position.

    Attributes:
        after: position up to which it was told before.
        upto: position of the last fact that it is told of; the same again until it has taken them.
        until: when another node may.
    """

    webhook: UUID
    after: int
    upto: int
    until: datetime


class WebhookTold(Fact, frozen=True, kw_only=True, tag="webhook.told"):
    """A webhook took what it was told.

    Attributes:
        upto: position up to which it was told, or had nothing to be told.
        facts: how many it was told of.
    """

    webhook: UUID
    upto: int
    facts: int


class WebhookFailed(Fact, frozen=True, kw_only=True, tag="webhook.failed"):
    """A webhook did not take what it was told.

    Attributes:
        why: `status 500`, `timeout` or `unreachable`.
        again_at: when it is tried again; None when it was tried often enough and waits for an operator.
    """

    webhook: UUID
    why: str
    again_at: datetime | None


class WebhookResumed(Fact, frozen=True, kw_only=True, tag="webhook.resumed"):
    """An operator lets a webhook be tried again at once."""

    webhook: UUID


class WebhookRemoved(Fact, frozen=True, kw_only=True, tag="webhook.removed"):
    """It is called no more: an operator said so, or it answered that it is gone (410)."""

    webhook: UUID


FACTS = (
    AccessGranted,
    AccessRevoked,
    WebhookAdded,
    WebhookClaimed,
    WebhookTold,
    WebhookFailed,
    WebhookResumed,
    WebhookRemoved,
)


class Access(Struct, frozen=True, kw_only=True):
    """What another system may read; see `AccessGranted`."""

    name: str
    scopes: tuple[Scope, ...]
    sha256: str
    until: date

    def opens(self, scope: Scope, *, on: date) -> bool:
        """Whether it is good for `scope` on a day."""
        return scope in self.scopes and on <= self.until


class Webhook(Struct, frozen=True, kw_only=True):
    """Whom the centre calls, and how far that has come.

    Attributes:
        told: position up to which it was told.
        offered: position up to which it is being told; None where nothing was begun.
        claimed_until: until when a node tells it; None if none does.
        failures: times in a row that it did not take what it was told.
        again_at: when it is tried again after a failure.
        is_paused: it was tried often enough and waits for an operator.
        why: what the last failure was.
    """

    url: str
    tags: tuple[str, ...]
    told: int
    offered: int | None = None
    claimed_until: datetime | None = None
    failures: int = 0
    again_at: datetime | None = None
    is_paused: bool = False
    why: str = ""

    def may_be_told(self, now: datetime) -> bool:
        """Whether a node may begin to tell it."""
        claimed = self.claimed_until is not None and now < self.claimed_until
        waits = self.again_at is not None and now < self.again_at
        return not (claimed or waits or self.is_paused)


class Integration(Struct, frozen=True):
    """All accesses and webhooks that are in force."""

    accesses: Mapping[UUID, Access] = {}
    webhooks: Mapping[UUID, Webhook] = {}


class GrantAccess(Command, frozen=True, kw_only=True):
    """Let another system read; the lane is the stream of integration."""

    type: ClassVar[str] = "access.grant@1"
    access: UUID
    name: Name
    scopes: Annotated[tuple[Scope, ...], Meta(min_length=1)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    until: date


class RevokeAccess(Command, frozen=True, kw_only=True):
    """Let it read no more."""

    type: ClassVar[str] = "access.revoke@1"
    access: UUID


class AddWebhook(Command, frozen=True, kw_only=True):
    """Call another system from now on, or after an earlier position."""

    type: ClassVar[str] = "webhook.add@1"
    webhook: UUID
    url: Url
    tags: tuple[Name, ...] = ()
    after: Annotated[int, Meta(ge=0)]


class ClaimWebhook(Command, frozen=True, kw_only=True):
    """Begin to tell a webhook (the centre itself says so)."""

    type: ClassVar[str] = "webhook.claim@1"
    webhook: UUID
    after: int
    upto: int


class ReportWebhook(Command, frozen=True, kw_only=True):
    """Say what became of it (the centre itself says so).

    Attributes:
        upto: position that it has been told up to; None where it did not take it.
        facts: how many it was told of.
        why: it did not take it.
        again_at: when it is tried again; None if an operator must look.
    """

    type: ClassVar[str] = "webhook.report@1"
    webhook: UUID
    upto: int | None = None
    facts: int = 0
    why: Annotated[str, Meta(max_length=100)] = ""
    again_at: datetime | None = None


class ResumeWebhook(Command, frozen=True, kw_only=True):
    """Try a webhook again at once."""

    type: ClassVar[str] = "webhook.resume@1"
    webhook: UUID


class RemoveWebhook(Command, frozen=True, kw_only=True):
    """Call it no more."""

    type: ClassVar[str] = "webhook.remove@1"
    webhook: UUID


Wanted = GrantAccess | RevokeAccess | AddWebhook | ClaimWebhook | ReportWebhook | ResumeWebhook | RemoveWebhook
"""Every command of this module."""


def evolve(fact: Fact, state: Integration) -> Integration:
    """What is in force after `fact`."""
    match fact:
        case AccessGranted():
            granted = Access(name=fact.name, scopes=fact.scopes, sha256=fact.sha256, until=fact.until)
            return replace(state, accesses={**state.accesses, fact.access: granted})
        case AccessRevoked():
            return replace(state, accesses=_without(state.accesses, fact.access))
        case WebhookAdded():
            added = Webhook(url=fact.url, tags=fact.tags, told=fact.after)
            return replace(state, webhooks={**state.webhooks, fact.webhook: added})
        case WebhookRemoved():
            return replace(state, webhooks=_without(state.webhooks, fact.webhook))
        case WebhookClaimed() | WebhookTold() | WebhookFailed() | WebhookResumed() if fact.webhook in state.webhooks:
            changed = _changed(fact, state.webhooks[fact.webhook])
            return replace(state, webhooks={**state.webhooks, fact.webhook: changed})
        case _:
            return state


def _changed(fact: WebhookClaimed | WebhookTold | WebhookFailed | WebhookResumed, before: Webhook) -> Webhook:
    match fact:
        case WebhookClaimed():
            return replace(before, claimed_until=fact.until, offered=fact.upto)
        case WebhookTold():
            return Webhook(url=before.url, tags=before.tags, told=fact.upto)
        case WebhookFailed():
            return replace(
                before,
                claimed_until=None,
                failures=before.failures + 1,
                again_at=fact.again_at,
                is_paused=fact.again_at is None,
                why=fact.why,
            )
        case WebhookResumed():
            return replace(before, failures=0, again_at=None, is_paused=False)


def _without(known: Mapping[UUID, Value], id: UUID) -> dict[UUID, Value]:
    return {one: value for one, value in known.items() if one != id}


def decide(command: Wanted, state: Integration, *, now: datetime) -> list[tuple[UUID, Fact]]:
    """Decide any command of this module.

    Raises:
        Invalid: the address of a webhook is none that may be called.
        NotFound: there is no such access or webhook.
        StateChanged: another node tells the webhook, it has been told already, or it must not be tried yet.
    """
    return [(INTEGRATION_STREAM, fact) for fact in _decided(command, state, now)]


def _decided(command: Wanted, state: Integration, now: datetime) -> list[Fact]:
    match command:
        case GrantAccess():
            return [
                AccessGranted(
                    access=command.access,
                    name=command.name,
                    scopes=tuple(dict.fromkeys(command.scopes)),
                    sha256=command.sha256,
                    until=command.until,
                )
            ]
        case RevokeAccess():
            _require(state.accesses, command.access)
            return [AccessRevoked(access=command.access)]
        case AddWebhook():
            _require_callable(command.url)
            tags = tuple(dict.fromkeys(command.tags))
            return [WebhookAdded(webhook=command.webhook, url=command.url, tags=tags, after=command.after)]
        case ClaimWebhook():
            return [_claimed(command, _require(state.webhooks, command.webhook), now)]
        case ReportWebhook():
            _require(state.webhooks, command.webhook)
            return [_reported(command)]
        case ResumeWebhook():
            _require(state.webhooks, command.webhook)
            return [WebhookResumed(webhook=command.webhook)]
        case RemoveWebhook():
            _require(state.webhooks, command.webhook)
            return [WebhookRemoved(webhook=command.webhook)]
        case _:
            assert_never(command)


def _require(known: Mapping[UUID, Value], id: UUID) -> Value:
    if id not in known:
        raise NotFound
    return known[id]


def _require_callable(url: str) -> None:
    if not _CALLABLE.fullmatch(url):
        raise Invalid(where="url")


def _claimed(command: ClaimWebhook, webhook: Webhook, now: datetime) -> WebhookClaimed:
    is_other = webhook.offered is not None and webhook.offered != command.upto
    if not webhook.may_be_told(now) or webhook.told != command.after or is_other:
        raise StateChanged(status="webhook-claimed")
    until = now + CLAIM_LASTS
    return WebhookClaimed(webhook=command.webhook, after=command.after, upto=command.upto, until=until)


def _reported(command: ReportWebhook) -> Fact:
    if command.upto is not None:
        return WebhookTold(webhook=command.webhook, upto=command.upto, facts=command.facts)
    return WebhookFailed(webhook=command.webhook, why=command.why, again_at=command.again_at)
