"""`feed simulate`: whole Games that never were, as a capture, with the truth beside it."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from feed.errors import FeedError
from replay.capture import Captured, CaptureWriter
from replay.simulate.catalogue import SCALES
from replay.simulate.games import Games

_MICROS = 1_000  # of a millisecond
_EVERY = 500  # documents between two looks at the bar


class SimulationError(FeedError):
    """The simulation cannot write where it was told to."""


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, other Games.")
@click.option("--size", type=click.Choice(list(SCALES)), default="small", show_default=True, help="How large.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The capture to write; a new file.")
@click.option("--truth", type=click.Path(path_type=Path), required=True, help="The truth to write, lines of JSON.")
def simulate(seed: int, size: str, out: Path, truth: Path) -> None:
    """Make the ODF documents of simulated Games, and the truth about them.

    The same seed gives the same bytes, on every machine. `small` is a few events of each kind of sport, `day` the
    busiest day of a Summer Games, `light-day` the same without statistics and current information, `paris` and
    `winter` are whole Games.
    """
    count, digest = write_games(size, seed, out, truth)
    click.echo(f"{count} documents in {out}, truth {digest} in {truth}")


def write_games(size: str, seed: int, out: Path, truth: Path) -> tuple[int, str]:
    """Write new files, with a bar on the terminal: the number of documents, and the hash of the truth."""
    _refuse_existing(out, truth)
    with _whole_or_none(out, truth):
        return _write(size, seed, out, truth)


def _write(size: str, seed: int, out: Path, truth: Path) -> tuple[int, str]:
    games = Games(SCALES[size], seed)
    days = games.days()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("days, {task.fields[documents]:,} documents"),
        TimeElapsedColumn(),
    )
    screen = Console(stderr=True)
    with Progress(*columns, console=screen) as bar, truth.open("xb") as told, CaptureWriter(out) as capture:
        task = bar.add_task(f"{size} {seed}", total=len(days), documents=0)
        for count, sent in enumerate(games.sent(told), 1):
            at = sent.at * _MICROS
            capture.append(Captured(at, sent.source, "odf", "", sent.document, origin="synthesised"))
            if count % _EVERY == 0:
                bar.update(task, completed=sum(day <= sent.at for day in days), documents=count)
        bar.update(task, completed=len(days), documents=count)
    return count, games.digest


@contextlib.contextmanager
def _whole_or_none(*paths: Path) -> Iterator[None]:
    """Remove new files where they cannot be finished: a part of the truth is none."""
    with contextlib.ExitStack() as undone:
        for path in paths:
            undone.callback(path.unlink, missing_ok=True)
        try:
            yield
        except OSError as error:
            told = f"{' and '.join(map(str, paths))} cannot be written: {error.strerror}"
            raise SimulationError(told, hint="Choose another place.") from error
        undone.pop_all()


def _refuse_existing(*paths: Path) -> None:
    if len({path.absolute() for path in paths}) < len(paths):
        raise SimulationError(f"{paths[0]} cannot be the capture and the truth", hint="Name two files.")
    for path in paths:
        if path.exists():
            raise SimulationError(f"{path} is there already", hint="Name another file, or remove this one first.")
        if not path.absolute().parent.is_dir():
            raise SimulationError(f"{path.parent} is not a folder", hint="Make it first, or name another place.")
