"""A publisher with a plain socket: commands for a NATS server, made beforehand, sent at their moments."""

import contextlib
import itertools
import json
import socket
import time
from typing import NamedTuple
from urllib.parse import urlsplit

from feed.stream.wire import publish_command, write_headers


class Stored(NamedTuple):
    """A message as a stream keeps it."""

    subject: str
    headers: dict[str, str]
    payload: bytes

    @property
    def command(self) -> bytes:
        """What publishes it, without asking for an acknowledgement."""
        return publish_command(self.subject, "", write_headers(self.headers) if self.headers else b"", self.payload)


def publish(url: str, commands: list[bytes], count: int, start: float, rate: float) -> None:
    """Send `count` commands in turn, the n-th at `start` + n / `rate` (perf_counter) if the socket takes it."""
    with _connected(url) as sock:
        pour(sock, commands, count, start, rate)
        _round_trip(sock)


def pour(sock: socket.socket, commands: list[bytes], count: int, start: float, rate: float) -> None:
    """As `publish`, to a socket that is open; what comes meanwhile is dropped, a PING answered."""
    for number, command in zip(range(count), itertools.cycle(commands), strict=False):
        wait = start + number / rate - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        sock.sendall(command)
        with contextlib.suppress(BlockingIOError):
            if b"PING" in sock.recv(4096, socket.MSG_DONTWAIT):
                sock.sendall(b"PONG\r\n")


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    words: dict[str, object] = {"verbose": False, "headers": True, "lang": "python", "version": "1"}
    if parts.username:
        words |= {"user": parts.username, "pass": parts.password}
    sock.sendall(f"CONNECT {json.dumps(words)}\r\n".encode())
    _round_trip(sock)
    return sock


def _round_trip(sock: socket.socket) -> None:
    """Raises ConnectionError when the server refuses us."""
    sock.sendall(b"PING\r\n")
    answer = b""
    while b"PONG\r\n" not in answer:
        got = sock.recv(4096)
        if not got or b"-ERR" in answer + got:
            raise ConnectionError((answer + got).decode())
        answer += got
