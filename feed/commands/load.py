"""`feed load`: a capture played into a service before fleets of subscribers, each of them checked, and a report."""

import asyncio
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
import msgspec
import uvloop
from msgspec.structs import replace
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from feed.commands.get import key_option
from feed.commands.load_screen import Screen, lines
from feed.commands.replay import Number, command_of
from feed.commands.simulate import write_games
from feed.errors import FeedError
from replay.load.account import account
from replay.load.given import Given, Ran
from replay.load.profile import Profile, ProfileError, load_profile
from replay.load.run import Conductor
from replay.report import hdr, model, page
from replay.report.gates import exit_code
from replay.simulate.catalogue import SCALES

_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


class ReportPlaceError(FeedError):
    """The report cannot be written where it was told to."""


class Subscribers(click.ParamType[tuple[str, int]]):
    """TIER=N."""

    name = "TIER=N"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, int]:
        tier, _, count = str(value).partition("=")
        if not (count.isascii() and count.isdigit()):
            self.fail(f"{value!r} is not TIER=N", param, ctx)
        return tier, int(count)


@click.command()
@click.argument("profile")
@click.option("--capture", type=_FILE, help="The capture to play; else the Games of the profile are simulated first.")
@click.option("--truth", type=_FILE, help="The truth about the capture, as `feed simulate` writes it.")
@click.option("--games", type=click.Choice(list(SCALES)), help="Which Games to simulate.  [the profile's]")
@click.option("--seed", type=int, help="Of the Games, the faults and who asks for what.  [the profile's]")
@click.option("--url", help="A service that runs already; else the run has one of its own.")
@key_option
@click.option("--workers", type=click.IntRange(1, 64), help="Processes of the run's service.  [1]")
@click.option("--subscribers", type=Subscribers(), multiple=True, help="So many in a tier; repeatable.")
@click.option("--speed", type=Number(min=0, min_open=True), help="Times real time.  [the profile's]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="A new folder.  [load-PROFILE-TIME]")
@click.option("--compare", "earlier", type=_FILE, help="The report.json of an earlier run, to stand beside this one.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def load(profile: str, **options: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Load a service as a Games would, and prove every subscriber right.

    PROFILE is a TOML file, or the name of one that comes with this program: smoke, rehearsal, busiest-day, games-day,
    stadium.
    Ends with 0 when all its gates are met, with 1 when one is not met or could not be judged.
    """
    try:
        wanted = _profile(profile, options)
    except ProfileError as error:
        raise click.UsageError(str(error)) from error
    if options["url"] and (wanted.restarts or options["workers"]):
        raise click.UsageError("--url names a service that is not ours to restart or to give --workers")
    earlier = model.read(options["earlier"]) if options["earlier"] else None
    out = _folder(options["out"], profile)
    given = _given(profile, wanted, options, out)
    with TemporaryDirectory(prefix="run-", dir=out) as folder:
        ran = uvloop.run(_conducted(given, Path(folder)))
        report = _accounted(ran)
        if exit_code(report.gates):
            _keep(ran, out / "journals")
    model.write(report, out / "report.json")
    (out / "report.html").write_text(page.render(report, earlier), "utf-8")
    hdr.write(report, out)
    if options["as_json"]:
        click.echo(msgspec.json.encode(report))
    else:
        Console(highlight=False).print(*lines(report, out), sep="\n", soft_wrap=True, markup=False)
    sys.exit(exit_code(report.gates))


def _profile(named: str, options: dict[str, Any]) -> Profile:
    """The profile with what the options change of it."""
    profile = load_profile(named).with_subscribers(dict(options["subscribers"]))
    pace = replace(profile.replay, speed=options["speed"] or profile.replay.speed)
    seed = profile.seed if options["seed"] is None else options["seed"]
    return replace(profile, replay=pace, seed=seed, games=options["games"] or profile.games)


def _folder(out: Path | None, profile: str) -> Path:
    """A new folder, or an empty one."""
    named = out or Path(f"load-{Path(profile).stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    try:
        named.mkdir(parents=True, exist_ok=True)
        if any(named.iterdir()):
            raise ReportPlaceError(f"{named} is not empty", hint="Name another folder with --out.")
    except OSError as error:
        raise ReportPlaceError(f"{named}: {error.strerror}", hint="Name another folder with --out.") from error
    return named


def _given(named: str, profile: Profile, options: dict[str, Any], out: Path) -> Given:
    """All that a run needs; without a capture its Games are simulated now."""
    capture, truth = options["capture"], options["truth"]
    if capture is None:
        capture, truth = out / "games.capture", out / "games.truth"
        write_games(profile.games, profile.seed, capture, truth)
    return Given(
        name=named,
        profile=profile,
        capture=capture,
        truth=truth,
        command=command_of(sys.argv),
        seed=profile.seed,
        url=options["url"],
        key=options["key"],
        workers=options["workers"] or 1,
    )


async def _conducted(given: Given, folder: Path) -> Ran:
    """Conduct the run; the first Ctrl-C ends it in order, the second one at once."""
    console = Console(stderr=True, highlight=False)
    conductor = Conductor(given, lambda line: console.print(Text(line, style="yellow"), soft_wrap=True))
    running = asyncio.ensure_future(conductor.run(folder))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, lambda: conductor.end() or running.cancel())
    showing = asyncio.ensure_future(Screen(console, conductor).show())
    try:
        return await running
    except asyncio.CancelledError:
        raise click.Abort from None
    finally:
        showing.cancel()
        await asyncio.wait({showing})


def _keep(ran: Ran, folder: Path) -> None:
    """What every subscriber wrote down, so that it can be looked into what a gate found."""
    folder.mkdir()
    for journal in ran.journals:
        journal.rename(folder / journal.name)


def _accounted(ran: Ran) -> model.LoadReport:
    """Check everybody, with a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("checking subscribers", total=len(ran.subscriptions))
        return account(ran, lambda count: bar.update(task, completed=count))
