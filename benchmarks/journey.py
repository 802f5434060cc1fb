"""The journey of a result: from the planned moment of its POST to the last of 100 subscribers.

Open loop at 50 messages a second. The baseline publishes the same bytes with nats-py to RAW and FEED of the same broker
at the same pace and waits for both acknowledgements: what no service that stores before it shows can be faster than.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import nats
from hdrh.histogram import HdrHistogram
from nats.aio.client import Client

from benchmarks.clients import Posters, document
from benchmarks.fleet import Fleet
from benchmarks.service import feed_up
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.streams import STREAMS, set_up

RATE = 50
SUBSCRIBERS = 100
UNITS = 35  # as many fields of play are busy at once in a large Games
SIZES = (600, 35_000)
WARM_UP = 50


@dataclass(frozen=True)
class Figures:
    """Percentiles in milliseconds."""

    p50: float
    p99: float


def figures(seconds: list[float]) -> Figures:
    """Percentiles of latencies, from microseconds to a minute."""
    histogram = HdrHistogram(1, 60_000_000, 3)
    for each in seconds:
        histogram.record_value(max(1, round(each * 1e6)))
    return Figures(*(histogram.get_value_at_percentile(percent) / 1000 for percent in (50, 99)))


async def paced(count: int, act: Callable[[int, float], Awaitable[None]], rate: float = RATE) -> None:
    """Start `act(number, planned time)` `rate` times a second whatever becomes of the earlier ones."""
    start = time.perf_counter() + 0.05
    tasks = []
    for number in range(count):
        planned = start + number / rate
        await asyncio.sleep(planned - time.perf_counter())
        tasks.append(asyncio.ensure_future(act(number, planned)))
    await asyncio.gather(*tasks)


async def baseline(link: Client, documents: list[bytes]) -> Figures:
    """Bare RAW beside FEED publishes with acknowledgement, as nats-py does them."""
    latencies: list[float] = []
    stream = link.jetstream()

    async def act(number: int, planned: float) -> None:
        subject = f"bench.{number % UNITS}"
        payload = documents[number]
        await asyncio.gather(stream.publish(f"raw.{subject}", payload), stream.publish(f"feed.{subject}", payload))
        latencies.append(time.perf_counter() - planned)

    await paced(len(documents), act)
    return figures(latencies[WARM_UP:])


async def journey(url: str, documents: list[bytes]) -> Figures:
    """The service with its subscribers."""
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 0
    fleet = await asyncio.to_thread(Fleet, host, port, SUBSCRIBERS)
    planned_at: dict[int, float] = {}
    posters = Posters(url)

    async def act(number: int, planned: float) -> None:
        planned_at[await posters.post(documents[number])] = planned

    await paced(len(documents), act)
    last = await asyncio.to_thread(fleet.finish, len(documents))
    latencies = [last[seq] - planned for seq, planned in sorted(planned_at.items())]
    return figures(latencies[WARM_UP:])


async def measure(folder: Path, pairs: int, seconds: float) -> list[str]:
    """Alternating pairs of baseline and journey for both sizes; rows of a Markdown table."""
    rows = [
        f"Journey: {RATE} messages/s, {SUBSCRIBERS} subscribers, {pairs} alternating pairs of {seconds:.0f} s, medians",
        "",
        "| size | p50 baseline | p50 journey | ratio (spread) | p99 baseline | p99 journey | ratio (spread) |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    count = WARM_UP + int(seconds * RATE)
    broker = Broker(folder)
    await broker.start()
    user, password = broker.credentials("T")
    ours = await Connection.open(broker.url, user, password, "set-up")
    await set_up(ours, STREAMS)
    await ours.close()
    link = await nats.connect(broker.url, user=user, password=password)
    try:
        async with feed_up(folder, broker) as (url, _):
            first = 0
            for size in SIZES:
                found = []
                for _ in range(pairs):
                    documents = [document(first + number, UNITS, size) for number in range(count)]
                    found.append((await baseline(link, documents), await journey(url, documents)))
                    first += UNITS * -(-count // UNITS)  # no gap in the Versions: a missing one would be waited for
                rows.append(_row(size, found))
                print(rows[-1], flush=True)
    finally:
        await link.close()
        await broker.stop()
    return rows


def _row(size: int, pairs: list[tuple[Figures, Figures]]) -> str:
    cells = [f"{size:,} B"]
    for name in ("p50", "p99"):
        bare = [getattr(pair[0], name) for pair in pairs]
        ours = [getattr(pair[1], name) for pair in pairs]
        ratios = [b / a for a, b in zip(bare, ours, strict=True)]
        spread = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        cells += [f"{median(bare):.2f} ms", f"{median(ours):.2f} ms", spread]
    return f"| {' | '.join(cells)} |"
