"""Admission of a document of a set: judged as a whole, then written entity by entity, the set's head last.

One document of a set at a time in this process; other processes are kept apart by the guards. After a miss everything
is judged again, and what the first try stored is a duplicate then.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Sequence
from typing import Protocol
from weakref import WeakValueDictionary

from msgspec.structs import replace

from feed.candidate import Candidate, Listing
from feed.core.gate import Accepted, Duplicate, Refused, Stale, Wait
from feed.core.heads import Head, Heads
from feed.core.index import index_of
from feed.core.known import Known
from feed.core.lists import Change, Plan, admit_document, is_pause, pauses_of, plan
from feed.core.outcome import Outcome, Stored
from feed.core.plausibility import examine, remarked
from feed.core.scope import WHOLE, Scope
from feed.errors import OutcomeUnknownError
from feed.ingest.patience import again
from feed.ingest.room import Room, Steps
from feed.ingest.worker import LONG_BYTES
from feed.refusals import Refusal
from schemas.list import ListBody, ListedDocument
from schemas.registry import AnyMessage

BYTES_A_SECOND = 1024 * 1024  # of a list that leaves room while it is judged: a quarter of what its sender waits


class SetStore(Protocol):
    """The stream as sets see it; see `feed.ingest.admission.Store`."""

    def publish_all(self, plan: Plan, raw_id: str) -> AsyncIterator[list[tuple[Change, int]]]: ...

    async def catch_up(self) -> None: ...

    async def moved(self, seconds: float) -> None: ...


class Turn:
    """One document's turn at its set; its sender may write in `scope`, and waits `until` then (microseconds UTC).

    `stored` are sequences by topic, `lost` topics whose outcome is unknown, `broken` the rules that entities break, by
    topic; `remarks` and `rules` are those of what was stored.
    """

    def __init__(
        self,
        listing: Listing,
        entities: Sequence[Candidate],
        raw_id: str,
        seen: Container[int],
        until: int,
        scope: Scope = WHOLE,
    ) -> None:
        self.listing = listing
        self.entities = entities
        self.raw_id = raw_id
        self.seen = seen
        self.until = until
        self.scope = scope
        self.stored: dict[str, int] = {}
        self.lost: set[str] = set()
        self.remarks: list[str] = []
        self.rules: list[str] = []
        self.broken: dict[str, list[str]] = {}


class Sets:
    """Writes documents into the sets of one flag."""

    def __init__(self, store: SetStore, heads: Heads, window: int, clock: Callable[[], int], room: Room) -> None:
        self._store = store
        self._heads = heads
        self._known = Known(heads)
        self._window = window
        self._clock = clock
        self._room = room
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def settle(self, turn: Turn) -> Outcome | Refusal:
        """Judge and write until the stream and we agree; a refusal refuses the whole document."""
        topic = turn.listing.topic
        while True:
            lock = self._locks.setdefault(topic, asyncio.Lock())
            async with lock:
                verdict = admit_document(turn.listing, self._heads.get(topic), self._clock(), self._window, turn.seen)
                if isinstance(verdict, Accepted) and (outcome := await self._written(turn, verdict)) is not None:
                    return outcome
            if isinstance(verdict, Wait):
                await self._store.moved((verdict.until - self._clock()) / 1e6)
            elif isinstance(verdict, Accepted):
                await again(self._store.catch_up)
            elif isinstance(verdict, Refused):
                return verdict.refusal
            else:
                found = Plan([], duplicates=int(isinstance(verdict, Duplicate)), stale=int(isinstance(verdict, Stale)))
                return self._outcome(turn, found)

    async def _written(self, turn: Turn, verdict: Accepted) -> Outcome | Refusal | None:
        """Write what the document changes; None when a head has moved since it was judged, or nobody answered."""
        found = Plan([])
        steps = self._room.steps(self._rest(turn), 2 * pauses_of(len(turn.entities)))
        for step in plan(turn.listing, turn.entities, self._heads, verdict, turn.scope):
            if step is None:
                await steps.pause()
            else:
                found = step
        if found.refusal is not None:
            return found.refusal
        found = self._in_time(turn, await self._looked_at(turn, found, steps))
        left = {change.candidate.message.topic for change in found.changes}
        is_whole = not left
        try:
            async for batch in self._store.publish_all(found, turn.raw_id):
                for change, seq in batch:
                    self._learn(turn, change, seq)
                    if change is not found.claim:
                        turn.remarks += change.candidate.message.remarks + change.verdict.remarks
                        turn.rules += turn.broken.get(change.candidate.message.topic, ())
                    left.discard(change.candidate.message.topic)
                last, _ = batch[-1]
                is_whole = last is not found.claim and last.candidate.message.topic == turn.listing.topic
        except OutcomeUnknownError:
            turn.lost |= left | {turn.listing.topic}
            return None
        return self._outcome(turn, found) if is_whole else None

    async def _looked_at(self, turn: Turn, found: Plan, steps: Steps) -> Plan:
        """The same changes, with a remark on those that cannot be true; others get their turn between them."""
        known = self._known.beside(change.candidate.message for change in found.changes)
        changes = []
        for number, change in enumerate(found.changes, 1):
            message = change.candidate.message
            findings = examine(message, known)
            turn.broken[message.topic] = [each.rule.id for each in findings]
            shown = self._heads.vocabulary.remarked(remarked(message, findings))
            changes.append(change if shown is message else _with(change, shown))
            if is_pause(number):
                await steps.pause()
        return found._replace(changes=changes)

    def _in_time(self, turn: Turn, found: Plan) -> Plan:
        """Half of what is left of the sender's wait at most: its document may have waited for another of the set."""
        return found._replace(seconds=min(found.seconds, max(self._left(turn), 1.0) / 2))

    def _rest(self, turn: Turn) -> float:
        """How long its judging may rest, a quarter of what is left at most; one that is not long never does."""
        size = turn.listing.bytes
        return min(size / BYTES_A_SECOND, max(self._left(turn), 0.0) / 4) if size > LONG_BYTES else 0.0

    def _left(self, turn: Turn) -> float:
        return (turn.until - self._clock()) / 1e6

    def _learn(self, turn: Turn, change: Change, seq: int) -> None:
        message = change.candidate.message
        listed = message.body if isinstance(message.body, ListBody) else None
        index = index_of(change.candidate, left=change.verdict.left)
        self._heads.learn(message.topic, Head(seq, index, listed))
        turn.stored[message.topic] = seq

    def _outcome(self, turn: Turn, found: Plan) -> Outcome:
        """What is stored now; what an earlier try stored, although nobody told us then, is no duplicate."""
        for topic in turn.lost:
            head = self._heads.get(topic)
            if head is not None and _is_of(head, turn.listing.document):
                turn.stored[topic] = max(head.seq, turn.stored.get(topic, 0))
        accepted = tuple(Stored(seq, topic) for topic, seq in sorted(turn.stored.items(), key=lambda item: item[1]))
        already = len(accepted) - len(found.changes)  # stored by an earlier try: this one found them there
        return Outcome(accepted=accepted, duplicates=max(0, found.duplicates - already), stale=found.stale)


def _with(change: Change, message: AnyMessage) -> Change:
    return change._replace(candidate=replace(change.candidate, message=message))


def _is_of(head: Head, document: ListedDocument) -> bool:
    if head.list is not None:
        return document in head.list.documents
    return (head.index.key, head.index.version) == (document.key, document.version)
