"""`make bench`: run the benchmarks, print their tables, and keep them as JSON and as a page."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click
import uvloop
from rich.console import Console

from benchmarks import (
    beside,
    bulk,
    capacity,
    comeback,
    compression,
    costs,
    crowd,
    decode,
    fanout,
    filters,
    games,
    idle,
    ingest,
    journey,
    moments,
    neverread,
    pace,
    sets,
    tables,
)
from benchmarks.page import page
from benchmarks.results import Measured, load, measured, save


class Benchmark(NamedTuple):
    """The title of its section in docs/benchmarks.md, how long it takes by default, and what runs it.

    `act` takes a folder of its own, the number of rounds and the seconds of each: by default `pairs` and `each`.
    """

    heading: str
    takes: str
    act: Callable[[Path, int, float], list[str]]
    pairs: int = 3
    each: float = 20.0


WHAT = {
    "journey": Benchmark("Journey", "ten minutes", lambda *run: uvloop.run(journey.measure(*run))),
    "idle": Benchmark("Idle subscribers", "a minute", lambda folder, *_: uvloop.run(idle.measure(folder))),
    "fanout": Benchmark("Fan-out", "half an hour", lambda *run: uvloop.run(fanout.measure(*run))),
    "beside": Benchmark("Beside peers", "five minutes", lambda *run: uvloop.run(beside.measure(*run)), 7, 3.0),
    "capacity": Benchmark("Capacity", "an hour and more", lambda *run: uvloop.run(capacity.measure(*run))),
    "costs": Benchmark("Cost by subscribers and filters", "an hour", lambda *run: uvloop.run(costs.measure(*run))),
    "crowd": Benchmark("Crowd", "four minutes", lambda *run: uvloop.run(crowd.measure(*run)), 3, 12.0),
    "neverread": Benchmark(
        "Subscribers that never read", "five minutes", lambda *run: uvloop.run(neverread.measure(*run)), 7, 14.0
    ),
    "return": Benchmark("Coming back", "two minutes", lambda *run: uvloop.run(comeback.measure(*run)), 7, 6.0),
    "filters": Benchmark("Filters", "four minutes", lambda *run: uvloop.run(filters.measure(*run)), 3, 8.0),
    "ingest": Benchmark("Ingest at full speed", "ten minutes", lambda *run: uvloop.run(ingest.measure(*run))),
    "decode": Benchmark("Decoding", "half a minute", lambda _, rounds, __: decode.measure(rounds)),
    "sets": Benchmark("Sets", "half a minute", lambda folder, rounds, _: uvloop.run(sets.measure(folder, rounds))),
    "moments": Benchmark("Moments", "minutes", lambda folder, rounds, _: uvloop.run(moments.measure(folder, rounds))),
    "games": Benchmark("Games by size", "a minute", lambda folder, *_: uvloop.run(games.measure(folder))),
    "tables": Benchmark("Medal tables", "two minutes", lambda *run: uvloop.run(tables.measure(*run))),
    "bulk": Benchmark("A long list in flight", "ten minutes", lambda *run: uvloop.run(bulk.measure(*run)), 7, 40.0),
    "compression": Benchmark("Compression", "minutes", lambda *run: uvloop.run(compression.measure(*run))),
    "pace": Benchmark(
        "Pace of the replayer", "a minute", lambda _, rounds, each: pace.measure(rounds, min(each, 10.0))
    ),
}
RESULTS, PAGE = "results.json", "index.html"


@click.command()
@click.option("--pairs", type=int, help="Alternating rounds of what is compared.  [each benchmark's own, mostly 3]")
@click.option("--seconds", type=float, help="Length of each run.  [each benchmark's own, mostly 20]")
@click.option("--only", type=click.Choice(list(WHAT)), help="Just one of them.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder for results.json and index.html.")
def main(pairs: int | None, seconds: float | None, only: str | None, out: Path | None) -> None:
    """Measure the service beside the floor of each of its parts.

    What the folder holds of other benchmarks stays there.
    """
    console = Console(stderr=True)
    found = []
    with tempfile.TemporaryDirectory() as name:
        for each in [only] if only else WHAT:
            console.print(f"{each}: {WHAT[each].takes}")
            lines = WHAT[each].act(Path(name) / each, pairs or WHAT[each].pairs, seconds or WHAT[each].each)
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
