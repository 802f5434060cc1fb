"""`feed export`: a range of the log as a file: messages as NDJSON or Parquet, or competitor by competitor as CSV."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from feed.commands.export_rows import COLUMNS, FLAT, csv_line, csv_lines
from feed.commands.get import DEFAULT_URL, key_option
from feed.commands.window import Moment
from feed.errors import FeedError
from replay.survey import moment
from replay.verify.door import Door, Tip
from replay.verify.wish import Wish

STDOUT: Final = Path("-")
Add = Callable[[bytes], object]


class ExportError(FeedError):
    """What was asked for cannot be exported; no file was made."""


@click.command()
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default=STDOUT, metavar="FILE",
              help="Where to; it appears when it is whole. Without it the standard output.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["ndjson", "csv", "parquet"]),
              help="As the file's name ends, else ndjson.")  # fmt: skip
@click.option("--after", type=click.IntRange(min=0), metavar="SEQ", help="Only what is behind this sequence.")
@click.option("--until", type=click.IntRange(min=1), metavar="SEQ", help="Nothing behind this sequence.")
@click.option("--from", "start", type=Moment(), help="Only what was received from this time on (RFC 3339).")
@click.option("--to", "end", type=Moment(), help="Only what was received before this time.")
@click.option("--filter", "filters", multiple=True, metavar="FILTER", help="A pattern on topics; repeatable.")
@click.option("--type", "types", multiple=True, metavar="KIND", help="Only this kind; repeatable.")
@click.option("--flag", type=click.Choice(["P", "T"]), default="P", help="Production or test messages.  [P]")
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@key_option
def export(out: Path, url: str, key: str | None, flag: str, **wishes: Any) -> None:  # noqa: ANN401 - click's
    """Write a range of the log, as it is now, to a file.

    NDJSON has every message as it was delivered, one a line; `feed verify` reads it. Parquet has a row for each, with
    typed columns. CSV has the competitors of results, one a row. Nothing is left under the file's name unless all of it
    was written.
    """
    form = wishes["form"] or out.suffix.removeprefix(".")
    types = wishes["types"] or (("result",) if form == "csv" else ())
    if form == "csv" and (other := set(types) - FLAT):
        raise click.UsageError(f"{min(other)} has no rows of competitors; with csv --type is {', '.join(sorted(FLAT))}")
    if form == "parquet" and out == STDOUT:
        raise click.UsageError("parquet has its directory at its end and needs a file: --out FILE")
    for one, other_one, names in (("after", "start", "--after and --from"), ("until", "end", "--until and --to")):
        if wishes[one] is not None and wishes[other_one] is not None:
            raise click.UsageError(f"{names} cannot go together")
    wish = Wish(wishes["filters"], types)
    with Door(url, key, flag) as door:
        tip = door.tip(wish)
        after = wishes["after"] or _place(door, wishes["start"], 0)
        until = wishes["until"] or _place(door, wishes["end"], tip.seq)
        if until > tip.seq:
            raise ExportError(f"--until {until} lies beyond the tip {tip.seq}", hint="Name a sequence that is there.")
        if after > until:
            raise ExportError(f"nothing lies behind {after} and up to {until}", hint="Exchange the two ends.")
        end = Tip(tip.epoch, until)
        written = partial(FORMS.get(form, _ndjson), after=after, end=end, blob=partial(_blob, door))
        with _progress(out, until - after) as advanced, _written(out) as file, written(file) as add:
            for message in door.messages(end, after, wish):
                add(message.raw)
                advanced(message.seq - after)


@contextmanager
def _ndjson(file: BinaryIO, **_: object) -> Iterator[Add]:
    yield lambda raw: file.write(raw + b"\n")


@contextmanager
def _csv(file: BinaryIO, *, blob: Callable[[str], bytes], **_: object) -> Iterator[Add]:
    file.write(csv_line(list(COLUMNS)))
    yield lambda raw: file.write(csv_lines(raw, blob))


@contextmanager
def _parquet(file: BinaryIO, *, after: int, end: Tip, blob: Callable[[str], bytes]) -> Iterator[Add]:
    try:
        from feed.commands.export_parquet import ParquetFile  # noqa: PLC0415 - 45 MB that no other command needs
    except ModuleNotFoundError as error:
        hint = "Install it: pip install 'olympic-results-feed[parquet]', in a checkout pip install '.[parquet]'."
        raise ExportError(f"parquet needs the library {error.name}", hint=hint) from error
    with ParquetFile(file, after, end, blob) as parquet:
        yield parquet.add


FORMS: Final = {"csv": _csv, "parquet": _parquet}


def _place(door: Door, micros: int | None, otherwise: int) -> int:
    """The sequence up to which everything was received before a time."""
    if micros is None:
        return otherwise
    try:
        return door.place(moment(micros - 1)).seq
    except FeedError as error:
        if error.detail.startswith("not_found:"):
            return 0  # before the first message
        raise


def _blob(door: Door, sha256: str) -> bytes:
    return door.view(f"/v1/blobs/{sha256}")


@contextmanager
def _written(out: Path) -> Iterator[BinaryIO]:
    """A file that has its name once it is whole and on the disk; what was written of another is taken away."""
    if out == STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _progress(out: Path, total: int) -> Iterator[Any]:
    """A bar of the sequences that were passed, on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"exporting to {out.name}", total=total)
        yield lambda done: bar.update(task, completed=done)
