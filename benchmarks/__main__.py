"""`make bench`: run the benchmarks and print their tables."""

import platform
import tempfile
from pathlib import Path

import click
import uvloop
from rich.console import Console

from benchmarks import idle, journey


@click.command()
@click.option("--pairs", default=3, show_default=True, help="Alternating pairs of baseline and journey.")
@click.option("--seconds", default=20.0, show_default=True, help="Length of each run.")
@click.option("--only", type=click.Choice(["journey", "idle"]), help="Just one of them.")
def main(pairs: int, seconds: float, only: str | None) -> None:
    """Measure the journey of a result against bare publishes, and the memory of an idle subscriber."""
    console = Console(stderr=True)
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        if only != "idle":
            console.print("journey: a few minutes")
            tables.append(uvloop.run(journey.measure(Path(folder) / "journey", pairs, seconds)))
        if only != "journey":
            console.print("idle subscribers: half a minute")
            tables.append(uvloop.run(idle.measure(Path(folder) / "idle")))
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    for table in tables:
        print("\n".join(table), end="\n\n")


if __name__ == "__main__":
    main()
