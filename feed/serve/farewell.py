"""Leaving: every subscriber is told to come back, with the cursor to come back with."""

import asyncio

from feed.core.cursor import write_cursor
from feed.errors import ErrorName, ReaderError
from feed.serve.reading import Reading

FAREWELL_SECONDS = 1.0
_STEP_SECONDS = 0.02


async def say_farewell(readings: list[Reading]) -> None:
    """Close all subscribers by name, answer all who wait; who has not taken it after a second is cut off.

    Also those of readings that are behind these.
    """
    readings = [each for live in readings for each in live.readings()]
    error = ReaderError(ErrorName.RESTARTING, "the service is being stopped", hint="Connect again with the cursor.")
    deadline = asyncio.get_running_loop().time() + FAREWELL_SECONDS
    while any(reading.pump.subscribers for reading in readings) and asyncio.get_running_loop().time() < deadline:
        for reading in readings:  # again each time: an open connection may still upgrade
            for subscriber in list(reading.pump.subscribers):
                subscriber.close_by(error, write_cursor(reading.epoch, reading.pump.place(subscriber)))
        await asyncio.sleep(_STEP_SECONDS)
    for reading in readings:
        reading.pump.polls.release()
        for subscriber in list(reading.pump.subscribers):
            subscriber.abort()
