"""Brings the documents of one flag to one customer, and keeps what it sent: at least once, in the order of each key.

Before a document leaves, a record says that it is being sent, behind the last record of its key; its outcome follows.
So of two programs one sends, and the next document of the key leaves only when the answer to this one is kept. Whoever
finds a record without an outcome waits until that attempt must be over: its sender gives up by then.
"""

import asyncio
import contextlib
import hashlib
import logging
import random
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec.structs import replace

from feed.core.cursor import parse_cursor, write_cursor
from feed.core.deliveries import Delivery, Held, Last, Place, Standing, State, outcome_of
from feed.core.entry import Entry
from feed.core.outbox import Due, Outbox
from feed.errors import DamagedError, FeedError, OutcomeUnknownError, SettingsError
from feed.push.customer import FROM_NOW, Customer, Document, Records, Source
from feed.push.post import Post
from schemas.message import Micros

READ_AT_ONCE: Final = 500
AGAIN_SECONDS: Final = 0.5
IDLE_SECONDS: Final = 5.0
SPARE_SECONDS: Final = 1.0  # between the end of somebody's attempt and the next one
PLACE_SEQS: Final = 10_000  # a restart looks again at no more than so many messages that were not for this customer

_log = logging.getLogger("feed.push")


class _Key(NamedTuple):
    """The place of the newest record of a document key, and what the customer has of it."""

    last: int
    held: Held | None


_NEW: Final = _Key(0, None)


