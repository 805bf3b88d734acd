"""One node of a city as a process of its own: `python -m tests.rolling.node serve | examine` of this version.

`serve` answers until SIGTERM, with the settings of the environment. `examine` compares the log with what devices were
told, a JSON list of `[author, command, position]` on the input, and says on the output what is wrong.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from types import FrameType
from typing import Any, NoReturn
from uuid import UUID, uuid4

from domain.case.facts import CaseFiled, CaseNoted
from projections.follower import catch_up
from projections.rebuilding import verify
from store.centre import Centre
from store.receipts import CommandApplied, CommandFaulted, CommandRefused
from web.app import create_app, opened
from web.cli.log_reading import findings
from web.serving import Server, config_for
from web.settings import Settings, read_settings
from web.starting import held_folder, listen

PAGE = 5_000
RECEIPTS = (CommandApplied, CommandRefused, CommandFaulted)


def main(verb: str) -> None:
    """Carry a verb out."""
    settings = read_settings(os.environ, {})
    if verb == "serve":
        _serve(settings)
    else:
        sys.stdout.write("\n".join(wrong(settings, json.load(sys.stdin))))


def _serve(settings: Settings) -> None:
    signal.signal(signal.SIGTERM, _end)
    with (
        held_folder(settings.data),
        listen(settings.host, settings.port) as listener,
        opened(settings, clock=lambda: datetime.now(UTC), new_id=uuid4, say=lambda _: None) as edge,
    ):
        Server(config_for(create_app(edge), settings), up=lambda: None, stopping=edge.stopping).run(sockets=[listener])


def _end(_: int, __: FrameType | None) -> NoReturn:
    sys.exit(0)


def wrong(settings: Settings, told: list[tuple[str, str, int]]) -> list[str]:
    """What is not as devices were told: each command has one fact and one receipt, and is answered the same again."""
    centre = Centre.open(
        settings.centre_folder, clock=lambda: datetime.now(UTC), new_id=uuid4, env=settings.log_environment
    )
    with closing(centre):
        said = [f"damaged: {finding}" for finding in findings(centre)]
        facts, receipts, at = _counted(centre)
        for author, command, position in told:
            key = UUID(author), UUID(command)
            if (facts[key], receipts[key], at.get(key)) != (1, 1, position):
                said.append(
                    f"{command}: {facts[key]} facts at {at.get(key)}, {receipts[key]} receipts, told {position}"
                )
            answer = centre.answer_to(*key)
            if answer is None or (answer.verdict, answer.pos) != ("duplicate", position):
                said.append(f"{command}: answered otherwise when asked again")
        catch_up(centre, settings.views_folder)
        return said + [f"differs from a rebuild: {one}" for one in verify(centre, settings.views_folder)]


def _counted(centre: Centre) -> tuple[Counter[Any], Counter[Any], dict[Any, int]]:
    """Facts and receipts of each command, and where its fact stands."""
    facts, receipts, at = Counter[Any](), Counter[Any](), dict[Any, int]()
    position = 0
    while True:
        reached, page = centre.stretch(position, PAGE)
        for place, envelope in page:
            key = envelope.meta.actor, envelope.meta.command
            if isinstance(envelope.fact, RECEIPTS):
                receipts[key] += 1
            elif isinstance(envelope.fact, CaseFiled | CaseNoted):
                facts[key] += 1
                at[key] = place
        if reached == position:
            return facts, receipts, at
        position = reached


if __name__ == "__main__":
    main(sys.argv[1])
