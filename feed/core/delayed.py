"""A log as it is told later: cut off at a place that moves with time."""

from bisect import bisect_right
from itertools import takewhile
from operator import attrgetter

from feed.core.entry import Entry
from feed.core.log import Readable
from schemas.message import Micros


class DelayedLog:
    """What of a log lies up to `tip`; whoever moves that says what of it may be told."""

    def __init__(self, log: Readable, tip: int) -> None:
        self.tip = tip
        self._log = log

    @property
    def floor(self) -> int:
        return self._log.floor

    def held(self, seq: int) -> Entry | None:
        return self._log.held(seq) if seq <= self.tip else None

    def read(self, after: int, limit: int) -> list[Entry]:
        """As `Log.read`, also in what it raises; empty only at this tip."""
        if after >= self.tip:
            return []
        found = self._log.read(after, limit)
        return found[: bisect_right(found, self.tip, key=attrgetter("seq"))]


def released(entries: list[Entry], by: Micros) -> list[Entry]:
    """The first of these, all of which were published by a time; of a batch all or nothing."""
    free = list(takewhile(lambda entry: entry.published <= by, entries))
    while free and free[-1].is_open:
        free.pop()
    return free


def published(entries: list[Entry]) -> Micros:
    """When the first of these was, with all that came with it."""
    batch = list(takewhile(lambda entry: entry.is_open, entries))
    return max(entry.published for entry in entries[: len(batch) + 1])
