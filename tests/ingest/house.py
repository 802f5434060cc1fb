"""Admission with a stream in memory: its rules alone; the broker itself is tested in tests/stream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from msgspec.structs import replace

from feed.candidate import Candidate, Decoded, Receipt
from feed.core.gate import Accepted
from feed.core.heads import Heads, head_of
from feed.core.index import index_of
from feed.core.lists import Change, Plan
from feed.core.outcome import Arrival, Outcome
from feed.ingest.admission import Admission, Limits
from feed.ingest.worker import Workers
from feed.refusals import Reason, Refusal
from tests.core.makers import TOPIC, stored

WINDOW = 200_000
RECEIPT = Receipt(0, None, {}.get)  # a lambda could not be given to another process


class Clock:
    """Microseconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


class Stream:
    """One stream in memory with the guard of the expected last sequence; `before` lets a test step in at each call."""

    def __init__(self, clock: Clock) -> None:
        self.heads = Heads()
        self.log: list[tuple[str, Candidate]] = []
        self.calls: list[str] = []
        self.archived: list[str] = []
        self.quarantined: list[tuple[str, Reason]] = []
        self.before: dict[str, Callable[[], Awaitable[None]]] = {}
        self.verdicts: list[Accepted] = []
        self.lose: list[Exception] = []  # raised instead of the next answers to a batch, which is stored all the same
        self.moves = asyncio.Event()
        self._clock = clock

    async def archive(self, raw_id: str, arrival: Arrival) -> None:
        await self._call("archive")
        self.archived.append(raw_id)

    async def quarantine(self, raw_id: str, arrival: Arrival, decoded: Decoded, refusal: Refusal) -> None:
        await self._call("quarantine")
        self.quarantined.append((raw_id, refusal.reason))

    async def publish(self, new: Candidate, verdict: Accepted, raw_id: str) -> int | None:
        await self._call("publish")
        self.verdicts.append(verdict)
        return self.store(new) if verdict.prev == self.last(new.message.topic) else None

    async def publish_all(self, plan: Plan, raw_id: str) -> AsyncIterator[list[tuple[Change, int]]]:
        """Batches of two, after the claim if there are several, each wholly or not at all."""
        changes, claimed = list(plan.changes), 0
        while changes:
            await self._call("publish_all")
            batch, changes = changes[:2], changes[2:]
            if changes and not claimed and plan.claim:
                batch.insert(0, plan.claim)
            if claimed and not changes:
                batch[-1] = batch[-1]._replace(verdict=replace(batch[-1].verdict, prev=claimed))
            if any(change.verdict.prev != self.last(change.candidate.message.topic) for change in batch):
                return
            stored = [(change, self.store(change.candidate)) for change in batch]
            if plan.claim:
                claimed = claimed or stored[0][1]
            if self.lose:
                raise self.lose.pop()
            yield stored

    async def catch_up(self) -> None:
        await self._call("catch_up")
        for seq, (topic, each) in enumerate(self.log, 1):
            self.heads.learn(topic, head_of(stored(seq, each)))

    async def moved(self, seconds: float) -> None:
        """Time passes to the end of the wait, unless a message comes first."""
        await self._call("moved")
        if not self.moves.is_set():
            self._clock.now += round(seconds * 1e6)

    def store(self, new: Candidate) -> int:
        self.log.append((new.message.topic, new))
        return len(self.log)

    def last(self, topic: str) -> int:
        return max((seq for seq, (name, _) in enumerate(self.log, 1) if name == topic), default=0)

    def versions(self) -> list[int]:
        return [index_of(each).version for _, each in self.log]

    async def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.before:
            await self.before[name]()


class House:
    """Admission wired to such a stream, and documents that decode to what the test hands over."""

    def __init__(self, deadline: float = 5.0) -> None:
        self.clock = Clock()
        self.stream = Stream(self.clock)
        self.admission = Admission(
            self.stream, self.stream.heads, Limits(1_000, WINDOW, deadline), self.clock, Workers()
        )
        self.count = 0

    async def send(
        self, *new: Candidate, decoded: Decoded | None = None, flag: str = "P", data: bytes = b""
    ) -> Outcome:
        self.count += 1
        found = decoded or Decoded(new, None, "P", TOPIC, index_of(new[0]).version if new else None)
        arrival = Arrival("odf", data, "", self.clock.now)
        return await self.admission.admit(arrival, f"id{self.count}", flag, lambda *_: found, RECEIPT)


def times(count: int, error: Exception) -> Callable[[], Awaitable[None]]:
    """Fail so many times, then do nothing."""
    left = [error] * count

    async def fail() -> None:
        if left:
            raise left.pop()

    return fail


def refused(reason: Reason = Reason.BAD_VALUE, version: int | None = 2) -> Decoded:
    return Decoded((), Refusal(reason, "detail"), "P", TOPIC, version)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not reached():
            await asyncio.sleep(0)
