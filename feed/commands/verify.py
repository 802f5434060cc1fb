"""`feed verify`: whether a subscriber's log is what the stream holds; and the hash of a state."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from feed.commands.get import DEFAULT_URL, key_option
from replay.capture import read_capture
from replay.verify import captures
from replay.verify.captures import Compared, compare_captures
from replay.verify.checker import Asked, Verified
from replay.verify.checker import verify as compare
from replay.verify.door import Door
from replay.verify.findings import MEANINGS, Name
from replay.verify.scan import VerifyError
from replay.verify.state import state_hash
from replay.verify.survey import survey
from replay.verify.wish import Wish

LOG_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("log", type=LOG_FILE, required=False)
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@key_option
@click.option("--flag", type=click.Choice(["P", "T"]), default="P", help="Production or test messages.  [P]")
@click.option("--filter", "filters", multiple=True, metavar="FILTER", help="What the subscriber asked for; repeatable.")
@click.option("--type", "types", multiple=True, metavar="KIND", help="Only this kind was asked for; repeatable.")
@click.option("--after", type=click.IntRange(min=0), metavar="SEQ", help="The log begins behind this sequence.")
@click.option("--until", type=click.IntRange(min=1), metavar="SEQ", help="The log holds everything up to here.")
@click.option("--snapshot-at", type=click.IntRange(min=0), metavar="SEQ", help="It begins with a snapshot of SEQ.")
@click.option("--capture", "played", type=LOG_FILE, metavar="FILE", help="LOG is a capture: hold it against this one.")
@click.option("--hash", "hashes", is_flag=True, help="Print the hash of the state instead.")
@click.option("--at", metavar="SEQ|TIME", help="With --hash: the state at a sequence or an RFC 3339 time.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def verify(log: Path | None, **options: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Compare a subscriber's LOG, message by message, with the stream of the service; or hash a state with --hash.

    LOG is NDJSON as `feed tail --json` and /v1/log write it; control frames may be in it. With --capture it is what
    `feed capture record` took from the service, held against what was played into it. Ends with 0 only when nothing
    was found.
    """
    wish = Wish(options["filters"], options["types"])
    if options["hashes"] == (log is not None):
        raise click.UsageError("name either a LOG or --hash")
    if log is None:
        _state(wish, options)
        return
    if options["at"] is not None:
        raise click.UsageError("--at goes with --hash")
    if options["after"] is not None and options["snapshot_at"] is not None:
        raise click.UsageError("--after and --snapshot-at cannot go together")
    played = options["played"]
    found = _verified(log, wish, options) if played is None else compare_captures(*map(read_capture, (played, log)))
    if options["as_json"]:
        click.echo(msgspec.json.encode(found))
    else:
        Console(highlight=False).print(*lines(found), sep="\n", soft_wrap=True, markup=False)
    if not found.is_right:
        sys.exit(1)


def _state(wish: Wish, options: dict[str, Any]) -> None:
    with Door(options["url"], options["key"], options["flag"]) as door:
        place, messages = door.state(wish, options["at"])
        digest, count = state_hash(messages)
    if options["as_json"]:
        state = {"epoch": place.epoch, "seq": place.seq, "messages": count, "hash": digest}
        click.echo(msgspec.json.encode(state))
    else:
        click.echo(f"{place.seq} {digest}")


def _verified(log: Path, wish: Wish, options: dict[str, Any]) -> Verified:
    snapshot_at, until = options["snapshot_at"], options["until"]
    with Door(options["url"], options["key"], options["flag"]) as door, _progress(log) as (bar, read):
        begin = survey(_lines(log, bar, read), snapshot_at)
        after = begin.after
        if options["after"] is not None:
            if begin.has_snapshot:
                raise VerifyError("the log begins with a snapshot", hint="Leave out --after.")
            after = options["after"]
        tip = door.tip(wish)
        if until is not None and until > tip.seq:
            raise VerifyError(f"--until {until} lies beyond the tip {tip.seq}", hint="Name a sequence that is there.")
        asked = Asked(
            wish=wish,
            epoch=tip.epoch,
            flag=options["flag"],
            tip=tip.seq,
            after=after,
            has_snapshot=begin.has_snapshot,
            snapshot_at=snapshot_at,
            until=until,
        )
        return compare(_lines(log, bar, read), door.messages(tip, after), asked)


@contextmanager
def _progress(log: Path) -> Iterator[tuple[Progress, TaskID]]:
    """A bar of the bytes read: the log is read twice."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield bar, bar.add_task(f"verifying {log.name}", total=2 * log.stat().st_size)


def _lines(log: Path, bar: Progress, task: TaskID) -> Iterator[bytes]:
    with log.open("rb") as file:
        for line in file:
            bar.advance(task, len(line))
            yield line


def lines(found: Verified | Compared) -> list[str]:
    """The report as text: verdict, then each name with what it means and its first findings."""
    meanings = MEANINGS if isinstance(found, Verified) else captures.MEANINGS
    verdict = "nothing is wrong" if found.is_right else f"{sum(found.counts.values()):,} FINDINGS"
    rows = [f"{verdict}: {_where(found)}", *(found.notes if isinstance(found, Verified) else ())]
    for name, count in found.counts.items():
        rows.append(f"{name} {count:,}: {meanings[Name(name)]}")
        shown = [each for each in found.findings if each.name == name]
        rows += [f"  {each.seq} {each.topic} {each.detail}".rstrip() for each in shown]
        rows += [f"  and {count - len(shown):,} more"] if count > len(shown) else []
    return rows


def _where(found: Verified | Compared) -> str:
    """What was looked at."""
    if isinstance(found, Compared):
        return f"{found.played:,} documents were played, {found.kept:,} kept, {found.again:,} of them again"
    return f"{found.messages:,} messages, behind seq {found.first} up to {found.last}, epoch {found.epoch}"
