"""Runs the scheduler beside the application."""

from __future__ import annotations

import asyncio

from web.edge import Edge


async def follow(edge: Edge) -> None:
    """Fire timers until cancelled."""
    edge.timers.start()
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.to_thread(edge.timers.stop)
