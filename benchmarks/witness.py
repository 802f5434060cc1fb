"""One WebSocket subscriber in a process of its own that keeps when each message came, and what it was caused by."""

import multiprocessing
import re
import select
import socket
import time
from collections import Counter
from multiprocessing.connection import Connection as Pipe
from urllib.parse import urlsplit

from benchmarks.clients import frame_size, upgrade_request

LIMIT_SECONDS = 60.0  # for what is still to come once the sender has sent everything
_HEAD_BYTES = 4_096  # an envelope without its body
_RECEIVED = 1 << 20
_START = re.compile(rb'\{"seq":(\d+),"type":"([a-z_]+)"')
_CAUSE = re.compile(rb'"caused_by":(\d+)')

Arrivals = dict[tuple[str, int], float]


class Witness:
    """A subscriber of one path of a service; open when this returns."""

    def __init__(self, url: str, path: str = "/v1/stream") -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, pipe = context.Pipe()
        self._child = context.Process(target=_run, args=(pipe, url, path), daemon=True)
        self._child.start()
        pipe.close()
        self._pipe.recv()

    def finish(self, kind: str, count: int) -> Arrivals:
        """What has come, as soon as that were `count` messages of a kind; ends the subscriber.

        The moment (perf_counter) of the first message by its kind and its cause, or where it has none, by its own
        sequence. Raises EOFError when not all came.
        """
        self._pipe.send((kind, count))
        found: Arrivals = self._pipe.recv()
        self._child.join()
        return found


class Notes:
    """What a subscriber notes of a connection's bytes, wherever they are cut."""

    def __init__(self) -> None:
        self.arrivals: Arrivals = {}
        self.counts: Counter[str] = Counter()  # by kind; of several with one cause the first
        self._kept = bytearray()

    def take(self, data: bytes, moment: float) -> None:
        """Note the messages whose last byte is there now."""
        kept = self._kept
        kept += data
        at = 0
        while (size := frame_size(kept, at)) and at + size <= len(kept):
            self._note(bytes(kept[at : at + min(size, _HEAD_BYTES)]), moment)
            at += size
        del kept[:at]

    def _note(self, start: bytes, moment: float) -> None:
        found = _START.search(start)
        if found is not None:
            cause = _CAUSE.search(start.partition(b'"body":')[0])
            arrival = found[2].decode(), int(cause[1] if cause else found[1])
            if arrival not in self.arrivals:
                self.arrivals[arrival] = moment
                self.counts[arrival[0]] += 1


def _run(pipe: Pipe, url: str, path: str) -> None:
    sock, notes = _connect(url, path), Notes()
    pipe.send("connected")
    kind, count, deadline = "", 1, float("inf")
    while notes.counts[kind] < count:
        readable, _, _ = select.select([sock.fileno(), pipe.fileno()], [], [], 1.0)
        if sock.fileno() in readable:
            data = sock.recv(_RECEIVED)
            if not data:
                raise ConnectionError("the service closed the connection")
            notes.take(data, time.perf_counter())
        if pipe.fileno() in readable:
            kind, count = pipe.recv()
            deadline = time.perf_counter() + LIMIT_SECONDS
        if time.perf_counter() > deadline:
            raise TimeoutError(f"{notes.counts[kind]} of {count} messages of kind {kind} came")
    pipe.send(notes.arrivals)


def _connect(url: str, path: str) -> socket.socket:
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port))
    sock.sendall(upgrade_request(parts.hostname or "", path))
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += (got := sock.recv(1))
        if not got:
            raise ConnectionError(answer.decode())
    if b" 101 " not in answer:
        raise ConnectionError(answer.decode())
    return sock
