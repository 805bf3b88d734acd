"""What follows from facts outside a sandbox's log: results are rendered and posted; nobody is told of anything."""

from __future__ import annotations

import asyncio

from web.edge import Edge
from web.following import Progress, Worker
from web.post import DemoPost
from web.posting import Posting
from web.results.press import Press


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
    centre, folder, head = edge.centre, edge.settings.followers_folder, edge.centre.head()
    press = Press(centre, edge.files, address=edge.settings.public_url, progress=Progress(folder / "press", head=head))
    posting = Posting(centre, DemoPost(edge.clock), clock=edge.clock, progress=Progress(folder / "posting", head=head))
    pressing = Worker("press", centre, lambda: press.catch_up(pressing.stopping))
    return [pressing, Worker("posting", centre, posting.catch_up)]


def _stop(workers: list[Worker]) -> None:
    for worker in workers:
        worker.stopping.set()
    for worker in workers:
        worker.stop()
