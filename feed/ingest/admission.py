"""Admission of one document: archive the raw bytes, decode, admit, publish, or put it into quarantine.

One admission at a time per topic; a wait for a missing Version holds no lock. The raw bytes and the message (or its
quarantine record) are published in parallel, and the venue gets its answer when both are acknowledged.
"""

import asyncio
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Container
from typing import NamedTuple, Protocol
from weakref import WeakValueDictionary

import msgspec

from feed.candidate import Candidate, Decode, Decoded, Listing, Receipt, Sender
from feed.core.decision import judge_next
from feed.core.gate import Accepted, Duplicate, Refused, Stale, Verdict, Wait, admit
from feed.core.heads import Head, Heads
from feed.core.index import index_of, looked_into
from feed.core.inflate import first_bytes, inflate
from feed.core.keys import Key, holds, offence
from feed.core.known import Known
from feed.core.outcome import Arrival, Outcome, Quarantined, Stored
from feed.core.places import placed
from feed.core.plausibility import Finding, examine, refusal_of, remarked
from feed.core.scope import WHOLE
from feed.core.stages import Stage, Stages
from feed.core.tally import Tally
from feed.core.vocabulary import Vocabulary
from feed.errors import OutcomeUnknownError, TooLargeError
from feed.ingest.patience import Patience, again, let_go, patient
from feed.ingest.sets import Sets, SetStore, Turn
from feed.ingest.worker import Workers
from feed.refusals import FORBIDDEN, Reason, Refusal

FLAG_BYTES = 4_096
_FLAG = re.compile(rb"FeedFlag\s*=\s*[\"']\s*([A-Za-z]*)")
_ASTRAY = FORBIDDEN | {Reason.FLAG_MISMATCH}  # says nothing about the versions of the document it names
_REMEMBERED_TOPICS = 10_000
_REMEMBERED_VERSIONS = 1_000
IN_LOOP_BYTES = 128 * 1024  # takes a few milliseconds to decode; what is longer goes to a worker
LONG_BYTES_A_SECOND = 256 * 1024  # how much longer a long document may take: it gives way to results


class Store(SetStore, Protocol):
    """The stream as admission sees it; every method returns when JetStream has acknowledged.

    All raise OutcomeUnknownError when there was no answer; `publish` returns None when the topic's head was not
    `prev` any more.
    """

    async def archive(self, raw_id: str, arrival: Arrival) -> None: ...

    async def quarantine(self, raw_id: str, arrival: Arrival, decoded: Decoded, refusal: Refusal) -> None: ...

    async def publish(self, candidate: Candidate, verdict: Accepted, raw_id: str) -> int | None: ...

    async def catch_up(self) -> None:
        """Return when our heads have passed the leader's last sequence of this moment."""

    async def moved(self, seconds: float) -> None:
        """Return at the next message of the stream, or after that time."""


class Limits(msgspec.Struct, frozen=True):
    """`window` (micros): how long a missing Version is waited for; `deadline` (seconds): until an answer is due."""

    body_bytes: int
    window: int
    deadline: float


class Held(NamedTuple):
    """A document in quarantine that may be released: `waived` are the rules that held it."""

    arrival: Arrival
    raw_id: str
    waived: tuple[str, ...]


