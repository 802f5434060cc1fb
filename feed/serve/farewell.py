"""Leaving: every subscriber is told to come back, when, and with which cursor.

All of them at once would be a storm for whoever is left: each has a moment of its own in a window as long as the other
nodes, or this one anew, need to greet them one by one.
"""

import asyncio
from collections.abc import Iterator

from feed.core.cursor import write_cursor
from feed.errors import ErrorName, ReaderError
from feed.serve.reading import Reading

FAREWELL_SECONDS = 1.0
RETURNS_PER_SECOND = 1000  # readers that come back to this process's place in a second
WINDOW_SECONDS = 1.0, 30.0  # the shortest, and the longest: then they come faster
TOLD_AT_ONCE = 500
_STEP_SECONDS = 0.02


async def say_farewell(readings: list[Reading]) -> None:
    """Close all subscribers by name, answer all who wait; who has not taken it after a second is cut off.

    Also those of readings that are behind these. The second begins when all have been told.
    """
    readings = [each for live in readings for each in live.readings()]
    moments = spread(sum(len(reading.pump.subscribers) for reading in readings))
    await _tell(readings, moments)
    deadline = asyncio.get_running_loop().time() + FAREWELL_SECONDS
    while any(reading.pump.subscribers for reading in readings) and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(_STEP_SECONDS)
        await _tell(readings, moments)  # again each time: an open connection may still upgrade
    for reading in readings:
        reading.pump.polls.release()
        for subscriber in list(reading.pump.subscribers):
            subscriber.abort()


def spread(count: int) -> Iterator[float]:
    """Seconds after which each of so many comes back, evenly over their window; who comes on top begins anew."""
    shortest, longest = WINDOW_SECONDS
    window = min(max(count / RETURNS_PER_SECOND, shortest), longest)
    while True:
        for number in range(max(count, 1)):
            yield window * (number + 0.5) / max(count, 1)


async def _tell(readings: list[Reading], moments: Iterator[float]) -> None:
    """Send away whoever is open; so many at a time that the first ones get it while the last ones are told."""
    for reading in readings:
        open_ones = [each for each in reading.pump.subscribers if each.is_open]
        for number, subscriber in enumerate(open_ones, 1):
            error = ReaderError(
                ErrorName.RESTARTING,
                "the service is being stopped",
                hint="Connect again with the cursor, after retry_ms.",
                again=next(moments),
            )
            subscriber.refuse(error, write_cursor(reading.epoch, reading.pump.place(subscriber)))
            if not number % TOLD_AT_ONCE:
                await asyncio.sleep(0)
