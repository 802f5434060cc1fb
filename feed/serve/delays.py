"""Readers who are told everything later: for each delay one reading side of the flag that is so many seconds behind.

It has a tip, a board and a pump of its own, on the log of everybody; every door reads it like any other, and
cannot tell what it does not hold. It is made when first asked for and ends some minutes after its last reader.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from feed.core.board import Board
from feed.core.delayed import DelayedLog, published, released
from feed.core.entry import Entry
from feed.core.labels import Labelling
from feed.core.scope import WHOLE
from feed.errors import ErrorName, OutcomeUnknownError, ReaderError
from feed.serve.beginning import begun
from feed.serve.moments import board_at, everything
from feed.serve.pump import RETRY_SECONDS, Pump
from feed.serve.reading import MICROS, Reading
from schemas.message import Micros

DELAYS_MAX = 16  # of a flag; each may have a whole board
IDLE_SECONDS = 300.0
GRACE_SECONDS = 10.0  # from its choice to the first that is seen of its reader
STEP_SECONDS = 0.02  # what is free together goes together
LOOK_SECONDS = 60.0  # the wall clock may be set while nothing is due
PORTION = 1_000
SKEW = 5 * MICROS  # between the clocks of publishers and of the broker; what lies between is told at the first step


class Delayed:
    """A reading side that is behind: `reading` for the doors; `asked` is when one last chose it, in seconds."""

    def __init__(self, live: Reading, seconds: int, board: Board, tip: int, clock: Callable[[], int]) -> None:
        self.asked = 0.0
        self._live = live
        self._clock = clock
        self._log = DelayedLog(live.log, tip)
        self._moved = asyncio.Condition()
        pump = Pump(live.epoch, self._log, live.load, clock)
        pump.counts = live.pump.counts  # what is counted goes on when this one ends
        self.reading = replace(
            live,
            log=self._log,
            board=board,
            pump=pump,
            passed=self._passed,
            labelling=Labelling(board),
            delay=seconds,
            behind={},
        )

    @property
    def is_read(self) -> bool:
        """Whether anybody is connected or being answered."""
        return bool(self.reading.pump.subscribers or self.reading.pump.pulls)

    async def run(self) -> None:
        """Go on as time passes until cancelled."""
        self.reading.pump.start()
        try:
            while True:
                try:
                    await self._step()
                except OutcomeUnknownError:
                    await asyncio.sleep(RETRY_SECONDS)  # the broker is away; what is told already stays
        finally:
            self.reading.pump.stop()

    async def _step(self) -> None:
        """Tell what is old enough, or wait for what will be next."""
        entries = await self._ahead()
        if not entries:
            await self._live.passed(self._log.tip + 1, LOOK_SECONDS)
            return
        if self._told(entries):
            self.reading.pump.wake()
            async with self._moved:
                self._moved.notify_all()
            await asyncio.sleep(STEP_SECONDS)
            return
        seconds = (published(entries) - self.reading.until) / MICROS
        await asyncio.sleep(min(max(seconds, 0.0) + STEP_SECONDS, LOOK_SECONDS))

    async def begin(self) -> None:
        """Tell all that is old enough now; raises OutcomeUnknownError."""
        while self._told(await self._ahead()):
            pass

    def _told(self, entries: list[Entry]) -> bool:
        """Take over those that are old enough; false where none is."""
        told = released(entries, self.reading.until)
        for entry in told:
            self.reading.board.apply(entry)
        if told:
            self._log.tip = told[-1].seq
        return bool(told)

    async def _ahead(self) -> list[Entry]:
        """What is not told yet, the oldest of it, up to the end of its first batch at least."""
        entries = await self._live.read(self._log.tip, PORTION)
        while entries and all(entry.is_open for entry in entries):
            more = await self._live.read(entries[-1].seq, PORTION)
            if not more:
                break
            entries += more
        return entries

    async def _passed(self, seq: int, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self._log.tip >= seq)
        except TimeoutError:
            return


class Delays:
    """The reading sides of one flag that are behind; the live one lists them in its `behind`."""

    def __init__(self, live: Reading, clock: Callable[[], int]) -> None:
        self._live = live
        self._clock = clock
        self._late: dict[int, Delayed] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._making = asyncio.Lock()

    async def behind(self, seconds: int, is_imposed: bool = False) -> Reading:  # noqa: FBT001, FBT002 - called by place
        """The reading side that is so many seconds behind; raises ReaderError too_many, not_ready.

        One that is imposed by a key never finds all places taken: keys are few, and have no choice.
        """
        late = self._late.get(seconds)
        if late is None:
            async with self._making:
                late = self._late.get(seconds) or await self._made(seconds, is_imposed=is_imposed)
        late.asked = asyncio.get_running_loop().time()
        return late.reading

    def stop(self) -> None:
        """Let nothing more be told; who is connected stays so until it is sent away."""
        for task in self._tasks.values():
            task.cancel()

    async def _made(self, seconds: int, *, is_imposed: bool) -> Delayed:
        if not is_imposed:
            self._make_room()
        try:
            board, tip = await _known(self._live, self._clock() - seconds * MICROS)
            late = Delayed(self._live, seconds, board, tip, self._clock)
            await late.begin()
        except OutcomeUnknownError as error:
            raise ReaderError(ErrorName.NOT_READY, error.detail, hint="Ask again in a second.") from error
        self._late[seconds], self._live.behind[seconds] = late, late.reading
        self._tasks[seconds] = begun(late.run(), "telling later failed")
        self._watch(seconds, late)
        return late

    def _make_room(self) -> None:
        """End the one that was not asked for for longest, where nobody reads it."""
        if len(self._late) < DELAYS_MAX:
            return
        seconds, late = min(self._late.items(), key=lambda item: (item[1].is_read, item[1].asked))
        if late.is_read or asyncio.get_running_loop().time() - late.asked < GRACE_SECONDS:
            used = ", ".join(map(str, sorted(self._late)))
            hint = f"Choose one of {used}, or try again later."
            raise ReaderError(ErrorName.TOO_MANY, f"{DELAYS_MAX} other delays are in use", hint=hint)
        self._end(seconds)

    def _watch(self, seconds: int, late: Delayed) -> None:
        """End one that nobody has asked for or read for a while."""

        def look() -> None:
            if self._late.get(seconds) is not late:
                return
            if not late.is_read and loop.time() - late.asked >= IDLE_SECONDS:
                self._end(seconds)
            else:
                loop.call_later(IDLE_SECONDS, look)

        loop = asyncio.get_running_loop()
        loop.call_later(IDLE_SECONDS, look)

    def _end(self, seconds: int) -> None:
        del self._late[seconds], self._live.behind[seconds]
        self._tasks.pop(seconds).cancel()


async def _known(live: Reading, until: Micros) -> tuple[Board, int]:
    """What was known at a time, and the sequence that it is of; raises OutcomeUnknownError.

    A copy of the stream that is behind finds nothing that was stored later, and would let all of it be told.
    """
    moment = await live.moments.at(await live.moments.stored(until - SKEW, live.log.tip))
    if moment is None:
        return Board(), 0
    (newest,) = await live.read(moment.seq - 1, 1)
    if newest.published > until:
        raise OutcomeUnknownError(f"whoever answered does not hold what follows seq {newest.seq} yet")
    return (await board_at(moment, live.board, WHOLE, everything)).board, moment.seq