class Admission:
    """Admits documents into the stream of one flag.

    `heard` is told who sent a document that could be read and is its sender's to send, when it was received
    (microseconds UTC), and the last message that came of it, or 0; `refused` who sent what and what became of it, where
    something was refused.
    """

    def __init__(self, store: Store, heads: Heads, limits: Limits, clock: Callable[[], int], workers: Workers) -> None:
        self.heard: Callable[[Sender, int, int], None] = lambda *_: None
        self.refused: Callable[[str | None, str | None, tuple[Quarantined, ...]], None] = lambda *_: None
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[Reason] = Counter()
        self.remarks: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.tally = Tally()
        self.stages = Stages(time.perf_counter)
        self._store = store
        self._heads = heads
        self._known = Known(heads)
        self._limits = limits
        self._clock = clock
        self._workers = workers
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._sets = Sets(store, heads, limits.window, clock, workers.room)
        self._seen: OrderedDict[str, set[int]] = OrderedDict()

    async def admit(self, arrival: Arrival, raw_id: str, flag: str, decode: Decode, receipt: Receipt) -> Outcome:
        """Admit one document; raises OutcomeUnknownError when it is safe, and needed, to send the bytes again.

        Other failures of the store (it is full) are passed on; nothing is told to be stored then.
        """
        self.stages.observe(Stage.RECEIVE, arrival.seconds)
        plain = await self._inflated(arrival)
        if isinstance(plain, Refusal) and plain.reason is Reason.TOO_LARGE:
            return self._counted(_turned_away(plain))

        size = len(arrival.data) if isinstance(plain, Refusal) else len(plain)
        try:
            async with patient(self._seconds(size), "Send the same bytes again.") as patience:

                async def read() -> Decoded:
                    with self.stages.timed(Stage.DECODE):
                        decoded = await self._decoded(plain, decode, receipt, patience)
                    return _checked(decoded, flag, arrival.key)

                outcome = await self._stored(arrival, raw_id, read)
        except TooLargeError as error:
            return self._counted(_turned_away(Refusal(Reason.TOO_LARGE, error.detail)))
        return self._counted(outcome)

    async def release(
        self, held: Held, flag: str, decode: Decode, receipt: Receipt
    ) -> Stored | Duplicate | Stale | Refused:
        """Publish a held document as it came, unless the gate or a rule that did not hold it is against it.

        Neither archives it nor puts it into quarantine again; raises OutcomeUnknownError when it is safe to repeat.
        """
        plain = await self._inflated(held.arrival)
        async with patient(self._seconds(len(held.arrival.data)), "Release it again.") as patience:
            decoded = _checked(await self._decoded(plain, decode, receipt, patience), flag, None)
            if decoded.refusal is not None:
                return Refused(decoded.refusal)
            (candidate,) = decoded.candidates  # only a document that is one message is ever held
            verdict = await self._settle(candidate, held.raw_id, held.waived)
        if isinstance(verdict, Stored):
            self.counts["accepted"] += 1
        return verdict

    def _seconds(self, size: int) -> float:
        """Until an answer is due for a document of so many bytes."""
        return self._limits.deadline + size / LONG_BYTES_A_SECOND

    async def _decoded(self, plain: bytes | Refusal, decode: Decode, receipt: Receipt, patience: Patience) -> Decoded:
        if isinstance(plain, Refusal):
            return Decoded(refusal=plain)
        if len(plain) <= IN_LOOP_BYTES:
            self._workers.room.came()
            return decode(plain, receipt)
        with patience.of("the document was not decoded in time: long ones are, one after the other"):
            return await self._workers.decode(decode, plain, receipt)

    async def _inflated(self, arrival: Arrival) -> bytes | Refusal:
        most = arrival.key.bytes_max(self._limits.body_bytes) if arrival.key else self._limits.body_bytes
        if not arrival.encoding:
            return inflate(arrival.data, "", most)
        plain = inflate(arrival.data, arrival.encoding, min(IN_LOOP_BYTES, most))  # a small bomb must not stop the loop
        if isinstance(plain, Refusal) and plain.reason is Reason.TOO_LARGE:
            return await asyncio.to_thread(inflate, arrival.data, arrival.encoding, most)
        return plain

    async def _stored(self, arrival: Arrival, raw_id: str, read: Callable[[], Awaitable[Decoded]]) -> Outcome:
        """Decode and settle, and archive in parallel; return when all is acknowledged."""
        archived = asyncio.ensure_future(self._archive(arrival, raw_id))
        try:
            decoded = await read()
            outcome = await self._outcome(arrival, raw_id, decoded)
            await archived
        finally:
            archived.cancel()
        source = decoded.sender.source if decoded.sender else arrival.source
        self.tally.count(decoded.topic, source, outcome)
        self.refused(source, decoded.topic, outcome.quarantined)
        if decoded.sender is not None:
            self.heard(decoded.sender, arrival.recv, max((row.seq for row in outcome.accepted), default=0))
        candidates = list(decoded.candidates)
        del decoded  # or nothing would be freed of it
        await let_go(candidates)
        return outcome

    async def _archive(self, arrival: Arrival, raw_id: str) -> None:
        await asyncio.sleep(0)  # the message leaves first: compressing the raw bytes must not hold it up
        await again(lambda: self._store.archive(raw_id, arrival))

    async def _outcome(self, arrival: Arrival, raw_id: str, decoded: Decoded) -> Outcome:
        if decoded.refusal is not None:
            return await self._refuse(arrival, raw_id, decoded, decoded.refusal)
        if decoded.listing is not None:
            return await self._settle_set(arrival, raw_id, decoded, decoded.listing)
        if not decoded.candidates:  # a line test or a sign of life
            self.counts["archived"] += 1
        outcome = Outcome()
        for candidate in decoded.candidates:
            verdict = await self._settle(candidate, raw_id)
            if isinstance(verdict, Refused):
                return await self._refuse(arrival, raw_id, decoded, verdict.refusal)
            outcome = _with(outcome, verdict)
        return outcome

    async def _settle_set(self, arrival: Arrival, raw_id: str, decoded: Decoded, listing: Listing) -> Outcome:
        seen = self._seen.get(listing.topic, set())
        scope = arrival.key.scope if arrival.key else WHOLE
        until = arrival.recv + int(self._seconds(listing.bytes) * 1e6)
        turn = Turn(listing, decoded.candidates, raw_id, seen, until, scope)
        found = await self._sets.settle(turn)
        if isinstance(found, Refusal):
            return await self._refuse(arrival, raw_id, decoded, found)
        self.remarks.update(turn.remarks)
        self.rules.update(turn.rules)
        return found

    async def _settle(
        self, received: Candidate, raw_id: str, waived: Container[str] = ()
    ) -> Stored | Duplicate | Stale | Refused:
        """Gate, look at and publish until the stream and we agree."""
        topic, vocabulary = received.message.topic, self._heads.vocabulary
        received, lost = looked_into(received), False
        while True:
            lock = self._locks.setdefault(topic, asyncio.Lock())
            async with lock:
                candidate = placed(received, self._heads)
                verdict = self._verdict(candidate)
                if isinstance(verdict, Accepted) and (judged := judge_next(candidate, verdict, self._heads)):
                    with self.stages.timed(Stage.PLAUSIBILITY):
                        findings = examine(judged[0].message, self._known)
                    if (refusal := refusal_of(findings, waived)) is not None:
                        return Refused(refusal)
                    try:
                        stored = await self._publish(_remarked(judged[0], findings, vocabulary), judged[1], raw_id)
                    except OutcomeUnknownError:
                        stored, lost = None, True
                    if stored is not None:
                        self.rules.update(each.rule.id for each in findings if each.rule.id not in waived)
                        return stored
            if isinstance(verdict, Wait):
                await self._store.moved((verdict.until - self._clock()) / 1e6)
            elif isinstance(verdict, Accepted):
                await again(self._store.catch_up)
            elif lost and isinstance(verdict, Duplicate):
                return Stored(verdict.seq, topic)  # an earlier try whose answer was lost had been stored
            else:
                return verdict

    def _verdict(self, candidate: Candidate) -> Verdict:
        topic = candidate.message.topic
        seen = self._seen.get(topic, set())
        with self.stages.timed(Stage.GATE):
            return admit(candidate, self._heads.get(topic), self._clock(), self._limits.window, seen)

    async def _publish(self, candidate: Candidate, verdict: Accepted, raw_id: str) -> Stored | None:
        seq = await self._store.publish(candidate, verdict, raw_id)
        if seq is None:
            return None
        topic = candidate.message.topic
        self._heads.learn(topic, Head(seq, index_of(candidate, verdict.official, verdict.left)))
        self.remarks.update(candidate.message.remarks + verdict.remarks)
        return Stored(seq, topic)

    async def _refuse(self, arrival: Arrival, raw_id: str, decoded: Decoded, refusal: Refusal) -> Outcome:
        await again(lambda: self._store.quarantine(raw_id, arrival, decoded, refusal))
        is_ours = refusal.reason not in _ASTRAY and (arrival.key is None or holds(arrival.key, decoded))
        if decoded.topic and decoded.version and is_ours:
            self._remember(decoded.topic, decoded.version)
        return Outcome(quarantined=(Quarantined(raw_id, refusal),))

    def _remember(self, topic: str, version: int) -> None:
        """A quarantined Version has come: nobody waits for it any more. What is oldest is forgotten first."""
        versions = self._seen.setdefault(topic, set())
        versions.add(version)
        if len(versions) > _REMEMBERED_VERSIONS:
            versions.discard(min(versions))
        if len(self._seen) > _REMEMBERED_TOPICS:
            self._seen.popitem(last=False)

    def _counted(self, outcome: Outcome) -> Outcome:
        self.counts["accepted"] += len(outcome.accepted)
        self.counts["duplicate"] += outcome.duplicates
        self.counts["stale"] += outcome.stale
        self.counts["quarantined"] += len(outcome.quarantined)
        for row in outcome.quarantined:
            self.refusals[row.refusal.reason] += 1
            self.rules.update(row.refusal.rules)
        return outcome


