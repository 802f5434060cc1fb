"""The socket of one subscriber, and how each manner reads from it."""

import os
import select
import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from replay.load.pace import Pace
from replay.load.polling import Polling
from replay.load.reader import ENDED_BY_US, Reader
from replay.load.received import BROKEN

OPENING_SECONDS: Final = 30.0
_READ: Final = select.EPOLLIN
_WRITE: Final = select.EPOLLOUT
_RESET: Final = struct.pack("ii", 1, 0)
_NO_PORT_YET: Final = 24  # IP_BIND_ADDRESS_NO_PORT: the port is chosen when it is connected, for that pair of addresses


class Line:
    """FOLLOW: reads whatever is there. A line that ends is taken up again, with back-off, until it is refused."""

    __slots__ = ("_attempt", "_is_open", "_life", "_pace", "_polling", "_remote", "_sock", "local", "reader")
    buffer_bytes = 0  # of the receive buffer; 0 leaves that to the system

    def __init__(self, reader: Reader, polling: Polling, remote: tuple[str, int], local: str) -> None:
        self.reader = reader
        self.local = local
        self._polling = polling
        self._remote = remote
        self._pace = Pace(reader.subscription.seed)
        self._sock: socket.socket | None = None
        self._life = 0  # counts connections: what was planned for an older one is void
        self._attempt = 0
        self._is_open = True  # the opening is over, well or not

    @property
    def has_come(self) -> bool:
        """Whether it has joined the others."""
        return self._life > 0

    def come(self) -> None:
        """Connect, as soon as few enough others are about to."""
        self._polling.line_up(self._connect)

    def _connect(self) -> None:
        sock = socket.socket()
        sock.setblocking(False)
        if self.buffer_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.buffer_bytes)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_IP, _NO_PORT_YET, 1)
        self._sock = sock
        self._life += 1
        self._is_open = False
        self._polling.watch(sock.fileno(), _WRITE, self._connected)
        self._later(OPENING_SECONDS, self._give_up)
        try:
            sock.bind((self.local, 0))
            sock.connect(self._remote)
        except BlockingIOError:
            return
        except OSError as error:
            self._broken(error.strerror or "it cannot be connected")

    def finish(self) -> None:
        """End it for good, with a word of goodbye if that can be said."""
        is_greeted = self.reader.is_greeted
        words = self.reader.leave()
        if is_greeted:
            self._say(words)
        self._part()
        self.reader.end(time.monotonic(), ENDED_BY_US)

    def calm(self) -> None:
        """The run nears its end: nothing is to be broken off any more."""

    def _connected(self, events: int) -> None:  # noqa: ARG002 - the socket knows better
        sock = self._sock
        if sock is None:
            return
        if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._broken(os.strerror(number))
            return
        self._polling.forget(sock.fileno())
        self._polling.watch(sock.fileno(), _READ, self._ready)
        self._say(self.reader.begin(time.monotonic()))

    def _ready(self, events: int) -> None:  # noqa: ARG002 - a read tells errors, too
        self._read(len(self._polling.view))

    def _read(self, limit: int) -> int:
        """Read once; the bytes that came."""
        sock, reader, view = self._sock, self.reader, self._polling.view
        if sock is None:
            return 0
        try:
            got = sock.recv_into(view, limit)
        except BlockingIOError:
            return 0
        except OSError as error:
            self._broken(error.strerror or "")
            return 0
        if not got:
            self._broken("the service ended the connection")
            return 0
        words = reader.take(view[:got], time.monotonic())
        if words:
            self._say(words)
        if reader.is_over:
            self._broken("")
        elif reader.is_greeted and not self._is_open:
            self._arrive()
            self._attempt = 0
            self._greeted()
        return got

    def _greeted(self) -> None:
        """The service has said hello on a new connection."""

    def _say(self, words: bytes) -> None:
        """The few bytes fit into an empty send buffer; if they do not, the connection has failed."""
        if self._sock is None or not words:
            return
        try:
            is_said = self._sock.send(words) == len(words)
        except OSError:
            is_said = False
        if not is_said:
            self._broken("what we said did not go out")

    def _broken(self, reason: str, code: int = BROKEN, *, is_reset: bool = False) -> None:
        """The connection has ended; come back unless that is pointless."""
        self._part(is_reset=is_reset)
        self.reader.end(time.monotonic(), code, reason)
        if not self.reader.refusal:
            seconds = self._pace.back_off(self._attempt)
            self._attempt += 1
            self._later(seconds, self.come)

    def _part(self, *, is_reset: bool = False) -> None:
        """Close the socket."""
        self._arrive()
        self._life += 1
        sock, self._sock = self._sock, None
        if sock is not None:
            self._polling.forget(sock.fileno())
            if is_reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            sock.close()

    def _arrive(self) -> None:
        if not self._is_open:
            self._is_open = True
            self._polling.arrived()

    def _give_up(self) -> None:
        if not self._is_open:
            self._broken(f"no greeting within {OPENING_SECONDS:.0f} s")

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do it if the connection is then the same."""
        self._polling.at(time.monotonic() + seconds, partial(self._if_alive, self._life, act))

    def _if_alive(self, life: int, act: Callable[[], None]) -> None:
        if life == self._life:
            act()
