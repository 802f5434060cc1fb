"""`feed replay`: sends a capture to a service as the venues would, at their pace or another."""

import asyncio
import contextlib
import math
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import uvloop
from rich.console import Console
from rich.text import Text

from feed.commands.get import DEFAULT_URL, key_option
from feed.commands.screen import KEYS, STEP_KEYS, Screen, keyboard, press
from feed.commands.trust import ca_option, certificate_key_option, certificate_option, trust
from feed.commands.window import Window, window_option
from replay.capture import Captured, read_capture
from replay.faults import Faults
from replay.link import address_of
from replay.plan import Plan, Wishes
from replay.player import Player
from replay.tally import Replayed, Tally
from replay.venues import Keys, Venues, read_keys

IN_FLIGHT, IN_FLIGHT_AT_MAX = 1_000, 64


class Number(click.FloatRange):
    """A number within bounds; click takes "not a number" for one within all bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


PROBABILITY: Final = Number(0, 1)


class Speed(click.ParamType[float | None]):
    """A number above 0; `max` is None."""

    name = "N|max"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | None:  # noqa: ANN401 - click's
        if value is None or value == "max":
            return None
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not 0 < speed < 1e9:  # noqa: PLR2004 - also not infinite, not a number
            self.fail(f"{value!r} is neither a number above 0 nor max", param, ctx)
        return speed


@click.command()
@click.argument("capture", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@key_option
@ca_option
@certificate_option
@certificate_key_option
@click.option("--keys", type=click.Path(path_type=Path), help='A TOML file of keys by source: STA1 = "SECRET".')
@click.option("--speed", type=Speed(), metavar="N|max", default="1", show_default=True, help="Times real time, or max.")
@click.option("--max-gap", type=Number(min=0), metavar="SECONDS", help="Longest pause; longer ones shrink.")
@window_option
@click.option("--loop", "loops", type=click.IntRange(min=1), default=1, show_default=True, help="Rounds to play.")
@click.option("--rewrite-timestamps", "rewrite", is_flag=True, help="Move headers on in each round after the first.")
@click.option("--step", "steps", is_flag=True, help="One document at each key press.")
@click.option("--parallel-venues", is_flag=True, help="One document at a time from each source, all sources at once.")
@click.option("--seed", type=int, default=0, show_default=True, help="Repeats the same faults.")
@click.option("--jitter", "jitter_ms", type=Number(0), default=0, metavar="MS", help="Delay of up to MS.")
@click.option("--loss", type=PROBABILITY, default=0, metavar="P", help="Lost on the way, and sent again.")
@click.option("--duplicate", type=PROBABILITY, default=0, metavar="P", help="Sent twice.")
@click.option("--reorder", type=PROBABILITY, default=0, metavar="P", help="Overtaken by its next Version.")
@click.option("--cut", type=PROBABILITY, default=0, metavar="P", help="Broken off in the body, and sent again.")
@click.option("--in-flight", type=click.IntRange(min=1), help="Most documents unanswered.  [1000; 64 at max]")
@click.option("--give-up", type=Number(0), default=60, show_default=True, help="Seconds until lost.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def replay(capture: Path, **options: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Send the documents of CAPTURE to a service at the times they were received, and report how it went.

    Times are planned beforehand and never wait for answers; what is late is reported as lag. Documents of one key go
    in order, each after the answer to the one before. Ends with 0 only if no document was lost.
    """
    report = uvloop.run(_replay(capture, options))
    if options["as_json"]:
        click.echo(msgspec.json.encode(report))
    else:
        Console(highlight=False).print(*lines(report), sep="\n", soft_wrap=True)
    if report.lost:
        sys.exit(1)


