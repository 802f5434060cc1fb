"""The world of one flag: production and test messages never share a stream, a log, a board or a subscriber."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import tzinfo
from functools import partial

import msgspec

from feed.candidate import Decode, Receipt
from feed.config import Settings
from feed.core.board import Board
from feed.core.entry import Entry
from feed.core.heads import Head, Heads, head_of
from feed.core.hops import Hops
from feed.core.labels import Labelling
from feed.core.log import SEGMENT_SEQS, AbsentError, Log
from feed.core.outcome import Arrival, Outcome
from feed.core.stages import Stage, Stages
from feed.core.traced import Delivery, Traced
from feed.errors import BrokerError, ContradictionError, OutcomeUnknownError
from feed.ingest.admission import Admission, Limits
from feed.ingest.refused import RefusalLog
from feed.ingest.worker import Workers
from feed.serve.delays import Delays
from feed.serve.pump import Pump
from feed.serve.reading import Reading
from feed.stream.batch import is_open
from feed.stream.beats import Beats
from feed.stream.blobs import Blobs
from feed.stream.connection import Connection, JetStreamError
from feed.stream.consumer import Consumer, StreamMessage, last_per_subject
from feed.stream.marks import Marks
from feed.stream.moments import Moments
from feed.stream.projector import Projector, Stream
from feed.stream.publisher import Publisher
from feed.stream.segments import Segments, stored
from feed.stream.streams import INFO_SECONDS, NOT_FOUND, STREAMS, floor_of, last_sequence, set_up
from feed.stream.tide import Tide
from feed.stream.watch import Patience, Watch
from schemas.message import Micros

Clock = Callable[[], int]
Derivation = Callable[[Entry], AbstractContextManager[None]]
PAYLOAD_BYTES = 1024 * 1024
SEEN_SECONDS = 0.5
BEGIN_SECONDS = 15.0  # longer than a cluster takes to agree on another leader
AGAIN_SECONDS = 0.2


class State:
    """What one process holds of FEED: log, board, heads and how far it has come."""

    def __init__(self, tip: int, floor: int = 0) -> None:
        self.log = Log(tip, floor=floor)
        self.board = Board()
        self.heads = Heads()
        self.tide = Tide(tip)
        self.wake: Callable[[], None] = lambda: None
        self.taken: Callable[[Entry], None] = lambda _: None
        self.stages = Stages(time.perf_counter)
        self._held: list[tuple[Entry, Head]] = []

    def remember(self, message: StreamMessage) -> None:
        """Take a stored message over into the board; raises ContradictionError for one that we never wrote."""
        self._know(*self._read(message))

    def deliver(self, message: StreamMessage) -> None:
        """Take over the next message of the stream and let everybody know; a batch at its commit, as one."""
        with self.stages.timed(Stage.TAKE_OVER):
            self._held.append(self._read(message))
            if is_open(message.headers):
                return
            for entry, head in self._held:
                self.log.append(entry)
                self._know(entry, head)
        for entry, _ in self._held:
            self.taken(entry)
        self._held.clear()
        self.wake()  # first, so that readers have it before the venue is answered and anything is derived from it
        self.tide.rise(message.seq)

    def _know(self, entry: Entry, head: Head) -> None:
        self.board.apply(entry)
        self.heads.learn(entry.topic, head)

    def _read(self, message: StreamMessage) -> tuple[Entry, Head]:
        try:
            entry = Entry.stored(*message, is_open=is_open(message.headers))
            return entry, head_of(entry)
        except (KeyError, ValueError, IndexError, msgspec.MsgspecError) as error:
            raise ContradictionError(
                f"FEED seq {message.seq} on {message.subject} is not of our making: {error!r}",
                hint="Nobody else may publish on feed.> of this account.",
            ) from error


class World:
    """One flag, wired: `reading` for the doors, `admit` for the venues, `run` follows the stream for ever."""

    def __init__(self, reading: Reading, admission: Admission, consumer: Consumer, state: State, beats: Beats) -> None:
        self.reading = reading
        self.admission = admission
        self.consumer = consumer
        self.state = state
        self.beats = beats
        self.link = beats.link
        self.delays = Delays(reading, reading.pump.now)
        self.hops = Hops(reading.pump.now)
        state.taken, reading.pump.told = self.hops.take, self.hops.written
        self._derivation: Derivation = lambda _: nullcontext()

    @classmethod
    async def build(cls, flag: str, link: Connection, settings: Settings, clock: Clock, workers: Workers) -> "World":
        """Set up the streams, fill the board, and wire the journey of one result."""
        _check(link)
        epoch = await set_up(link, STREAMS, settings.replicas)
        tip, state, segments = await _begun(link)
        publisher = Publisher(link, state.tide, clock)
        limits = Limits(settings.body_bytes_max, settings.reorder_window_ms * 1000, settings.answer_ms / 1000)
        admission = Admission(publisher, state.heads, limits, clock, workers)
        pump = Pump(epoch, state.log, segments.load, clock)
        state.wake = pump.wake
        admission.stages = publisher.stages = pump.stages = state.stages
        consumer = Consumer(link, "FEED", epoch=epoch, after=tip, deliver=state.deliver, idle=pump.flush)
        publisher.acknowledged = consumer.acknowledged
        past = Blobs(link), state.tide.passed, Moments(link), Labelling(state.board)
        reading = Reading(flag, epoch, state.log, state.board, pump, segments.load, *past)
        beats = Beats(link, clock)
        await beats.listen()
        admission.heard, admission.refused = beats.tell, RefusalLog(flag).tell
        return cls(reading, admission, consumer, state, beats)

    async def admit(self, arrival: Arrival, decode: Decode, zones: dict[str, tzinfo]) -> Outcome:
        """Admit one document under an id chosen now, at receipt; ids sort by time."""
        raw_id = f"{arrival.recv:016x}{secrets.token_hex(4)}"
        receipt = Receipt(arrival.recv, arrival.source, zones.get)
        outcome = await self.admission.admit(arrival, raw_id, self.reading.flag, decode, receipt)
        if outcome.accepted:  # who was answered finds it here: it may have to come from the stream
            await self.state.tide.passed(max(row.seq for row in outcome.accepted), SEEN_SECONDS)
        return outcome

    def trace(self, delivered: Callable[[Delivery], None], derivation: Derivation) -> None:
        """Let what is derived from traced messages be traced, and each that is written to readers here be told."""
        self._derivation = derivation
        traced = Traced(self.reading.pump.now, delivered)

        def take(entry: Entry) -> None:
            self.hops.take(entry)
            traced.take(entry)

        def written(front: int, batches: Iterable[Iterable[Entry]], began: Micros) -> None:
            self.hops.written(front, batches, began)
            traced.written(front, batches, began)

        self.state.taken, self.reading.pump.told = take, written

    async def derive(self, mark_seconds: float, clock: Clock) -> None:
        """Make the feed's own messages until cancelled; one node is enough, several do no harm."""
        reading, tide = self.reading, self.state.tide
        publisher = Publisher(self.link, tide, clock)
        marks = Marks(mark_seconds)
        stream = Stream(reading.read, partial(stored, self.link, self.state.log))
        projector = Projector(stream, reading.board, tide, publisher, Blobs(self.link), marks)
        projector.traced = self._derivation
        await projector.run()

    async def watch(self, patience: Patience, clock: Clock) -> None:
        """Tell of systems and units that fall silent and come back until cancelled; several nodes do no harm."""
        publisher = Publisher(self.link, self.state.tide, clock)
        await Watch(self.reading.board, self.beats.signs, patience, publisher, clock).run()

    async def run(self) -> None:
        """Serve and follow until cancelled; raises when the stream contradicts what we hold."""
        self.reading.pump.start()
        try:
            await self.consumer.run()
        finally:
            self.delays.stop()
            self.reading.pump.stop()


