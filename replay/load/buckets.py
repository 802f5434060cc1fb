"""Counts of latencies in the buckets of an HdrHistogram of three digits, fast enough for tens of millions.

Seen as an integer, a double's highest 22 bits are its sign, its exponent and ten bits of its fraction. From 1,024
microseconds on that is exactly the bucket that the histogram would choose, and below it is finer: so the bits are
counted first, and each distinct value is recorded once.
"""

import math
import struct
from array import array
from collections.abc import Mapping
from typing import Final

from hdrh.histogram import HdrHistogram

LONGEST: Final = 3_600_000_000  # microseconds; what takes longer counts as this
DIGITS: Final = 3
KEY_BITS: Final = 22
POINTS: Final = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p999": 99.9, "max": 100.0}
_DROPPED: Final = 64 - KEY_BITS


def keys(micros: "array[float]") -> list[int]:
    """The bucket of each; infinite and negative ones have buckets of their own."""
    return [bits >> _DROPPED for bits in memoryview(micros).cast("B").cast("Q")]


def floor_of(key: int) -> float:
    """The microseconds of a bucket that are closest to zero."""
    (micros,) = struct.unpack("=d", struct.pack("=Q", key << _DROPPED))
    return float(micros)


def histogram_of(counts: Mapping[int, int]) -> HdrHistogram:
    """Counts by bucket as a histogram of microseconds; what is below one counts as one, infinite ones are left out."""
    histogram = HdrHistogram(1, LONGEST, DIGITS)
    for key, count in counts.items():
        micros = floor_of(key)
        if math.isfinite(micros):
            histogram.record_value(min(LONGEST, max(1, int(micros))), count)
    return histogram


def points(histogram: HdrHistogram) -> dict[str, float]:
    """Milliseconds by percentile; empty when nothing was recorded."""
    if not histogram.get_total_count():
        return {}
    return {name: histogram.get_value_at_percentile(percentile) / 1000 for name, percentile in POINTS.items()}
