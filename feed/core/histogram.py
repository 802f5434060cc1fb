"""How often which duration was: buckets that grow with their values, in memory only where something was counted.

Up to 63 every value has its own bucket; above, each power of two has 32, so that a bucket is at most 3.2 % wide and its
middle at most 1.6 % away from what was counted. As HdrHistogram does it (Tene), at a third of its cost in Python.
"""

from collections.abc import Iterable
from typing import Final

_BITS: Final = 5


def bucket_of(value: int) -> int:
    """The number of a value's bucket; what is below 0 counts as 0."""
    if value <= 0:
        return 0
    shift = value.bit_length() - _BITS - 1
    return value if shift <= 0 else (shift << _BITS) + (value >> shift)


def middle_of(bucket: int) -> int:
    """The value in the middle of a bucket."""
    shift = (bucket >> _BITS) - 1
    if shift <= 0:
        return bucket
    lowest = (bucket - (shift << _BITS)) << shift
    return lowest + (1 << shift >> 1)


class Histogram:
    """Whole numbers from 0 on; `count` is how many there are, `sum` and `most` are exact."""

    __slots__ = ("buckets", "count", "most", "sum")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.count = 0
        self.most = 0
        self.sum = 0

    def record(self, value: int) -> None:
        """Count one value; what is below 0 counts as 0."""
        bucket = bucket_of(value)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.count += 1
        if value > 0:
            self.sum += value
            if value > self.most:  # noqa: PLR1730 - it is seldom so, and `max` costs as much as all the rest
                self.most = value

    def add(self, other: "Histogram") -> None:
        """Take over what another has counted."""
        if self.count:
            for bucket, count in other.buckets.items():
                self.buckets[bucket] = self.buckets.get(bucket, 0) + count
        else:
            self.buckets = other.buckets.copy()
        self.count += other.count
        self.sum += other.sum
        self.most = max(other.most, self.most)

    def take_off(self, other: "Histogram", most: int) -> None:
        """Take back what was added; `most` is the largest of what stays."""
        for bucket, count in other.buckets.items():
            self.buckets[bucket] -= count
            if not self.buckets[bucket]:
                del self.buckets[bucket]
        self.count -= other.count
        self.sum -= other.sum
        self.most = most

    def up_to(self, bounds: Iterable[int]) -> list[int]:
        """For each bound, rising, how many values are not above it, as far as the middles of buckets tell."""
        found: list[int] = []
        passed = place = 0
        places = sorted(self.buckets)
        for bound in bounds:
            while place < len(places) and middle_of(places[place]) <= bound:
                passed += self.buckets[places[place]]
                place += 1
            found.append(passed)
        return found

    def quantiles(self, *ratios: float) -> list[int]:
        """For each ratio, rising, the value that so many of all are not above; 0 where nothing was counted."""
        found: list[int] = []
        passed = 0
        places = iter(sorted(self.buckets))
        bucket = 0
        for ratio in ratios:
            while passed < ratio * self.count:
                bucket = next(places)
                passed += self.buckets[bucket]
            found.append(min(middle_of(bucket), self.most))
        return found
