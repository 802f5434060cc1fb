"""Publishing into the streams of one flag: encoded once, acknowledged before anybody is told.

The one guard for order, duplicates and several ingest nodes is the expected last sequence of the message's subject.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import zstandard
from msgspec.structs import replace

from feed.candidate import Candidate, Decoded
from feed.core.gate import Accepted
from feed.core.index import headers_of
from feed.core.lists import Change, Plan
from feed.core.outcome import Arrival
from feed.core.quarantine import record_of
from feed.core.stages import Stage, Stages
from feed.core.traces import TRACEPARENT, trail_here
from feed.errors import TooLargeError
from feed.refusals import Refusal
from feed.stream.acks import WrongLastSequenceError, publish_acked
from feed.stream.batch import MESSAGES_MAX, Piece, publish_batch
from feed.stream.blobs import THREAD_BYTES, Blobs
from feed.stream.connection import Connection, PayloadTooLargeError
from feed.stream.groups import Groups
from feed.stream.pull import StreamMessage
from feed.stream.streams import INFO_SECONDS, last_sequence
from feed.stream.tide import Tide
from feed.stream.traffic import Pace, Traffic, leave_room
from schemas.message import Lane, Message
from schemas.registry import AnyMessage
from schemas.topic import SUBJECT_PREFIX, escape
from schemas.wire import encode, encode_parts, text_length

EXPECTED_LAST = "Nats-Expected-Last-Subject-Sequence"
MESSAGE_ID = "Nats-Msg-Id"
CARRIED_BYTES_MAX = 512 * 1024  # of a message or of raw bytes; what is larger is kept in BLOB
BODY_MEDIA = "application/json"
BATCH_BYTES_MAX = 256 * 1024
ENCODED_AT_ONCE = 4  # messages of a list that are encoded without letting others in
BATCH_FROM = 16  # messages that a long list is late; a batch of fewer costs more than they do one by one
STEP_MAX = 64
SHORT_BATCH = 16  # messages; an update of a few entities overtakes the long lists
ROOM = 4  # times as long as a long batch took the disk is left to results behind it, if there were any
ROOM_SECONDS_MAX = 0.05
ACK_SECONDS = 2.0
ZSTD_LEVEL = 3


class Bounds(NamedTuple):
    """How many messages, and bytes of them, go into one atomic batch.

    What takes more than one `gives_way`: its messages go little by little while results come.
    """

    messages: int
    bytes: int
    gives_way: bool = False


LISTED: Final = Bounds(500, BATCH_BYTES_MAX, gives_way=True)
OF_ONE_CAUSE: Final = Bounds(MESSAGES_MAX, 4 * 1024 * 1024)  # all at once: it holds up results for a tenth of a second


class Publisher:
    """Writes to RAW, FEED, QUARANTINE and BLOB of one flag; every method returns after JetStream's acknowledgement.

    `acknowledged` is told what `publish` stored, as soon as that is known, before whoever waits for it.
    All methods raise OutcomeUnknownError when the broker did not answer in time and TooLargeError when it would not
    take so much.
    """

    def __init__(self, connection: Connection, tide: Tide, clock: Callable[[], int]) -> None:
        self.stages = Stages(time.perf_counter)
        self.acknowledged: Callable[[StreamMessage], None] = lambda _: None
        self._connection = connection
        self._tide = tide
        self._clock = clock
        self._long = asyncio.Lock()
        self._traffic = Traffic()
        self._short = Groups(self._batched)
        self._blobs = Blobs(connection)
        self._zstd = zstandard.ZstdCompressor(level=ZSTD_LEVEL)

    async def archive(self, raw_id: str, arrival: Arrival) -> None:
        """Keep every byte a venue sent, as it came; plain bytes are compressed, and many are kept in BLOB."""
        data, encoding = arrival.data, arrival.encoding
        if not encoding:
            data, encoding = await self._compressed(data), "zstd"
        headers = {
            MESSAGE_ID: raw_id,
            "Raw-Id": raw_id,
            "Raw-Encoding": encoding,
            "Raw-Recv": str(arrival.recv),
            "Raw-Source": escape(arrival.source or "-"),
        }
        if len(data) > CARRIED_BYTES_MAX:
            ref = await self._blobs.put(data, f"application/{encoding}")
            headers |= {"Raw-Blob": ref.sha256, "Raw-Bytes": str(ref.bytes)}
            data = b""
        await self._acked(f"raw.{arrival.format}", data, headers)

    async def quarantine(self, raw_id: str, arrival: Arrival, decoded: Decoded, refusal: Refusal) -> None:
        """Record why a document was refused, or what holds it."""
        record = record_of(raw_id, arrival, decoded, refusal)
        subject = f"quarantine.held.{raw_id}" if record.is_held else f"quarantine.{record.reason}"
        await self._acked(subject, msgspec.json.encode(record), {MESSAGE_ID: raw_id, "Raw-Id": raw_id})

    async def publish(self, candidate: Candidate, verdict: Accepted, raw_id: str) -> int | None:
        """Store a message behind `verdict.prev`, the head the gate saw; None when the head has moved since."""
        with self._traffic.result():
            with self.stages.timed(Stage.ENCODE):
                piece = await self._piece(candidate, verdict, raw_id)
            try:
                with self.stages.timed(Stage.PUBLISH) as span:

                    def heard(seq: int) -> None:
                        span.end()
                        self.acknowledged(StreamMessage(seq, piece.subject, dict(piece.headers), piece.payload))

                    return await self._acked(piece.subject, piece.payload, piece.headers, heard)
            except WrongLastSequenceError:
                return None

    async def publish_all(
        self, plan: Plan, raw_id: str, bounds: Bounds = LISTED
    ) -> AsyncIterator[list[tuple[Change, int]]]:
        """Store what a document changes; yields what was stored, with its sequence.

        What fits into one batch is stored atomically. More begins with the claim, behind which the head is written, and
        is stored batch by batch, or little by little while results come. Ends early, before all are stored, when a
        head has moved since. One long batch is on its way at a time.
        """
        portion: list[tuple[Change, Piece]] = []
        size = claimed = 0
        pace = Pace(plan.seconds, len(plan.changes)) if bounds.gives_way else None
        is_part = False
        for number, change in enumerate(plan.changes, 1):
            if not number % ENCODED_AT_ONCE:
                await asyncio.sleep(0)
            if claimed and change is plan.changes[-1]:
                change = change._replace(verdict=replace(change.verdict, prev=claimed))  # noqa: PLW2901 - the head
            piece = await self._piece(change.candidate, change.verdict, raw_id)
            if portion and (size + len(piece.payload) > bounds.bytes or len(portion) == bounds.messages):
                if not claimed and plan.claim:
                    claim = await self._piece(plan.claim.candidate, plan.claim.verdict, raw_id)
                    portion.insert(0, (plan.claim, claim))
                is_part = True
                if stored := await self._stored(portion, pace):
                    yield stored
                if len(stored) < len(portion):
                    return
                if plan.claim:
                    claimed = claimed or stored[0][1]
                portion, size = [], 0
            portion.append((change, piece))
            size += len(piece.payload)
        if portion and (stored := await self._stored(portion, pace if is_part else None)):
            yield stored

    async def catch_up(self) -> None:
        """Return when this process has taken over all that the leader holds at this moment."""
        await self._tide.passed(await last_sequence(self._connection, limit=INFO_SECONDS))

    async def moved(self, seconds: float) -> None:
        """Return at the next message of the stream, or after that time."""
        await self._tide.moved(seconds)

    async def _stored(self, portion: list[tuple[Change, Piece]], pace: Pace | None) -> list[tuple[Change, int]]:
        """What of it is stored now: all, or after a miss nothing, or with a `pace`, which allows parts, a beginning."""
        pieces = [piece for _, piece in portion]
        try:
            if len(pieces) <= SHORT_BATCH and pace is None:
                with self._traffic.passing():
                    seqs = await self._short.publish(pieces)
            else:
                seqs = await self._long_stored(pieces, pace)
        except WrongLastSequenceError:
            return []
        except PayloadTooLargeError as error:
            raise TooLargeError(error.detail) from error
        return [(change, seq) for (change, _), seq in zip(portion, seqs, strict=False)]

    async def _long_stored(self, pieces: list[Piece], pace: Pace | None) -> list[int]:
        """As a batch with room for results behind it, or little by little while these come."""
        async with self._long:
            if pace is None or not self._traffic.is_live:
                began = asyncio.get_running_loop().time()
                seqs = await self._batched(pieces)
                if self._traffic.is_live:  # each of its fsyncs held them up
                    await asyncio.sleep(min(ROOM * (asyncio.get_running_loop().time() - began), ROOM_SECONDS_MAX))
                if pace is not None:
                    pace.begin()
                return seqs
        return await self._little_by_little(pieces, pace)

    async def _batched(self, pieces: Sequence[Piece]) -> list[int]:
        return await publish_batch(self._connection, pieces, timeout=ACK_SECONDS)

    async def _little_by_little(self, pieces: list[Piece], pace: Pace) -> list[int]:
        """The sequences up to a miss; what else is on its way goes before each step.

        A step is one message; where many should have gone by then, a batch of them, so that the list gets on.
        """
        seqs: list[int] = []
        while len(seqs) < len(pieces):
            await pace.due()
            async with self._long:
                await leave_room()
                await self._traffic.gone()
                late = pace.late()
                count = 1 if late < BATCH_FROM else min(late + 1, STEP_MAX)
                try:
                    seqs += await self._batched(pieces[len(seqs) : len(seqs) + count])
                except WrongLastSequenceError:
                    break
            pace.went(count)
        return seqs

    async def _piece(self, candidate: Candidate, verdict: Accepted, raw_id: str) -> Piece:
        for each in candidate.attached:
            await self._blobs.put(each.content, each.ref.media)
        payload = await self._carried(candidate.message, verdict)
        headers = headers_of(candidate, raw_id, verdict.official, verdict.left)
        headers[EXPECTED_LAST] = str(verdict.prev)
        trail = trail_here()
        if trail is not None and candidate.message.lane is not Lane.BULK:  # nobody looks at 10,000 spans
            headers[TRACEPARENT] = trail.traceparent
        return Piece(SUBJECT_PREFIX + candidate.message.topic, payload, headers)

    async def _carried(self, message: AnyMessage, verdict: Accepted) -> bytes:
        """The payload to store: the message, or where it is too large, the message without the body now in BLOB."""
        body = message.body
        if body is None or text_length(body) <= CARRIED_BYTES_MAX:
            payload = encode(self._final(message, verdict))
            if body is None or len(payload) <= CARRIED_BYTES_MAX:
                return payload
        parts = []
        for part in encode_parts(body):
            parts.append(part)
            await asyncio.sleep(0)
        ref = await self._blobs.put(await asyncio.to_thread(b"".join, parts), BODY_MEDIA)
        return encode(self._final(replace(message, body=None, body_ref=ref), verdict))

    async def _compressed(self, data: bytes) -> bytes:
        if len(data) < THREAD_BYTES:
            return self._zstd.compress(data)
        return await asyncio.to_thread(zstandard.compress, data, ZSTD_LEVEL)

    async def _acked(
        self,
        subject: str,
        payload: bytes,
        headers: Mapping[str, str],
        heard: Callable[[int], None] | None = None,
    ) -> int:
        try:
            return await publish_acked(self._connection, subject, payload, headers, timeout=ACK_SECONDS, heard=heard)
        except PayloadTooLargeError as error:
            raise TooLargeError(error.detail) from error

    def _final(self, message: Message, verdict: Accepted) -> Message:
        return replace(
            message,
            prev=verdict.prev,
            supersedes=verdict.supersedes,
            remarks=message.remarks + verdict.remarks,
            ts=replace(message.ts, published=self._clock()),
        )
