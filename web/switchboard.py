"""The application's router: tries first the few routes whose path begins as the request's does."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, Mount, Route, Router, WebSocketRoute
from starlette.types import Receive, Scope, Send

DEPTH = 2
"""Segments of a path by which routes are found."""

Beginning = tuple[str, ...]


class Switchboard(Router):
    """A router with an index; it answers as the library's own, which goes through all routes for every request."""

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        for route in self._likely(scope):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update({"router": self, "route": route, **found})
                await route.handle(scope, receive, send)
                return
        await super().app(scope, receive, send)

    def _likely(self, scope: Scope) -> Sequence[BaseRoute]:
        """The routes that can match, in their order."""
        if scope["type"] == "lifespan" or scope.get("root_path"):
            return ()
        if self._index is None:
            self._index = indexed(self.routes)
        beginning = tuple(scope["path"].split("/", DEPTH + 1)[1 : DEPTH + 1])
        return self._index.get(beginning) or self._index.get(beginning[:1]) or ()

    _index: dict[Beginning, tuple[BaseRoute, ...]] | None = None


def indexed(routes: Sequence[BaseRoute]) -> dict[Beginning, tuple[BaseRoute, ...]]:
    """The routes that can match a path, in their order, by its first one or two segments."""
    beginnings = [(_beginning(route), route) for route in routes]
    return {key: _fitting(key, beginnings) for key, _ in beginnings if key}


def _fitting(key: Beginning, beginnings: Sequence[tuple[Beginning, BaseRoute]]) -> tuple[BaseRoute, ...]:
    return tuple(route for beginning, route in beginnings if beginning == key[: len(beginning)])


def _beginning(route: BaseRoute) -> Beginning:
    """The first segments of a route's path that every path it matches begins with."""
    if not isinstance(route, Route | WebSocketRoute | Mount):
        return ()
    fixed: list[str] = []
    for segment in route.path.split("/")[1 : DEPTH + 1]:
        if "{" in segment:
            break
        fixed.append(segment)
    return tuple(fixed)
