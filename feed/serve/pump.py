"""The pump: brings the log to every subscriber of one flag, each at its own pace, with no queue of its own.

What cohorts take alike is joined once and written to each member that has room. What piled up while others were written
goes out in one write: no timer, no delay when idle, large batches under load. Who has no room leaves its cohort and
is served alone, from the same log, until it has caught up.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Protocol, cast

from feed.core.backlog import Backlog
from feed.core.cohorts import Batch, Cohorts, portions, written
from feed.core.cursor import write_cursor
from feed.core.deltas import Deltas
from feed.core.entry import Entry
from feed.core.filters import Filter
from feed.core.labels import Labels
from feed.core.log import AbsentError, Readable
from feed.core.stages import Stage, Stages
from feed.core.stall import StallWatch
from feed.errors import OutcomeUnknownError
from feed.serve.beginning import begun
from feed.serve.pages import Pages
from feed.serve.polls import Polls
from feed.serve.subscriber import Subscriber
from schemas.control import Filtered, Heartbeat, ReplayEnd, SnapshotEnd

HEARTBEAT_SECONDS = 5.0
SWEEP_SECONDS = 1.0
RETRY_SECONDS = 0.2
FAILING = "serving a subscriber failed"
IN_SNAPSHOT = -1  # a subscriber's cursor while its snapshot is still on the way


class Watched(Protocol):
    """Whoever may owe us progress: `accepted` and `owed` count bytes."""

    stall: StallWatch | None

    @property
    def accepted(self) -> int: ...

    @property
    def owed(self) -> int: ...

    def abort(self) -> None: ...


class Answer(Watched, Protocol):
    """An HTTP answer under way; nobody but the sweep tells it that its reader has gone."""

    @property
    def key_id(self) -> str | None: ...

    @property
    def is_gone(self) -> bool: ...

    def cancel(self) -> None: ...


class Pump:
    """Owns all subscribers of one flag. `start` and `stop` frame its life; `wake` says that the log has grown.

    `pulls` are the HTTP answers under way, `polls` those of them that wait for the next message. `held` counts both by
    their holders. `told` hears of each round how far it reached, what was written in it, and when that began.
    """

    def __init__(
        self, epoch: str, log: Readable, load: Callable[[AbsentError], Awaitable[None]], clock: Callable[[], int]
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.held: Counter[str] = Counter()
        self.stages = Stages(time.perf_counter)
        self.told: Callable[[int, Iterable[list[Entry]], int], None] = lambda *_: None
        self.cohorts = Cohorts(log.tip)
        self.polls = Polls(log)
        self.pulls: set[Answer] = set()
        self.subscribers: set[Subscriber] = set()
        self._backlog = Backlog()
        self._epoch = epoch
        self._log = log
        self._load = load
        self._clock = clock
        self._deltas: dict[Labels | None, Deltas] = {}
        self._woken: asyncio.Handle | None = None
        self._is_behind = False  # the last round ended before the tip: the next one was asked for
        self._busy_until = 0.0  # time.monotonic, as long after a round as that took
        self._timers: list[asyncio.TimerHandle] = []

    def start(self) -> None:
        """Begin heartbeats and the watch over stalled readers."""
        loop = asyncio.get_running_loop()
        self._every(loop, HEARTBEAT_SECONDS, self.beat)
        self._every(loop, SWEEP_SECONDS, self.sweep)

    def deltas(self, labels: Labels | None) -> Deltas:
        """Those of all who read differences with these labels, or with none."""
        if labels not in self._deltas:
            self._deltas[labels] = Deltas(self._log, labels)
        return self._deltas[labels]

    def now(self) -> int:
        """Microseconds UTC."""
        return self._clock()

    def stop(self) -> None:
        for timer in self._timers:
            timer.cancel()

    def wake(self) -> None:
        """Write what is new at the loop's next turn; however often this is called before, once.

        Behind a round that is hardly over, at the turn after that: what came meanwhile is read in the next one, and
        would else wait for one more round.
        """
        if self._woken is None:
            is_busy = time.monotonic() < self._busy_until
            self._woken = asyncio.get_running_loop().call_soon(self._await_read if is_busy else self._run)

    def flush(self) -> None:
        """Write at once what `wake` left to the loop's next turn: nothing more is known to come just now.

        Behind a round that is hardly over, or did not reach the tip, it stays there.
        """
        if self._woken is not None and not self._is_behind and time.monotonic() >= self._busy_until:
            self._woken.cancel()
            self._run()

    def open(self, subscriber: Subscriber, snapshot: list[Entry] | None, goal: int | None) -> None:
        """Serve a new subscriber from its cursor on, after its snapshot if it asked for one.

        `goal` is the tip at which a replay is told to be complete. A failing task is ours: it reaches the loop's
        exception handler.
        """
        self.subscribers.add(subscriber)
        self.enter(subscriber.holders)
        if snapshot is not None:
            cut, subscriber.cursor, subscriber.since = subscriber.cursor, IN_SNAPSHOT, 0
            subscriber.task = begun(self._send_snapshot(subscriber, snapshot, cut), FAILING)
        elif goal is not None or not self._meet(subscriber):
            self._alone(subscriber, goal)

    def place(self, subscriber: Subscriber) -> int:
        """The sequence behind which a subscriber can be resumed.

        Inside a snapshot that is the last one written: a snapshot ascends, and what is newer will follow.
        """
        cohort = self.cohorts.get(subscriber.key)
        if cohort is not None and subscriber in cohort.members:
            return self.cohorts.front
        return subscriber.reached if subscriber.cursor == IN_SNAPSHOT else subscriber.cursor

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a subscriber whose connection has ended or is about to."""
        self.cohorts.leave(subscriber)
        if subscriber.transport is None and subscriber in self.subscribers:
            self.subscribers.discard(subscriber)
            self.counts["bytes"] += subscriber.written
            self.exit(subscriber.holders)

    def enter(self, holders: Iterable[str]) -> None:
        """Count one more subscriber or answer under way."""
        for holder in holders:
            self.held[holder] += 1

    def exit(self, holders: Iterable[str]) -> None:
        """Count one less; who has none left is forgotten."""
        for holder in holders:
            self.held[holder] -= 1
            if not self.held[holder]:
                del self.held[holder]

    def refilter(self, subscriber: Subscriber, wish: Filter) -> None:
        """Let another wish hold from the subscriber's cursor on, or from the end of its snapshot."""
        wish = self.cohorts.shared(wish)
        if subscriber.cursor == IN_SNAPSHOT:
            subscriber.next_filter = wish
            return
        in_cohort = self.cohorts.leave(subscriber)
        subscriber.key = subscriber.key._replace(filter=wish)
        seq = subscriber.since = subscriber.cursor  # of what is wanted now some was not wanted before
        subscriber.say(Filtered(seq=seq, cursor=write_cursor(self._epoch, seq)))
        if in_cohort and not self._meet(subscriber):
            self._alone(subscriber, None)

    def beat(self) -> None:
        """Send every subscriber its heartbeat; one text for a whole cohort."""
        for cohort in self.cohorts:
            frame = cohort.key.encoding.control(self._heartbeat(self.cohorts.front))
            for member in cohort.members:
                cast("Subscriber", member).write(frame)
        for subscriber in self.subscribers:
            is_alone = subscriber.task is not None and subscriber.cursor != IN_SNAPSHOT
            if is_alone and subscriber.is_open and not subscriber.is_clogged:
                subscriber.say(self._heartbeat(subscriber.cursor))

    def sweep(self) -> None:
        """Give up readers that are owed data and took no byte for the whole window, and answers nobody waits for."""
        now = time.monotonic_ns() // 1000  # a step of the wall clock must not end connections
        for reader in cast("list[Watched]", [*self.subscribers, *self.pulls]):
            owed = reader.owed
            if owed:
                reader.stall = reader.stall or StallWatch()
                if reader.stall.is_stalled(reader.accepted, now):
                    self.counts["stalled"] += 1
                    reader.abort()
            elif reader.stall is not None:
                reader.stall = None
        for pull in self.pulls:
            if pull.is_gone:
                pull.cancel()

    def _await_read(self) -> None:
        self._woken = asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        self._woken = None
        self.polls.look()
        self._advance()

    def _advance(self) -> None:
        """Write one portion to the cohorts; the next follows two turns later, when sockets have taken this one.

        Who has no room goes on alone, and so do all when the front left memory.
        """
        if self.cohorts.front == self._log.tip:
            return
        try:
            batches, front = self.cohorts.next_portion(self._log)
        except AbsentError:
            self._part([cast("Subscriber", member) for cohort in self.cohorts for member in cohort.members])
            front = self._log.tip
            self.told(front, (), 0)
        else:
            began, start = self._clock(), time.monotonic()
            if batches:
                with self.stages.timed(Stage.WRITE):
                    self._write_all(batches)
                end = time.monotonic()
                self._busy_until = 2 * end - start
            self.told(front, [batch.entries for batch in batches], began)
        self.cohorts.front = front
        self._is_behind = front < self._log.tip
        if self._is_behind:
            self.wake()

    def _write_all(self, batches: list[Batch]) -> None:
        for key, entries, members in batches:
            for frames, group in written(key, entries, self._epoch, cast("list[Subscriber]", members)):
                self._part(self._write(frames, group))

    def _write(self, frames: bytes, members: Collection[Subscriber]) -> list[Subscriber]:
        clogged = []
        pages = Pages(frames) if Pages.pay(frames, len(members)) else None
        try:
            for member in members:
                if member.is_clogged:
                    clogged.append(member)
                elif pages is None:
                    member.write(frames)
                else:
                    member.write_pages(pages)
        finally:
            if pages is not None:
                pages.close()
        self.counts["writes"] += len(members) - len(clogged)
        return clogged

    def _part(self, members: list[Subscriber]) -> None:
        for member in members:
            self.cohorts.leave(member)
            self.counts["lagging"] += 1
            self._alone(member, None)

    def _meet(self, subscriber: Subscriber) -> bool:
        """Join the cohort of its wish at the front; never once it is closed."""
        if subscriber.is_open and subscriber.cursor > self.cohorts.front:
            self._advance()
        return subscriber.is_open and self.cohorts.join(subscriber)

    def _alone(self, subscriber: Subscriber, goal: int | None) -> None:
        if subscriber.is_open:
            subscriber.task = begun(self._serve(subscriber, goal), FAILING)

    async def _serve(self, subscriber: Subscriber, goal: int | None) -> None:
        """Serve one subscriber alone until it meets its cohort; ends with its connection."""
        while await subscriber.room():
            if goal is not None and subscriber.cursor >= goal:
                subscriber.say(ReplayEnd(seq=goal, cursor=write_cursor(self._epoch, goal)))
                goal = None
            if self._meet(subscriber):
                subscriber.task = subscriber.pace = None
                return
            try:
                frames, cursor, wait = self._next_batch(subscriber)
            except AbsentError as absent:
                await self._bring(absent)
                continue
            subscriber.cursor = cursor
            if frames:
                subscriber.write(frames)
            await asyncio.sleep(wait)  # one portion a turn at least: a long replay must not hold up the others

    def _next_batch(self, subscriber: Subscriber) -> tuple[bytes, int, float]:
        """Bytes, the cursor behind them, and seconds until the next ones are due."""
        reach = self._log, subscriber, self.cohorts.front, self._epoch
        if subscriber.pace is not None:
            return subscriber.pace.next_batch(*reach, asyncio.get_running_loop().time())
        return *self._backlog.next_batch(*reach), 0.0

    async def _send_snapshot(self, subscriber: Subscriber, snapshot: list[Entry], cut: int) -> None:
        for portion in portions(snapshot):
            if not await subscriber.room():
                return
            labels = subscriber.key.labels
            shown = portion if labels is None else list(map(labels.of_state, portion))
            subscriber.write(subscriber.key.encoding.state(shown))
            subscriber.reached = portion[-1].seq
            await asyncio.sleep(0)
        subscriber.cursor = cut
        subscriber.say(SnapshotEnd(seq=cut, cursor=write_cursor(self._epoch, cut)))
        if subscriber.next_filter is not None:
            self.refilter(subscriber, subscriber.next_filter)
        await self._serve(subscriber, None)

    async def _bring(self, absent: AbsentError) -> None:
        try:
            await self._load(absent)
        except OutcomeUnknownError:
            await asyncio.sleep(RETRY_SECONDS)  # the broker is away; the subscriber keeps its place

    def _heartbeat(self, seq: int) -> Heartbeat:
        return Heartbeat(seq=seq, tip=self._log.tip, ts=self._clock(), cursor=write_cursor(self._epoch, seq))

    def _every(self, loop: asyncio.AbstractEventLoop, seconds: float, act: Callable[[], None]) -> None:
        def again() -> None:
            self._timers.remove(timer)
            act()
            self._every(loop, seconds, act)

        timer = loop.call_later(seconds, again)
        self._timers.append(timer)