class Pusher:
    """One customer. `run` sends for ever; `attempts` counts what became of what this program has sent."""

    def __init__(
        self, customer: Customer, post: Post, source: Source, records: Records, clock: Callable[[], Micros]
    ) -> None:
        self.customer = customer
        self.attempts: Counter[str] = Counter()
        self._post = post
        self._source = source
        self._records = records
        self._clock = clock
        self._by = secrets.token_hex(4)
        self._outbox = Outbox(0, customer.in_flight, random.random)
        self._keys: dict[str, _Key] = {}
        self._elsewhere: dict[str, float] = {}  # keys of which an attempt may be under way that is not ours, until when
        self._published: dict[int, Micros] = {}  # of what waits
        self._changed = asyncio.Event()
        self._moved = asyncio.Event()
        self._last_error: str | None = None

    async def run(self) -> None:
        """Send until cancelled; raises ContradictionError, SettingsError, and ReaderError for a cursor that is none."""
        try:
            await self._send()
        except FeedError as error:
            self._last_error = error.detail
            raise
        finally:
            await self._post.close()

    async def _send(self) -> None:
        await self._begin()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._scan())
                group.create_task(self._dispatch(group))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    def standing(self) -> Standing:
        """How the customer stands now."""
        outbox, now = self._outbox, self._clock()
        since = self._published.get(outbox.oldest or 0, now)
        return Standing(
            customer=self.customer.name,
            url=self._post.shown,
            flag=self.customer.flag,
            cursor=write_cursor(self._source.epoch, outbox.through),
            behind=max(0, self._source.tip - outbox.through),
            waiting=outbox.waiting,
            failing=outbox.failing,
            oldest_seconds=max(0, now - since) / 1e6,
            attempts={state.value: self.attempts[state.value] for state in State if state is not State.SENDING},
            last_error=self._last_error,
        )

    async def _begin(self) -> None:
        """Know where the customer stands by the log of deliveries, which has a beginning from here on."""
        while True:
            try:
                first = Place(
                    customer=self.customer.name, epoch=self._source.epoch, through=self._start(), at=self._clock()
                )
                through = await self._records.begin(first, self._learn)
            except OutcomeUnknownError:
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self._outbox = Outbox(through, self.customer.in_flight, random.random)
                return

    def _start(self) -> int:
        if self.customer.start == FROM_NOW:
            return self._source.tip
        start = parse_cursor(self.customer.start, self._source.epoch)
        if start > self._source.tip:
            detail = f"customer {self.customer.name} is to begin at {start}, the log ends at {self._source.tip}"
            raise SettingsError(detail, hint="Set `from` to a cursor that was handed out, or to now.")
        return start

    def _learn(self, last: Last) -> None:
        """What the newest record of a key says; of an attempt without an outcome, that it may be under way."""
        delivery = last.delivery
        if delivery is None:
            return
        self._keys[delivery.topic] = _Key(last.id, delivery.held)
        if delivery.state is State.SENDING and delivery.by != self._by:
            self._elsewhere[delivery.topic] = _now() + delivery.seconds + SPARE_SECONDS

    async def _scan(self) -> None:
        """Offer what the customer wants, as far as there is room for it."""
        outbox, noted = self._outbox, self._outbox.through
        while True:
            while not outbox.has_room:
                self._moved.clear()
                await self._moved.wait()
            try:
                entries = await self._source.read(outbox.scanned, READ_AT_ONCE)
                if not entries:
                    await self._source.moved(outbox.scanned + 1, IDLE_SECONDS)
                for entry in entries:
                    self._offer(entry)
                if outbox.through - noted >= PLACE_SEQS:
                    noted = outbox.through
                    await self._records.note(self._place(noted))
            except OutcomeUnknownError:
                await asyncio.sleep(AGAIN_SECONDS)  # the broker is away; the customer keeps its place
            self._changed.set()
            await asyncio.sleep(0)

    def _offer(self, entry: Entry) -> None:
        is_wanted = self._source.is_document(entry) and self.customer.wish.wants(entry)
        if is_wanted and not self._has(entry.topic, entry.seq):
            self._outbox.offer(entry.seq, entry.topic)
            self._published[entry.seq] = entry.published
        else:
            self._outbox.pass_by(entry.seq)

    def _has(self, topic: str, seq: int) -> bool:
        held = self._keys.get(topic, _NEW).held
        return held is not None and held.seq >= seq

    async def _dispatch(self, group: asyncio.TaskGroup) -> None:
        """Begin every attempt that is due."""
        while True:
            self._changed.clear()
            while (due := self._outbox.take(_now())) is not None:
                group.create_task(self._attempt(due))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(self._outbox.next_at()):
                    await self._changed.wait()

    async def _attempt(self, due: Due) -> None:
        """Bring one document forward: it is taken, or tried again later."""
        try:
            await self._try(due)
        except OutcomeUnknownError as error:
            self._last_error = error.detail
            self._outbox.put_off(due.topic, _now() + AGAIN_SECONDS)
        except DamagedError as error:
            self._last_error = error.detail
            _log.error("customer %s: seq %d cannot be sent: %s", self.customer.name, due.seq, error.detail)
            self._outbox.failed(due.topic, _now())
        self._changed.set()
        self._moved.set()

    async def _try(self, due: Due) -> None:
        if self._is_settled(due):
            return
        found = await self._source.read(due.seq - 1, 1)
        if not found or found[0].seq != due.seq:
            raise DamagedError(f"seq {due.seq} is not in the stream any more", hint="The broker has lost it.")
        (entry,) = found
        document = await self._source.document(entry, self.customer.family)
        if document is None:
            self._done(due)
        else:
            await self._bring(due, document)

    def _is_settled(self, due: Due) -> bool:
        """Whether another program has done it, or may be about to."""
        until = self._elsewhere.get(due.topic, 0.0)
        if until > _now():
            self._outbox.put_off(due.topic, until)
            return True
        self._elsewhere.pop(due.topic, None)
        if self._has(due.topic, due.seq):
            self._done(due)
            return True
        return False

    async def _bring(self, due: Due, document: Document) -> None:
        """Send it, between the record that says so and the one of its outcome."""
        deadline = _now() + self.customer.seconds
        sending = self._sending(due, document)
        place = await self._records.append(sending, self._keys.get(due.topic, _NEW).last)
        if place is None:  # another program was first: its record says what is left to do
            self._learn(await self._records.newest(self.customer.name, due.topic))
            self._outbox.put_off(due.topic, _now())
            return
        sent = self._clock()
        answer = await self._post.send(document.text, deadline)
        outcome = outcome_of(replace(sending, sent=sent), *answer, self._clock())
        if not await self._keep(outcome, place):
            self._outbox.put_off(due.topic, _now())
            return
        self._count(outcome)
        if outcome.state is State.DELIVERED:
            self._done(due)
        else:
            self._outbox.failed(due.topic, _now())

    def _done(self, due: Due) -> None:
        self._outbox.answered(due.topic)
        self._published.pop(due.seq, None)

    def _sending(self, due: Due, document: Document) -> Delivery:
        return Delivery(
            customer=self.customer.name,
            topic=due.topic,
            name=document.name,
            seq=due.seq,
            version=document.version,
            attempt=due.attempt,
            state=State.SENDING,
            sent=self._clock(),
            bytes=len(document.text),
            sha256=hashlib.sha256(document.text).hexdigest(),
            by=self._by,
            seconds=self.customer.seconds,
            through=self._outbox.through,
            held=self._keys.get(due.topic, _NEW).held,
        )

    async def _keep(self, outcome: Delivery, place: int) -> bool:
        """Record what became of an attempt behind its beginning; false when another program has gone on meanwhile."""
        while True:
            try:
                kept = await self._records.append(outcome, place)
                if kept is not None:
                    self._keys[outcome.topic] = _Key(kept, outcome.held)
                    return True
                last = await self._records.newest(self.customer.name, outcome.topic)
            except OutcomeUnknownError:
                await asyncio.sleep(AGAIN_SECONDS)  # nothing else of this key is sent before it is kept
                continue
            self._learn(last)
            return last.delivery == outcome

    def _count(self, outcome: Delivery) -> None:
        """Count an attempt; tell where a customer begins to fail, and where it is well again."""
        self.attempts[outcome.state.value] += 1
        if outcome.state is not State.DELIVERED:
            self._last_error = outcome.error or f"status {outcome.status}"
            if not self._outbox.failing:
                _log.warning("customer %s does not take %s: %s", self.customer.name, outcome.name, self._last_error)
        elif outcome.attempt > 1 and self._outbox.failing == 1:
            self._last_error = None
            _log.info("customer %s has taken %s at attempt %d", self.customer.name, outcome.name, outcome.attempt)

    def _place(self, through: int) -> Place:
        return Place(customer=self.customer.name, epoch=self._source.epoch, through=through, at=self._clock())


def _now() -> float:
    return asyncio.get_running_loop().time()
