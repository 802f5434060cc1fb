"""`make bench`: run the benchmarks and print their tables."""

import platform
import tempfile
from pathlib import Path

import click
import uvloop
from rich.console import Console

from benchmarks import bulk, decode, fanout, games, idle, journey, moments, pace, sets, tables

WHAT = {
    "journey": "journey: a few minutes",
    "idle": "idle subscribers: half a minute",
    "fanout": "fan-out: a quarter of an hour",
    "decode": "decoding: half a minute",
    "sets": "sets: half a minute",
    "moments": "moments in the past: a few minutes",
    "games": "Games by size: a minute",
    "tables": "medal tables: two minutes",
    "bulk": "a list of 20 MB in flight: a few minutes",
    "pace": "pace of the replayer: a minute",
}


@click.command()
@click.option("--pairs", default=3, show_default=True, help="Alternating rounds of what is compared.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of each run.")
@click.option("--only", type=click.Choice(list(WHAT)), help="Just one of them.")
def main(pairs: int, seconds: float, only: str | None) -> None:
    """Measure the service beside the floor of each of its parts."""
    console = Console(stderr=True)
    found = []
    with tempfile.TemporaryDirectory() as name:
        for each in [only] if only else WHAT:
            console.print(WHAT[each])
            found.append(_table(each, Path(name) / each, pairs, seconds))
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    for table in found:
        print("\n".join(table), end="\n\n")


def _table(what: str, folder: Path, pairs: int, seconds: float) -> list[str]:
    match what:
        case "decode":
            return decode.measure(pairs)
        case "pace":
            return pace.measure(pairs, min(seconds, 10.0))
        case "journey":
            measuring = journey.measure(folder, pairs, seconds)
        case "fanout":
            measuring = fanout.measure(folder, pairs, seconds)
        case "sets":
            measuring = sets.measure(folder, pairs)
        case "moments":
            measuring = moments.measure(folder, pairs)
        case "games":
            measuring = games.measure(folder)
        case "tables":
            measuring = tables.measure(folder, pairs, seconds)
        case "bulk":
            measuring = bulk.measure(folder, pairs, seconds)
        case _:
            measuring = idle.measure(folder)
    return uvloop.run(measuring)


if __name__ == "__main__":
    main()
