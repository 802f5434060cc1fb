"""What a long document leaves to others while it is taken over and judged: results come first.

Each step of it holds the loop for less than a millisecond, but a result takes several turns of the loop, and on each of
them it would find such a step before it.
"""

import asyncio
import math
import time
from typing import Final

RECENT_SECONDS: Final = 1.0
INTERVAL_SECONDS_MAX: Final = 0.004  # from step to step: rarer, results would notice no difference


class Room:
    """Knows whether there is anybody to leave room for: documents that are decoded in the loop."""

    def __init__(self) -> None:
        self._last = -math.inf

    def came(self) -> None:
        """A document that is not long has come."""
        self._last = time.monotonic()

    @property
    def is_wanted(self) -> bool:
        """Whether one came within the last RECENT_SECONDS."""
        return time.monotonic() - self._last < RECENT_SECONDS

    def steps(self, seconds: float, count: int) -> "Steps":
        """For so many steps that may take so many `seconds` longer than they do by themselves."""
        return Steps(self, min(seconds / max(count, 1), INTERVAL_SECONDS_MAX))


class Steps:
    """Those of one document, at least `interval` seconds from one to the next while others come."""

    def __init__(self, room: Room, interval: float) -> None:
        self._room = room
        self._interval = interval
        self._began = time.monotonic()

    async def pause(self) -> None:
        """Return when the next step may begin, after one turn of the loop at least."""
        early = self._began + self._interval - time.monotonic() if self._room.is_wanted else 0.0
        await asyncio.sleep(max(0.0, early))
        self._began = time.monotonic()
