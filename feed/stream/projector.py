"""The one who makes the feed's own messages, by the derivers that are named here.

It reads the log like every subscriber. All effects of one cause are one atomic batch that ends in `derived {through}`,
under the guard of its subject: who does it twice, or at the same time as another, changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from feed.candidate import Candidate
from feed.core.board import Board
from feed.core.calls import Calls
from feed.core.derived import MARK, Deriver, mark
from feed.core.entry import Entry
from feed.core.gate import Accepted
from feed.core.lists import Change, Plan
from feed.core.medal_check import MedalCheck
from feed.core.medals import Medals
from feed.core.records import Records
from feed.core.schedule_changes import ScheduleChanges
from feed.errors import OutcomeUnknownError
from feed.stream.blobs import Blobs
from feed.stream.publisher import Publisher
from feed.stream.tide import Tide
from schemas.derived import Derived
from schemas.message import BodyRef
from schemas.registry import KINDS, AnyMessage, KindClass
from schemas.wire import decode, with_body

READ_AT_ONCE = 500
MARK_EVERY = 10_000  # sequences without effect after which the place is written down: so far a restart reads again
AGAIN_SECONDS = 0.2
WAIT_SECONDS = 5.0
DERIVERS: tuple[Callable[[], Deriver], ...] = (Medals, Calls, ScheduleChanges, Records, MedalCheck)

_DERIVED = msgspec.json.Decoder(Derived)

Read = Callable[[int, int], Awaitable[list[Entry]]]


class Projector:
    """Follows one flag. `read` gives entries after a sequence, `board` and `tide` are this process's own."""

    def __init__(self, read: Read, board: Board, tide: Tide, publisher: Publisher, blobs: Blobs) -> None:
        self.through = 0
        self._read = read
        self._board = board
        self._tide = tide
        self._publisher = publisher
        self._blobs = blobs
        self._derivers: tuple[Deriver, ...] = ()
        self._marks: dict[str, int] = {}  # topic of a mark -> the sequence of the last one that is known here

    async def run(self) -> None:
        """Derive for ever; raises when the stream contradicts itself."""
        self._begin()
        while True:
            try:
                await self._follow()
            except OutcomeUnknownError:
                # Written or not: what is in the stream is asked, not remembered.
                await asyncio.sleep(AGAIN_SECONDS)
                self._begin()

    def _begin(self) -> None:
        """Know what the board knows, and where the last batch ended."""
        self._derivers = tuple(make() for make in DERIVERS)
        self._marks.clear()
        self.through = 0
        for entry in self._board.snapshot(lambda _: True):
            self._learn(entry)
            if entry.kind == MARK:
                self._marks[entry.topic] = entry.seq
                body = _DERIVED.decode(entry.json).body
                self.through = max(self.through, body.through if body else 0)

    async def _follow(self) -> None:
        written = self.through
        while True:
            entries = await self._read(self.through, READ_AT_ONCE)
            if not entries:
                await self._tide.passed(self.through + 1, WAIT_SECONDS)
            for entry in entries:
                if entry.kind == MARK and entry.seq > self._marks.get(entry.topic, 0):
                    return self._begin()  # somebody else has been here
                self._learn(entry)
                has_effect = await self._derive(entry)
                if has_effect is None:
                    return self._begin()
                if not has_effect and entry.seq - written >= MARK_EVERY:
                    has_effect = await self._publish([mark(decode(entry.json), entry.seq)], entry.seq) is not None
                if has_effect:
                    written = entry.seq
                self.through = entry.seq

    async def _derive(self, entry: Entry) -> bool | None:
        """Write what follows from an entry: whether anything did; None when somebody else did it first."""
        concerned = [each for each in self._derivers if each.concerns(entry)]
        if not concerned:
            return False
        message = await self._whole(entry)
        seqs = frozenset[int]().union(*(each.before(entry) for each in concerned))
        earlier = {seq: await self._at(seq) for seq in seqs}
        derived = [made for each in concerned for made in each.follows(entry, message, earlier)]
        if not derived:
            return False
        written = await self._publish([*derived, mark(message, entry.seq)], entry.seq)
        if written is None:
            return None
        *seqs_written, last = written
        made = [msgspec.structs.replace(each, seq=seq) for each, seq in zip(derived, seqs_written, strict=True)]
        for deriver in self._derivers:
            deriver.wrote(made, last)
        return True

    def _learn(self, entry: Entry) -> None:
        for each in self._derivers:
            each.learn(entry)

    async def _publish(self, messages: list[AnyMessage], cause: int) -> list[int] | None:
        """Write a batch whose last message is its mark; the sequences, or None where we did not know all."""
        changes = [
            Change(Candidate(each, f"{cause}-{number}"), Accepted(self._head(each.topic), each.supersedes))
            for number, each in enumerate(messages)
        ]
        seqs: list[int] = []
        async for stored in self._publisher.publish_all(Plan(changes), ""):
            seqs += (seq for _, seq in stored)
        if len(seqs) < len(changes):
            await self._publisher.catch_up()
            return None
        last = seqs[-1]
        self._marks[messages[-1].topic] = last
        await self._tide.passed(last)  # the next batch builds on the heads of this one
        return seqs

    def _head(self, topic: str) -> int:
        """The last message of a topic as far as we know it: events are written once, and marks are ours."""
        entry = self._board.get(topic)
        if entry is None or KINDS[entry.kind].kind_class is KindClass.EVENT:
            return 0
        return self._marks.get(topic, 0) if entry.kind == MARK else entry.seq

    async def _at(self, seq: int) -> AnyMessage:
        (entry,) = await self._read(seq - 1, 1)
        return await self._whole(entry)

    async def _whole(self, entry: Entry) -> AnyMessage:
        """A message with its body, also one that is kept apart from it."""
        message = decode(entry.json)
        if isinstance(message.body_ref, BodyRef):
            return with_body(message, b"".join([part async for part in self._blobs.read(message.body_ref)]))
        return message
