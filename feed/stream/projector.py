"""The one who makes the feed's own messages, by the derivers that are named here.

It reads the log like every subscriber. All effects of one cause are one atomic batch that ends in `derived {through}`,
under the guard of its subject: who does it twice, or at the same time as another, changes nothing. Only what no batch
can hold is written in several, its mark last; what one of them left is not known before its cause is looked at again.
Where messages came and nothing followed from them, a mark alone says so, later and once for all of them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import msgspec

from feed.candidate import Candidate
from feed.core.board import Board
from feed.core.calls import Calls
from feed.core.ceremonies import Ceremonies
from feed.core.derived import MARK, Deriver, cause_of, mark
from feed.core.entry import Entry
from feed.core.gate import Accepted
from feed.core.index import NOTHING_LEFT, Left, index_of, left_by
from feed.core.lists import Change, Plan
from feed.core.medal_check import MedalCheck
from feed.core.medals import Medals
from feed.core.pairings import Pairings
from feed.core.places import placed
from feed.core.records import Records
from feed.core.schedule_changes import ScheduleChanges
from feed.errors import OutcomeUnknownError
from feed.stream.blobs import Blobs
from feed.stream.marks import Marks, competition_of
from feed.stream.publisher import OF_ONE_CAUSE, Publisher
from feed.stream.tide import Tide
from schemas.message import BodyRef
from schemas.registry import KINDS, AnyMessage, KindClass
from schemas.wire import decode, with_body

READ_AT_ONCE = 500
AGAIN_SECONDS = 0.2
WAIT_SECONDS = 5.0
DERIVERS: tuple[Callable[[], Deriver], ...] = (
    Medals,
    Calls,
    ScheduleChanges,
    Pairings,
    Records,
    MedalCheck,
    Ceremonies,
)

_log = logging.getLogger("feed.projector")


class Stream(NamedTuple):
    """How FEED is read: so many entries `after` a sequence, and the one `at` a sequence, None where it was lost."""

    after: Callable[[int, int], Awaitable[list[Entry]]]
    at: Callable[[int], Awaitable[Entry | None]]


class Projector:
    """Follows one flag; `board` and `tide` are this process's own.

    What is derived from an entry is `traced` as part of it.
    """

    def __init__(
        self, stream: Stream, board: Board, tide: Tide, publisher: Publisher, blobs: Blobs, marks: Marks
    ) -> None:
        self.through = 0
        self.traced: Callable[[Entry], AbstractContextManager[None]] = lambda _: nullcontext()
        self._stream = stream
        self._board = board
        self._tide = tide
        self._publisher = publisher
        self._blobs = blobs
        self._marks = marks
        self._derivers: tuple[Deriver, ...] = ()
        self._left: dict[str, int] = {}  # events whose cause no mark tells, by topic: it has more effects

    async def run(self) -> None:
        """Derive for ever; raises when the stream contradicts itself.

        A restart looks again only at what no mark tells.
        """
        self._begin()
        while True:
            try:
                await self._follow()
            except OutcomeUnknownError:
                # Written or not: what is in the stream is asked, not remembered.
                await asyncio.sleep(AGAIN_SECONDS)
                self._begin()

    def _begin(self) -> None:
        """Know what the board knows, where the last batch ended, and what was looked at and is not told yet."""
        self._derivers = tuple(make() for make in DERIVERS)
        self._left.clear()
        entries = self._board.snapshot(lambda _: True)
        through = self._marks.begin(entries)
        self.through = max(through.values(), default=0)
        for entry in entries:
            known = through.get(competition_of(entry), 0)
            if _is_event(entry) and entry.seq > known and (cause_of(entry) or 0) > known:
                self._left[entry.topic] = entry.seq
            else:
                self._learn(entry)
            if known < entry.seq <= self.through:
                self._marks.note(entry)

    async def _follow(self) -> None:
        while True:
            entries = await self._stream.after(self.through, READ_AT_ONCE)
            if not entries:
                await self._tide.passed(self.through + 1, self._marks.patience(WAIT_SECONDS))
            for entry in entries:
                if not await self._look(entry):
                    return self._begin()
                self.through = entry.seq
            for cause in self._marks.due():
                await self._tell(cause)

    async def _look(self, entry: Entry) -> bool:
        """Do all that an entry asks for; false when somebody else did it first."""
        if entry.kind == MARK:
            self._marks.read(entry)
            return True
        self._learn(entry)
        has_effect = await self._derive(entry)
        if has_effect:
            self._marks.tell(competition_of(entry), entry.seq)
        elif has_effect is not None:
            self._marks.note(entry)
        return has_effect is not None

    async def _tell(self, cause: Entry) -> None:
        """Write how far we looked; where another was first, its mark is read next."""
        if await self._publish([mark(decode(cause.json), cause.seq)], cause.seq):
            self._marks.tell(competition_of(cause), cause.seq)

    async def _derive(self, entry: Entry) -> bool | None:
        """Write what follows from an entry: whether anything did; None when somebody else did it first."""
        concerned = [each for each in self._derivers if each.concerns(entry)]
        if not concerned:
            return False
        with self.traced(entry):
            return await self._derive_by(concerned, entry)

    async def _derive_by(self, concerned: list[Deriver], entry: Entry) -> bool | None:
        message = await self._whole(entry)
        seqs = frozenset[int]().union(*(each.before(entry) for each in concerned))
        earlier: dict[int, AnyMessage] = {}
        for seq in sorted(seqs):
            if (before := await self._stream.at(seq)) is None:
                _log.error("the stream has lost seq %d: what follows from seq %d cannot be told", seq, entry.seq)
                return False
            earlier[seq] = await self._whole(before)
        derived = [made for each in concerned for made in each.follows(entry, message, earlier)]
        if not derived:
            return False
        new = [each for each in derived if each.topic not in self._left]
        written = await self._publish([*new, mark(message, entry.seq)], entry.seq)
        if written is None:
            return None
        *seqs_written, last = written
        places = self._left | {each.topic: seq for each, seq in zip(new, seqs_written, strict=True)}
        made = [msgspec.structs.replace(each, seq=places[each.topic]) for each in derived]
        for deriver in self._derivers:
            deriver.wrote(made, last)
        return True

    def _learn(self, entry: Entry) -> None:
        for each in self._derivers:
            each.learn(entry)

    async def _publish(self, messages: list[AnyMessage], cause: int) -> list[int] | None:
        """Write a batch whose last message is its mark; the sequences, or None where we did not know all."""
        changes = [self._change(Candidate(each, f"{cause}-{number}")) for number, each in enumerate(messages)]
        seqs: list[int] = []
        async for stored in self._publisher.publish_all(Plan(changes), "", OF_ONE_CAUSE):
            seqs += (seq for _, seq in stored)
        if len(seqs) < len(changes):
            await self._publisher.catch_up()
            return None
        last = seqs[-1]
        self._marks.wrote(messages[-1].topic.partition(".")[0], last)
        await self._tide.passed(last)  # the next batch builds on the heads of this one
        return seqs

    def _change(self, made: Candidate) -> Change:
        """What is written of a message, at its unit's venue, and what its topic leaves by it; an event only a venue."""
        candidate, topic = placed(made, self._board), made.message.topic
        known = self._board.get(topic)
        left = left_by(known, index_of(candidate)) if known else NOTHING_LEFT
        if known is not None and _is_event(known):
            left = Left(venue=left.venue)
        return Change(candidate, Accepted(self._head(topic), made.message.supersedes, left=left))

    def _head(self, topic: str) -> int:
        """The last message of a topic as far as we know it: events are written once, and marks are ours."""
        entry = self._board.get(topic)
        if entry is None or _is_event(entry):
            return 0
        return self._marks.last(competition_of(entry)) if entry.kind == MARK else entry.seq

    async def _whole(self, entry: Entry) -> AnyMessage:
        """A message with its body, also one that is kept apart from it."""
        message = decode(entry.json)
        if isinstance(message.body_ref, BodyRef):
            return with_body(message, b"".join([part async for part in self._blobs.read(message.body_ref)]))
        return message


def _is_event(entry: Entry) -> bool:
    return KINDS[entry.kind].kind_class is KindClass.EVENT
