"""Capacity: how many messages a second each server takes to its subscribers until p99 breaks its gate.

The rate is doubled until p99, from the planned moment of publishing to the arrival, is above the gate, and then found
by halving. The servers, their subscribers and the bytes are those of the fan-out (`benchmarks/fanout.py`); they take
turns in one run.
"""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf, nan
from pathlib import Path
from statistics import median

from benchmarks.contenders import Contender, contenders
from benchmarks.fanout import Load, run

SUBSCRIBERS = (100, 500)
SIZE = 600
GATE_MS = 100.0
FIRST, LAST = 500, 64_000  # messages a second
HALVINGS = 3
TRIES = 2  # before a rate counts as broken: one pause of the machine is not the server's
_CALM_SECONDS = 5.0  # after a round that did not end

Points = dict[int, list[float]]  # p99 in ms by rate; inf where not everything came


async def measure(
    folder: Path, rounds: int, seconds: float, subscribers: tuple[int, ...] = SUBSCRIBERS, last: int = LAST
) -> list[str]:
    """Rows of two Markdown tables: the highest rates, and p99 at each rate that was tried."""
    rows = [
        f"Capacity: {SIZE} B, p99 at most {GATE_MS:.0f} ms, {rounds} searches in turn by runs of {seconds:.0f} s",
        "",
        "| subscribers | server | messages/s | deliveries/s | to bare (spread) |",
        "| ---: | --- | ---: | ---: | ---: |",
    ]
    curves = ["", "| subscribers | server | rate | p99 |", "| ---: | --- | ---: | ---: |"]
    async with contenders(folder) as servers:
        for count in subscribers:
            found: dict[str, list[int]] = {server.name: [] for server in servers}
            points: dict[str, Points] = {server.name: {} for server in servers}
            for _ in range(rounds):
                for server in servers:
                    search = _Search(server, count, seconds, points[server.name])
                    found[server.name].append(await highest(search.holds, FIRST, last, HALVINGS))
            rows += (_row(count, name, rates, found[servers[0].name]) for name, rates in found.items())
            curves += (row for name, each in points.items() for row in _curve(count, name, each))
            print("\n".join(rows[-len(servers) :]), flush=True)
    return rows + curves


async def highest(holds: Callable[[int], Awaitable[bool]], first: int, last: int, halvings: int) -> int:
    """The highest rate that was seen to hold, or 0: doubled from `first` up to `last`, then the gap is halved."""
    good, rate = 0, first
    while rate <= last and await holds(rate):
        good, rate = rate, 2 * rate
    if rate > last:
        return good
    bad = rate
    for _ in range(halvings):
        rate = (good + bad) // 2
        if await holds(rate):
            good = rate
        else:
            bad = rate
    return good


class _Search:
    """Runs of one server; what they found is kept in `points`."""

    def __init__(self, server: Contender, subscribers: int, seconds: float, points: Points) -> None:
        self._server = server
        self._subscribers = subscribers
        self._seconds = seconds
        self._points = points

    async def holds(self, rate: int) -> bool:
        """Whether p99 is within the gate in one of TRIES runs."""
        for _ in range(TRIES):
            p99 = await self._p99(rate)
            self._points.setdefault(rate, []).append(p99)
            if p99 <= GATE_MS:
                return True
        return False

    async def _p99(self, rate: int) -> float:
        try:
            return (await run(self._server, Load(rate, self._subscribers, SIZE, 1), self._seconds)).p99
        except (EOFError, ConnectionError):  # a subscriber was closed, or a minute was not enough
            await asyncio.sleep(_CALM_SECONDS)
            return inf


def _row(count: int, name: str, rates: list[int], floor: list[int]) -> str:
    ratios = [ours / bare if bare else nan for ours, bare in zip(rates, floor, strict=True)]
    ratio = "1" if rates is floor else f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    rate = median(rates)
    return f"| {count} | {name} | {rate:,.0f} | {rate * count:,.0f} | {ratio} |"


def _curve(count: int, name: str, points: Points) -> list[str]:
    """The best run of each rate, as the search takes it."""
    return [f"| {count} | {name} | {rate:,} | {min(found):.2f} ms |" for rate, found in sorted(points.items())]
