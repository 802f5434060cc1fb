"""Lines that do not simply read what is there: slow ones, stalled ones, those that break off, those that pull."""

import select
import time
from functools import partial
from typing import Final, cast

from replay.load.frames import PING, client_frame
from replay.load.line import Line
from replay.load.pace import Way
from replay.load.poller import Poller
from replay.load.polling import BUFFER_BYTES, Polling
from replay.load.reader import ENDED_BY_US, Reader
from replay.load.received import BROKEN
from replay.load.subscriber import Subscriber
from replay.load.subscription import Manner

SMALL_BUFFER_BYTES: Final = 16_384
BURST_SECONDS: Final = 0.1
CLOSING_SECONDS: Final = 5.0
_HALF_FRAME_BYTES: Final = 64


class SlowLine(Line):
    """SLOW: a tenth of a second's bytes at a time, then nothing for as long as they last at its pace."""

    __slots__ = ()
    buffer_bytes = SMALL_BUFFER_BYTES

    def _ready(self, events: int) -> None:  # noqa: ARG002 - a read tells errors, too
        rate = self.reader.subscription.bytes_per_second
        got = self._read(min(BUFFER_BYTES, max(1, int(rate * BURST_SECONDS))))
        if got and self._sock is not None:
            self._polling.forget(self._sock.fileno())
            self._later(got / rate, self._resume)

    def _resume(self) -> None:
        if self._sock is not None:
            self._polling.watch(self._sock.fileno(), select.EPOLLIN, self._ready)


class StalledLine(Line):
    """STALL: reads its greeting, and never again. It does not come back.

    A service that closes it is not heard of while it does not read: what the system still holds is in front of that.
    """

    __slots__ = ("_is_looking", "_is_stalled")
    buffer_bytes = SMALL_BUFFER_BYTES

    def __init__(self, reader: Reader, polling: Polling, remote: tuple[str, int], local: str) -> None:
        super().__init__(reader, polling, remote, local)
        self._is_looking = self._is_stalled = False

    @property
    def is_stalled(self) -> bool:
        """Whether it has a connection from which it does not read."""
        return self._is_stalled and self._sock is not None

    def look(self) -> None:
        """See whether the service has closed it: what was sent is passed over, a closed connection answers a ping."""
        if self.is_stalled and self._sock is not None:
            self._is_looking = True
            self._polling.change(self._sock.fileno(), select.EPOLLIN)
            self._say(client_frame(PING))

    def _greeted(self) -> None:
        self._is_stalled = True
        if self._sock is not None:
            self._polling.change(self._sock.fileno(), 0)

    def _ready(self, events: int) -> None:
        if not self._is_stalled:
            super()._ready(events)
        elif not self._is_looking:
            self._broken("the service ended the connection")
        elif self._sock is not None:
            try:
                got = self._sock.recv_into(self._polling.view)
            except OSError:
                got = 0
            if not got:
                self._broken("the service ended the connection")

    def come(self) -> None:
        if not self._is_stalled:
            super().come()


class BreakingLine(Line):
    """RECONNECT: breaks off now and then, and resumes."""

    __slots__ = ("_is_calm", "_limit")

    def __init__(self, reader: Reader, polling: Polling, remote: tuple[str, int], local: str) -> None:
        super().__init__(reader, polling, remote, local)
        self._is_calm = False
        self._limit = BUFFER_BYTES

    def calm(self) -> None:
        self._is_calm = True
        self._limit = BUFFER_BYTES

    def _part(self, *, is_reset: bool = False) -> None:
        self._limit = BUFFER_BYTES
        super()._part(is_reset=is_reset)

    def _greeted(self) -> None:
        seconds, way = self._pace.next_break(self.reader.subscription.every)
        self._later(seconds, partial(self._break, way))

    def _break(self, way: Way) -> None:
        if self._is_calm:
            return
        if way is Way.CLOSE:
            self._later(CLOSING_SECONDS, self._cut)  # void as soon as the connection has ended
            self._say(self.reader.leave())
        elif way is Way.RESET:
            self._cut()
        else:
            self._limit = _HALF_FRAME_BYTES

    def _cut(self) -> None:
        self._broken("cut off", ENDED_BY_US, is_reset=True)

    def _ready(self, events: int) -> None:  # noqa: ARG002 - a read tells errors, too
        self._read(self._limit)
        reader = cast("Subscriber", self.reader)
        if self._limit < BUFFER_BYTES and self._sock is not None and reader.is_inside_frame:
            self._broken("cut off in a frame", ENDED_BY_US, is_reset=True)


class PullLine(Line):
    """POLL: asks when it is due. A connection that ends between two requests is no trouble."""

    __slots__ = ()

    def _connected(self, events: int) -> None:
        super()._connected(events)
        self._arrive()  # an answer may be held back for long

    def _read(self, limit: int) -> int:
        got = super()._read(limit)
        due = cast("Poller", self.reader).due
        if due is not None and self._sock is not None:
            self._attempt = 0
            self._later(due - time.monotonic(), self._ask)
        return got

    def _ask(self) -> None:
        self._say(cast("Poller", self.reader).ask(time.monotonic()))

    def _broken(self, reason: str, code: int = BROKEN, *, is_reset: bool = False) -> None:
        due = cast("Poller", self.reader).due
        if due is None or self.reader.is_over or not self._is_open:
            super()._broken(reason, code, is_reset=is_reset)
            return
        self._part()
        self._later(due - time.monotonic(), self.come)


LINES: Final[dict[Manner, type[Line]]] = {
    Manner.FOLLOW: Line,
    Manner.SLOW: SlowLine,
    Manner.STALL: StalledLine,
    Manner.RECONNECT: BreakingLine,
    Manner.POLL: PullLine,
}
