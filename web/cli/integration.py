"""`doorstep access` and `doorstep webhook`: other systems that read from the centre, and those that it calls."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import get_args
from uuid import UUID

import click

from domain.calendar.limits import local_day
from domain.case.commands import Command
from domain.integration.integration import (
    INTEGRATION_STREAM,
    AddWebhook,
    GrantAccess,
    RemoveWebhook,
    ResumeWebhook,
    RevokeAccess,
    Scope,
    Webhook,
)
from store.centre import Centre
from web.cli.centre import data_option, opened_centre, settings_of
from web.cli.clock import new_id, now
from web.cli.trouble import Trouble
from web.integration.calls import secret_of, shown
from web.integration.tokens import SECRET_BYTES, hash_of, integration_of, token_of
from web.integration.told import told_tags

SAID = {
    "not-found": "There is none with this id: see the list.",
    "invalid": "It cannot be called there: use https://, or http:// on this machine, without a name or a password.",
}


@click.group()
def access() -> None:
    """Other systems that may read from the centre, each with a token of its own."""


@access.command()
@click.argument("name")
@click.option("--scope", "scopes", type=click.Choice(get_args(Scope)), multiple=True, required=True)
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long it is good.")
@data_option
def grant(name: str, scopes: tuple[Scope, ...], days: int, data: Path | None) -> int:
    """Make a token for the system NAME and print it, this once."""
    id = new_id()
    token, until = token_of(id, secrets.token_bytes(SECRET_BYTES)), local_day(now()) + timedelta(days=days)
    _do(data, GrantAccess(access=id, name=name, scopes=scopes, sha256=hash_of(token), until=until))
    click.echo(token)
    click.echo(f"Good until {until}. It is kept nowhere: hand it over now, as a header `Authorization: Bearer TOKEN`.")
    return 0


@access.command("list")
@data_option
def list_accesses(data: Path | None) -> int:
    """List who may read what, and until when."""
    with opened_centre(settings_of(data=data)) as centre:
        known = integration_of(centre).accesses
    for id, one in known.items():
        click.echo(f"{id}  {one.until}  {', '.join(one.scopes)}  {one.name}")
    if not known:
        click.echo("No other system may read.")
    return 0


@access.command()
@click.argument("id", type=UUID)
@data_option
def revoke(id: UUID, data: Path | None) -> int:
    """Let the system with this ID read no more, at once."""
    _do(data, RevokeAccess(access=id))
    click.echo("It may read no more.")
    return 0


@click.group()
def webhook() -> None:
    """Systems that are called when something has happened."""


@webhook.command()
@click.argument("url")
@click.option("--tag", "tags", multiple=True, help="Kind of fact that it is called for; all process facts by default.")
@click.option("--since", type=click.IntRange(0), help="Begin after this position; with what happens now by default.")
@data_option
def add(url: str, tags: tuple[str, ...], since: int | None, data: Path | None) -> int:
    """Call URL from now on, and print the secret with which calls are signed."""
    unknown = set(tags) - told_tags()
    if unknown:
        raise Trouble(f"Nobody is called for {', '.join(sorted(unknown))}: see docs/reference/facts.md.")
    id = new_id()
    with opened_centre(settings_of(data=data)) as centre:
        _require(centre, AddWebhook(webhook=id, url=url, tags=tags, after=centre.head() if since is None else since))
        secret = shown(secret_of(centre.vault, id))
    click.echo(f"{id}\n{secret}")
    click.echo(
        "Give the secret to whoever is called: each call bears a signature by it (docs/how-to/connect-systems.md)."
    )
    return 0


@webhook.command("list")
@data_option
def list_webhooks(data: Path | None) -> int:
    """List who is called, and how far that has come; exit code 1 where one waits for an operator."""
    with opened_centre(settings_of(data=data)) as centre:
        known, head = integration_of(centre).webhooks, centre.head()
    for id, one in known.items():
        click.echo(f"{id}  {one.url}  {_standing(one, head)}")
    if not known:
        click.echo("Nobody is called.")
    return 1 if any(one.is_paused for one in known.values()) else 0


@webhook.command()
@click.argument("id", type=UUID)
@data_option
def resume(id: UUID, data: Path | None) -> int:
    """Try the webhook with this ID again at once, from where it stopped."""
    _do(data, ResumeWebhook(webhook=id))
    click.echo("It is tried again.")
    return 0


@webhook.command()
@click.argument("id", type=UUID)
@data_option
def remove(id: UUID, data: Path | None) -> int:
    """Call the webhook with this ID no more."""
    _do(data, RemoveWebhook(webhook=id))
    click.echo("It is called no more.")
    return 0


def _standing(one: Webhook, head: int) -> str:
    if one.is_paused:
        return f"stopped after {one.failures} failures ({one.why}): mend it, then `doorstep webhook resume`"
    if one.failures:
        return f"failed {one.failures} times ({one.why}), again at {one.again_at:%Y-%m-%d %H:%M} UTC"
    return f"told up to {one.told} of {head}"


def _do(data: Path | None, command: Command) -> None:
    with opened_centre(settings_of(data=data)) as centre:
        _require(centre, command)


def _require(centre: Centre, command: Command) -> None:
    answer = centre.by_itself(command, lane=INTEGRATION_STREAM)
    if answer.verdict == "retry":
        raise Trouble("The log cannot be written now: try again.")
    if answer.code is not None:
        raise Trouble(SAID.get(answer.code, f"It was refused: {answer.code}."))
