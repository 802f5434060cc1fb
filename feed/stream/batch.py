"""Atomic batches: many messages stored together or not at all (NATS ADR-50), each behind the head its gate saw."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from feed.stream.acks import read_ack
from feed.stream.connection import Connection

BATCH_ID: Final = "Nats-Batch-Id"
BATCH_SEQUENCE: Final = "Nats-Batch-Sequence"
BATCH_COMMIT: Final = "Nats-Batch-Commit"
PART: Final = "Feed-Part"  # NUMBER/COUNT, where several documents share a batch: the part of its own
MESSAGES_MAX: Final = 1000  # one more is refused (10199); of bytes the server knows no limit
SENT_AT_ONCE: Final = 16  # messages that are sent without letting others in


class Piece(NamedTuple):
    """One message of a batch, ready to be sent."""

    subject: str
    payload: bytes
    headers: Mapping[str, str]


async def publish_batch(
    connection: Connection,
    pieces: Sequence[Piece],
    *,
    timeout: float,  # noqa: ASYNC109 - the limit of the request, as `Connection.request` keeps it
) -> list[int]:
    """Publish 1 to MESSAGES_MAX messages of different subjects and return their sequences, which follow each other.

    One miss refuses all: raises as `publish_acked` does, WrongLastSequenceError among them. Only the last message is
    acknowledged; what goes wrong before it makes the commit fail (10176, a gap).
    """
    if len(pieces) == 1:
        batch: Mapping[str, str] = {}
    else:
        name = secrets.token_hex(16)
        for number, piece in enumerate(pieces[:-1], 1):
            headers = {**piece.headers, BATCH_ID: name, BATCH_SEQUENCE: str(number)}
            connection.publish(piece.subject, piece.payload, headers)
            if not number % SENT_AT_ONCE:
                await asyncio.sleep(0)
        batch = {BATCH_ID: name, BATCH_SEQUENCE: str(len(pieces)), BATCH_COMMIT: "1"}
    last = pieces[-1]
    reply = await connection.request(last.subject, last.payload, {**last.headers, **batch}, timeout=timeout)
    seq = read_ack(reply.payload)
    return list(range(seq - len(pieces) + 1, seq + 1))


def is_open(headers: Mapping[str, str]) -> bool:
    """Whether a stored message is one of a document that goes on after it."""
    if PART in headers:
        number, count = headers[PART].split("/")
        return number != count
    return BATCH_ID in headers and BATCH_COMMIT not in headers


def place_in(headers: Mapping[str, str]) -> int:
    """Which message of its document a stored one is, from 1."""
    return int(headers[PART].split("/")[0]) if PART in headers else int(headers.get(BATCH_SEQUENCE, "1"))
