"""Publishing into the three streams of one flag: encoded once, acknowledged before anybody is told.

The one guard for order, duplicates and several ingest nodes is the expected last sequence of the message's subject.
"""

from collections.abc import Callable

import msgspec
import zstandard
from msgspec.structs import replace

from feed.candidate import Candidate, Decoded
from feed.core.gate import Accepted
from feed.core.index import OFFICIAL, headers_of
from feed.core.outcome import Arrival
from feed.errors import TooLargeError
from feed.refusals import Refusal
from feed.stream.acks import WrongLastSequenceError, publish_acked
from feed.stream.connection import Connection, PayloadTooLargeError
from feed.stream.streams import last_sequence
from feed.stream.tide import Tide
from schemas.message import Message
from schemas.topic import SUBJECT_PREFIX, escape
from schemas.wire import encode

EXPECTED_LAST = "Nats-Expected-Last-Subject-Sequence"
MESSAGE_ID = "Nats-Msg-Id"
BODY_BYTES_MAX = 512 * 1024
ACK_SECONDS = 2.0
ZSTD_LEVEL = 3


class QuarantineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Why a document was refused; its bytes are in RAW under the same id. `ts_recv` in microseconds UTC."""

    id: str
    ts_recv: int
    format: str
    source: str | None
    reason: str
    detail: str
    where: str
    hint: str
    flag: str | None
    topic: str | None
    version: int | None


class Publisher:
    """Writes to RAW, FEED and QUARANTINE of one flag; every method returns after JetStream's acknowledgement.

    All methods raise OutcomeUnknownError when the broker did not answer in time and TooLargeError when it would not
    take so much.
    """

    def __init__(self, connection: Connection, tide: Tide, clock: Callable[[], int]) -> None:
        self._connection = connection
        self._tide = tide
        self._clock = clock
        self._zstd = zstandard.ZstdCompressor(level=ZSTD_LEVEL)

    async def archive(self, raw_id: str, arrival: Arrival) -> None:
        """Keep every byte a venue sent, as it came; plain bytes are compressed."""
        data, encoding = arrival.data, arrival.encoding
        if not encoding:
            data, encoding = self._zstd.compress(data), "zstd"
        headers = {
            MESSAGE_ID: raw_id,
            "Raw-Id": raw_id,
            "Raw-Encoding": encoding,
            "Raw-Recv": str(arrival.recv),
            "Raw-Source": escape(arrival.source or "-"),
        }
        await self._acked(f"raw.{arrival.format}", data, headers)

    async def quarantine(self, raw_id: str, arrival: Arrival, decoded: Decoded, refusal: Refusal) -> None:
        """Record why a document was refused."""
        record = QuarantineRecord(
            id=raw_id,
            ts_recv=arrival.recv,
            format=arrival.format,
            source=arrival.source,
            reason=refusal.reason.value,
            detail=refusal.detail,
            where=refusal.where,
            hint=refusal.hint,
            flag=decoded.flag,
            topic=decoded.topic,
            version=decoded.version,
        )
        payload = msgspec.json.encode(record)
        await self._acked(f"quarantine.{record.reason}", payload, {MESSAGE_ID: raw_id, "Raw-Id": raw_id})

    async def publish(self, candidate: Candidate, verdict: Accepted, raw_id: str) -> int | None:
        """Store a message behind `verdict.prev`, the head the gate saw; None when the head has moved since."""
        payload = encode(self._final(candidate.message, verdict))
        if len(payload) > BODY_BYTES_MAX:
            raise TooLargeError(f"the message has {len(payload)} bytes, {BODY_BYTES_MAX} are carried")
        headers = headers_of(candidate, raw_id)
        headers[EXPECTED_LAST] = str(verdict.prev)
        if verdict.official:
            headers[OFFICIAL] = str(verdict.official)
        try:
            return await self._acked(SUBJECT_PREFIX + candidate.message.topic, payload, headers)
        except WrongLastSequenceError:
            return None

    async def catch_up(self) -> None:
        """Return when this process has taken over all that the leader holds at this moment."""
        await self._tide.passed(await last_sequence(self._connection, "FEED"))

    async def moved(self, seconds: float) -> None:
        """Return at the next message of the stream, or after that time."""
        await self._tide.moved(seconds)

    async def _acked(self, subject: str, payload: bytes, headers: dict[str, str]) -> int:
        try:
            return await publish_acked(self._connection, subject, payload, headers, timeout=ACK_SECONDS)
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
