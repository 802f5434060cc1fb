"""The newest messages of topics as they were at a sequence, asked of the stream itself: no copy of history is kept.

A direct get with `multi_last` and `up_to_seq` answers for many subjects at once. A copy of the stream that is behind
may answer it, which cannot tell what it does not hold yet from what never was. So each request asks for the subject of
the message at that sequence, too: an answer without this message is none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from feed.core.entry import Entry
from feed.core.index import RECV
from feed.core.moment import parse_time
from feed.errors import OutcomeUnknownError
from feed.stream.batch import is_open, place_in
from feed.stream.connection import Connection
from feed.stream.history import TIMEOUT, get
from feed.stream.pull import StreamMessage
from feed.stream.streams import FEED
from schemas.message import Micros
from schemas.topic import SUBJECT_PREFIX

TOPICS_MAX: Final = 1000  # of one request, beside the one that is always asked for: above 1,024 the answer is a 413
NAMES_BYTES: Final = 512 * 1024  # of the topics in one request: half of what the server takes
IN_FLIGHT: Final = 4  # answers at a time: what a server queues for one connection has its limit
SCANNED: Final = 100  # messages of one answer in the search for a time
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_Get = Callable[[dict[str, Any]], Awaitable[list[StreamMessage]]]


class Moment:
    """The stream as it was when the message at `seq`, which ends its batch, had just been stored."""

    def __init__(self, message: StreamMessage, get: _Get) -> None:
        self.seq = message.seq
        self._witness = message.subject
        self._get = get

    async def entries(self, topics: Collection[str]) -> list[Entry]:
        """The newest message of each topic that had one by then, tombstones too, in no order.

        Raises OutcomeUnknownError when the broker does not answer, or not completely: ask again.
        """
        wanted = frozenset(topics)
        found = [entry for subjects in _portions(wanted) for entry in await self._newest(subjects)]
        return list({entry.topic: entry for entry in found if entry.topic in wanted}.values())

    async def _newest(self, subjects: set[str]) -> list[Entry]:
        """An answer ascends and ends at its limit of bytes: the message at `seq` is the last of all."""
        found: list[Entry] = []
        wish = {"multi_last": [*subjects | {self._witness}], "up_to_seq": self.seq}
        last = 0
        while last != self.seq:
            messages = await self._get(wish | {"seq": last + 1})
            if not messages:
                raise _behind(self.seq)
            found += [Entry.stored(*message) for message in messages]
            last = messages[-1].seq
        return found


class Moments:
    """The moments of one flag's log. All methods raise OutcomeUnknownError when the broker does not answer."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def at(self, seq: int) -> Moment | None:
        """The moment of a sequence up to the tip, inside a batch the one before it; None before the first message."""
        while seq:
            messages = await self._get({"seq": seq, "batch": 1})
            if not messages:
                raise _behind(seq)
            (message,) = messages
            if message.seq > seq:
                seq -= 1  # the broker has lost it
            elif is_open(message.headers):
                seq -= place_in(message.headers)
            else:
                return Moment(message, self._get)
        return None

    async def reached(self, time: Micros, tip: int) -> int:
        """The newest sequence, at most `tip`, up to which no message was received after a time; 0 when there is none.

        Received is when the header says, but not later than stored. Times of storing only rise and the broker searches
        by them: what was stored by then counts, and what came behind it, up to the first that was received later.
        """
        start = _EPOCH + timedelta(microseconds=max(time, 0) + 1)
        messages = await self._get({"start_time": start.isoformat(), "batch": SCANNED})
        if not messages:
            await self._confirm(tip, time)
        while messages:
            for message in messages:
                if message.seq > tip:
                    return tip
                if int(message.headers[RECV]) > time:
                    return message.seq - 1
            after = messages[-1].seq
            messages = await self._get({"seq": after + 1, "batch": SCANNED})
            if not messages and after < tip:
                raise _behind(tip)
        return tip

    async def stored(self, time: Micros, tip: int) -> int:
        """The newest sequence, at most `tip`, up to which everything was stored by a time; 0 when there is none."""
        start = _EPOCH + timedelta(microseconds=max(time, 0) + 1)
        later = await self._get({"start_time": start.isoformat(), "batch": 1})
        if later:
            return min(later[0].seq - 1, tip)
        await self._confirm(tip, time)
        return tip

    async def _confirm(self, tip: int, time: Micros) -> None:
        """Return when all up to `tip` was stored by a time, as a copy said that knows of nothing later.

        The message there tells when it was stored, whichever copy it comes from; another one may have been behind.
        """
        if not tip:
            return
        subject = f"$JS.API.DIRECT.GET.{FEED.name}"
        reply = await self._connection.request(subject, msgspec.json.encode({"seq": tip}), timeout=TIMEOUT)
        if reply.status or parse_time(reply.headers["Nats-Time-Stamp"]) > time:
            raise _behind(tip)

    async def _get(self, wish: dict[str, Any]) -> list[StreamMessage]:
        async with self._slots:
            return await get(self._connection, FEED.name, wish)


def _behind(seq: int) -> OutcomeUnknownError:
    return OutcomeUnknownError(f"whoever answered does not hold seq {seq} yet", hint="Ask again.")


def _portions(topics: Collection[str]) -> Iterator[set[str]]:
    """Their subjects, as many at a time as fit into one request."""
    portion: set[str] = set()
    size = 0
    for topic in topics:
        subject = SUBJECT_PREFIX + topic
        if len(portion) == TOPICS_MAX or size + len(subject) > NAMES_BYTES:
            yield portion
            portion, size = set(), 0
        portion.add(subject)
        size += len(subject)
    if portion:
        yield portion
