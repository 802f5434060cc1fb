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
        """For about so many steps that may take so many `seconds` longer, together, than they do by themselves."""
        return Steps(self, seconds, min(seconds / max(count, 1), INTERVAL_SECONDS_MAX))


class Steps:
    """Those of one document, at least `interval` seconds from one to the next while others come.

    Once their pauses have taken `seconds` in all, whoever had the loop in them, they rest no more.
    """

    def __init__(self, room: Room, seconds: float, interval: float) -> None:
        self._room = room
        self._left = seconds
        self._interval = interval
        self._began = time.monotonic()

    async def pause(self) -> None:
        """Return when the next step may begin, after one turn of the loop at least."""
        done = time.monotonic()
        early = self._began + self._interval - done
        await asyncio.sleep(early if early > 0 and self._left > 0 and self._room.is_wanted else 0)
        self._began = time.monotonic()
        self._left -= self._began - done
