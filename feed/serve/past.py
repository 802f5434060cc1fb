"""Boards of the past: made once for all who want the same, and kept for a while.

One of a whole Games takes a second to make and tens of MB: few are made at a time, and not many bytes of them are kept.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple

from aiohttp import web

from feed.core.board import Board

BYTES_MAX = 64 << 20
KEPT_SECONDS = 60.0  # what is of now as well costs nothing more, until it is not of now any more
MADE_AT_ONCE = 2


class Built(NamedTuple):
    """A board, and the bytes that it keeps in memory beside what is of now as well."""

    board: Board
    size: int


class _Kept(NamedTuple):
    """A board, its bytes, and what forgets it."""

    board: Board
    size: int
    end: asyncio.TimerHandle


class _Making:
    """A board under way, and how many wait for it."""

    def __init__(self, task: asyncio.Task[Board]) -> None:
        self.task = task
        self.waiting = 0


class Past:
    """Boards of at most `bytes_max` together, each for `seconds`; what was not wanted for longest goes first."""

    def __init__(self, bytes_max: int = BYTES_MAX, seconds: float = KEPT_SECONDS) -> None:
        self._bytes_max = bytes_max
        self._seconds = seconds
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._under_way: dict[Hashable, _Making] = {}
        self._slots = asyncio.Semaphore(MADE_AT_ONCE)

    @property
    def size(self) -> int:
        """Bytes that are kept."""
        return sum(kept.size for kept in self._kept.values())

    async def board(self, key: Hashable, make: Callable[[], Awaitable[Built]]) -> Board:
        """The board of a key; raises what `make` raises. It is given up when nobody waits for it any more."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key].board
        making = self._under_way.get(key)
        if making is None:
            making = self._under_way[key] = _Making(asyncio.create_task(self._make(key, make)))
        making.waiting += 1
        try:
            return await asyncio.shield(making.task)
        finally:
            making.waiting -= 1
            if not making.waiting:
                del self._under_way[key]
                making.task.cancel()

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[Built]]) -> Board:
        async with self._slots:
            board, size = await make()
        if size <= self._bytes_max:
            end = asyncio.get_running_loop().call_later(self._seconds, self._forget, key)
            self._kept[key] = _Kept(board, size, end)
        while self.size > self._bytes_max:
            self._forget(next(iter(self._kept)))
        return board

    def _forget(self, key: Hashable) -> None:
        self._kept.pop(key).end.cancel()  # or it would forget the next board of this key early


PAST: web.AppKey[Past] = web.AppKey("past", Past)