async def _replay(capture: Path, options: dict[str, Any]) -> Replayed:
    wishes, tally = wishes_of(options), Tally()
    window: Window = options["window"]
    in_flight = options["in_flight"] or (IN_FLIGHT if wishes.speed else IN_FLIGHT_AT_MAX)
    console = Console(stderr=True, highlight=False)

    def read(start: int | None) -> Iterator[Captured]:
        """From a place within the window on."""
        return read_capture(
            capture, max((at for at in (window.start, start) if at is not None), default=None), window.end
        )

    def tell(line: str) -> None:
        console.print(Text(line, style="yellow"), soft_wrap=True)

    keys = read_keys(options["keys"], options["key"]) if options["keys"] else Keys(options["key"])
    trusted = trust(options["ca"], options["certificate"], options["certificate_key"])
    venues = Venues(address_of(options["url"])._replace(trust=trusted), keys, tally, options["give_up"])
    await venues.reach()
    if wishes.loops > 1 and not wishes.rewrite:
        tell("later rounds are the same documents and will be called duplicates: --rewrite-timestamps moves them on")
    player = Player(Plan(read, wishes), venues, tally, in_flight, tell)
    speed = "step by step" if options["steps"] else f"{wishes.speed:g}x" if wishes.speed else "max speed"
    with _controls(player, steps=options["steps"]):
        showing = asyncio.ensure_future(
            Screen(console, player, tally, speed).show(STEP_KEYS if options["steps"] else KEYS)
        )
        try:
            is_whole = await player.play(wishes.speed, steps=options["steps"])
        finally:
            showing.cancel()
            await asyncio.wait({showing})
            venues.close()
    if not tally.documents and not player.is_over:
        tell("nothing was sent: the capture has no documents" + ("" if window == Window() else " in this window"))
    return tally.report(command=command_of(sys.argv), seed=wishes.seed, speed=wishes.speed, is_whole=is_whole)


@contextlib.contextmanager
def _controls(player: Player, *, steps: bool) -> Iterator[None]:
    """Keys, where there are any, and Ctrl-C: the first one ends the replay in order."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, player.end)
    try:
        if steps or sys.stdin.isatty():
            with keyboard(lambda pressed: press(player, pressed, steps=steps), player.end):
                yield
        else:
            yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def wishes_of(options: dict[str, Any]) -> Wishes:
    """What the options wish of the plan."""
    return Wishes(
        speed=options["speed"],
        max_gap=options["max_gap"],
        loops=options["loops"],
        rewrite=options["rewrite"],
        parallel_venues=options["parallel_venues"],
        seed=options["seed"],
        faults=Faults(**{name: options[name] for name in Faults.__struct_fields__}),
    )


def command_of(arguments: list[str]) -> str:
    """The command line that repeats this, without the secret in it."""
    words = iter(arguments[1:])
    kept = []
    for word in words:
        if word == "--key":
            next(words, None)
        elif not word.startswith("--key="):
            kept.append(word)
    return shlex.join(["feed", *kept])


def lines(report: Replayed) -> list[str]:
    """The report as text."""
    offered = f" of {report.offered:,.1f} offered" if report.offered is not None else ""
    done = "replayed" if report.is_whole else "ended before the end of the capture"
    sent = f"{report.documents:,} documents, {report.bytes:,} bytes in {report.seconds:,.1f} s"
    rows = [f"{done}: {sent}, {report.achieved:,.1f} a second{offered}", f"outcomes: {_counts(report.outcomes)}"]
    rows += [f"refused: {_counts(report.refused)}"] if report.refused else []
    rows += [f"faults: {_counts(report.faults)}"] if report.faults else []
    rows += [f"tries: {report.tries:,}, {report.sent_again:,} of them again; {report.connections:,} connections"]
    rows += [f"waited for an earlier document: {report.held:,}; for room in flight: {report.crowded:,}"]
    rows += [f"late at sending (ms): {_points(report.lag_ms)}"] if report.lag_ms else []
    rows += [f"answered after (ms): {_points(report.answer_ms)}"] if report.answer_ms else []
    rows += list(report.notes)
    rows += [f"{report.lost:,} DOCUMENTS LOST: no outcome until they were given up"] if report.lost else []
    return [*rows, f"again: {report.command}  (seed {report.seed})"]


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _points(points: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:,.2f}" for name, value in points.items())
