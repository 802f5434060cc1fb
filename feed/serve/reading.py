"""What the reading doors of one flag share."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from feed.core.board import Board
from feed.core.cursor import parse_cursor, read_cursor
from feed.core.entry import Entry
from feed.core.labels import Labelling
from feed.core.log import AbsentError, Readable
from feed.core.scope import WHOLE, Scope
from feed.serve.pump import Pump
from schemas.message import BodyRef, Micros

Load = Callable[[AbsentError], Awaitable[None]]
Passed = Callable[[int, float], Awaitable[None]]
AHEAD_SECONDS = 2.0
MICROS = 1_000_000


class Blobs(Protocol):
    """Bodies kept apart from their messages; both raise OutcomeUnknownError while the broker is away, DamagedError."""

    async def find(self, sha256: str, until: Micros | None = None) -> BodyRef | None: ...

    def read(self, ref: BodyRef) -> AsyncGenerator[bytes, None]: ...


class Moment(Protocol):
    """The stream as it was right behind `seq`; raises OutcomeUnknownError while the broker is away."""

    seq: int

    async def entries(self, topics: Collection[str]) -> list[Entry]: ...


class Moments(Protocol):
    """Moments by sequence and by time, up to the tip; both raise OutcomeUnknownError while the broker is away."""

    async def at(self, seq: int) -> Moment | None: ...

    async def reached(self, time: Micros, tip: int) -> int: ...

    async def stored(self, time: Micros, tip: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading side of one flag: its epoch, log, board and pump, how absent segments come back, its blobs, its past.

    `passed(seq, seconds)` returns once the log has come as far as a sequence, or after that time. For one request it is
    as wide as its key: the board holds no more than `scope`; log and pump are everybody's, a Filter made with `scope`
    keeps to it; what codes mean all are told. `key` is the id of the key, None for who needs none, `holder` who has it.
    At a `moment` the board is that of a sequence. With a `delay`, in seconds, all of it is so far behind the live one,
    which lists those that are `behind` it, by their delays.
    """

    flag: str
    epoch: str
    log: Readable
    board: Board
    pump: Pump
    load: Load
    blobs: Blobs
    passed: Passed
    moments: Moments
    labelling: Labelling
    scope: Scope = WHOLE
    key: str | None = None
    holder: str | None = None
    moment: int | None = None
    delay: int = 0
    behind: dict[int, "Reading"] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        """The sequence that the board is of."""
        return self.log.tip if self.moment is None else self.moment

    @property
    def until(self) -> Micros:
        """When the newest that may be told was published."""
        return self.pump.now() - self.delay * MICROS

    def readings(self) -> Iterator["Reading"]:
        """Itself, and those that are behind it."""
        yield self
        yield from tuple(self.behind.values())

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


READINGS: web.AppKey[Mapping[str, Reading]] = web.AppKey("readings")  # the live ones, by flag
# By flag; of seconds, and whether the reader's key leaves it no choice.
BEHIND: web.AppKey[Mapping[str, Callable[[int, bool], Awaitable[Reading]]]] = web.AppKey("behind")
GRANTED: web.RequestKey[Reading] = web.RequestKey("granted", Reading)  # what a request may read
DEFAULTED: web.RequestKey[str] = web.RequestKey("defaulted", str)  # the competition of a request that names none
CONNECTIONS_MAX: web.AppKey[int] = web.AppKey("connections_max")
