"""Subscribers in a process of their own that keep the moment of every arrival, with system calls and little else.

Every subscriber gets every message, in order, and all messages of a run have one size: so a message is known by its
place, and of a frame only the head is looked at. The moment of an arrival is the kernel's, which stamps what it puts
into a socket; of what one look brings, that of the last. So readers need not be prompt, and rest between two looks:
real ones are other machines, and do not take the processor from who serves them.
"""

import multiprocessing
import select
import socket
import time
from array import array
from collections import Counter
from collections.abc import Iterable
from multiprocessing.connection import Connection as Pipe
from typing import Any, NamedTuple

from hdrh.histogram import HdrHistogram

from benchmarks.stamps import STAMP_BYTES, ask_for_stamps, read_stamp

LIMIT_SECONDS = 60.0
EACH_MAX = 12_500  # subscribers of one process, of one loopback address: descriptors and ports are limited
_BIND_ADDRESS_NO_PORT = 24  # of linux/in.h: a port that waits out an earlier round may be taken again
_BUFFER = bytearray(1 << 18)
_VIEW = memoryview(_BUFFER)
_TENS_OF_MICROS = 100_000
REST_MESSAGES = 0.3  # of the time between two messages, before each look
REST_SECONDS_MAX = 0.005  # a round of deliveries is over by then


class Opening(NamedTuple):
    """What a subscriber says first: an HTTP request that is answered by 101, then, after the server's first line, this.

    Either may be empty; then nothing is said and nothing waited for.
    """

    request: bytes = b""
    words: bytes = b""


class Schedule(NamedTuple):
    """When message n was to be sent: `start` (perf_counter) + n / `rate`; the first `skipped` are not counted."""

    start: float
    rate: float
    messages: int
    skipped: int


class Latency(NamedTuple):
    """Percentiles over all deliveries, in milliseconds."""

    p50: float
    p99: float


class Audience:
    """Subscribers of one server; `size` is what a message takes in a frame, near enough; control frames are shorter.

    There are several processes of more than EACH_MAX of them.
    """

    def __init__(self, port: int, openings: list[Opening], size: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Pipe] = []
        self._children = []
        for number, start in enumerate(range(0, len(openings), EACH_MAX), 1):
            ours, pipe = context.Pipe()
            work = pipe, port, openings[start : start + EACH_MAX], size, f"127.0.0.{number}"
            self._children.append(context.Process(target=_run, args=work, daemon=True))
            self._children[-1].start()
            pipe.close()
            self._pipes.append(ours)
        self._heard()

    def wait(self, schedule: Schedule) -> None:
        """Return when every subscriber had every message; raises EOFError when that took too long or one was closed."""
        for pipe in self._pipes:
            pipe.send(schedule)
        self._heard()

    def latency(self) -> Latency:
        """From the planned moments to the arrivals; ends the subscribers."""
        found = percentiles(sum(self._heard(), Counter[int]()))
        for child in self._children:
            child.join()
        return found

    def _heard(self) -> list[Any]:
        """What each process says next."""
        return [pipe.recv() for pipe in self._pipes]


class Frames:
    """Counts the messages in a server's frames, wherever the bytes are cut; a frame may hold several.

    A frame of n bytes holds n / `size` messages, rounded: none when it is shorter than half of one.
    """

    __slots__ = ("_held", "_kept", "_left", "_size", "stamp")

    def __init__(self, size: int) -> None:
        self.stamp = 0.0  # time.time when the last of what was read came
        self._size = size
        self._left = 0  # bytes of the current frame still to come
        self._held = 0  # messages it will complete
        self._kept = b""  # a head that is not there wholly

    def take(self, sock: socket.socket) -> int:
        """Read once; the messages that are complete now. Raises ConnectionError at the end of the connection."""
        kept = self._kept
        _BUFFER[: len(kept)] = kept
        got, stamps, _, _ = sock.recvmsg_into([_VIEW[len(kept) :]], STAMP_BYTES)
        if not got:
            raise ConnectionError("the server closed a connection")
        self.stamp = read_stamp(stamps)
        return self._count(got + len(kept))

    def _count(self, got: int) -> int:
        buffer, size, half = _BUFFER, self._size, self._size // 2
        at, held, done = self._left, self._held, 0
        while at <= got:
            done += held
            held = 0
            head = 2
            length = buffer[at + 1] if got - at >= head else 0
            if length >= 126:
                head = 4 if length == 126 else 10
            if got - at < head:
                self._left, self._held, self._kept = 0, 0, bytes(_VIEW[at:got])
                return done
            if head > 2:
                length = int.from_bytes(_VIEW[at + 2 : at + head], "big")
            held = (length + half) // size
            at += head + length
        self._left, self._held, self._kept = at - got, held, b""
        return done


