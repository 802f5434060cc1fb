"""Histograms over the last minute, the last hour and since the beginning; what is too old falls out in steps.

A value is counted once, in the newest step of 5 s. When that is over it is added to the sum of each window, and what
has grown too old is taken off: whoever asks gets sums that are there, however much was counted.
"""

from collections.abc import Hashable, Iterable
from enum import StrEnum
from typing import Final, Generic, TypeVar

from feed.core.histogram import Histogram

STEP: Final = 5_000_000  # microseconds
MINUTE: Final = 12  # steps
HOUR: Final = 60  # minutes

Key = TypeVar("Key", bound=Hashable)
Row = tuple[Histogram, ...]
Part = dict[Key, Row]


class Window(StrEnum):
    """How far back: from 55 to 60 seconds, from 59 to 60 minutes, or all that this process has counted."""

    MINUTE = "minute"
    HOUR = "hour"
    START = "start"


SECONDS: Final = {Window.MINUTE: 60, Window.HOUR: 3600}


class Sliding(Generic[Key]):
    """The sum of what was counted in the last so many slots, by key."""

    def __init__(self, slots: int) -> None:
        self.sum: Part[Key] = {}
        self._slots = slots
        self._parts: dict[int, Part[Key]] = {}

    def add(self, slot: int, part: Part[Key]) -> None:
        """Take over what was counted in a slot, or more of it."""
        _add(self._parts.setdefault(slot, {}), part)
        _add(self.sum, part)

    def forget(self, slot: int) -> None:
        """Take off what is not of the last slots, of which this is the newest."""
        for old in [each for each in self._parts if not slot - self._slots < each <= slot]:
            for key, row in self._parts.pop(old).items():
                left = [part[key] for part in self._parts.values() if key in part]
                if not left:
                    del self.sum[key]
                    continue
                for place, histogram in enumerate(self.sum[key]):
                    histogram.take_off(row[place], max(each[place].most for each in left))


class Windows(Generic[Key]):
    """For each key a row of `width` histograms. Times are microseconds.

    The clock may be set back: what the last minute and hour had counted since then is left out of them.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._step = 0
        self._newest: Part[Key] = {}
        self._minute: Sliding[Key] = Sliding(MINUTE)
        self._hour: Sliding[Key] = Sliding(HOUR)
        self._whole: Part[Key] = {}
        self._all = row_of(width)  # keys together

    def record(self, key: Key, first: int, values: Iterable[int], now: int) -> None:
        """Count one value in each histogram of the key's row, from the place `first` on."""
        if now // STEP != self._step:
            self._turn(now // STEP)
        row = self._newest.get(key)
        if row is None:
            row = self._newest[key] = row_of(self._width)
        for place, value in enumerate(values, first):
            row[place].record(value)

    def of(self, window: Window, now: int) -> Part[Key]:
        """What was counted, by key, in histograms of the caller's own."""
        self._turn(now // STEP)
        sums = {Window.MINUTE: self._minute.sum, Window.HOUR: self._hour.sum, Window.START: self._whole}
        found: Part[Key] = {}
        _add(found, sums[window])
        _add(found, self._newest)
        return found

    def all(self) -> Row:
        """What was counted since the beginning, of all keys together."""
        return together([self._all, *self._newest.values()], self._width)

    def _turn(self, step: int) -> None:
        """Begin a step, and forget what no window reaches any more."""
        if step == self._step:
            return
        _add(self._whole, self._newest)
        self._all = self.all()
        self._minute.add(self._step, self._newest)
        self._hour.add(self._step // MINUTE, self._newest)
        self._step, self._newest = step, {}
        self._minute.forget(step)
        self._hour.forget(step // MINUTE)


def row_of(width: int) -> Row:
    """A row of which nothing was counted."""
    return tuple(Histogram() for _ in range(width))


def together(rows: Iterable[Row], width: int) -> Row:
    """The sum of rows."""
    found = row_of(width)
    for row in rows:
        for histogram, other in zip(found, row, strict=True):
            histogram.add(other)
    return found


def _add(found: Part[Key], part: Part[Key]) -> None:
    for key, row in part.items():
        known = found.get(key)
        if known is None:
            found[key] = together((row,), len(row))
            continue
        for histogram, other in zip(known, row, strict=True):
            histogram.add(other)
