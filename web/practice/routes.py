"""The addresses of simulated practice, and what keeps its sandboxes in order."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.edge import Edge
from web.practice import api, door

__all__ = ["follow", "routes"]


def routes() -> list[BaseRoute]:
    """Everything under `/api/practice` and `/practice`."""
    return [*api.ROUTES, *door.routes()]


async def follow(edge: Edge) -> None:
    """Close idle sandboxes and dispose of old ones, until cancelled."""
    if edge.practice is not None:
        await edge.practice.keep_order()
