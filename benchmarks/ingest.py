"""Documents a second that are stored and acknowledged with 64 in flight, beside a bare publish of the same bytes.

The floor publishes each document to RAW and to FEED of the same broker with nats-py and waits for both answers. The
service gets them by POST, from bare connections and from the product's own replayer at `--speed max`. All take turns in
one run, on one broker and one machine: first with `feed up`, then with `feed up --workers 2`. Documents are live
results, of which one row in twenty changes from Version to Version, or first Versions, in which every row is new.
"""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import nats
from nats.js import JetStreamContext

from benchmarks.clients import Posters, document
from benchmarks.service import cpu_seconds, family_seconds, feed_up
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.streams import STREAMS, set_up
from replay.capture import Captured
from replay.link import address_of
from replay.plan import Plan, Wishes
from replay.player import Player
from replay.tally import ACCEPTED, Tally
from replay.venues import Keys, Venues

IN_FLIGHT = 64
SIZES = (6_000, 35_000)
LIVE_UNITS = 96  # more than are in flight, so that hardly a Version waits for the one before it
NEW_UNITS_FROM = 1_000
DOCUMENTS = 400  # for each second that a round is to take, more or less
AIM = 0.4
WORKERS = (1, 2)
BARE, POSTED, REPLAYED = "bare publish", "service", "service, feed replay"
_UNITS_MAX = 1_000_000
_GIVE_UP_SECONDS = 30.0
Act = Callable[[list[bytes]], Awaitable[None]]


class Round(NamedTuple):
    """Documents a second, and milliseconds of CPU a document of the service and of the sender."""

    rate: float
    service: float
    sender: float


async def measure(
    folder: Path, rounds: int, seconds: float, sizes: tuple[int, ...] = SIZES, workers: tuple[int, ...] = WORKERS
) -> list[str]:
    """Rows of a Markdown table for each number of workers."""
    count = int(seconds * DOCUMENTS)
    rows = [f"Ingest: {IN_FLIGHT} in flight, {rounds} alternating rounds of {count:,} documents, medians"]
    for number in workers:
        rows += await _measure(folder / str(number), rounds, count, sizes, number)
    return [*rows, f"\nThe aim is {AIM} times the bare publish."]


async def _measure(folder: Path, rounds: int, count: int, sizes: tuple[int, ...], workers: int) -> list[str]:
    rows = [
        f"\nProcesses of the service: {workers}",
        "",
        "| documents | what | documents/s | to bare (spread) | CPU of the service | CPU of the sender |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    live, new = itertools.count(), itertools.count(NEW_UNITS_FROM)
    async with _contenders(folder, workers) as (acts, pid):
        for size in sizes:
            for name, numbers, units in (("live", live, LIVE_UNITS), ("all rows new", new, _UNITS_MAX)):
                made = _made(numbers, units, size)
                await acts[POSTED](list(itertools.islice(made, LIVE_UNITS)))
                found: dict[str, list[Round]] = {who: [] for who in acts}
                for _ in range(rounds):
                    posted, replayed = (list(itertools.islice(made, count)) for _ in range(2))
                    for who, act in acts.items():
                        found[who].append(await _timed(act, replayed if who == REPLAYED else posted, pid))
                rows += (_row(f"{size:,} B, {name}", who, each, found[BARE]) for who, each in found.items())
    return rows


async def shared(documents: list[bytes], send: Callable[[bytes], Awaitable[object]]) -> None:
    """Send all, IN_FLIGHT at a time."""
    left = iter(documents)

    async def sender() -> None:
        for each in left:
            await send(each)

    await asyncio.gather(*(sender() for _ in range(IN_FLIGHT)))


async def publish(stream: JetStreamContext, documents: list[bytes]) -> None:
    """The floor: to RAW beside FEED, both acknowledged."""
    numbers = itertools.count()

    async def send(payload: bytes) -> None:
        subject = f"bench.{next(numbers) % LIVE_UNITS}"
        await asyncio.gather(stream.publish(f"raw.{subject}", payload), stream.publish(f"feed.{subject}", payload))

    await shared(documents, send)


async def replay(url: str, documents: list[bytes]) -> None:
    """As `feed replay --speed max` does; raises ConnectionError when not all were stored."""
    tally = Tally()
    venues = Venues(address_of(url), Keys(), tally, _GIVE_UP_SECONDS)
    captured = [Captured(number, "", "odf", "", data) for number, data in enumerate(documents)]
    try:
        await Player(Plan(lambda _: captured, Wishes(speed=None)), venues, tally, IN_FLIGHT, print).play(None)
    finally:
        venues.close()
    if tally.outcomes != {ACCEPTED: len(documents)}:
        raise ConnectionError(f"of {len(documents)} documents: {dict(tally.outcomes)}")


@asynccontextmanager
async def _contenders(folder: Path, workers: int) -> AsyncIterator[tuple[dict[str, Act], int]]:
    """Who takes turns, the floor first, and the process number of the service."""
    broker = Broker(folder)
    await broker.start()
    user, password = broker.credentials("T")
    ours = await Connection.open(broker.url, user, password, "set-up")
    await set_up(ours, STREAMS)
    await ours.close()
    link = await nats.connect(broker.url, user=user, password=password)
    try:
        async with feed_up(folder, broker, ("up", "--workers", str(workers))) as (url, pid):
            stream, posters = link.jetstream(), Posters(url)
            yield (
                {
                    BARE: lambda documents: publish(stream, documents),
                    POSTED: lambda documents: shared(documents, posters.post),
                    REPLAYED: lambda documents: replay(url, documents),
                },
                pid,
            )
    finally:
        await link.close()
        await broker.stop()


def _made(numbers: Iterator[int], units: int, size: int) -> Iterator[bytes]:
    return (document(number, units, size) for number in numbers)


async def _timed(act: Act, documents: list[bytes], pid: int) -> Round:
    before = family_seconds(pid), cpu_seconds(os.getpid())
    start = time.perf_counter()
    await act(documents)
    took = time.perf_counter() - start
    after = family_seconds(pid), cpu_seconds(os.getpid())
    spent = (1000 * (now - was) for now, was in zip(after, before, strict=True))
    return Round(len(documents) / took, *(each / len(documents) for each in spent))


def _row(documents: str, who: str, rounds: list[Round], floor: list[Round]) -> str:
    ratios = [ours.rate / bare.rate for ours, bare in zip(rounds, floor, strict=True)]
    ratio = "1" if who == BARE else f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    service = "" if who == BARE else f"{median(each.service for each in rounds):.2f} ms"
    sender = f"{median(each.sender for each in rounds):.2f} ms"
    return f"| {documents} | {who} | {median(each.rate for each in rounds):,.0f} | {ratio} | {service} | {sender} |"
