"""How far the followed stream has come, for those who wait for a sequence or for the next message."""

import asyncio


class Tide:
    """`seq` is the newest sequence that has been taken over in this process."""

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self._waiting: dict[asyncio.Future[None], int] = {}  # by who waits, the sequence

    def rise(self, seq: int) -> None:
        """Tell those who wait for it that the stream came as far as `seq`, and nobody else: many wait under load."""
        self.seq = seq
        for future, awaited in self._waiting.items():
            if awaited <= seq and not future.done():
                future.set_result(None)

    async def passed(self, seq: int, seconds: float | None = None) -> None:
        """Return when `seq` has been taken over, or after that time."""
        if self.seq >= seq:
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = seq
        try:
            async with asyncio.timeout(seconds):
                await future
        except TimeoutError:
            return
        finally:
            del self._waiting[future]

    async def moved(self, seconds: float) -> None:
        """Return at the next message, or after that time."""
        await self.passed(self.seq + 1, seconds)
