"""`doorstep serve`: the service, until it is told to stop."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
import msgspec

from web import lan
from web.app import create_app, opened
from web.banner import banner
from web.cli.clock import new_id, now
from web.demo.centre import InUse, seed, seed_log
from web.edge import Edge
from web.kept import kept_by
from web.serving import Server, config_for
from web.settings import Settings, origin_of, read_settings
from web.starting import CannotStart, held_folder, listen, require_sqlite


@click.command()
@click.option("--port", help="Listen on this port instead of 8000.")
@click.option("--host", help="Listen on this address instead of 127.0.0.1.")
@click.option("--data", type=Path, help="Keep everything in this folder instead of data/.")
@click.option("--empty", is_flag=True, default=None, help="Start without the demo centre.")
@click.option("--demo", is_flag=True, default=None, help="Make the demo centre in an empty log on PostgreSQL too.")
@click.option("--lan", is_flag=True, default=None, help="Serve phones in the same network, by HTTPS.")
def serve(**said: Any) -> int:
    """Start the service; Ctrl-C or SIGTERM stops it in order."""
    with suppress(KeyboardInterrupt):
        _serve(read_settings(os.environ, said))
    return 0


def _serve(settings: Settings) -> None:
    require_sqlite()
    signal.signal(signal.SIGTERM, _end)
    with held_folder(settings.data), listen(settings.listen_host, settings.port) as listener:
        identity = lan.prepare(settings.lan_folder, now=now()) if settings.lan else None
        if identity is not None:
            own = origin_of("https", identity.address, settings.port)
            settings = msgspec.structs.replace(settings, url=settings.url or own, origins=(*settings.origins, own))
        make_demo(settings)
        with opened(settings, clock=now, new_id=new_id, say=_say) as edge:
            _collect_seldom()
            _run(edge, identity).run(sockets=[listener])


def _collect_seldom() -> None:
    """Let the collector of cycles pass over what lives for ever, and look at the rest less often.

    States and views are many and never part of a cycle: with Python's own thresholds, looking for one takes a third of
    the time under load.
    """
    gc.freeze()
    gc.set_threshold(10_000, 50, 100)


def _run(edge: Edge, identity: lan.LanIdentity | None) -> Server:
    more = lan.routes(identity, port=edge.settings.port) if identity is not None else []
    config = config_for(
        create_app(edge, more=tuple(more)),
        edge.settings,
        certificate=identity.certificate if identity else None,
        key=identity.key if identity else None,
    )
    return Server(config, up=lambda: _say(banner(edge, lan=identity)), stopping=edge.stopping)


def make_demo(settings: Settings) -> None:
    """Make the demo centre: in files unless there is a centre already; in PostgreSQL where it is asked for.

    Raises:
        CannotStart: something else is there already.
    """
    if settings.empty or (settings.postgres_host and not settings.demo):
        return
    kept = partial(kept_by, settings)
    try:
        if settings.postgres_host:
            _say("looking for the demo centre in the log, and making it there if the log is empty ...")
            seed_log(
                settings.centre_folder, settings.log_environment, now=now(), address=settings.public_url, kept=kept
            )
        elif not settings.centre_folder.exists():
            _say("making the demo centre: 43 items, staff of every role, cases in every state ...")
            seed(settings.centre_folder, now=now(), address=settings.public_url, kept=kept)
    except InUse as fault:
        raise CannotStart(str(fault)) from fault


def _say(text: str) -> None:
    click.echo(text)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End in order: what is open is closed on the way out."""
    raise SystemExit(0)
