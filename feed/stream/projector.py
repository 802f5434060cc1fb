"""The one who makes the feed's own messages, by the derivers that are named here.

It reads the log like every subscriber. All effects of one cause are one atomic batch that ends in `derived {through}`,
under the guard of its subject: who does it twice, or at the same time as another, changes nothing. Only what no batch
can hold is written in several, its mark last; what one of them left is not known before its cause is looked at again.
Where messages came and nothing followed from them, a mark alone says so, later and once for all of them.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from feed.candidate import Candidate
from feed.core.board import Board
from feed.core.calls import Calls
from feed.core.ceremonies import Ceremonies
from feed.core.derived import MARK, Deriver, cause_of, is_derived, mark
from feed.core.entry import Entry
from feed.core.gate import Accepted, venue_before
from feed.core.index import venue_at
from feed.core.lists import Change, Plan
from feed.core.medal_check import MedalCheck
from feed.core.medals import Medals
from feed.core.places import placed
from feed.core.records import Records
from feed.core.schedule_changes import ScheduleChanges
from feed.errors import OutcomeUnknownError
from feed.stream.blobs import Blobs
from feed.stream.publisher import OF_ONE_CAUSE, Publisher
from feed.stream.tide import Tide
from schemas.derived import Derived
from schemas.message import BodyRef
from schemas.registry import KINDS, AnyMessage, KindClass
from schemas.wire import decode, with_body

READ_AT_ONCE = 500
AGAIN_SECONDS = 0.2
WAIT_SECONDS = 5.0
DERIVERS: tuple[Callable[[], Deriver], ...] = (Medals, Calls, ScheduleChanges, Records, MedalCheck, Ceremonies)

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
        # By competition, as topics have it: the last mark that is known here, the newest cause that no mark tells.
        self._marks: dict[str, int] = {}
        self._untold: dict[str, Entry] = {}
        self._due = 0.0  # the loop's time at which these are to be told
        self._mark_seconds = 0.0
        self._left: dict[str, int] = {}  # events whose cause no mark tells, by topic: it has more effects

    async def run(self, mark_seconds: float) -> None:
        """Derive for ever; raises when the stream contradicts itself.

        What has no effect waits for its mark as long, and a restart looks at no more than that again.
        """
        self._mark_seconds = mark_seconds
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
        self._untold.clear()
        self._left.clear()
        entries = self._board.snapshot(lambda _: True)
        told = {_competition(entry): entry for entry in entries if entry.kind == MARK}
        self._marks = {competition: entry.seq for competition, entry in told.items()}
        through = {competition: _through(entry) for competition, entry in told.items()}
        self.through = max(through.values(), default=0)
        for entry in entries:
            known = through.get(_competition(entry), 0)
            if _is_event(entry) and entry.seq > known and (cause_of(entry) or 0) > known:
                self._left[entry.topic] = entry.seq
            else:
                self._learn(entry)
            if known < entry.seq <= self.through:
                self._note(entry)

    async def _follow(self) -> None:
        while True:
            entries = await self._read(self.through, READ_AT_ONCE)
            if not entries:
                await self._tide.passed(self.through + 1, self._patience())
            for entry in entries:
                if not await self._look(entry):
                    return self._begin()
                self.through = entry.seq
            if self._untold and self._patience() <= 0:
                await self._tell()

    async def _look(self, entry: Entry) -> bool:
        """Do all that an entry asks for; false when somebody else did it first."""
        if entry.kind == MARK:
            if entry.seq > self._marks.get(_competition(entry), 0):  # by another, who found nothing either
                self._marks[_competition(entry)] = entry.seq
                self._forget(entry, _through(entry))
            return True
        self._learn(entry)
        has_effect = await self._derive(entry)
        if has_effect:
            self._forget(entry, entry.seq)
        elif has_effect is not None:
            self._note(entry)
        return has_effect is not None

    async def _tell(self) -> None:
        """Write how far we looked for everybody who has not heard; where another was first, its mark is read next."""
        for competition, entry in list(self._untold.items()):
            if await self._publish([mark(decode(entry.json), entry.seq)], entry.seq):
                del self._untold[competition]

    def _note(self, entry: Entry) -> None:
        """Nothing followed from an entry; of our own messages nobody waits to hear that."""
        if entry.kind == MARK or is_derived(entry):
            return
        if not self._untold:
            self._due = asyncio.get_running_loop().time() + self._mark_seconds
        self._untold[_competition(entry)] = entry

    def _forget(self, entry: Entry, through: int) -> None:
        """A mark of the competition of an entry tells how far all is derived."""
        untold = self._untold.get(_competition(entry))
        if untold is not None and untold.seq <= through:
            del self._untold[_competition(entry)]

    def _patience(self) -> float:
        """Seconds to wait for messages."""
        return self._due - asyncio.get_running_loop().time() if self._untold else WAIT_SECONDS

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
        self._marks[messages[-1].topic.partition(".")[0]] = last
        await self._tide.passed(last)  # the next batch builds on the heads of this one
        return seqs

    def _change(self, made: Candidate) -> Change:
        """What is written of a message, at its unit's venue, and which venue its topic leaves by it."""
        candidate, topic = placed(made, self._board), made.message.topic
        known = self._board.get(topic)
        before = venue_before(known, venue_at(candidate)) if known else None
        return Change(candidate, Accepted(self._head(topic), made.message.supersedes, venue_before=before))

    def _head(self, topic: str) -> int:
        """The last message of a topic as far as we know it: events are written once, and marks are ours."""
        entry = self._board.get(topic)
        if entry is None or _is_event(entry):
            return 0
        return self._marks.get(_competition(entry), 0) if entry.kind == MARK else entry.seq

    async def _at(self, seq: int) -> AnyMessage:
        (entry,) = await self._read(seq - 1, 1)
        return await self._whole(entry)

    async def _whole(self, entry: Entry) -> AnyMessage:
        """A message with its body, also one that is kept apart from it."""
        message = decode(entry.json)
        if isinstance(message.body_ref, BodyRef):
            return with_body(message, b"".join([part async for part in self._blobs.read(message.body_ref)]))
        return message


def _is_event(entry: Entry) -> bool:
    return KINDS[entry.kind].kind_class is KindClass.EVENT


def _competition(entry: Entry) -> str:
    return entry.topic.partition(".")[0]


def _through(entry: Entry) -> int:
    body = _DERIVED.decode(entry.json).body
    return body.through if body else 0
