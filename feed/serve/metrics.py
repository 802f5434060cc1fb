"""GET /metrics for Prometheus. Components count in plain numbers; here they are read when somebody asks."""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from feed.core.plausibility import RULES
from feed.errors import ErrorName
from feed.refusals import Reason
from feed.serve.door import Answer, Door, opens
from feed.serve.doorstep import REASONS, TURNED_AWAY
from feed.serve.rights import RIGHTS, require_local
from schemas.message import Remark

OUTCOMES = ("accepted", "duplicate", "stale", "quarantined", "archived")
SIDES = ("read", "write", "operate", "admin")
NOBODY: Mapping[str, int] = {}
DENIALS = (ErrorName.UNAUTHORIZED, ErrorName.NOT_ENTITLED, ErrorName.TOO_MANY)


class Figure(msgspec.Struct, frozen=True):
    """The figures of one flag at one moment; `streams` is name -> (bytes, most bytes)."""

    flag: str
    outcomes: dict[str, int]
    refusals: dict[Reason, int]
    remarks: dict[str, int]
    holes: int
    tip: int
    topics: int
    subscribers: int
    cohorts: int
    writes: int
    lagging: int
    stalled: int
    recreated: int
    streams: dict[str, tuple[int, int]]
    rules: dict[str, int] = {}
    medal_differences: int = 0
    stale_sources: int = 0


Figures = Callable[[], Iterable[Figure]]
FIGURES: web.AppKey[Figures] = web.AppKey("figures")

_GAUGES = {
    "tip": "Newest sequence taken over from the stream.",
    "topics": "Topics with a message.",
    "subscribers": "Open subscribers, by WebSocket or events.",
    "cohorts": "Groups of subscribers that share their bytes.",
    "medal_differences": "Numbers in which venues' medal tables differ from ours.",
    "stale_sources": "Systems that are on and silent for too long.",
}
_COUNTERS = {
    "writes": "Writes to subscribers' sockets by the pump.",
    "lagging": "Times a subscriber had no room and was served alone.",
    "stalled": "Subscribers given up because they took no byte for 10 s.",
    "holes": "Sequences that the stream lacks although it counts them: messages the broker has lost.",
    "recreated": "Times the consumer of the stream was made anew.",
}


class _Families(Collector):
    def __init__(
        self, figures: Iterable[Figure], denied: Mapping[tuple[str, str], int], turned_away: Mapping[str, int] = NOBODY
    ) -> None:
        self._figures = list(figures)
        self._denied = denied
        self._turned_away = turned_away

    def collect(self) -> Iterable[Metric]:
        """Every label value is from a closed list."""
        for name, text in _GAUGES.items():
            gauge = GaugeMetricFamily(f"feed_{name}", text, labels=["flag"])
            for row in self._figures:
                gauge.add_metric([row.flag], getattr(row, name))
            yield gauge
        for name, text in _COUNTERS.items():
            counter = CounterMetricFamily(f"feed_{name}", text, labels=["flag"])
            for row in self._figures:
                counter.add_metric([row.flag], getattr(row, name))
            yield counter
        yield from (self._documents(), self._refusals(), self._remarks(), self._rules())
        yield from (*self._streams(), self._denials(), self._sent_away())

    def _documents(self) -> Metric:
        family = CounterMetricFamily("feed_documents", "Documents by outcome.", labels=["flag", "outcome"])
        for row in self._figures:
            for outcome in OUTCOMES:
                family.add_metric([row.flag, outcome], row.outcomes.get(outcome, 0))
        return family

    def _refusals(self) -> Metric:
        family = CounterMetricFamily("feed_refusals", "Refused documents by reason.", labels=["flag", "reason"])
        for row in self._figures:
            for reason in Reason:
                family.add_metric([row.flag, reason.value], row.refusals.get(reason, 0))
        return family

    def _remarks(self) -> Metric:
        family = CounterMetricFamily("feed_remarks", "Remarks on stored messages.", labels=["flag", "remark"])
        for row in self._figures:
            for remark in Remark:
                family.add_metric([row.flag, remark.value], row.remarks.get(remark, 0))
        return family

    def _rules(self) -> Metric:
        text = "Documents that broke a rule of plausibility."
        family = CounterMetricFamily("feed_implausible", text, labels=["flag", "rule", "severity"])
        for row in self._figures:
            for rule in RULES:
                family.add_metric([row.flag, rule.id, rule.severity.value], row.rules.get(rule.id, 0))
        return family

    def _streams(self) -> Iterable[Metric]:
        used = GaugeMetricFamily("feed_stream_bytes", "Bytes a stream holds.", labels=["flag", "stream"])
        most = GaugeMetricFamily("feed_stream_bytes_max", "Bytes a stream may hold.", labels=["flag", "stream"])
        for row in self._figures:
            for stream, (held, limit) in row.streams.items():
                used.add_metric([row.flag, stream], held)
                most.add_metric([row.flag, stream], limit)
        return used, most

    def _denials(self) -> Metric:
        text = "Requests denied for their key, which has no flag when it is unknown."
        family = CounterMetricFamily("feed_denied", text, labels=["side", "name"])
        for side in SIDES:
            for name in DENIALS:
                family.add_metric([side, name.value], self._denied.get((side, name), 0))
        return family

    def _sent_away(self) -> Metric:
        text = "Connections that were closed before they asked for anything."
        family = CounterMetricFamily("feed_turned_away", text, labels=["reason"])
        for reason in REASONS:
            family.add_metric([reason], self._turned_away.get(reason, 0))
        return family


METRICS = Door(
    "Figures for Prometheus; once there are keys, for programs on this machine alone.",
    "Operations",
    {200: Answer("All figures.", {"text/plain": None})},
    errors=(ErrorName.UNAUTHORIZED,),
    is_open=True,
    checks_names=False,
)


@opens(METRICS)
async def metrics(request: web.Request) -> web.StreamResponse:
    """All figures in the text format; once there are keys, for programs on this machine only."""
    rights = request.app[RIGHTS]
    if rights.ring:
        require_local(request, "read the figures")
    turned_away = request.app[TURNED_AWAY]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(request.app[FIGURES](), rights.denied, turned_away))
    return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})