def flag_of(arrival: Arrival) -> str:
    """The account a document goes to before it is parsed: the first FeedFlag in its first 4 kB, else P.

    NUL bytes are passed over, so that UTF-16 is read too.
    """
    start = first_bytes(arrival.data, arrival.encoding, 2 * FLAG_BYTES).replace(b"\0", b"")
    found = _FLAG.search(start[:FLAG_BYTES])
    return "T" if found and found[1] == b"T" else "P"


def _checked(decoded: Decoded, flag: str, key: Key | None) -> Decoded:
    """A document that is not for this key, or whose flag is another than its first bytes say, must not cross over."""
    if decoded.refusal is not None:
        return decoded
    refusal = offence(key, decoded) if key else _mismatch(decoded, flag)
    if refusal is None:
        return decoded
    return msgspec.structs.replace(decoded, candidates=(), listing=None, refusal=refusal)


def _remarked(candidate: Candidate, findings: list[Finding], vocabulary: Vocabulary) -> Candidate:
    message = vocabulary.remarked(remarked(candidate.message, findings))
    return candidate if message is candidate.message else msgspec.structs.replace(candidate, message=message)


def _mismatch(decoded: Decoded, flag: str) -> Refusal | None:
    if decoded.flag == flag:
        return None
    detail = f"the document's FeedFlag is {decoded.flag}, its first bytes say {flag}"
    return Refusal(Reason.FLAG_MISMATCH, detail, "OdfBody/@FeedFlag")


def _turned_away(refusal: Refusal) -> Outcome:
    """Too large to be kept, also in quarantine: the sender still has the bytes."""
    return Outcome(quarantined=(Quarantined("", refusal),))


def _with(outcome: Outcome, verdict: Stored | Duplicate | Stale) -> Outcome:
    match verdict:
        case Stored():
            return msgspec.structs.replace(outcome, accepted=(*outcome.accepted, verdict))
        case Duplicate():
            return msgspec.structs.replace(outcome, duplicates=outcome.duplicates + 1)
        case Stale():
            return msgspec.structs.replace(outcome, stale=outcome.stale + 1)
