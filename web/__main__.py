"""The command line of the service: `python -m web serve`."""

from __future__ import annotations

import argparse
import gc
import os
import secrets
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from types import FrameType
from typing import NoReturn
from uuid import UUID

import msgspec

from web import lan
from web.app import create_app, opened
from web.banner import banner
from web.demo.centre import seed
from web.edge import Edge
from web.serving import Server, config_for
from web.settings import Settings, SettingsWrong, origin_of, read_settings
from web.starting import CannotStart, held_folder, listen, require_sqlite


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line.

    Returns:
        The exit code: 0 stopped in order, 1 could not start and the terminal says why, 2 the command line is wrong.
    """
    said = vars(_parser().parse_args(arguments))
    try:
        return _serve(read_settings(os.environ, said))
    except (CannotStart, SettingsWrong) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="doorstep", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="start the service", allow_abbrev=False)
    serve.add_argument("--port", help="listen on this port instead of 8000")
    serve.add_argument("--host", help="listen on this address instead of 127.0.0.1")
    serve.add_argument("--data", help="keep everything in this folder instead of data/")
    serve.add_argument("--empty", action="store_true", default=None, help="start without the demo centre")
    serve.add_argument("--lan", action="store_true", default=None, help="serve phones in the same network, by HTTPS")
    return parser


def _serve(settings: Settings) -> int:
    require_sqlite()
    signal.signal(signal.SIGTERM, _end)
    with held_folder(settings.data), listen(settings.listen_host, settings.port) as listener:
        identity = lan.prepare(settings.lan_folder, now=_now()) if settings.lan else None
        if identity is not None:
            own = origin_of("https", identity.address, settings.port)
            settings = msgspec.structs.replace(settings, url=settings.url or own, origins=(*settings.origins, own))
        _make_demo(settings)
        with opened(settings, clock=_now, new_id=_new_id, say=_say) as edge:
            _collect_seldom()
            _run(edge, identity).run(sockets=[listener])
    return 0


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


def _make_demo(settings: Settings) -> None:
    if settings.empty or settings.centre_folder.exists():
        return
    _say("making the demo centre: 43 items, staff of every role, cases in every state ...")
    seed(settings.centre_folder, now=_now(), address=settings.public_url)


def _say(text: str) -> None:
    print(text, flush=True)


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> UUID:
    """A UUIDv7 (RFC 9562): in order of time, so that the log's index grows at its end."""
    number = int(time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End in order: what is open is closed on the way out."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
