"""The one who says that a system or a unit fell silent, and that it is back.

What is told when say `feed.core.silence` and `feed.core.unit_silence`.

One node is enough; several tell the same once, as each writes behind the message that it knows of.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import NamedTuple

from feed.candidate import Candidate
from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.gate import Accepted
from feed.core.index import index_of, left_by
from feed.core.places import placed
from feed.core.silence import Change, Expectations, Signs, changes, restated, stated
from feed.core.sources import Sources, is_of_unit
from feed.core.unit_silence import Contests, Ear, Limits, unit_stated
from feed.errors import BrokerError, OutcomeUnknownError
from feed.stream.publisher import Publisher
from schemas.message import Op
from schemas.source import Source
from schemas.wire import decode

TICK_SECONDS = 0.5
AWAY_MICROS = 2_000_000  # from one look to the next; if it was longer, this process or the broker stood still


class Patience(NamedTuple):
    """What the settings expect of systems, by competition and name, and of units, by discipline in microseconds."""

    systems: Expectations
    units: Limits


class Watch:
    """Looks after the systems and units of one flag; `board` and `signs` are this process's own."""

    def __init__(
        self, board: Board, signs: Signs, patience: Patience, publisher: Publisher, clock: Callable[[], int]
    ) -> None:
        self._board = board
        self._signs = signs
        self._patience = patience
        self._publisher = publisher
        self._clock = clock
        self._looked = clock()
        self._ear = Ear(patience.units)

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
            change = next(self._changes(now), None)
            if change is None:
                return
            entry = self._board.get(change.topic)
            candidate = placed(_candidate(entry, change, now), self._board)
            verdict = Accepted(0)
            if entry is not None:
                verdict = Accepted(entry.seq, left=left_by(entry, index_of(candidate)))
            await self._publisher.publish(candidate, verdict, raw_id="")

    def _changes(self, now: int) -> Iterator[Change]:
        """Units are looked after while a setting says so, and those that it was said of."""
        rows = tuple(self._board.view(Sources).rows())
        yield from changes(rows, self._signs, self._patience.systems, now)
        if self._patience.units or any(is_of_unit(row.topic) for row in rows):
            yield from self._ear.changes(self._board.view(Contests), rows, self._signs.since, now)


def _candidate(entry: Entry | None, change: Change, now: int) -> Candidate:
    """The message, which to the gate is the one that stands there: the same Version, time, content and set."""
    if is_of_unit(change.topic):
        return Candidate(unit_stated(change, now), "")
    if entry is None or entry.index.op is not Op.PUT:
        return Candidate(stated(change, now), "")
    message = decode(entry.json)
    if not isinstance(message, Source):
        raise TypeError(f"{entry.topic} is no source")
    return Candidate(restated(message, change, now), entry.index.hash, entry.index.list, entry.index.key)
