"""`make bench`: run the benchmarks, print their tables, and keep them as JSON and as a page."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import uvloop
from rich.console import Console

from benchmarks import bulk, capacity, costs, decode, fanout, games, idle, ingest, journey, moments, pace, sets, tables
from benchmarks.page import page
from benchmarks.results import Measured, load, measured, save


class Benchmark(NamedTuple):
    """The title of its section in docs/benchmarks.md, how long it takes by default, and what runs it.

    `act` takes a folder of its own, the number of rounds and the seconds of each.
    """

    heading: str
    takes: str
    act: Callable[[Path, int, float], list[str]]


WHAT = {
    "journey": Benchmark("Journey", "ten minutes", lambda *run: uvloop.run(journey.measure(*run))),
    "idle": Benchmark("Idle subscribers", "half a minute", lambda folder, *_: uvloop.run(idle.measure(folder))),
    "fanout": Benchmark("Fan-out", "half an hour", lambda *run: uvloop.run(fanout.measure(*run))),
    "capacity": Benchmark("Capacity", "an hour and more", lambda *run: uvloop.run(capacity.measure(*run))),
    "costs": Benchmark("Cost by subscribers and filters", "an hour", lambda *run: uvloop.run(costs.measure(*run))),
    "ingest": Benchmark("Ingest at full speed", "ten minutes", lambda *run: uvloop.run(ingest.measure(*run))),
    "decode": Benchmark("Decoding", "half a minute", lambda _, rounds, __: decode.measure(rounds)),
    "sets": Benchmark("Sets", "half a minute", lambda folder, rounds, _: uvloop.run(sets.measure(folder, rounds))),
    "moments": Benchmark("Moments", "minutes", lambda folder, rounds, _: uvloop.run(moments.measure(folder, rounds))),
    "games": Benchmark("Games by size", "a minute", lambda folder, *_: uvloop.run(games.measure(folder))),
    "tables": Benchmark("Medal tables", "two minutes", lambda *run: uvloop.run(tables.measure(*run))),
    "bulk": Benchmark("A long list in flight", "a few minutes", lambda *run: uvloop.run(bulk.measure(*run))),
    "pace": Benchmark(
        "Pace of the replayer", "a minute", lambda _, rounds, each: pace.measure(rounds, min(each, 10.0))
    ),
}
RESULTS, PAGE = "results.json", "index.html"


@click.command()
@click.option("--pairs", default=3, show_default=True, help="Alternating rounds of what is compared.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of each run.")
@click.option("--only", type=click.Choice(list(WHAT)), help="Just one of them.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for results.json and index.html.")
def main(pairs: int, seconds: float, only: str | None, out: Path | None) -> None:
    """Measure the service beside the floor of each of its parts.

    What the folder holds of other benchmarks stays there.
    """
    console = Console(stderr=True)
    found = []
    with tempfile.TemporaryDirectory() as name:
        for each in [only] if only else WHAT:
            console.print(f"{each}: {WHAT[each].takes}")
            lines = WHAT[each].act(Path(name) / each, pairs, seconds)
            found.append(measured(each, lines))
            if out:
                _keep(out, found[-1])
            print("\n".join(lines), end="\n\n", flush=True)
    print(found[-1].machine)


def _keep(out: Path, found: Measured) -> None:
    """Now, not at the end: the rest may take hours."""
    results = load(out / RESULTS)
    results.benchmarks[found.name] = found
    save(out / RESULTS, results)
    (out / PAGE).write_text(page(results, {name: each.heading for name, each in WHAT.items()}), "utf-8")


if __name__ == "__main__":
    main()