class _Subscriber:
    __slots__ = ("frames", "moments", "sock", "total", "totals")

    def __init__(self, port: int, opening: Opening, size: int, address: str) -> None:
        self.sock = connected(port, opening, address)
        self.frames = Frames(size)
        self.total = 0
        self.moments = array("d")
        self.totals = array("L")

    def read(self, offset: float) -> None:
        """Note how many messages are there, and since when; `offset` is perf_counter - time."""
        done = self.frames.take(self.sock)
        if done:
            self.total += done
            self.moments.append(self.frames.stamp + offset)
            self.totals.append(self.total)


def lateness_of(arrivals: Iterable[tuple[Iterable[float], Iterable[int]]], schedule: Schedule) -> Counter[int]:
    """How often a delivery was so many tens of microseconds late, by what each subscriber noted.

    That is moments, and how many messages it had by then.
    """
    found: Counter[int] = Counter()
    for moments, totals in arrivals:
        before = schedule.skipped
        for moment, total in zip(moments, totals, strict=True):
            late = (moment - schedule.start) * _TENS_OF_MICROS
            for number in range(before, total):
                found[int(late - number * _TENS_OF_MICROS / schedule.rate)] += 1
            before = max(before, total)
    return found


def percentiles(found: Counter[int]) -> Latency:
    """Of all deliveries, each counted by how many tens of microseconds it was late."""
    histogram = HdrHistogram(1, 60_000_000, 3)
    for tens, count in found.items():
        histogram.record_value(max(1, tens * 10), count)
    return Latency(*(histogram.get_value_at_percentile(percent) / 1000 for percent in (50, 99)))


def _run(pipe: Pipe, port: int, openings: list[Opening], size: int, address: str) -> None:
    subscribers = [_Subscriber(port, opening, size, address) for opening in openings]
    by_number = {each.sock.fileno(): each for each in subscribers}
    poll = select.epoll()
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    pipe.send("connected")
    schedule: Schedule | None = None
    deadline, rest = float("inf"), 0.0
    while schedule is None or any(each.total < schedule.messages for each in subscribers):
        if poll.poll(0.05, 1):
            time.sleep(rest)
        offset = time.perf_counter() - time.time()
        for number, _ in poll.poll(0, len(by_number)):
            by_number[number].read(offset)
        if schedule is None and pipe.poll():
            schedule = pipe.recv()
            rest = min(REST_MESSAGES / schedule.rate, REST_SECONDS_MAX)
            deadline = time.perf_counter() + LIMIT_SECONDS
        if time.perf_counter() > deadline:
            raise TimeoutError(f"after {LIMIT_SECONDS:.0f} s not everything had come")
    pipe.send("arrived")
    pipe.send(lateness_of(((each.moments, each.totals) for each in subscribers), schedule))


def connected(port: int, opening: Opening, address: str = "127.0.0.1") -> socket.socket:
    """A subscriber's socket, opened, that blocks no more; raises ConnectionError when it is not let in."""
    sock = socket.socket()
    ask_for_stamps(sock)
    sock.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
    sock.bind((address, 0))
    sock.connect(("127.0.0.1", port))
    if opening.request:
        sock.sendall(opening.request)
        answer = _line(sock, b"\r\n\r\n")
        if b" 101 " not in answer:
            raise ConnectionError(answer.decode())
    if opening.words:
        _line(sock, b"\r\n")
        sock.sendall(opening.words)
    sock.setblocking(False)
    return sock


def _line(sock: socket.socket, end: bytes) -> bytes:
    """What comes up to this end, and not a byte more."""
    text = b""
    while not text.endswith(end):
        text += (got := sock.recv(1))
        if not got:
            raise ConnectionError(f"the server closed a connection after {text!r}")
    return text
