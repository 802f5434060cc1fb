"""Whether a reader takes what it is owed: bytes that have left us, by plain TCP and by TLS."""

import asyncio
import os
import socket
import struct

_ACKED_AT = 120  # of `tcpi_bytes_acked` in Linux's `struct tcp_info`
_ACKED = struct.Struct("=Q")
_INFO_BYTES = _ACKED_AT + _ACKED.size


def accepted(transport: asyncio.Transport | None, written: int) -> int:
    """A count of bytes that grows whenever the reader takes some, of `written` to its transport.

    Below TLS there is a second buffer, which takes a megabyte at once and then nothing until it is empty: a slow reader
    would seem to stand still. So there the system is asked how many bytes the other side has acknowledged.
    """
    if transport is None:
        return written
    if transport.get_extra_info("ssl_object") is not None:
        connection = transport.get_extra_info("socket")  # None between the end of TLS and ours
        acked = None if connection is None else _acked(connection.fileno())
        if acked is not None:
            return acked
    return written - transport.get_write_buffer_size()


def _acked(descriptor: int) -> int | None:
    """Bytes the other side has acknowledged; None where the system does not tell."""
    if not hasattr(socket, "TCP_INFO"):
        return None
    try:
        with socket.socket(fileno=os.dup(descriptor)) as connection:  # uvloop's own has no options to ask for
            told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    except OSError:  # it is closed already, or there is no descriptor left
        return None
    return int(_ACKED.unpack_from(told, _ACKED_AT)[0]) if len(told) == _INFO_BYTES else None
