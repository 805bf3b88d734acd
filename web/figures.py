"""What is counted while the service runs, for `/metrics`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class Figures:
    """What is counted while the service runs."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.registry = CollectorRegistry()
        self._requests = Counter("doorstep_requests", "HTTP requests.", ("method", "status"), registry=self.registry)
        self._seconds = Histogram(
            "doorstep_request_seconds", "Time until the answer was sent.", ("method",), buckets=SECONDS,
            registry=self.registry,
        )  # fmt: skip
        self._faults = Counter("doorstep_faults", "Defects that were met.", registry=self.registry)
        self._verdicts = Counter(
            "doorstep_verdicts", "Answers to commands of devices.", ("verdict",), registry=self.registry
        )

    def request(self, method: str, status: int | None, seconds: float) -> None:
        """A request was answered; None where nobody waited for the answer."""
        known = method if method in METHODS else "other"
        count, taken = self._of_request(known, status)
        count.inc()
        taken.observe(seconds)

    @lru_cache(maxsize=512)  # noqa: B019 - lives as long as the service
    def _of_request(self, method: str, status: int | None) -> tuple[Counter, Histogram]:
        return self._requests.labels(method, str(status or "none")), self._seconds.labels(method)

    def fault(self) -> None:
        """A defect was met."""
        self._faults.inc()

    def verdicts(self, counts: Mapping[str, int]) -> None:
        """Commands of a device were answered."""
        for verdict, count in counts.items():
            self._verdicts.labels(verdict).inc(count)
