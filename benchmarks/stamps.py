"""The kernel's stamps of what it put into a socket: when bytes came, whoever looks for them whenever it likes."""

import socket
import struct
import time
from collections.abc import Sequence

_SO_TIMESTAMPNS = 35  # of asm-generic/socket.h; also the type of what it brings
_STAMP = struct.Struct("qq")  # a timespec: seconds and nanoseconds of the clock of time.time
STAMP_BYTES = socket.CMSG_SPACE(_STAMP.size)


def ask_for_stamps(sock: socket.socket) -> None:
    """Let `recvmsg` with room for STAMP_BYTES tell when the last of what it brings came."""
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


def read_stamp(ancillary: Sequence[tuple[int, int, bytes]]) -> float:
    """The moment (time.time); that of now for what came before the kernel began to stamp."""
    if not ancillary:
        return time.time()
    seconds, nanos = _STAMP.unpack(ancillary[0][2])
    return float(seconds + nanos / 1e9)
