"""Figures of the customers of ODF for /metrics; their names are a closed list, that of the settings."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from feed.core.deliveries import Standing

_LABELS = ("flag", "customer")
_GAUGES = {
    "behind": ("feed_push_behind", "Messages of the log behind the place of a customer."),
    "waiting": ("feed_push_waiting", "Documents that a customer has not taken yet."),
    "failing": ("feed_push_failing", "Document keys whose oldest document a customer did not take."),
    "oldest_seconds": ("feed_push_oldest_seconds", "How long the oldest of them waits."),
}


def pushed(standings: Iterable[Standing]) -> Iterable[Metric]:
    """A family each for what waits, and one for attempts by what became of them."""
    rows = list(standings)
    for field, (name, text) in _GAUGES.items():
        gauge = GaugeMetricFamily(name, text, labels=_LABELS)
        for row in rows:
            gauge.add_metric([row.flag, row.customer], getattr(row, field))
        yield gauge
    attempts = CounterMetricFamily(
        "feed_push_attempts", "Documents sent to a customer, by what became of it.", labels=[*_LABELS, "state"]
    )
    for row in rows:
        for state, count in row.attempts.items():
            attempts.add_metric([row.flag, row.customer, state], count)
    yield attempts
