"""How far the followed stream has come, for those who wait for a sequence or for the next message."""

import asyncio


class Tide:
    """`seq` is the newest sequence that has been taken over in this process."""

    def __init__(self, seq: int = 0) -> None:
        self.seq = seq
        self._waiting: set[asyncio.Future[None]] = set()

    def rise(self, seq: int) -> None:
        """Tell everybody who waits that the stream came as far as `seq`."""
        self.seq = seq
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def passed(self, seq: int, seconds: float | None = None) -> None:
        """Return when `seq` has been taken over, or after that time."""
        if self.seq >= seq:
            return
        try:
            async with asyncio.timeout(seconds):
                while self.seq < seq:
                    await self._next()
        except TimeoutError:
            return

    async def moved(self, seconds: float) -> None:
        """Return at the next message, or after that time."""
        try:
            async with asyncio.timeout(seconds):
                await self._next()
        except TimeoutError:
            return

    async def _next(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)
