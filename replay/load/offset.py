"""The wall clock against the monotonic one, so that stamps of the service can stand beside moments of a run."""

import time
from typing import Final, NamedTuple

_READINGS: Final = 50


class Offset(NamedTuple):
    """Wall clock minus monotonic clock, in seconds, and by how much that may be wrong."""

    seconds: float
    error: float

    def moment(self, micros: int) -> float:
        """The monotonic moment of a stamp: microseconds UTC."""
        return micros / 1e6 - self.seconds


def measured() -> Offset:
    """The offset now: of many readings the one whose two sides are closest."""
    return min((_reading() for _ in range(_READINGS)), key=lambda offset: offset.error)


def over(first: Offset, last: Offset) -> Offset:
    """One offset for a run from its first and last: whatever the wall clock was moved between adds to the error."""
    middle = (first.seconds + last.seconds) / 2
    return Offset(middle, abs(last.seconds - first.seconds) / 2 + max(first.error, last.error))


def _reading() -> Offset:
    before = time.monotonic()
    wall = time.time()
    after = time.monotonic()
    return Offset(wall - (before + after) / 2, (after - before) / 2)
