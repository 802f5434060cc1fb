"""Brings older segments of the log back into memory, each once however many readers wait for it."""

import asyncio

from feed.core.entry import Entry
from feed.core.log import SEGMENT_SEQS, AbsentError, Log
from feed.stream.connection import Connection
from feed.stream.history import read

LOAD_BYTES = 16 * 1024 * 1024


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
            task.add_done_callback(lambda _: self._loading.pop(absent.number, None))
        await asyncio.shield(task)

    async def _load(self, absent: AbsentError) -> None:
        entries: list[Entry] = []
        first, end = absent.first, min(absent.first + SEGMENT_SEQS, self._log.tip + 1)
        while first < end:
            messages = await read(self._connection, "FEED", first, end - first, LOAD_BYTES)
            messages = [message for message in messages if message.seq < end]
            entries += [Entry.stored(*message) for message in messages]
            if not messages:
                break
            first = messages[-1].seq + 1
        self._log.load(absent.number, entries)
