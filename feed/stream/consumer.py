"""Following a stream: every message once, in order, for ever, whatever happens to the broker."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from feed.errors import ContradictionError, OutcomeUnknownError
from feed.stream.backoff import backoff
from feed.stream.connection import Connection, JetStreamError
from feed.stream.pull import Pull, StreamMessage
from feed.stream.streams import INFO_SECONDS, NOT_FOUND, stream_state

FIRST_DELAY: Final = 0.05  # seconds before the second attempt in a row, doubled up to
LONGEST_DELAY: Final = 2.0
DOUBT_SECONDS: Final = 5.0  # how long a broker that was frozen may believe that it still leads the stream

_log = logging.getLogger("feed.stream")

__all__ = ["Consumer", "StreamMessage", "last_per_subject"]


class Consumer:
    """Follows one stream from `after` + 1 on and hands every message to `deliver`, a plain function.

    `idle` is called when nothing more is waiting: after the last message there is, and with each heartbeat (1 s).
    `delivered` is the last sequence handed over, `recreated` counts how often the server-side consumer was replaced
    and `last_reason` says why. A sequence that is left out makes a new consumer ask again; if the stream really has
    none, `holes` counts it (our streams never delete: a hole is a message the broker has lost). A copy of the stream
    that is behind begins earlier than it was asked to: what was delivered is passed over.
    """

    def __init__(
        self,
        connection: Connection,
        stream: str,
        *,
        epoch: str,
        after: int,
        deliver: Callable[[StreamMessage], None],
        idle: Callable[[], None] | None = None,
    ) -> None:
        self.delivered = after
        self.recreated = 0
        self.holes = 0
        self.last_reason = ""
        self._connection = connection
        self._stream = stream
        self._epoch = epoch
        self._deliver = deliver
        self._idle = idle
        self._pull: Pull | None = None
        self._back = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled.

        Raises ContradictionError when the stream is gone, was made anew (another epoch) or is shorter than what was
        delivered, and whatever `deliver` or `idle` raised; nothing is delivered after that.
        """
        failures = 0
        first = True
        self._connection.listeners.add(self._on_change)
        try:
            while True:
                pull = self._new_pull()
                try:
                    await self._agree()
                    await pull.open()
                    if not first:
                        self.recreated += 1
                        link = self._connection.name
                        _log.warning("stream %s of %s is followed anew: %s", self._stream, link, self.last_reason)
                    first = False
                    self._pull = pull
                    self.last_reason = await pull.ended()
                except (OutcomeUnknownError, JetStreamError) as problem:
                    self.last_reason = problem.detail
                finally:
                    self._pull = None
                    pull.close()
                failures = 0 if pull.heard else failures + 1
                await self._pause(failures)
        finally:
            self._connection.listeners.discard(self._on_change)

    def acknowledged(self, message: StreamMessage) -> None:
        """Take over what this process is told to be stored, if it is the next: the stream's copy is passed over then.

        Else it comes from the stream, as all that others stored.
        """
        if self._pull is not None and message.seq == self.delivered + 1:
            self._pull.known(message)

    def _new_pull(self) -> Pull:
        start = {"deliver_policy": "by_start_sequence", "opt_start_seq": self.delivered + 1}
        return Pull(self._connection, self._stream, start, self._take, idle=self._idle)

    def _take(self, message: StreamMessage, _: int) -> None:
        if message.seq <= self.delivered:
            return
        if lost := message.seq - self.delivered - 1:
            self.holes += lost
            extra = {"stream": self._stream, "seq": message.seq}
            _log.error("%d messages are lost of %s", lost, self._connection.name, extra=extra)
        self._deliver(message)
        self.delivered = message.seq

    async def _agree(self) -> None:
        """Check with the stream's leader that it still is the stream we have been following.

        One that is too short is asked again for a while: it may be the word of who led it before.
        """
        loop = asyncio.get_running_loop()
        doubtful = loop.time() + DOUBT_SECONDS
        while True:
            try:
                epoch, last = await stream_state(self._connection, self._stream, INFO_SECONDS)
            except JetStreamError as problem:
                if problem.err_code == NOT_FOUND:
                    raise ContradictionError(f"stream {self._stream} is gone") from problem
                raise
            if epoch != self._epoch:
                detail = f"stream {self._stream} has epoch {epoch or '-'}, we follow {self._epoch or '-'}"
                raise ContradictionError(detail)
            if last >= self.delivered:
                return
            if loop.time() >= doubtful:
                raise ContradictionError(f"stream {self._stream} ends at {last}, we have delivered {self.delivered}")
            await asyncio.sleep(LONGEST_DELAY / 4)

    async def _pause(self, failures: int) -> None:
        """Wait for the connection, or the longer the more attempts in a row brought nothing."""
        if not self._connection.is_connected:
            self._back.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._back.wait()
        elif failures:
            await asyncio.sleep(backoff(failures, FIRST_DELAY, LONGEST_DELAY))

    def _on_change(self, connected: bool) -> None:  # noqa: FBT001 - the shape of a listener
        if connected:
            self._back.set()


async def last_per_subject(
    connection: Connection, stream: str, pattern: str, up_to: int, *, is_whole: bool = False
) -> AsyncIterator[StreamMessage]:
    """Yield the last message of each subject that matches `pattern`, in rising sequence, and stop.

    A message above `up_to` is skipped: whoever follows the stream from there gets it anyway. Holds at most some
    100 messages. Raises OutcomeUnknownError when the reading is interrupted: begin again. Where the pattern is that of
    the whole stream (`is_whole`), also when a copy answered that does not hold `up_to` yet: the message there, or a
    later one, is the last of its subject, so whoever ends before it is behind.
    """
    waiting: deque[StreamMessage] = deque()
    finished = False
    reached = 0

    def take(message: StreamMessage, _: int) -> None:
        waiting.append(message)

    def idle() -> None:
        nonlocal finished
        finished = True

    start = {"deliver_policy": "last_per_subject", "filter_subject": pattern}
    pull = Pull(connection, stream, start, take, idle=idle, follow=False)
    watching: asyncio.Task[str] | None = None
    try:
        left = await pull.open()
        watching = asyncio.create_task(pull.ended())
        while left:
            while waiting and left:
                message = waiting.popleft()
                left -= 1
                reached = message.seq
                if message.seq <= up_to:
                    yield message
            if not left:
                break
            if finished or pull.is_over:
                reason = f"{left} of them never came" if finished else await pull.ended()
                raise OutcomeUnknownError(f"reading the last messages of {stream} was interrupted: {reason}")
            pull.moved.clear()
            pull.top_up()
            await pull.moved.wait()
        if is_whole and reached < up_to:
            detail = f"whoever answered holds {stream} up to {reached}, not {up_to}"
            raise OutcomeUnknownError(detail, hint="Begin again.")
    finally:
        pull.close()
        if watching is not None:
            watching.cancel()
