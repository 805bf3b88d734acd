"""The hub: which connections hold which scopes, and who must hear of a batch of changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from projections.database import Change
from projections.following import Batch

Listener = Callable[[Batch, list[Change]], None]


class Hub:
    """Connections by scope. For one thread (the event loop)."""

    def __init__(self) -> None:
        """Start with nobody listening."""
        self._by_scope: dict[str, set[Listener]] = defaultdict(set)

    def __len__(self) -> int:
        """How many scopes somebody listens to."""
        return len(self._by_scope)

    def join(self, listener: Listener, scopes: frozenset[str]) -> None:
        """Tell `listener` of changes in `scopes` from now on."""
        for scope in scopes:
            self._by_scope[scope].add(listener)

    def leave(self, listener: Listener, scopes: frozenset[str]) -> None:
        """Stop telling `listener`."""
        for scope in scopes:
            self._by_scope[scope].discard(listener)
            if not self._by_scope[scope]:
                del self._by_scope[scope]

    def publish(self, batch: Batch) -> None:
        """Tell each connection once, with the changes in its scopes, in order; all of them if it concerns every row."""
        heard: dict[Listener, list[Change]] = defaultdict(list)
        if batch.is_renewed or batch.is_last:
            heard.update({listener: [] for listeners in self._by_scope.values() for listener in listeners})
        for change in batch.changes:
            for listener in self._by_scope.get(change.scope, ()):
                heard[listener].append(change)
        for listener, changes in heard.items():
            listener(batch, changes)
