"""Compression with the dictionary: how many bytes fewer, and what it costs the service.

Bytes are exact: all messages of a Games are compressed as the service does it, each alone. The Games are those of Paris
2024 where the shared data lie beside the checkout, else simulated ones that the dictionary was not trained with. For
the cost some of these messages are published straight to the stream, in alternating rounds to the same number of
subscribers with compression and without; they run in this process, only the service's CPU time counts.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from pathlib import Path
from random import Random
from statistics import median
from typing import Final

import zstandard

from benchmarks.clients import Reader, same
from benchmarks.contenders import Contender, alone
from benchmarks.dictionary import SEED, differences, entries_of, in_messagepack
from benchmarks.plain import Stored, publish
from benchmarks.rehearsed import recorded, rehearsed, simulated
from benchmarks.service import cpu_seconds
from feed.core.compression import LEVEL, compress
from feed.core.entry import Entry

SUBSCRIBERS = (10, 100)
RATE = 100  # messages a second
KINDS = 8  # that have rows of their own
AIM_BYTES, AIM_CPU = 3.0, 1.3
LIMIT_SECONDS = 60.0
WAYS = ("none", "zstd")
_LONG = 126  # what stands for a length that has more than seven bits
_MESSAGE = (b'{"seq":', zstandard.FRAME_HEADER)  # how a message begins; control frames begin with their type
_MILLION = 1e6
_without: Final = zstandard.ZstdCompressor(level=LEVEL).compress


@dataclass
class Bytes:
    """Messages of one sort: their number, and their bytes as they are, compressed, and with the dictionary."""

    count: int = 0
    plain: int = 0
    without: int = 0
    compressed: int = 0

    def add(self, text: bytes) -> None:
        self.count += 1
        self.plain += len(text)
        self.without += len(_without(text))
        self.compressed += len(compress(text))

    @property
    def ratio(self) -> float:
        return self.plain / self.compressed if self.compressed else nan

    def row(self, name: str) -> str:
        """Of a Markdown table: bytes by message."""
        plain, without, compressed = (each / self.count for each in (self.plain, self.without, self.compressed))
        return f"| {name} | {self.count:,} | {plain:,.0f} | {without:,.0f} | {compressed:,.0f} | {self.ratio:.1f} |"


def sorts(entries: Iterable[Entry]) -> dict[str, Bytes]:
    """All messages of a log; by kind, as they come in MessagePack, and what `delta=1` tells by differences."""
    kept = list(entries)
    whole, messagepack, told = Bytes(), Bytes(), Bytes()
    kinds: defaultdict[str, Bytes] = defaultdict(Bytes)
    for entry in kept:
        whole.add(entry.json)
        kinds[entry.kind].add(entry.json)
        messagepack.add(in_messagepack(entry.json))
    for text in differences(kept):
        told.add(text)
    largest = sorted(kinds, key=lambda kind: -kinds[kind].plain)[:KINDS]
    found = {"all": whole, **{kind: kinds[kind] for kind in largest}, "all in MessagePack": messagepack}
    return found | ({"differences": told} if told.count else {})


class Subscriber(Reader):
    """Counts messages."""

    def took(self, data: bytes, at: int, size: int) -> None:
        """Count it if it is a message."""
        head = 2 if data[at + 1] < _LONG else 4 if data[at + 1] == _LONG else 10
        self.frames += data.startswith(_MESSAGE, at + head, at + size)


async def cost(service: Contender, compression: str, count: int, messages: Sequence[Stored]) -> float:
    """Microseconds of the service's CPU time by delivered message; raises TimeoutError when not all were delivered."""
    loop, host = asyncio.get_running_loop(), "127.0.0.1"
    made = [Subscriber(host, f"/v1/stream?compression={compression}") for _ in range(count)]
    transports = [(await loop.create_connection(partial(same, each), host, service.port))[0] for each in made]
    async with asyncio.timeout(LIMIT_SECONDS + len(messages) / RATE):
        while not all(each.is_open for each in made):
            await asyncio.sleep(0.01)
        before = cpu_seconds(service.pid)
        commands = [each.command for each in messages]
        await asyncio.to_thread(publish, service.nats, commands, len(commands), time.perf_counter(), RATE)
        while any(each.frames < len(messages) for each in made):
            await asyncio.sleep(0.01)
        spent = cpu_seconds(service.pid) - before
    for transport in transports:
        transport.abort()
    return spent * _MILLION / (len(messages) * count)


async def measure(
    folder: Path,
    rounds: int,
    seconds: float,
    subscribers: tuple[int, ...] = SUBSCRIBERS,
    games: Sequence[Stored] = (),
) -> list[str]:
    """Rows of two Markdown tables; `games` are messages to measure with in the place of a whole Games."""
    stored = games or list(rehearsed(recorded(), SEED)) or list(rehearsed(simulated("small", SEED + 1), SEED + 1))
    found = sorts(entries_of(stored))
    rows = [
        f"Compression: {len(stored):,} messages of a Games, bytes by message",
        "",
        "| messages | number | plain | zstd | with the dictionary | times fewer |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *(each.row(name) for name, each in found.items()),
        "",
        f"CPU of the service by delivery, {RATE}/s, {rounds} alternating rounds of {seconds:.0f} s, medians",
        "",
        "| subscribers | plain | compressed | ratio (spread) |",
        "| ---: | ---: | ---: | ---: |",
    ]
    places = sorted(Random(SEED).sample(range(len(stored)), min(int(seconds * RATE), len(stored))))
    messages = [stored[place] for place in places]
    ratios: list[float] = []
    async with alone(folder, ("serve",)) as service:  # nothing but delivery is measured
        for count in subscribers:
            pairs = [[await cost(service, way, count, messages) for way in WAYS] for _ in range(rounds)]
            plain, ours = (median(each) for each in zip(*pairs, strict=True))
            each = [compressed / before if before else nan for before, compressed in pairs]
            ratios.append(median(each))
            spread = f"{ratios[-1]:.2f} ({min(each):.2f} to {max(each):.2f})"
            rows.append(f"| {count:,} | {plain:.2f} us | {ours:.2f} us | {spread} |")
    is_reached = found["all"].ratio >= AIM_BYTES and max(ratios) <= AIM_CPU
    aim = f"Aim: at least {AIM_BYTES:g} times fewer bytes at no more than {AIM_CPU:g} times the CPU"
    return [*rows, "", f"{aim}: {'reached' if is_reached else 'missed'}"]
