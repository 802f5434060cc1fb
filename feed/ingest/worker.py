"""Documents above 128 kB are decoded in other processes: in the loop they would hold up every result.

Those above 1 MB, the long ones, have others than those in between. Each takes one document at a time; what that holds
comes back in portions, since taking over thousands of messages at once would hold up the loop as well: as MessagePack,
which is read in a third of the time of a pickle. They leave the processor to the loop and the broker where there is not
enough of it for all: long ones get what nobody else wants, and only where that is not enough in time, a share.
"""

import asyncio
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from feed.candidate import Candidate, Decode, Decoded, Receipt
from feed.errors import OutcomeUnknownError
from feed.ingest.room import Room

GIVEN_BYTES = 256 * 1024  # of a document that are handed over at once
PORTION = 25  # candidates that come back at once
NICENESS = 5  # a third of the share of a process of usual priority
LONG_NICENESS = 8  # a sixth of the same
LONG_BYTES = 1024 * 1024  # takes half a second to decode
LEISURE_SECONDS = 2.0  # a long one may take as long with what nobody else wants, and
LEISURE_BYTES_A_SECOND = 2 * 1024 * 1024  # of it longer: an eighth of what its sender waits
BUSY_SECONDS = 60.0  # after it took longer, long ones have their share at once
BYTES_A_SECOND = 2 * 1024 * 1024  # of what leaves room while it comes back: an eighth of what its sender waits


class Share(NamedTuple):
    """Of the processor: by niceness, or for those who `take_leisure` what nobody else wants, given up at once."""

    niceness: int
    takes_leisure: bool = False


MIDDLING, LONG, LEISURE = Share(NICENESS), Share(LONG_NICENESS), Share(LONG_NICENESS, takes_leisure=True)
_DECODER = msgspec.msgpack.Decoder(tuple[Candidate, ...])

Found = TypeVar("Found")


class Workers:
    """Workers for long documents and one for those in between: no result waits until a list is decoded.

    A long one gets what nobody else wants of the processor, and a share where that is not enough in time. `room` is
    what they leave to others besides.
    """

    def __init__(self) -> None:
        self.room = Room()
        self._middling, self._long, self._leisurely = Worker(), Worker(LONG, self.room), Worker(LEISURE, self.room)
        self._busy_until = -math.inf

    async def decode(self, decode: Decode, document: bytes, receipt: Receipt) -> Decoded:
        """As `Worker.decode`."""
        if len(document) <= LONG_BYTES:
            return await self._middling.decode(decode, document, receipt)
        if time.monotonic() >= self._busy_until:
            limit = LEISURE_SECONDS + len(document) / LEISURE_BYTES_A_SECOND
            try:
                return await self._leisurely.decode(decode, document, receipt, limit)
            except TimeoutError:  # all cores are busy all the time
                self._busy_until = time.monotonic() + BUSY_SECONDS
        return await self._long.decode(decode, document, receipt)

    def close(self) -> None:
        """End them all."""
        for worker in (self._middling, self._long, self._leisurely):
            worker.close()


class Worker:
    """Decodes in another process, which is started with its first document and ends with this one.

    Where it is given some `room`, what comes back of a document leaves that to others.
    """

    def __init__(self, share: Share = MIDDLING, room: Room | None = None) -> None:
        self._share = share
        self._room = room or Room()
        self._turn = asyncio.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._number: int | None = None  # of the process, while it is known to live

    async def decode(self, decode: Decode, document: bytes, receipt: Receipt, limit: float | None = None) -> Decoded:
        """As `decode(document, receipt)`; raises OutcomeUnknownError when the process died of it.

        Who is cancelled has given the document up: the process that is at it ends, and the next one gets another. So
        has who waits longer than `limit` seconds until it is decoded: raises TimeoutError.
        """
        async with asyncio.timeout(limit), self._turn:
            self._number = await self._ask(os.getpid)
            for start in range(0, len(document), GIVEN_BYTES):
                await self._ask(_give, start, document[start : start + GIVEN_BYTES])
            try:
                decoded, count = await self._ask(_begin, decode, receipt)
                portions = deque([await self._ask(_take, start) for start in range(0, count, PORTION)])
            except asyncio.CancelledError:
                self.close()
                raise
        steps = self._room.steps(len(document) / BYTES_A_SECOND, len(portions))
        candidates: list[Candidate] = []
        while portions:
            candidates += _DECODER.decode(portions.popleft())
            await steps.pause()
        return replace(decoded, candidates=tuple(candidates))

    def close(self) -> None:
        """End the process; whatever it was doing is lost."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        if self._number is not None:  # the pool itself would wait for what is being decoded
            with suppress(ProcessLookupError):
                os.kill(self._number, signal.SIGKILL)
            self._number = None

    async def _ask(self, act: Callable[..., Found], *arguments: object) -> Found:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")  # a fork would share the loop's sockets
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_settle_in, initargs=(self._share,))
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, act, *arguments)
        except BrokenProcessPool as error:
            self._number = None
            self.close()
            raise OutcomeUnknownError("the process that decodes long documents died", hint="Send it again.") from error


# What follows runs in the other process.

_given = bytearray()
_decoded = Decoded()


def _give(start: int, portion: bytes) -> None:
    """The bytes of the document from `start` on; what was given before of another is forgotten."""
    del _given[start:]
    _given.extend(portion)


def _begin(decode: Decode, receipt: Receipt) -> tuple[Decoded, int]:
    """Decode, keep what was found, and tell all but the candidates, and how many these are."""
    global _decoded  # noqa: PLW0603 - one document at a time, taken over in portions
    document = bytes(_given)
    _given.clear()
    _decoded = decode(document, receipt)
    return replace(_decoded, candidates=()), len(_decoded.candidates)


def _take(start: int) -> bytes:
    """The next candidates, encoded; after the last ones nothing is kept of the document: 32 MB of pictures, perhaps."""
    global _decoded  # noqa: PLW0603 - as above
    end = start + PORTION
    portion = _decoded.candidates[start:end]
    if end >= len(_decoded.candidates):
        _decoded = Decoded()
    return msgspec.msgpack.encode(portion)


def _settle_in(share: Share) -> None:
    os.nice(share.niceness)
    if share.takes_leisure and sys.platform == "linux":
        with suppress(OSError):  # a sandbox, or no such rule here: it stays as nice as that
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    end_with_parent()


def end_with_parent() -> None:
    """A pool's process outlives a parent that was killed; this one does not."""

    def watch() -> None:
        if (parent := multiprocessing.parent_process()) is not None:
            parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
