"""`make bench`: run the benchmarks and print their tables."""

import platform
import tempfile
from pathlib import Path

import click
import uvloop
from rich.console import Console

from benchmarks import decode, fanout, idle, journey, sets

WHAT = {
    "journey": "journey: a few minutes",
    "idle": "idle subscribers: half a minute",
    "fanout": "fan-out: a quarter of an hour",
    "decode": "decoding: half a minute",
    "sets": "sets: half a minute",
}


@click.command()
@click.option("--pairs", default=3, show_default=True, help="Alternating rounds of what is compared.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of each run.")
@click.option("--only", type=click.Choice(list(WHAT)), help="Just one of them.")
def main(pairs: int, seconds: float, only: str | None) -> None:
    """Measure the service beside the floor of each of its parts."""
    console = Console(stderr=True)
    tables = []
    with tempfile.TemporaryDirectory() as name:
        for each in [only] if only else WHAT:
            console.print(WHAT[each])
            tables.append(_table(each, Path(name) / each, pairs, seconds))
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    for table in tables:
        print("\n".join(table), end="\n\n")


def _table(what: str, folder: Path, pairs: int, seconds: float) -> list[str]:
    match what:
        case "journey":
            return uvloop.run(journey.measure(folder, pairs, seconds))
        case "idle":
            return uvloop.run(idle.measure(folder))
        case "fanout":
            return uvloop.run(fanout.measure(folder, pairs, seconds))
        case "sets":
            return uvloop.run(sets.measure(folder, pairs))
    return decode.measure(pairs)


if __name__ == "__main__":
    main()
