"""What a long list gives way to: messages that are on their way to the broker, and a loop that has too much to do."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RECENT_SECONDS: Final = 1.0
LONG_TURN_SECONDS: Final = 0.004  # of the loop; a step of a list holds it for a millisecond or two
ROOM: Final = 3  # times as long as such a turn
ROOM_SECONDS_MAX: Final = 0.03  # so that a list gets on, however busy the loop is
INTERVAL_SECONDS_MAX: Final = 0.005  # from message to message: rarer, results would notice no difference


class Traffic:
    """Results of one process, and what else is as short."""

    def __init__(self) -> None:
        self._last = -RECENT_SECONDS  # by the loop's time
        self._going: set[asyncio.Future[None]] = set()

    @property
    def is_live(self) -> bool:
        """Whether a result came within the last RECENT_SECONDS."""
        return asyncio.get_running_loop().time() - self._last < RECENT_SECONDS

    @contextmanager
    def result(self) -> Iterator[None]:
        """A result is on its way while this is open."""
        self._last = asyncio.get_running_loop().time()
        with self.passing():
            yield

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Something else that a list lets go first is on its way while this is open."""
        gone = asyncio.get_running_loop().create_future()
        self._going.add(gone)
        try:
            yield
        finally:
            self._going.discard(gone)
            gone.cancel()

    async def gone(self) -> None:
        """Return when all that is on its way at this moment has arrived; what starts meanwhile is not waited for.

        So nobody waits for ever, however many results there are.
        """
        if self._going:
            await asyncio.wait(self._going)


class Pace:
    """That of one list of so many messages, which may take so many `seconds`."""

    def __init__(self, seconds: float, messages: int) -> None:
        self._interval = seconds / max(messages, 1)
        self.begin()

    def begin(self) -> None:
        """The next message may go now; what went before, at whatever pace, no longer counts."""
        self._due = self._needed = time.monotonic()

    async def due(self) -> None:
        """Return when the next message may go."""
        if (early := self._due - time.monotonic()) > 0:
            await asyncio.sleep(early)

    def late(self) -> int:
        """How many messages more than the next one must have gone by now, or the list takes longer than it may."""
        return max(0, int((time.monotonic() - self._needed) / self._interval)) if self._interval else 0

    def went(self, messages: int) -> None:
        """So many have gone."""
        self._due += messages * min(self._interval, INTERVAL_SECONDS_MAX)
        self._needed += messages * self._interval


async def leave_room() -> None:
    """Return after one turn of the loop, or where that was long, when others have had some more.

    Results that wait in a socket, to be decoded or to be written are not on their way to the broker yet.
    """
    began = time.monotonic()
    await asyncio.sleep(0)
    turn = time.monotonic() - began
    if turn > LONG_TURN_SECONDS:
        await asyncio.sleep(min(ROOM * turn, ROOM_SECONDS_MAX))
