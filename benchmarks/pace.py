"""How late the replayer sends: the whole of `feed replay` at a constant rate to a door that answers at once.

Beside it the same sender with a plain asyncio.sleep to each planned moment, in turn in one run. The door is a process
of its own. The error counts from the planned moment to the call that hands the bytes to the socket.
"""

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from statistics import median
from typing import cast
from unittest import mock

import uvloop

from benchmarks.clients import document
from replay.capture import Captured
from replay.link import Address
from replay.plan import Plan, Wishes
from replay.player import Player
from replay.tally import Tally
from replay.venues import Keys, Venues

RATE = 1_000
SIZE = 6_000
SOURCES = 30
IN_FLIGHT = 1_000
AIM_MS = 2.0  # at p99
POINTS = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
REPLAYER, PLAIN = "replayer", "plain asyncio.sleep"
STORED = b'{"accepted":[],"count":1,"duplicates":0,"stale":0,"quarantined":[]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(STORED), STORED)


class Door(asyncio.Protocol):
    """Answers a POST as soon as all of it is there."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]):
            self._received = b""
            assert self._transport
            self._transport.write(ANSWER)


def captured(rate: int, seconds: float) -> Iterator[Captured]:
    """Documents at even distances, each second the same units again."""
    kept = [document(unit, rate, SIZE) for unit in range(rate)]
    for number in range(int(rate * seconds)):
        yield Captured(number * 1_000_000 // rate, f"STA{number % SOURCES}", "odf", "", kept[number % rate])


async def sent(port: int, rate: int, seconds: float, *, is_plain: bool) -> Tally:
    """One run; its first connections are in it."""
    tally = Tally()
    venues = Venues(Address("127.0.0.1", port, "", is_secure=False), Keys(), tally, 10.0)
    plan = Plan(lambda _: captured(rate, seconds), Wishes())
    with mock.patch("replay.player.until", _sleep) if is_plain else contextlib.nullcontext():
        await Player(plan, venues, tally, IN_FLIGHT, print).play(1.0)
    venues.close()
    return tally


def measure(rounds: int, seconds: float) -> list[str]:
    """Rows of a Markdown table: percentiles of the error in milliseconds, medians of rounds in turn."""
    tallies: dict[str, list[Tally]] = {PLAIN: [], REPLAYER: []}
    with _door() as port:
        for _ in range(rounds):
            for name, found in tallies.items():
                found.append(uvloop.run(sent(port, RATE, seconds, is_plain=name == PLAIN)))
    rows = [f"Sending {RATE:,} documents a second of {SIZE:,} bytes: lateness in ms, medians of {rounds} rounds", ""]
    rows += [f"| sender | {' | '.join(POINTS)} | documents a second |", f"| --- {'| ---: ' * (len(POINTS) + 1)}|"]
    for name, found in tallies.items():
        late = [median(tally.lag.at(point) for tally in found) for point in POINTS.values()]
        achieved = median((tally.documents - 1) / tally.seconds for tally in found)
        rows.append(f"| {name} | {' | '.join(f'{each:.2f}' for each in late)} | {achieved:,.1f} |")
    p99 = median(tally.lag.at(99) for tally in tallies[REPLAYER])
    return [*rows, "", f"Aim: p99 of the replayer at most {AIM_MS:g} ms: {'reached' if p99 <= AIM_MS else 'missed'}"]


async def _sleep(moment: float, _: Callable[[], bool]) -> bool:
    """What a sender does that knows no better."""
    if (ahead := moment - time.monotonic()) > 0:
        await asyncio.sleep(ahead)
    return True


@contextlib.contextmanager
def _door() -> Iterator[int]:
    """The port of a door while the context lasts."""
    near, far = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=_serve, args=(far,), daemon=True)
    child.start()
    try:
        yield near.recv()
    finally:
        child.terminate()
        child.join()


def _serve(pipe: "Connection[int, int]") -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Door, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())
