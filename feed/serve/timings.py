"""Histograms in seconds: what each stage costs this process, and how long results take from hop to hop."""

from collections.abc import Iterable

from prometheus_client.core import HistogramMetricFamily, Metric

from feed.core.histogram import Histogram
from feed.core.hops import HOPS
from feed.core.stages import BOUNDS, Stage, Timing
from feed.serve.figures import Figure

MICROS = 1_000_000
_BOUNDS = tuple(round(bound * MICROS) for bound in BOUNDS)


def timings(figures: list[Figure]) -> Iterable[Metric]:
    """Both families; every stage and hop is there from the start."""
    text = "How long a stage takes in this process."
    stages = HistogramMetricFamily("feed_stage_seconds", text, labels=["flag", "stage"])
    text = "How long results take from hop to hop; venue is before total, the others add up to it."
    hops = HistogramMetricFamily("feed_latency_seconds", text, labels=["flag", "hop"])
    for row in figures:
        for stage in Stage:
            timing = row.stages.get(stage, _NEVER)
            stages.add_metric([row.flag, stage.value], list(timing.buckets()), timing.sum)
        for hop, histogram in zip(HOPS, row.hops or _NOTHING, strict=True):
            hops.add_metric([row.flag, hop.value], _buckets(histogram), histogram.sum / MICROS)
    return stages, hops


def _buckets(histogram: Histogram) -> list[tuple[str, int]]:
    """What is at most each bound, within 2 %."""
    counts = zip(map(str, BOUNDS), histogram.up_to(_BOUNDS), strict=True)
    return [*counts, ("+Inf", histogram.count)]


_NEVER = Timing()
_NOTHING = tuple(Histogram() for _ in HOPS)
