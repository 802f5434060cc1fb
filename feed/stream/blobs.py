"""Bytes too large for one message, under the name that their SHA-256 gives them.

`blob.<sha256>.<n>` is the n-th chunk. `blob.<sha256>` is the record that makes the chunks a blob, stored when all of
them have been acknowledged: without it nothing is there. Each is stored once, by whoever comes first; a write that
broke off is completed by the next one of the same bytes.
"""

import asyncio
import hashlib
from base64 import b64decode
from collections.abc import AsyncGenerator
from typing import Final, NamedTuple

import msgspec

from feed.core.moment import parse_time
from feed.errors import DamagedError, OutcomeUnknownError
from feed.stream.acks import WrongLastSequenceError, publish_acked
from feed.stream.connection import Connection, JetStreamError
from feed.stream.streams import BLOB
from schemas.message import BodyRef, Micros

CHUNK_BYTES: Final = 512 * 1024  # for ever: a write that broke off under another size would be completed to nonsense
IN_FLIGHT: Final = 4  # chunks; what is written meanwhile to other streams waits behind no more than these
THREAD_BYTES: Final = 256 * 1024  # from here on hashing and compressing would hold up the loop
STORE_SECONDS: Final = 2.0
READ_SECONDS: Final = 2.0
NO_MESSAGE: Final = 10037
_ABSENT: Final = {"Nats-Expected-Last-Subject-Sequence": "0"}
_STORED: Final = 10071  # a miss whose message is in the stream; the other one, 10164, is still on its way there
_REF: Final = msgspec.json.Decoder(BodyRef)


class _Stored(NamedTuple):
    """A stored payload and when it was, as RFC 3339 writes it."""

    payload: bytes
    time: str


class Blobs:
    """The blobs of one flag. All methods raise OutcomeUnknownError when the broker did not answer in time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def put(self, data: bytes, media: str) -> BodyRef:
        """Store bytes, on disk when this returns, and return how to refer to them; the first media type stays.

        Raises StreamFullError or JetStreamError when the broker refuses. Safe to repeat, also by several at once.
        """
        name = await _digest(data)
        if (known := await self.find(name)) is not None:
            return known
        ref = BodyRef(sha256=name, bytes=len(data), media=media)
        try:
            async with asyncio.TaskGroup() as group:
                for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
                    group.create_task(self._store_chunk(f"{_subject(name)}.{number}", data, start))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed
        await self._store(_subject(name), msgspec.json.encode(ref))
        return ref

    async def find(self, sha256: str, until: Micros | None = None) -> BodyRef | None:
        """What is stored under a name of 64 hex digits; None when there is none, or not all of it yet.

        What was stored after a time, `until`, is not there either. Raises DamagedError when its record cannot be read.
        """
        found = await self._last(_subject(sha256))
        if found is None or (until is not None and parse_time(found.time) > until):
            return None
        try:
            ref = _REF.decode(found.payload)
        except msgspec.MsgspecError as error:
            raise DamagedError(f"the record of blob {sha256} cannot be read: {error}") from error
        if ref.sha256 != sha256:
            raise DamagedError(f"the record of blob {sha256} names {ref.sha256}")
        return ref

    async def read(self, ref: BodyRef) -> AsyncGenerator[bytes, None]:
        """The bytes of a blob, chunk by chunk; one chunk is in memory at a time.

        The last chunk is handed over only when all of them have the digest that names the blob: who has `ref.bytes`
        bytes has the right ones. Raises DamagedError otherwise, also in the middle.
        """
        digest = hashlib.sha256()
        size = number = 0
        while size < ref.bytes:
            found = await self._last(f"{_subject(ref.sha256)}.{number}")
            chunk = found.payload if found else b""
            if not chunk:
                raise DamagedError(f"chunk {number} of blob {ref.sha256} is not there")
            digest.update(chunk)
            size += len(chunk)
            if size > ref.bytes or (size == ref.bytes and digest.hexdigest() != ref.sha256):
                raise DamagedError(f"the bytes of blob {ref.sha256} are not those that gave it its name")
            yield chunk
            number += 1

    async def _store_chunk(self, subject: str, data: bytes, start: int) -> None:
        async with self._slots:
            await self._store(subject, data[start : start + CHUNK_BYTES])

    async def _store(self, subject: str, payload: bytes) -> None:
        """Store under a subject that is still empty; what is there already was made of the same bytes."""
        try:
            await publish_acked(self._connection, subject, payload, _ABSENT, timeout=STORE_SECONDS)
        except WrongLastSequenceError as miss:
            if miss.err_code != _STORED:
                raise OutcomeUnknownError(f"somebody else is storing {subject} at this moment") from miss

    async def _last(self, subject: str) -> _Stored | None:
        """What is stored under a subject.

        Any copy of the stream may answer a direct get, also one that is behind: only the leader's no is a no.
        """
        try:
            reply = await self._connection.request(f"$JS.API.DIRECT.GET.{BLOB.name}.{subject}", timeout=READ_SECONDS)
            if not reply.status:
                return _Stored(reply.payload, reply.headers["Nats-Time-Stamp"])
            wish = {"last_by_subj": subject}
            answer = await self._connection.api(f"STREAM.MSG.GET.{BLOB.name}", wish, timeout=READ_SECONDS)
        except JetStreamError as error:
            if error.err_code == NO_MESSAGE:
                return None
            raise OutcomeUnknownError(error.detail, hint="Ask again.") from error
        message = answer["message"]
        return _Stored(b64decode(message.get("data", "")), message["time"])


async def _digest(data: bytes) -> str:
    if len(data) < THREAD_BYTES:
        return hashlib.sha256(data).hexdigest()
    return (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()


def _subject(sha256: str) -> str:
    return f"{BLOB.subject.removesuffix('>')}{sha256}"
