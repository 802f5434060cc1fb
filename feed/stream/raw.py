"""RAW read back: what venues sent, byte by byte as it came."""

from collections.abc import AsyncIterator
from typing import Final

import zstandard

from feed.core.outcome import Arrival
from feed.errors import OutcomeUnknownError
from feed.stream.blobs import Blobs
from feed.stream.connection import Connection
from feed.stream.history import read
from feed.stream.pull import StreamMessage
from feed.stream.streams import RAW
from schemas.message import BodyRef
from schemas.topic import unescape

BATCH: Final = 64  # messages held at once: 32 MB at the most
_UNNAMED: Final = "-"


async def content(message: StreamMessage, blobs: Blobs) -> tuple[bytes, str]:
    """The bytes of a message of RAW and their transport's encoding; raises DamagedError when they are not there."""
    headers, data = message.headers, message.payload
    encoding = headers["Raw-Encoding"]
    if "Raw-Blob" in headers:
        size = int(headers["Raw-Bytes"])
        ref = BodyRef(sha256=headers["Raw-Blob"], bytes=size, media=f"application/{encoding}")
        data = b"".join([chunk async for chunk in blobs.read(ref)])
    return (zstandard.decompress(data), "") if encoding == "zstd" else (data, encoding)


async def arrivals(connection: Connection, first: int, tip: int) -> AsyncIterator[tuple[int, Arrival]]:
    """(sequence, document) from `first` to `tip`, in the order of storing, which is almost that of `recv`.

    Raises OutcomeUnknownError when the broker does not answer, DamagedError for bytes that are lost.
    """
    blobs = Blobs(connection)
    while first <= tip:
        messages = await read(connection, RAW.name, first, min(BATCH, tip - first + 1))
        for message in messages:
            data, encoding = await content(message, blobs)
            source = unescape(message.headers["Raw-Source"])
            named = "" if source == _UNNAMED else source
            kind = message.subject.partition(".")[2]
            yield message.seq, Arrival(kind, data, encoding, _recv(message), named or None)
        if not messages:
            raise _behind(first)
        first = messages[-1].seq + 1


async def first_from(connection: Connection, moment: int, tip: int) -> int:
    """The first sequence from which on documents were received at this moment or later; `tip` + 1 where none was."""
    low, high = 1, tip + 1
    while low < high:
        middle = (low + high) // 2
        found = await read(connection, RAW.name, middle, 1)
        if not found:
            raise _behind(middle)
        if _recv(found[0]) < moment:
            low = found[0].seq + 1
        else:
            high = middle
    return low


def _behind(seq: int) -> OutcomeUnknownError:
    return OutcomeUnknownError(f"whoever answered does not hold seq {seq} of {RAW.name} yet", hint="Ask again.")


def _recv(message: StreamMessage) -> int:
    return int(message.headers["Raw-Recv"])
