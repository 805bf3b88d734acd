"""What follows from facts outside the log: papers are rendered, results go to the post, people are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from store.centre import Centre
from store.files import FileStore
from web.carrier import NoCarrier
from web.closing import Closing
from web.contact import vapid_of
from web.edge import Edge
from web.following import Progress, Worker
from web.notices.notifier import Notifier
from web.notices.push import WebPush
from web.notices.quiet import quiet_hours
from web.post import Carrier, DemoPost
from web.posting import Posting
from web.registers import DemoRegister, LookUps
from web.results.press import RESULTS, Press


class CatchesUp(Protocol):
    """A follower that takes turns."""

    def catch_up(self) -> None:
        """Read the log to its head and do what it asks for."""
        ...


class Effects:
    """Results and the post in one step, for whoever walks through a history.

    Args:
        centre: the log.
        files: where rendered documents are kept.
        carrier: who carries printed results.
        address: base address of the check page, printed on documents.
        clock: the time, UTC; the centre's by default.
    """

    def __init__(
        self,
        centre: Centre,
        files: FileStore,
        carrier: Carrier,
        *,
        address: str,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._press = Press(centre, files, address=address, wanted=RESULTS)
        self._posting = Posting(centre, carrier, clock=clock or centre.clock)

    def catch_up(self) -> None:
        """Read the log to its head and do what it asks for."""
        self._press.catch_up()
        self._posting.catch_up()


async def follow(edge: Edge) -> None:
    """Do effects until cancelled, each kind in a thread of its own."""
    workers = await asyncio.to_thread(_workers, edge)
    for worker in workers:
        worker.start()
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(_stop, workers)


def _workers(edge: Edge) -> list[Worker]:
    centre, folder = edge.centre, edge.settings.followers_folder
    head = centre.head()

    def progress(name: str) -> Progress:
        return Progress(folder / name, head=head)

    press = Press(centre, edge.files, address=edge.settings.public_url, progress=progress("press"))
    posting = Posting(centre, DemoPost(edge.clock), clock=edge.clock, progress=progress("posting"))
    look_ups = LookUps(centre, DemoRegister(), progress=progress("registers"))
    notifier = Notifier(
        centre,
        sms=None if isinstance(edge.carrier, NoCarrier) else edge.carrier,
        push=WebPush(vapid_of(edge), services=edge.settings.push_services) if edge.settings.push_services else None,
        clock=edge.clock,
        quiet=quiet_hours(edge.settings.quiet_hours),
        progress=progress("notices"),
    )
    closing = Closing(
        centre, clock=edge.clock, trusted=lambda: edge.timers.standing().jumped is None, progress=progress("closing")
    )
    pressing = Worker("press", centre, lambda: press.catch_up(pressing.stopping), roster=edge.roster)
    turns: dict[str, CatchesUp] = {
        "posting": posting,
        "registers": look_ups,
        "notices": notifier,
        "closing": closing,
    }
    return [pressing, *(Worker(name, centre, one.catch_up, roster=edge.roster) for name, one in turns.items())]


def _stop(workers: list[Worker]) -> None:
    for worker in workers:
        worker.stopping.set()
    for worker in workers:
        worker.stop()
