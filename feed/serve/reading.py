"""What the reading doors of one flag share."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from feed.core.board import Board
from feed.core.cursor import parse_cursor, read_cursor
from feed.core.entry import Entry
from feed.core.log import AbsentError, Log
from feed.core.scope import WHOLE, Scope
from feed.errors import ErrorName, ReaderError
from feed.serve.pump import Pump
from schemas.message import BodyRef

Load = Callable[[AbsentError], Awaitable[None]]
Passed = Callable[[int, float], Awaitable[None]]
AHEAD_SECONDS = 2.0


class Blobs(Protocol):
    """Bodies kept apart from their messages; both raise OutcomeUnknownError while the broker is away, DamagedError."""

    async def find(self, sha256: str) -> BodyRef | None: ...

    def read(self, ref: BodyRef) -> AsyncGenerator[bytes, None]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading side of one flag: its epoch, log, board and pump, how absent segments come back, and its blobs.

    `passed(seq, seconds)` returns once the log has come as far as a sequence, or after that time. For one request it is
    as wide as its key: the board holds no more than `scope`; log and pump are everybody's, a Filter made with `scope`
    keeps to it. `key` is the id of the key, None for who needs none.
    """

    flag: str
    epoch: str
    log: Log
    board: Board
    pump: Pump
    load: Load
    blobs: Blobs
    passed: Passed
    scope: Scope = WHOLE
    key: str | None = None

    async def read(self, after: int, limit: int) -> list[Entry]:
        """Entries after a cursor, from memory or the stream; raises OutcomeUnknownError while the broker is away."""
        while True:
            try:
                return self.log.read(after, limit)
            except AbsentError as absent:
                await self.load(absent)

    async def place(self, text: str) -> int:
        """The sequence behind a cursor; one that another process has handed out already is waited for.

        Raises ReaderError as `read_cursor` does.
        """
        seq = parse_cursor(text, self.epoch)
        if seq > self.log.tip:
            await self.passed(seq, AHEAD_SECONDS)
        return read_cursor(text, self.epoch, self.log.floor, self.log.tip)


READINGS: web.AppKey[Mapping[str, Reading]] = web.AppKey("readings")
CONNECTIONS_MAX: web.AppKey[int] = web.AppKey("connections_max")


def check_room(app: web.Application) -> None:
    """Raise ReaderError too_many when as many readers as are allowed are connected or being answered."""
    limit = app[CONNECTIONS_MAX]
    pumps = [reading.pump for reading in app[READINGS].values()]
    if sum(len(pump.subscribers) + len(pump.pulls) for pump in pumps) >= limit:
        raise ReaderError(ErrorName.TOO_MANY, f"{limit} readers are connected", hint="Try again later.")
