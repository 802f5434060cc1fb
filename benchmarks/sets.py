"""Sets: schedules posted to the service, and how many entities a second reach a subscriber, stored with fsync."""

import asyncio
import time
from collections import Counter
from functools import partial
from pathlib import Path
from statistics import median
from typing import cast
from urllib.parse import urlsplit

import aiohttp

from benchmarks import schedules
from benchmarks.clients import frame_size, upgrade_request
from benchmarks.service import feed_up

SENDERS = 4  # venues that send at once
ENTITIES = ("session", "unit")
LIMIT_SECONDS = 120.0
_SEQ = b'{"seq":'
_TYPE = b'"type":"'


class Listener(asyncio.Protocol):
    """A subscriber that counts the messages of each kind and knows the last sequence."""

    def __init__(self, host: str) -> None:
        self.kinds: Counter[str] = Counter()
        self.seq = 0
        self.moved = asyncio.Event()
        self._request = upgrade_request(host)
        self._kept = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Take the answer to the upgrade, then whole frames."""
        self._kept += data
        if not self._is_open:
            _, found, rest = self._kept.partition(b"\r\n\r\n")
            if not found:
                return
            self._is_open, self._kept = True, rest
        at = 0
        while (size := frame_size(self._kept, at)) and at + size <= len(self._kept):
            self._take(self._kept[at : at + min(size, 100)])
            at += size
        self._kept = self._kept[at:]
        self.moved.set()

    def _take(self, start: bytes) -> None:
        _, is_message, rest = start.partition(_SEQ)
        if is_message:
            self.seq = int(rest.partition(b",")[0])
            self.kinds[rest.partition(_TYPE)[2].partition(b'"')[0].decode()] += 1

    async def reached(self, seq: int) -> None:
        """Return when the message of that sequence has come."""
        async with asyncio.timeout(LIMIT_SECONDS):
            while self.seq < seq:
                self.moved.clear()
                await self.moved.wait()


async def measure(folder: Path, rounds: int) -> list[str]:
    """Rows of a Markdown table."""
    known = schedules.real()
    documents = known or schedules.generated()
    found = []
    for number in range(rounds):
        async with feed_up(folder / str(number)) as (url, _):
            found.append(await run(url, documents))
    count = found[0][0]
    rates = [count / seconds for count, seconds in found]
    origin = "the real schedules of Paris 2024" if known else "schedules of our own"
    spread = f"{median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
    return [
        f"Sets: {len(documents)} documents ({origin}), {SENDERS} senders, median of {rounds} rounds",
        "",
        "| documents | entities | seconds | entities/s (spread) |",
        "| ---: | ---: | ---: | ---: |",
        f"| {len(documents)} | {count:,} | {median(seconds for _, seconds in found):.2f} | {spread} |",
    ]


async def run(url: str, documents: list[bytes]) -> tuple[int, float]:
    """Entities, and seconds from the first POST until a subscriber had all of them."""
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 0
    listener = Listener(host)
    await asyncio.get_running_loop().create_connection(partial(_same, listener), host, port)
    left = list(reversed(documents))
    start = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(_send(session, url, left) for _ in range(SENDERS)))
        async with session.get(f"{url}/v1/log?limit=1") as answer:
            tip = (await answer.json())["tip"]
    await listener.reached(tip)
    return sum(listener.kinds[kind] for kind in ENTITIES), time.perf_counter() - start


def _same(listener: Listener) -> Listener:
    return listener


async def _send(session: aiohttp.ClientSession, url: str, left: list[bytes]) -> None:
    """Post one after the other until none is left; raises ConnectionError for any other answer than 200."""
    while left:
        document = left.pop()
        async with session.post(f"{url}/ingest/odf", data=document) as answer:
            if answer.status != 200:
                raise ConnectionError(await answer.text())
