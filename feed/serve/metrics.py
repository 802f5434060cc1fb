"""GET /metrics for Prometheus. Components count in plain numbers; here they are read when somebody asks."""

import os
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from feed.errors import ErrorName
from feed.serve.deliveries import DELIVERY_DESK
from feed.serve.door import Answer, Door, opens
from feed.serve.doorstep import TURNED_AWAY
from feed.serve.families import of_all, of_flags
from feed.serve.figures import FIGURES
from feed.serve.pushed import pushed
from feed.serve.rights import RIGHTS, require_local, shows_key
from feed.serve.timings import timings
from feed.serve.tokens import FETCHES


class Families(Collector):
    """Families that are made when somebody asks."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


METRICS = Door(
    "Figures for Prometheus; once there are keys, for programs on this machine and for operators.",
    "Operations",
    {200: Answer("All figures.", {"text/plain": None})},
    errors=(ErrorName.UNAUTHORIZED, ErrorName.NOT_ENTITLED, ErrorName.TOO_MANY),
    is_open=True,
    checks_names=False,
)


@opens(METRICS)
async def metrics(request: web.Request) -> web.StreamResponse:
    """All figures in the text format; once there are keys, for programs on this machine and operators of P."""
    rights = request.app[RIGHTS]
    if rights.ring and shows_key(request):
        await rights.operator(request, "P")
    elif rights.ring:
        require_local(request, "read the figures")
    figures = list(request.app[FIGURES]())
    turned_away = request.app[TURNED_AWAY]
    of_no_flag = of_all(rights.denied, turned_away, _version(), request.app.get(FETCHES, {}))
    desk = request.app.get(DELIVERY_DESK)
    of_customers = pushed(desk.standings() if desk else ())
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Families([*of_flags(figures), *timings(figures), *of_customers, *of_no_flag, _answering()]))
    ProcessCollector(registry=registry)
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


@cache
def _answering() -> Metric:
    """Where several share a port, one of them answers by chance."""
    text = "Which process answers: several may share a port."
    family = GaugeMetricFamily("feed_process_info", text, labels=["pid"])
    family.add_metric([str(os.getpid())], 1)
    return family


@cache
def _version() -> str:
    return version("olympic-results-feed")
