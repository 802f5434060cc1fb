"""A fleet of WebSocket readers in a process of its own, with system calls and little else.

Real subscribers are other machines; here they share two cores with what is measured, so they must cost next to
nothing while it works. The moment of an arrival is the kernel's: it stamps what it puts into a reader's socket. So
readers need not be prompt, and read when a round of deliveries is over; of a frame only its head and first digits are
looked at.
"""

import multiprocessing
import select
import socket
import time
from multiprocessing.connection import Connection as Pipe

from benchmarks.clients import upgrade_request
from benchmarks.stamps import STAMP_BYTES, ask_for_stamps, read_stamp

_HEAD_BYTES = 48  # the longest frame head and `{"seq":` with its digits
_SEQ = b'{"seq":'
_ROOM_BYTES = 1 << 18  # for some of the largest messages: readers look late
ROUND_SECONDS = 0.005  # in which a round of deliveries is over; messages come every 20 ms


class Fleet:
    """`count` readers of everything at an address; tells when the last of them had each message."""

    def __init__(self, host: str, port: int, count: int) -> None:
        context = multiprocessing.get_context("fork")
        self._pipe, pipe = context.Pipe()
        self._child = context.Process(target=_run, args=(pipe, host, port, count), daemon=True)
        self._child.start()
        self._pipe.recv()

    def finish(self, expected: int) -> dict[int, float]:
        """Moment (perf_counter) at which the last reader could read each of `expected` messages, by sequence."""
        self._pipe.send(expected)
        last: dict[int, float] = self._pipe.recv()
        self._child.join()
        return last


class _Reader:
    __slots__ = ("left", "seq", "sock")

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.left = 0  # bytes of the current frame still to come
        self.seq = 0  # its sequence; 0 for a control frame


def _run(pipe: Pipe, host: str, port: int, count: int) -> None:
    readers = {reader.sock.fileno(): reader for reader in (_Reader(_connect(host, port)) for _ in range(count))}
    poll = select.epoll()
    for number in readers:
        poll.register(number, select.EPOLLIN)
    pipe.send("connected")
    counts: dict[int, int] = {}
    last: dict[int, float] = {}
    expected = -1
    while expected < 0 or sum(each == count for each in counts.values()) < expected:
        if poll.poll(0.05, 1):
            time.sleep(ROUND_SECONDS)
        offset = time.perf_counter() - time.time()
        for number, _ in poll.poll(0):
            stamped, seqs = _read(readers[number])
            for seq in seqs:
                counts[seq] = counts.get(seq, 0) + 1
                last[seq] = max(last.get(seq, 0.0), stamped + offset)
        if expected < 0 and pipe.poll():
            expected = pipe.recv()
    pipe.send({seq: moment for seq, moment in last.items() if counts[seq] == count})


def _read(reader: _Reader) -> tuple[float, list[int]]:
    """Take what one system call brings: when the last of it came (time), and the messages that are complete now."""
    got, stamps, _, _ = reader.sock.recvmsg_into([_BUFFER], STAMP_BYTES)
    if not got:
        raise ConnectionError("the service closed a connection")
    done: list[int] = []
    at = 0
    while at < got:
        if not reader.left:
            at = _begin(reader, at, got)
            if not reader.left:
                break
        taken = min(reader.left, got - at)
        at += taken
        reader.left -= taken
        if not reader.left and reader.seq:
            done.append(reader.seq)
    return read_stamp(stamps), done


def _begin(reader: _Reader, at: int, got: int) -> int:
    """Read a frame's head at `at`: the bytes to come and the sequence; returns where the payload starts."""
    if got - at < _HEAD_BYTES and got - at < 2 + _BUFFER[at + 1]:
        raise ConnectionError("a frame's head was cut in two: this reader does not put such together")
    length, start = _BUFFER[at + 1], at + 2
    if length == 126:
        length, start = _BUFFER[at + 2] << 8 | _BUFFER[at + 3], at + 4
    elif length == 127:
        length, start = int.from_bytes(_BUFFER[at + 2 : at + 10], "big"), at + 10
    reader.left, reader.seq = length, 0
    if _BUFFER.startswith(_SEQ, start):
        reader.seq = int(_BUFFER[start + len(_SEQ) : _BUFFER.index(b",", start)])
    return start


_BUFFER = bytearray(1 << 20)


def _connect(host: str, port: int) -> socket.socket:
    sock = socket.socket()
    ask_for_stamps(sock)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _ROOM_BYTES)
    sock.connect((host, port))
    sock.sendall(upgrade_request(host))
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += sock.recv(1)
    if b" 101 " not in answer:
        raise ConnectionError(answer.decode())
    sock.setblocking(False)
    return sock
