"""Families of counters and gauges, as Prometheus names them: base units, `_total` behind what only rises.

Every label value is from a closed list, or from one that `feed.core.tally` bounds.
"""

from collections.abc import Callable, Iterable, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from feed.core.plausibility import RULES
from feed.core.tally import OTHER, OUTCOMES
from feed.errors import ErrorName
from feed.refusals import Reason
from feed.serve.doorstep import REASONS
from feed.serve.figures import CONNECTIONS, Figure
from feed.serve.tokens import FETCHED
from schemas.message import Remark

SIDES = ("read", "write", "operate", "admin")
NONE: Mapping[str, int] = {}
DENIALS = (ErrorName.UNAUTHORIZED, ErrorName.NOT_ENTITLED, ErrorName.TOO_MANY)
DROPS = ("stalled", "unauthorized", "not_entitled", "too_many")

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
    "written_bytes": "Bytes handed to subscribers' sockets.",
    "lagging": "Times a subscriber had no room and was served alone.",
    "stalled": "Subscribers given up because they took no byte for 10 s.",
    "holes": "Sequences that the stream lacks although it counts them: messages the broker has lost.",
    "recreated": "Times the consumer of the stream was made anew.",
}
_OF_A_LABEL: tuple[tuple[str, str, str, Callable[[Figure], Iterable[tuple[str, int]]]], ...] = (
    (
        "feed_documents",
        "Documents by outcome; a list counts once for each message of it.",
        "outcome",
        lambda row: ((name, row.outcomes.get(name, 0)) for name in OUTCOMES),
    ),
    (
        "feed_refusals",
        "Refused documents by reason.",
        "reason",
        lambda row: ((reason.value, row.refusals.get(reason, 0)) for reason in Reason),
    ),
    (
        "feed_remarks",
        "Remarks on stored messages.",
        "remark",
        lambda row: ((remark.value, row.remarks.get(remark, 0)) for remark in Remark),
    ),
    (
        "feed_dropped",
        "Readers given up or sent away, and those there was no room for.",
        "reason",
        lambda row: ((reason, row.dropped.get(reason, 0)) for reason in DROPS),
    ),
)


def of_flags(figures: list[Figure]) -> Iterable[Metric]:
    """Whatever is counted for each flag."""
    for name, text in _GAUGES.items():
        gauge = GaugeMetricFamily(f"feed_{name}", text, labels=["flag"])
        for row in figures:
            gauge.add_metric([row.flag], getattr(row, name))
        yield gauge
    for name, text in _COUNTERS.items():
        counter = CounterMetricFamily(f"feed_{name}", text, labels=["flag"])
        for row in figures:
            counter.add_metric([row.flag], getattr(row, name))
        yield counter
    for name, text, label, found in _OF_A_LABEL:
        counter = CounterMetricFamily(name, text, labels=["flag", label])
        for row in figures:
            for value, count in found(row):
                counter.add_metric([row.flag, value], count)
        yield counter
    yield from (_rules(figures), *_names(figures), *_readers(figures), *_streams(figures))


def of_all(
    denied: Mapping[tuple[str, str], int],
    turned_away: Mapping[str, int],
    version: str,
    fetches: Mapping[str, int] = NONE,
) -> Iterable[Metric]:
    """What is of no flag: who came with a key that is unknown, or before asking for anything; the program itself."""
    text = "Requests denied for their key, which has no flag when it is unknown."
    denials = CounterMetricFamily("feed_denied", text, labels=["side", "name"])
    for side in SIDES:
        for name in DENIALS:
            denials.add_metric([side, name.value], denied.get((side, name), 0))
    text = "Connections that were closed before they asked for anything."
    sent_away = CounterMetricFamily("feed_turned_away", text, labels=["reason"])
    for reason in REASONS:
        sent_away.add_metric([reason], turned_away.get(reason, 0))
    build = GaugeMetricFamily("feed_build_info", "The version that runs.", labels=["version"])
    build.add_metric([version], 1)
    text = "Times the keys that tokens are signed with were asked for."
    fetched = CounterMetricFamily("feed_token_key_fetches", text, labels=["fetch"])
    for outcome in FETCHED:
        fetched.add_metric([outcome], fetches.get(outcome, 0))
    return denials, sent_away, build, fetched


def _rules(figures: list[Figure]) -> Metric:
    text = "Documents that broke a rule of plausibility."
    family = CounterMetricFamily("feed_implausible", text, labels=["flag", "rule", "severity"])
    for row in figures:
        for rule in RULES:
            family.add_metric([row.flag, rule.id, rule.severity.value], row.rules.get(rule.id, 0))
    return family


def _names(figures: list[Figure]) -> Iterable[Metric]:
    """Documents as a whole; `other` is there from the start."""
    for label in ("discipline", "source"):
        text = f"Documents that were decoded or refused, by {label} and outcome; a list is one."
        family = CounterMetricFamily(f"feed_{label}_documents", text, labels=["flag", label, "outcome"])
        for row in figures:
            counts: Mapping[tuple[str, str], int] = getattr(row, f"{label}s")
            for name in sorted({OTHER, *(name for name, _ in counts)}):
                for outcome in OUTCOMES:
                    family.add_metric([row.flag, name, outcome], counts.get((name, outcome), 0))
        yield family


def _readers(figures: list[Figure]) -> Iterable[Metric]:
    connections = GaugeMetricFamily("feed_connections", "Readers connected or being answered.", labels=["flag", "kind"])
    text = "Messages that a subscriber is behind: of the slowest one, and of all together."
    lag = GaugeMetricFamily("feed_lag_messages", text, labels=["flag", "of"])
    for row in figures:
        for kind in CONNECTIONS:
            connections.add_metric([row.flag, kind], row.connections.get(kind, 0))
        for of, count in zip(("slowest", "all"), row.lag, strict=True):
            lag.add_metric([row.flag, of], count)
    return connections, lag


def _streams(figures: list[Figure]) -> Iterable[Metric]:
    used = GaugeMetricFamily("feed_stream_bytes", "Bytes a stream holds.", labels=["flag", "stream"])
    most = GaugeMetricFamily("feed_stream_bytes_max", "Bytes a stream may hold.", labels=["flag", "stream"])
    for row in figures:
        for stream, (held, limit) in row.streams.items():
            used.add_metric([row.flag, stream], held)
            most.add_metric([row.flag, stream], limit)
    return used, most
