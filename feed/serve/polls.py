"""Readers of /v1/log who wait for the next message: no timer asks for them, the pump wakes whom it concerns."""

import asyncio

from feed.core.cohorts import READ_LIMIT
from feed.core.filters import Filter
from feed.core.log import AbsentError, Readable


class Polls:
    """All waits of one flag, by filter: one look at what is new for all who want the same."""

    def __init__(self, log: Readable) -> None:
        self._log = log
        self._seen = log.tip
        self._waiting: dict[Filter, set[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    async def wanted(self, wish: Filter, seconds: float) -> None:
        """Return at the next message that the wish takes, after that time, or when everybody is released."""
        self.look()
        future = asyncio.get_running_loop().create_future()
        group = self._waiting.setdefault(wish, set())
        group.add(future)
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return
        finally:
            group.discard(future)
            if not group and self._waiting.get(wish) is group:
                del self._waiting[wish]

    def look(self) -> None:
        """Wake whoever wants something that came since the last look."""
        while self._waiting and self._seen < self._log.tip:
            try:
                entries = self._log.read(self._seen, READ_LIMIT)
            except AbsentError:  # more came at once than memory holds: their own reading brings it back
                self.release()
                break
            if not entries:
                break
            self._seen = entries[-1].seq
            for wish in [wish for wish in self._waiting if any(map(wish.wants, entries))]:
                self._wake(wish)
        self._seen = self._log.tip

    def release(self) -> None:
        """Let everybody answer now."""
        for wish in list(self._waiting):
            self._wake(wish)

    def _wake(self, wish: Filter) -> None:
        for future in self._waiting.pop(wish):
            if not future.done():
                future.set_result(None)
