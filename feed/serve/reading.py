"""What the reading doors of one flag share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.log import AbsentError, Log
from feed.serve.pump import Pump

Load = Callable[[AbsentError], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading side of one flag: its epoch, log, board and pump, and how absent segments come back."""

    flag: str
    epoch: str
    log: Log
    board: Board
    pump: Pump
    load: Load

    async def read(self, after: int, limit: int) -> list[Entry]:
        """Entries after a cursor, from memory or the stream; raises OutcomeUnknownError while the broker is away."""
        while True:
            try:
                return self.log.read(after, limit)
            except AbsentError as absent:
                await self.load(absent)


READINGS: web.AppKey[Mapping[str, Reading]] = web.AppKey("readings")
CONNECTIONS_MAX: web.AppKey[int] = web.AppKey("connections_max")
