"""Fan-out: what a delivered message costs, and how late it is, beside a bare loop and nats-server's own WebSocket.

The servers take turns in the same run, with the same subscribers, bytes and pace (open loop). Messages are published
straight to the stream, as the service would store them: what ingest costs is not in these figures.
"""

import asyncio
import time
from dataclasses import dataclass
from math import nan
from pathlib import Path
from statistics import median

from benchmarks.audience import Audience, Latency, Opening, Schedule
from benchmarks.contenders import Contender, contenders, filter_of
from benchmarks.service import cpu_seconds
from benchmarks.stored import results

UNITS = 35  # as many fields of play are busy at once in a large Games
WARM_SECONDS = 1.0
SETTLE_SECONDS = 1.0
_MILLION = 1e6


@dataclass(frozen=True)
class Load:
    """So many messages a second of `size` bytes to so many subscribers, who use so many different filters."""

    rate: int
    subscribers: int
    size: int
    filters: int

    def __str__(self) -> str:
        filters = f", {self.filters} filters" if self.filters > 1 else ""
        return f"{self.rate:,}/s x {self.subscribers} x {self.size:,} B{filters}"


LOADS = (Load(1000, 500, 600, 1), Load(1000, 500, 600, 50), Load(200, 500, 600, 1), Load(60, 100, 35_000, 1))


@dataclass(frozen=True)
class Cost:
    """CPU time of the server's process by delivered message in microseconds; percentiles in milliseconds."""

    cpu: float
    p50: float
    p99: float


async def run(server: Contender, load: Load, seconds: float) -> Cost:
    """One round with one server; raises EOFError when a subscriber did not get everything."""
    openings = [server.opening((filter_of(number % load.filters),)) for number in range(load.subscribers)]
    return await delivered(server, load, seconds, openings)


async def delivered(server: Contender, load: Load, seconds: float, openings: list[Opening]) -> Cost:
    """As `run`, with the openings of subscribers who each take every message once."""
    messages = [server.sent(each) for each in results(UNITS, load.size)]
    audience = await asyncio.to_thread(Audience, server.port, openings, server.size(messages[0]))
    skipped, counted = int(WARM_SECONDS * load.rate), int(seconds * load.rate)
    schedule = Schedule(time.perf_counter() + SETTLE_SECONDS, load.rate, skipped + counted, skipped)
    commands = [server.command(each) for each in messages]
    publishing = asyncio.ensure_future(
        asyncio.to_thread(server.publish, server.nats, commands, schedule.messages, schedule.start, load.rate)
    )
    await asyncio.sleep(schedule.start + WARM_SECONDS - time.perf_counter())
    before = cpu_seconds(server.pid)
    await publishing
    await asyncio.to_thread(audience.wait, schedule)
    cpu = cpu_seconds(server.pid) - before
    latency: Latency = await asyncio.to_thread(audience.latency)
    return Cost(cpu * _MILLION / (counted * load.subscribers), latency.p50, latency.p99)


async def measure(folder: Path, rounds: int, seconds: float, loads: tuple[Load, ...] = LOADS) -> list[str]:
    """Alternating rounds of all servers under every load; rows of a Markdown table."""
    rows = [
        f"Fan-out: {rounds} alternating rounds of {seconds:.0f} s, medians",
        "",
        "| load | server | CPU by delivery | to bare (spread) | p50 | to bare (spread) | p99 | to bare (spread) |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    async with contenders(folder) as servers:
        for load in loads:
            found: dict[str, list[Cost]] = {server.name: [] for server in servers}
            for _ in range(rounds):
                for server in servers:
                    found[server.name].append(await run(server, load, seconds))
            more = [_row(load, name, costs, found[servers[0].name]) for name, costs in found.items()]
            print("\n".join(more), flush=True)
            rows += more
    return rows


def _row(load: Load, name: str, costs: list[Cost], floor: list[Cost]) -> str:
    cells = [str(load), name]
    for field, unit in (("cpu", "us"), ("p50", "ms"), ("p99", "ms")):
        ours = [getattr(cost, field) for cost in costs]
        ratios = [_ratio(a, getattr(b, field)) for a, b in zip(ours, floor, strict=True)]
        cells.append(f"{median(ours):.2f} {unit}")
        cells.append("1" if costs is floor else f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    return f"| {' | '.join(cells)} |"


def _ratio(ours: float, floor: float) -> float:
    return ours / floor if floor else nan  # a round so short that its CPU time is less than a tick
