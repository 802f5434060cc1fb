"""What a delivered message costs the service by the number of different filters on 2,000 connections."""

import resource
from pathlib import Path
from statistics import median

from benchmarks.aims import Aim, aimed, ratios, spread
from benchmarks.contenders import Contender, alone
from benchmarks.costs import CONNECTIONS, FILTERS, RATE, SIZE, wished
from benchmarks.fanout import Cost, Load, delivered

FLOOR = 10  # filters, to which ten thousand are taken
_MOST = 2.0


async def measure(folder: Path, rounds: int, seconds: float) -> list[str]:
    """Rows of Markdown tables, from a service of its own."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    async with alone(folder) as server:
        return await measured(server, rounds, seconds)


async def measured(
    server: Contender,
    rounds: int,
    seconds: float,
    filters: tuple[int, ...] = FILTERS,
    connections: int = CONNECTIONS,
) -> list[str]:
    """Rows of Markdown tables; the steps take turns, with new connections each."""
    load = Load(RATE, connections, SIZE, 1)
    found: dict[int, list[Cost]] = {count: [] for count in filters}
    for _ in range(rounds):
        for count in filters:
            openings = [server.opening(wished(number, count, connections)) for number in range(connections)]
            found[count].append(await delivered(server, load, seconds, openings))
    floor = [each.cpu for each in found[FLOOR]]
    rows = [
        f"Filters: {load}, {rounds} alternating rounds of {seconds:g} s, medians",
        "",
        f"| filters | server | CPU by delivery | to {FLOOR} (spread) | p99 |",
        "| ---: | --- | ---: | ---: | ---: |",
    ]
    for count, costs in found.items():
        cpu = [each.cpu for each in costs]
        ratio = "1" if count == FLOOR else spread(ratios(cpu, floor))
        rows.append(
            f"| {count:,} | service | {median(cpu):.2f} us | {ratio} | {median(each.p99 for each in costs):.2f} ms |"
        )
    last = max(filters)
    return [
        *rows,
        *aimed([Aim(f"CPU with {last:,} to {FLOOR}", ratios([each.cpu for each in found[last]], floor), _MOST)]),
    ]
