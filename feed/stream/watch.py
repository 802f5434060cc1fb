"""The one who says that a system fell silent, and that it is back: see `feed.core.silence` for what is told when.

One node is enough; several tell the same once, as each writes behind the message that it knows of.
"""

import asyncio
from collections.abc import Callable

from feed.candidate import Candidate
from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.gate import Accepted
from feed.core.silence import Change, Expectations, Signs, changes, restated, stated
from feed.core.sources import Sources
from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.publisher import Publisher
from schemas.message import Op
from schemas.source import Source
from schemas.wire import decode

TICK_SECONDS = 0.5
AWAY_MICROS = 2_000_000  # from one look to the next; if it was longer, this process or the broker stood still


class Watch:
    """Looks after the systems of one flag; `board` and `signs` are this process's own."""

    def __init__(
        self, board: Board, signs: Signs, expected: Expectations, publisher: Publisher, clock: Callable[[], int]
    ) -> None:
        self._board = board
        self._signs = signs
        self._expected = expected
        self._publisher = publisher
        self._clock = clock
        self._looked = clock()

    async def run(self) -> None:
        """Watch until cancelled; what cannot be told now is told at a later tick, if it still is so."""
        while True:
            try:
                await self._look()
            except (BrokerError, OutcomeUnknownError):
                self._signs.listen(self._clock())  # told or not: the board will say
            await asyncio.sleep(TICK_SECONDS)

    async def _look(self) -> None:
        """Tell all that is not told; who cannot reach the broker hears of nobody, and cannot say who was silent."""
        while True:
            await self._publisher.catch_up()
            now = self._clock()
            if now - self._looked > AWAY_MICROS:
                self._signs.listen(now)
            self._looked = now
            change = next(changes(self._board.view(Sources).rows(), self._signs, self._expected, now), None)
            if change is None:
                return
            entry = self._board.get(change.topic)
            candidate, verdict = _candidate(entry, change, now), Accepted(entry.seq if entry else 0)
            await self._publisher.publish(candidate, verdict, raw_id="")


def _candidate(entry: Entry | None, change: Change, now: int) -> Candidate:
    """The message, which to the gate is the one that stands there: the same Version, time, content and set."""
    if entry is None or entry.index.op is not Op.PUT:
        return Candidate(stated(change, now), "")
    message = decode(entry.json)
    if not isinstance(message, Source):
        raise TypeError(f"{entry.topic} is no source")
    return Candidate(restated(message, change, now), entry.index.hash, entry.index.list, entry.index.key)
