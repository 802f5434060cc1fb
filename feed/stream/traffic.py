"""Which messages are on their way to the broker that a long list lets go first."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

RECENT_SECONDS: Final = 1.0


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
