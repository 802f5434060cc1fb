"""What the reading doors of one flag share."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from feed.core.board import Board
from feed.core.cursor import parse_cursor, read_cursor
from feed.core.entry import Entry
from feed.core.labels import Labelling
from feed.core.log import AbsentError, Log
from feed.core.scope import WHOLE, Scope
from feed.errors import ErrorName, ReaderError
from feed.serve.pump import Pump
from schemas.message import BodyRef, Micros

Load = Callable[[AbsentError], Awaitable[None]]
Passed = Callable[[int, float], Awaitable[None]]
AHEAD_SECONDS = 2.0


class Blobs(Protocol):
    """Bodies kept apart from their messages; both raise OutcomeUnknownError while the broker is away, DamagedError."""

    async def find(self, sha256: str) -> BodyRef | None: ...

    def read(self, ref: BodyRef) -> AsyncGenerator[bytes, None]: ...


class Moment(Protocol):
    """The stream as it was right behind `seq`; raises OutcomeUnknownError while the broker is away."""

    seq: int

    async def entries(self, topics: Collection[str]) -> list[Entry]: ...


class Moments(Protocol):
    """Moments by sequence and by time, up to the tip; both raise OutcomeUnknownError while the broker is away."""

    async def at(self, seq: int) -> Moment | None: ...

    async def reached(self, time: Micros, tip: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading side of one flag: its epoch, log, board and pump, how absent segments come back, its blobs, its past.

    `passed(seq, seconds)` returns once the log has come as far as a sequence, or after that time. For one request it is
    as wide as its key: the board holds no more than `scope`; log and pump are everybody's, a Filter made with `scope`
    keeps to it; what codes mean all are told. `key` is the id of the key, None for who needs none. At a `moment`
    the board is that of a sequence.
    """

    flag: str
    epoch: str
    log: Log
    board: Board
    pump: Pump
    load: Load
    blobs: Blobs
    passed: Passed
    moments: Moments
    labelling: Labelling
    scope: Scope = WHOLE
    key: str | None = None
    moment: int | None = None

    @property
    def seq(self) -> int:
        """The sequence that the board is of."""
        return self.log.tip if self.moment is None else self.moment

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
DEFAULTED: web.RequestKey[bool] = web.RequestKey("defaulted", bool)  # of a request that does not name its competition
CONNECTIONS_MAX: web.AppKey[int] = web.AppKey("connections_max")


def check_room(app: web.Application) -> None:
    """Raise ReaderError too_many when as many readers as are allowed are connected or being answered."""
    limit = app[CONNECTIONS_MAX]
    pumps = [reading.pump for reading in app[READINGS].values()]
    if sum(len(pump.subscribers) + len(pump.pulls) for pump in pumps) >= limit:
        raise ReaderError(ErrorName.TOO_MANY, f"{limit} readers are connected", hint="Try again later.")
