"""What a delivered message costs a server, by the number of subscribers and by the number of different filters.

The servers, bytes and measure are those of the fan-out (`benchmarks/fanout.py`) at one slow pace, at which hardly two
messages go out in one write. Every subscriber takes every message. Filters that differ are watch lists of units that
never come, beside the one that takes all: so each delivers as much as one filter does. The bare loop has none.
"""

import resource
from math import nan
from pathlib import Path
from statistics import median

from benchmarks.contenders import Contender, contenders
from benchmarks.fanout import Cost, Load, delivered

RATE = 40  # messages a second
SIZE = 600
SUBSCRIBERS = (50, 100, 200, 500, 1_000, 2_000)
FILTERS = (1, 10, 100, 1_000, 10_000)
CONNECTIONS = 2_000  # that use the filters
EVERYTHING = "XB2030.>"

Wishes = list[list[str]]  # the filters of each subscriber


async def measure(
    folder: Path,
    rounds: int,
    seconds: float,
    subscribers: tuple[int, ...] = SUBSCRIBERS,
    filters: tuple[int, ...] = FILTERS,
    connections: int = CONNECTIONS,
) -> list[str]:
    """Rows of two Markdown tables: by subscribers, and by filters."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    title = f"{RATE} messages/s of {SIZE} B, {rounds} alternating rounds of {seconds:.0f} s, medians"
    rows = [f"Cost: {title}; filters on {connections:,} connections", ""]
    sides: dict[str, dict[int, Wishes]] = {
        "subscribers": {count: [[EVERYTHING]] * count for count in subscribers},
        "filters": {count: [wished(number, count, connections) for number in range(connections)] for count in filters},
    }
    async with contenders(folder) as servers:
        for side, steps in sides.items():
            rows += [
                f"| {side} | server | CPU by delivery | to bare (spread) | p99 |",
                "| ---: | --- | ---: | ---: | ---: |",
            ]
            for count, wishes in steps.items():
                found = await _step(servers, wishes, rounds, seconds)
                rows += (_row(count, name, costs, found[servers[0].name]) for name, costs in found.items())
                print("\n".join(rows[-len(servers) :]), flush=True)
            rows.append("")
    return rows[:-1]


def wished(number: int, filters: int, connections: int) -> list[str]:
    """The filters of one of so many subscribers, who use so many different ones together.

    One takes everything. With fewer filters than subscribers, several share another one; with more, each has several
    that are its own.
    """
    each = max(1, filters // connections)
    first = number * each % filters
    return [EVERYTHING, *(f"XB2030.ATH.W.200M.FNL.{unit:06d}.result" for unit in range(first, first + each))]


async def _step(servers: list[Contender], wishes: Wishes, rounds: int, seconds: float) -> dict[str, list[Cost]]:
    found: dict[str, list[Cost]] = {server.name: [] for server in servers}
    load = Load(RATE, len(wishes), SIZE, 1)
    for _ in range(rounds):
        for server in servers:
            found[server.name].append(await delivered(server, load, seconds, [server.opening(each) for each in wishes]))
    return found


def _row(count: int, name: str, costs: list[Cost], floor: list[Cost]) -> str:
    ratios = [ours.cpu / bare.cpu if bare.cpu else nan for ours, bare in zip(costs, floor, strict=True)]
    ratio = "1" if costs is floor else f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    cpu, p99 = median(each.cpu for each in costs), median(each.p99 for each in costs)
    return f"| {count:,} | {name} | {cpu:.2f} us | {ratio} | {p99:.2f} ms |"
