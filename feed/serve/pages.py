"""Long frames that many sockets take are put into the kernel once, and every socket refers to the same pages.

A write copies its bytes for each socket; of 35 kB that is half of what the write costs. From a file in memory
`sendfile` copies none, and what slow readers leave in the kernel is there once for all of them.
"""

import os
import time
from asyncio import BaseTransport, Transport

LONG_BYTES = 16 * 1024  # below, a copy costs less than looking up pages
MANY = 4  # sockets that pay for the file
HELD_UP_SECONDS = 0.001  # a hundred times what `sendfile` takes for 100 kB
NOT_PLAIN = _NO_FILE = -1


def is_safe(release: str) -> bool:
    """Whether this kernel has such files, and lets a socket that does not block refuse what comes from one."""
    return hasattr(os, "memfd_create") and not release.startswith("6.5.")  # "splice_to_socket() for O_NONBLOCK", 6.6


_IS_SAFE = is_safe(os.uname().release)


def plain_descriptor(transport: BaseTransport) -> int:
    """That of the socket below a transport whose bytes are written as they are, else NOT_PLAIN."""
    connection = transport.get_extra_info("socket")
    if connection is None or transport.get_extra_info("sslcontext") is not None:
        return NOT_PLAIN
    return int(connection.fileno())


class Pages:
    """Frames for many transports, in a file that is made for the first who can take them from there.

    It is to be closed when all have been written to; sockets keep the pages that they owe. Where there is none (no
    room, no descriptor, another system), or it does not pay, the transports are written to as ever.
    """

    def __init__(self, frames: bytes) -> None:
        self.size = len(frames)
        self._frames = frames
        self._file = _NO_FILE
        self._pays = _IS_SAFE

    @staticmethod
    def pay(frames: bytes, readers: int) -> bool:
        """Whether it is worth a try for so many."""
        return len(frames) >= LONG_BYTES and readers >= MANY

    def write(self, transport: Transport, descriptor: int) -> None:
        """As `transport.write` of the frames; `descriptor` is as `plain_descriptor` tells."""
        taken = self._taken(transport, descriptor)
        if taken < self.size:
            transport.write(memoryview(self._frames)[taken:])

    def close(self) -> None:
        if self._file != _NO_FILE:
            os.close(self._file)
            self._file = _NO_FILE

    def _taken(self, transport: Transport, descriptor: int) -> int:
        """How many bytes its socket took at once: none behind what it is owed, by TLS, or when it was given up."""
        if descriptor == NOT_PLAIN or transport.is_closing() or transport.get_write_buffer_size():
            return 0
        if self._pays and self._file == _NO_FILE:
            self._pays = self._make()
        if not self._pays:
            return 0
        began = time.monotonic()
        try:
            taken = os.sendfile(descriptor, self._file, 0, self.size)
        except OSError:  # it takes nothing now, or nothing any more: its transport finds out
            return 0
        # The call lets go of Python's lock. A thread that took it may keep it for 5 ms: once, not for each socket.
        self._pays = time.monotonic() - began < HELD_UP_SECONDS
        return taken

    def _make(self) -> bool:
        try:
            self._file = os.memfd_create("frames", os.MFD_CLOEXEC)
            return os.write(self._file, self._frames) == self.size
        except OSError:  # no descriptor or no memory is left
            return False
