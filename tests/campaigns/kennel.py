"""Starts the service again and again in a moment: `python -m tests.campaigns.kennel DATA PORT [SABOTAGE]`.

Everything is imported once; for each line on the input a child is forked that serves from DATA on PORT until somebody
kills it. The output says the child's process id, and `ended` when it is gone. SABOTAGE breaks the service in one way,
to see that it is caught.
"""

from __future__ import annotations

import gc
import os
import select
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import uuid4

from tests.campaigns.sabotage import SABOTAGES
from web.app import create_app, opened
from web.serving import Server, config_for
from web.settings import Settings
from web.starting import held_folder, listen


def main(data: Path, port: int, *sabotages: str) -> None:
    """Fork one service a line until the input ends."""
    for name in sabotages:
        SABOTAGES[name]()
    gc.freeze()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            Thread(target=_end_with_the_campaign, daemon=True).start()
            _serve(Settings(data=data, port=port, static=data / "no static files", empty=True))
            os._exit(0)
        _say(str(child))
        os.waitpid(child, 0)
        with suppress(BrokenPipeError):
            _say("ended")


def _end_with_the_campaign() -> None:
    """Wait until whoever gives the orders is gone, however that ended: then nobody would kill this process."""
    orders = select.poll()
    orders.register(sys.stdin, select.POLLHUP)
    orders.poll()
    os._exit(1)


def _serve(settings: Settings) -> None:
    with (
        held_folder(settings.data),
        listen(settings.host, settings.port) as listener,
        opened(settings, clock=lambda: datetime.now(UTC), new_id=uuid4, say=lambda _: None) as edge,
    ):
        Server(config_for(create_app(edge), settings), up=lambda: None, stopping=edge.stopping).run(sockets=[listener])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
