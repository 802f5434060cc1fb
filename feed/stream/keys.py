"""KEYS: one record a key on its own subject, in the account of production, followed by every node like FEED.

The last record of a subject is the state of its key. Every write names the last sequence it knows of the subject, so
that two operators never overwrite each other.
"""

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from feed.core.keys import Key
from feed.errors import BrokerError, ContradictionError, FeedError
from feed.stream.acks import WrongLastSequenceError, publish_acked
from feed.stream.connection import Connection
from feed.stream.consumer import Consumer, StreamMessage, last_per_subject
from feed.stream.publisher import EXPECTED_LAST
from feed.stream.streams import KEYS, last_sequence, set_up
from schemas.topic import escape

PREFIX = "keys."
ACK_SECONDS = 5.0


class _Stored(Key, frozen=True, kw_only=True):
    """A record as any version wrote it: the first ones have their venues beside the scope, as they were typed in."""

    venues: tuple[str, ...] = ()

    def key(self) -> Key:
        scope = replace(self.scope, venues=(*self.scope.venues, *sorted(map(escape, self.venues))))
        return Key(**{name: getattr(self, name) for name in Key.__struct_fields__} | {"scope": scope})


_decoder = msgspec.json.Decoder(_Stored)


class NoSuchKeyError(FeedError):
    """There is no key of this id."""


class Record(NamedTuple):
    """A key and the sequence of its newest record."""

    seq: int
    key: Key


class KeyFollower:
    """Hands every record to `take`: those there are while it is opened, the others while it runs."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    @classmethod
    async def open(cls, link: Connection, replicas: int, take: Callable[[Key], None]) -> "KeyFollower":
        """Make the stream if there is none and return when `take` has every key; raises as `set_up` does."""
        await set_up(link, (KEYS,), replicas)
        tip = await last_sequence(link, KEYS.name)
        async for record in _records(link, tip):
            take(record.key)

        def deliver(message: StreamMessage) -> None:
            take(_read(message))

        return cls(Consumer(link, KEYS.name, epoch="", after=tip, deliver=deliver))

    async def run(self) -> None:
        """Follow until cancelled; raises ContradictionError as a Consumer does, and for a record we never wrote."""
        await self._consumer.run()


async def keys(link: Connection, replicas: int = 1) -> list[Record]:
    """Every key there is, oldest record first; makes the stream if there is none."""
    await set_up(link, (KEYS,), replicas)
    tip = await last_sequence(link, KEYS.name)
    while True:
        found = [record async for record in _records(link, tip)]
        before, tip = tip, await last_sequence(link, KEYS.name)
        if tip == before:  # else a key that has changed meanwhile is not among them
            return found


async def add(link: Connection, key: Key, replicas: int = 1) -> None:
    """Store a new key; raises BrokerError when its id is taken, OutcomeUnknownError when it may be stored or not."""
    await set_up(link, (KEYS,), replicas)
    try:
        await _store(link, key, 0)
    except WrongLastSequenceError as error:
        raise BrokerError(f"there is a key {key.id} already", hint="Try again: ids are drawn by lot.") from error


async def revoke(link: Connection, key_id: str, now: int, by: str | None = None, replicas: int = 1) -> Key:
    """Take a key back for ever and return its record; a key that was revoked before keeps its time.

    `by` is the id of the admin's key, None for a command. Raises NoSuchKeyError, and OutcomeUnknownError when it is
    safe, and needed, to try again.
    """
    while True:
        found = [record for record in await keys(link, replicas) if record.key.id == key_id]
        if not found:
            raise NoSuchKeyError(f"there is no key {key_id}", hint="`feed keys list` shows them.")
        (seq, key), *_ = found
        if key.revoked is not None:
            return key
        key = replace(key, revoked=now, revoked_by=by)
        try:
            await _store(link, key, seq)
        except WrongLastSequenceError:
            continue  # somebody else was faster: look again
        return key


async def _store(link: Connection, key: Key, last: int) -> None:
    headers = {EXPECTED_LAST: str(last)}
    await publish_acked(link, PREFIX + key.id, msgspec.json.encode(key), headers, timeout=ACK_SECONDS)


async def _records(link: Connection, tip: int) -> AsyncIterator[Record]:
    async for message in last_per_subject(link, KEYS.name, PREFIX + ">", tip, is_whole=True):
        yield Record(message.seq, _read(message))


def _read(message: StreamMessage) -> Key:
    try:
        key = _decoder.decode(message.payload).key()
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        detail = f"KEYS seq {message.seq} on {message.subject} is not of our making: {error}"
        raise ContradictionError(detail, hint="Nobody else may publish on keys.> of this account.") from error
    if message.subject != PREFIX + key.id:
        raise ContradictionError(f"KEYS seq {message.seq} on {message.subject} is the record of key {key.id}")
    return key
