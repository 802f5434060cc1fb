"""`as_of`: how long the medal table at a place in the past takes, with little and with ten times as much history."""

import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import aiohttp
from msgspec.structs import replace

from benchmarks.plain import Stored
from benchmarks.service import feed_up
from benchmarks.stored import RAW_ID, results
from feed.candidate import Candidate
from feed.core.derived import derived_envelope, mark
from feed.core.index import headers_of
from feed.core.standings import Counts, standings
from feed.stream.batch import Piece, publish_batch
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.streams import set_up
from schemas.ledger import MedalView
from schemas.medal_table import MedalCounts, MedalRow, MedalTable, MedalTableBody
from schemas.message import Message
from schemas.registry import AnyMessage
from schemas.rsc import FILLING, LENGTH, parse_code
from schemas.topic import SUBJECT_PREFIX, Topic
from schemas.wire import decode, encode

MESSAGES = (50_000, 500_000)
UNITS = 7_000  # topics, as many as Paris 2024 had units
SIZE = 600
BATCH = 50  # messages, of which the last two are a medal table and its mark
NOCS = 90
REQUESTS = 500  # of one round
COMPETITION = "XB2030"
_AIM = 1.5
_STORE_SECONDS = 30.0
_GAMES = parse_code("GEN".ljust(LENGTH, FILLING))


class Latency(NamedTuple):
    """Milliseconds."""

    p50: float
    p99: float


async def measure(folder: Path, pairs: int, sizes: tuple[int, ...] = MESSAGES, requests: int = REQUESTS) -> list[str]:
    """Rows of a Markdown table; the first size is what the others are compared with."""
    found: dict[int, list[Latency]] = {size: [] for size in sizes}
    async with AsyncExitStack() as stack:
        urls: dict[int, str] = {}
        for size in sizes:
            broker = Broker(folder / str(size))
            await broker.start()
            stack.push_async_callback(broker.stop)
            await store(broker, size)
            urls[size], _ = await stack.enter_async_context(feed_up(folder / f"{size}-service", broker))
        for number in range(pairs + 1):
            for size, url in urls.items():
                latency = await ask(url, size, requests, random.Random(number))
                if number:  # the first round is what caches are filled with
                    found[size].append(latency)
    return [
        f"The medal table at a random place: {requests} requests a round, {UNITS:,} topics, medians of {pairs} pairs",
        "",
        "| messages | p50 | p99 | to the first (spread) |",
        "| ---: | ---: | ---: | ---: |",
        *(_row(size, found[size], found[sizes[0]]) for size in sizes),
        f"\nThe aim is a p99 of at most {_AIM} times the first.",
    ]


async def store(broker: Broker, count: int) -> None:
    """A history of `count` messages, as the publisher and the projector would have stored it."""
    link = await Connection.open(broker.url, *broker.credentials("P"))
    try:
        await set_up(link)
        heads: dict[str, int] = {}
        made = _messages()
        for first in range(1, count, BATCH):
            pieces = [_piece(next(made), seq, heads) for seq in range(first, first + BATCH)]
            await publish_batch(link, pieces, timeout=_STORE_SECONDS)
    finally:
        await link.close()


async def ask(url: str, count: int, requests: int, chance: random.Random) -> Latency:
    """One request after the other; raises ConnectionError for an answer that is not of its place."""
    took = []
    async with aiohttp.ClientSession() as session:
        for _ in range(requests):
            place = chance.randrange(BATCH, count + 1)
            start = time.perf_counter()
            address = f"{url}/v1/medals?competition={COMPETITION}&as_of={place}"
            async with session.get(address) as answer:
                page = await answer.json()
            took.append((time.perf_counter() - start) * 1000)
            if answer.status != 200 or not place - 2 * BATCH < page["seq"] <= place or len(page["rows"]) != NOCS:
                raise ConnectionError(f"as_of={place}: {answer.status} {page}")
    cuts = quantiles(took, n=100)
    return Latency(cuts[49], cuts[98])


def _messages() -> Iterator[Stored]:
    """Results of all units in turn; at the end of each batch the table, then the mark."""
    units = results(UNITS, SIZE)
    like, number = decode(units[0].payload), 0
    while True:
        for _ in range(BATCH - 2):
            yield units[number % UNITS]
            number += 1
        yield _stored(_table(like, number))
        yield _stored(mark(like, number))


def _table(like: Message, number: int) -> MedalTable:
    """Of `NOCS` organisations; which of them leads goes by the number."""
    counts = {f"X{noc:02}": Counts(40 - (noc + number) % 40, noc % 20, 5) for noc in range(NOCS)}
    rows = tuple(
        MedalRow(**row._asdict(), genders={"M": MedalCounts(gold=row.gold, total=row.total)})
        for row in standings(counts)
    )
    topic = str(Topic(COMPETITION, _GAMES, "medal_table", (MedalView.OFFICIAL.value,)))
    body = MedalTableBody(view=MedalView.OFFICIAL, rows=rows, events=number)
    return MedalTable(**derived_envelope(like, _GAMES, topic, number), body=body)


def _stored(message: AnyMessage) -> Stored:
    headers = headers_of(Candidate(message, "h"), RAW_ID)
    return Stored(SUBJECT_PREFIX + message.topic, headers, encode(replace(message, prev=0)))


def _piece(message: Stored, seq: int, heads: dict[str, int]) -> Piece:
    """The message with its place in the chain of its topic, and not behind any guard: nobody else writes."""
    before = heads.get(message.subject, 0)
    heads[message.subject] = seq
    return Piece(message.subject, message.payload.replace(b'"prev":0,', b'"prev":%d,' % before, 1), message.headers)


def _row(size: int, found: list[Latency], first: list[Latency]) -> str:
    ratios = [each.p99 / base.p99 for each, base in zip(found, first, strict=True)]
    compared = f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    p50, p99 = median(each.p50 for each in found), median(each.p99 for each in found)
    return f"| {size:,} | {p50:.2f} ms | {p99:.2f} ms | {compared} |"
