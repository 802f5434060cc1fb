"""Brings older segments of the log back into memory, each once however many readers wait for it."""

import asyncio

from feed.core.entry import Entry
from feed.core.log import SEGMENT_SEQS, AbsentError, Log
from feed.errors import OutcomeUnknownError
from feed.stream.batch import is_open
from feed.stream.connection import Connection, JetStreamError
from feed.stream.history import get, read

LOAD_BYTES = 16 * 1024 * 1024


async def stored(connection: Connection, log: Log, seq: int) -> Entry | None:
    """The message at a sequence, from memory or from FEED; None for one that the stream has lost.

    No segment is loaded for one message: that would be a thousand. Raises OutcomeUnknownError when the broker does not
    answer, or a copy of the stream does that is behind.
    """
    if (entry := log.held(seq)) is not None:
        return entry
    found = await get(connection, "FEED", {"seq": seq, "batch": 1})
    if not found:
        raise OutcomeUnknownError(f"whoever answered does not hold seq {seq} yet", hint="Ask again.")
    (message,) = found
    return Entry.stored(*message, is_open=is_open(message.headers)) if message.seq == seq else None


class Segments:
    """Loads absent segments of one log from FEED."""

    def __init__(self, connection: Connection, log: Log) -> None:
        self._connection = connection
        self._log = log
        self._loading: dict[int, asyncio.Task[None]] = {}

    async def load(self, absent: AbsentError) -> None:
        """Return when the segment is in memory; raises OutcomeUnknownError when the broker does not answer."""
        task = self._loading.get(absent.number)
        if task is None:
            task = self._loading[absent.number] = asyncio.ensure_future(self._load(absent))
            task.add_done_callback(lambda done: self._loaded(absent.number, done))
        await asyncio.shield(task)

    def _loaded(self, number: int, task: asyncio.Task[None]) -> None:
        """Forget a finished load, and look at its failure: every reader that waited for it may have left meanwhile."""
        self._loading.pop(number, None)
        if not task.cancelled():
            task.exception()

    async def _load(self, absent: AbsentError) -> None:
        entries: list[Entry] = []
        first, end = absent.first, min(absent.first + SEGMENT_SEQS, self._log.tip + 1)
        while first < end:
            try:
                messages = await read(self._connection, "FEED", first, end - first, LOAD_BYTES)
            except JetStreamError as error:  # the broker is ill: readers keep their place until it is well
                raise OutcomeUnknownError(error.detail, hint="Ask again.") from error
            if not messages:  # a copy of the stream that is behind may answer; taken as it is, this would be a gap
                raise OutcomeUnknownError(f"whoever answered does not hold seq {first} yet", hint="Ask again.")
            messages = [message for message in messages if message.seq < end]
            entries += [Entry.stored(*message, is_open=is_open(message.headers)) for message in messages]
            if not messages:
                break
            first = messages[-1].seq + 1
        self._log.load(absent.number, entries)
