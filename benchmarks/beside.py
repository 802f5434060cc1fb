"""The service beside its peers, in the fan-out's way: CPU by delivered message and p99, in alternating rounds."""

from pathlib import Path
from statistics import median

from benchmarks import peers
from benchmarks.aims import Aim, aimed, ratios, spread
from benchmarks.contenders import Contender, contenders
from benchmarks.fanout import Cost, Load, run

LOADS = (Load(1_000, 500, 600, 50), Load(200, 500, 600, 50))
OURS, NATIVE = "service", "nats-server"
AIMS = (  # (messages a second, peer, most of its CPU by delivery, most of its p99)
    (1_000, peers.NAMES[0], 1.2, 1.0),
    (1_000, NATIVE, 0.8, None),
    (200, peers.NAMES[0], 1.3, None),
    (200, peers.NAMES[1], None, 1.0),
)

Rounds = dict[str, list[Cost]]


async def measure(folder: Path, rounds: int, seconds: float, loads: tuple[Load, ...] = LOADS) -> list[str]:
    """Rows of Markdown tables: what each costs, and what the service is to reach beside them."""
    rows = [
        f"Beside peers: {rounds} alternating rounds of {seconds:g} s, medians",
        "",
        "| load | server | CPU by delivery | service to it (spread) | p50 | p99 | service to it (spread) |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    aims: list[Aim] = []
    async with contenders(folder) as known, peers.peers(folder, known[0].nats) as others:
        servers = [each for each in known if each.name in {OURS, NATIVE}] + others
        for load in loads:
            taking = [each for each in servers if load.rate <= each.rate_max]
            found = await _rounds(taking, load, rounds, seconds)
            rows += (_row(load, name, costs, found[OURS]) for name, costs in found.items())
            aims += _aims(load, found)
    absent = [name for name in peers.NAMES if name not in {each.name for each in servers}]
    return [*rows, *aimed(aims), *(f"\n{name}: not here, see benchmarks/peers." for name in absent)]


async def _rounds(servers: list[Contender], load: Load, rounds: int, seconds: float) -> Rounds:
    found: Rounds = {server.name: [] for server in servers}
    for _ in range(rounds):
        for server in servers:
            found[server.name].append(await run(server, load, seconds))
    return found


def _aims(load: Load, found: Rounds) -> list[Aim]:
    return [
        Aim(f"{load}: {name} to {peer}", _ratios(field, found[OURS], found[peer]), most)
        for rate, peer, cpu, p99 in AIMS
        for name, field, most in (("CPU", "cpu", cpu), ("p99", "p99", p99))
        if rate == load.rate and peer in found and most is not None
    ]


def _row(load: Load, name: str, costs: list[Cost], ours: list[Cost]) -> str:
    cpu, p99 = ("1" if costs is ours else spread(_ratios(field, ours, costs)) for field in ("cpu", "p99"))
    figures = [median(getattr(each, field) for each in costs) for field in ("cpu", "p50", "p99")]
    return f"| {load} | {name} | {figures[0]:.2f} us | {cpu} | {figures[1]:.2f} ms | {figures[2]:.2f} ms | {p99} |"


def _ratios(field: str, ours: list[Cost], theirs: list[Cost]) -> list[float]:
    return ratios([getattr(each, field) for each in ours], [getattr(each, field) for each in theirs])
