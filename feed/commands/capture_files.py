"""The commands of `feed capture` that work on files: show, cut, merge, anonymize."""

import contextlib
import json
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from feed.commands.window import Window, window_option
from replay.anonymize import Anonymizer
from replay.capture import Captured, Lost, read_capture
from replay.editing import cut as cut_of
from replay.editing import merge as merge_of
from replay.editing import write_new
from replay.survey import Counts, Extent, moment, type_of

FILE: Final = click.Path(path_type=Path, dir_okay=False)
SEED_BYTES: Final = 16
MOST_ROWS: Final = 30


def say(text: str) -> None:
    """One line beside the output."""
    click.echo(text, err=True)


def progress() -> Progress:
    """A bar on the terminal's error side; nothing where that is none."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal, transient=True)


@click.command()
@click.argument("path", type=FILE)
@click.option("--list", "is_list", is_flag=True, help="Every document a line: received, source, type, bytes.")
@click.option("--json", "as_json", is_flag=True, help="The counts as JSON.")
def show(path: Path, *, is_list: bool, as_json: bool) -> None:
    """Show what is in a capture: how many documents of whom, of which type, when, and what is damaged."""
    extent = Extent(path)
    if is_list:
        for captured in read_capture(path, lost=_skip):
            click.echo(_line(captured))
    else:
        counts = Counts()
        for _ in _with_bar("counting", counts.over(read_capture(path, lost=_skip)), extent.documents):
            pass
        if as_json:
            click.echo(json.dumps(_as_json(path, extent, counts)))
        else:
            _print(path, extent, counts)
    for lost in extent.lost:
        say(f"{path}: {lost}")


def _line(captured: Captured) -> str:
    kind = f"{type_of(captured)} {captured.encoding}"
    size = f"{len(captured.data):,}"
    return f"{moment(captured.recv)}  {captured.source or '-':<12}  {kind:<28} {size:>10}  {captured.origin}"


def _as_json(path: Path, extent: Extent, counts: Counts) -> dict[str, Any]:
    rhythm = counts.rhythm
    return {
        "documents": counts.documents,
        "first": extent.first,
        "last": extent.last,
        "bytes": counts.bytes,
        "file_bytes": path.stat().st_size,
        "blocks": extent.blocks,
        "lost": [str(lost) for lost in extent.lost],
        "sources": counts.sources,
        "types": counts.types,
        "origins": counts.origins,
        "hours": counts.hours,
        "units": len(rhythm.units),
        "mean_bytes_without_lists": rhythm.mean_bytes,
        "longest_bytes": rhythm.longest,
        "busiest_minute": rhythm.busiest_minute._asdict(),
        "busiest_second": rhythm.busiest_second._asdict(),
        "fields_in_use": {"median": rhythm.median_fields, "most": rhythm.most_fields},
    }


def _print(path: Path, extent: Extent, counts: Counts) -> None:
    console = Console(highlight=False, markup=False)
    size = path.stat().st_size
    ratio = f", {counts.bytes / size:.1f} to 1" if counts.bytes else ""
    console.print(f"{path}: {counts.documents:,} documents in {extent.blocks:,} blocks", soft_wrap=True)
    if extent.first is not None and extent.last is not None:
        console.print(f"received {moment(extent.first)} to {moment(extent.last)}", soft_wrap=True)
    console.print(f"{counts.bytes:,} bytes, {size:,} in the file{ratio}", soft_wrap=True)
    for line in _rhythm(counts):
        console.print(line, soft_wrap=True)
    tables = {"source": counts.sources, "type": counts.types, "origin": counts.origins, "hour": counts.hours}
    for name, counter in tables.items():
        table = Table(name, "documents")
        table.columns[1].justify = "right"
        rows = sorted(counter.items()) if name == "hour" else counter.most_common()
        for key, number in rows[:MOST_ROWS]:
            table.add_row(key or "-", f"{number:,}")
        if len(rows) > MOST_ROWS:
            table.add_row(f"and {len(rows) - MOST_ROWS} more", f"{sum(number for _, number in rows[MOST_ROWS:]):,}")
        console.print(table)


def _rhythm(counts: Counts) -> Iterator[str]:
    """What happened in it, and how fast."""
    rhythm = counts.rhythm
    sizes = f"{rhythm.mean_bytes:,} bytes a document without lists, {rhythm.longest:,} the longest"
    yield f"{sizes}; {len(counts.sources)} sources"
    for name, (documents, at) in {"minute": rhythm.busiest_minute, "second": rhythm.busiest_second}.items():
        if documents:
            yield f"busiest {name}: {documents:,} documents from {moment(at)[:19]}Z"
    if rhythm.units:
        fields = f"{rhythm.median_fields} in the median, {rhythm.most_fields} at most"
        yield f"{len(rhythm.units):,} units with results; fields of play in use in a minute: {fields}"


@click.command()
@click.argument("path", type=FILE)
@window_option
@click.option("--source", "sources", multiple=True, metavar="SOURCE", help="Only of this source; repeat for several.")
@click.option("--salvage", is_flag=True, help="Pass over damaged blocks, and tell what is lost.")
@click.option("--out", type=FILE, required=True, help="The new capture.")
def cut(path: Path, window: Window, sources: tuple[str, ...], out: Path, *, salvage: bool) -> None:
    """Write a part of a capture into a new one."""
    lost = (lambda lost: say(f"{path}: {lost}")) if salvage else None
    documents = cut_of(path, window.start, window.end, frozenset(sources), lost)
    _write(out, documents, Extent(path).documents)


@click.command()
@click.argument("paths", type=FILE, nargs=-1, required=True)
@click.option("--out", type=FILE, required=True, help="The new capture.")
def merge(paths: tuple[Path, ...], out: Path) -> None:
    """Write several captures into a new one, by time of receipt; of equal times the first named comes first."""
    _write(out, merge_of(paths), sum(Extent(path).documents for path in paths))


@click.command()
@click.argument("path", type=FILE)
@click.option("--seed", metavar="TEXT", help="The same people get the same names again. Keep it secret.  [random]")
@click.option("--out", type=FILE, required=True, help="The new capture.")
def anonymize(path: Path, seed: str | None, out: Path) -> None:
    """Write a capture without names, birth dates and ids of people; organisations, codes and results stay.

    The same person is the same in all documents. Pictures and texts go. Who won what stays, and with it what
    everybody can look up.
    """
    anonymizer = Anonymizer(seed.encode() if seed is not None else secrets.token_bytes(SEED_BYTES))
    _write(out, anonymizer.over(read_capture(path)), Extent(path).documents)
    for reason, number in anonymizer.left_out.items():
        say(f"documents left out: {number:,} ({reason})")


def _write(out: Path, documents: Iterable[Captured], total: int) -> None:
    """Write a new capture with a bar; interrupted, it is whole as far as it goes."""
    written = 0
    with contextlib.closing(write_new(out, documents)) as each:
        try:
            for _ in _with_bar("writing", each, total):
                written += 1
        finally:
            say(f"{out}: {written:,} documents")


def _with_bar(name: str, documents: Iterable[Captured], total: int) -> Iterator[Captured]:
    with progress() as bar:
        yield from bar.track(documents, total=total, description=name)


def _skip(_: Lost) -> None:
    """What is lost is told from the headers."""


COMMANDS: Final = (show, cut, merge, anonymize)