async def _begun(link: Connection) -> tuple[int, State, Segments]:
    """The tip, what is known there, and the log's segments; asks again where a copy answers that is behind.

    Raises OutcomeUnknownError when that goes on, JetStreamError when a server has not heard of FEED all the while.
    """
    deadline = asyncio.get_running_loop().time() + BEGIN_SECONDS
    while True:
        try:
            tip = await last_sequence(link, limit=INFO_SECONDS)
            floor = await floor_of(link, limit=INFO_SECONDS)
            state = State(tip, floor)
            async for message in last_per_subject(link, "FEED", "feed.>", tip, is_whole=True):
                state.remember(message)
            segments = Segments(link, state.log)
            if tip:
                await segments.load(AbsentError((tip - 1) // SEGMENT_SEQS))
        except (OutcomeUnknownError, JetStreamError) as problem:
            is_told = isinstance(problem, JetStreamError) and problem.err_code != NOT_FOUND  # it was made just now
            if is_told or asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return tip, state, segments


def _check(link: Connection) -> None:
    if link.max_payload < PAYLOAD_BYTES:
        raise BrokerError(
            f"the NATS server takes messages of {link.max_payload} bytes, {PAYLOAD_BYTES} are needed",
            hint="Set max_payload: 1MB in its configuration.",
        )
