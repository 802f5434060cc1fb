"""The time of a run in slots: the columns of its heat map, cut once more where somebody wants to compare."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Final

_COLUMNS_MAX: Final = 120
_BUCKETS: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)


class Span:
    """A run of `seconds` from the monotonic moment `start`; what is due outside counts to the nearest column.

    `cuts` are moments too: a slot never reaches over one, so that whatever lies between two cuts is exact.
    """

    def __init__(self, start: float, seconds: float, cuts: Iterable[float] = ()) -> None:
        self.start = start
        self.bucket = next((each for each in _BUCKETS if seconds / each <= _COLUMNS_MAX), seconds / _COLUMNS_MAX)
        self.columns = max(1, math.ceil(seconds / self.bucket))
        inner = {start + number * self.bucket for number in range(1, self.columns)}
        self._edges = sorted(inner | set(cuts))

    def slot(self, moment: float) -> int:
        """The slot of a moment."""
        return bisect_right(self._edges, moment)

    def column(self, slot: int) -> int:
        """The column that a slot lies in."""
        moment = self._edges[slot - 1] if slot else self.start
        return min(self.columns - 1, max(0, int((moment - self.start) / self.bucket + 1e-9)))

    def between(self, since: float, until: float) -> range:
        """The slots that lie wholly between two moments; all of the time between when both are cuts."""
        end = self.start + self.columns * self.bucket
        first = bisect_left(self._edges, since) + 1 if since > self.start else 0
        last = bisect_right(self._edges, until) if until < end else len(self._edges) + 1
        return range(first, last)
