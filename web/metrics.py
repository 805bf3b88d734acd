"""`/metrics`: the figures that Prometheus reads; ids and names never, and only for machines that may ask.

What is counted as it happens stands in `web.figures`; what stands anyway (positions, queues, devices) is read when it
is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from domain.refusals import NotFound
from web.edge import Edge, edge_of

CONTENT_TYPE = "text/plain; version=1.0.0; charset=utf-8"
LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Standing(Collector):
    """What stands when it is asked for.

    Args:
        edge: the service.
        devices: rows of kind `device` of the centre's own tablets.
    """

    def __init__(self, edge: Edge, devices: Iterable[str]) -> None:
        self._edge = edge
        self._devices = [json.loads(row)["body"] for row in devices]

    def collect(self) -> Iterator[Metric]:
        """See the library."""
        edge = self._edge
        standing, trouble = edge.runner.standing(), edge.centre.writer.trouble
        yield _gauge("doorstep_log_position", "Position of the last event.", edge.centre.head())
        yield _gauge(
            "doorstep_views_position", "Position up to which the read models have followed.", standing.position
        )
        yield _gauge(
            "doorstep_views_live",
            "1 while the read models follow, 0 while built or stopped.",
            standing.state == "following",
        )
        yield _gauge("doorstep_commands_waiting", "Commands that wait to be judged.", edge.centre.writer.waiting)
        yield _gauge(
            "doorstep_log_altered", "1 while the log is not what it was when it was signed.", edge.notary.is_altered
        )
        yield _gauge("doorstep_log_writable", "1 while the log takes events.", trouble is None)
        yield _gauge(
            "doorstep_timers_firing",
            "1 while timers fire, 0 after a jump of the clock.",
            edge.timers.standing().jumped is None,
        )
        yield _gauge("doorstep_sockets", "Devices with an open connection.", len(edge.presence))
        yield _gauge("doorstep_devices", "Tablets of the centre that are known.", len(self._devices))
        yield _gauge(
            "doorstep_devices_owing",
            "Tablets with work that has not arrived.",
            sum(1 for one in self._devices if one["unsent"]),
        )
        yield _gauge(
            "doorstep_devices_missing",
            "Tablets whose announced work never arrived.",
            sum(1 for one in self._devices if one["missing"]),
        )
        yield _gauge(
            "doorstep_device_silence_seconds",
            "Since the longest silent tablet that owes work was heard.",
            self._silence(),
        )

    def _silence(self) -> float:
        now = self._edge.clock()
        owing = [one["last_contact"] for one in self._devices if one["unsent"]]
        return max(((now - datetime.fromisoformat(at)).total_seconds() for at in owing), default=0.0)


async def metrics(request: Request) -> Response:
    """`GET /metrics`: for this machine, and for addresses that `metrics_from` names."""
    edge = edge_of(request)
    asking = request.client.host if request.client else ""
    if asking not in LOOPBACK and asking not in edge.settings.metrics_from:
        raise NotFound
    offices = sorted({staff.office for staff in edge.centre.everyone()})
    rows = await edge.readers.ask(
        lambda reader: [row for of in offices for row in reader.rows_of(f"people:{of}", "device")]
    )
    now = CollectorRegistry()
    now.register(Standing(edge, rows))
    text = generate_latest(edge.figures.registry) + generate_latest(now)
    return Response(text, media_type=CONTENT_TYPE, headers={"cache-control": "no-store"})


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=float(value))


ROUTES: tuple[BaseRoute, ...] = (Route("/metrics", metrics, methods=["GET"]),)
