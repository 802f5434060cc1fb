"""`feed capture`: what arrived when, from whom, as one file; recorded from a service or in front of it."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import click
import uvloop
from rich.progress import Progress, TaskID

from feed.clock import now_micros
from feed.commands import capture_files
from feed.commands.capture_files import FILE, progress, say
from feed.commands.get import DEFAULT_URL
from feed.commands.up import settings_from
from feed.commands.window import Window, window_option
from feed.config import Settings
from feed.core.outcome import Arrival
from feed.errors import BrokerError
from feed.stream.beside import beside
from feed.stream.broker import Broker
from feed.stream.connection import Connection
from feed.stream.raw import arrivals, first_from
from feed.stream.streams import RAW, last_sequence
from replay.capture import Captured, CaptureWriter
from replay.link import address_of
from replay.proxy import proxy as proxy_to
from replay.recording import HOLD_MICROS, Recording

Flag = Literal["P", "T"]
FOLLOW_SECONDS = 0.5
CONNECT_SECONDS = 10.0
SHOW_SECONDS = 1.0
PORT = click.IntRange(0, 65_535)


@click.group()
def capture() -> None:
    """Record what venues send, and look at, cut, merge and anonymize recordings."""


for command in capture_files.COMMANDS:
    capture.add_command(command)


@capture.command()
@click.argument("out", type=FILE)
@click.option("--data", help="Data folder of the service, running or not.  [data]")
@click.option("--nats", metavar="URL", help="The NATS server of the services, if they do not embed one.")
@click.option("--nats-test", metavar="URL", help="Its account for test messages.")
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings as TOML.")
@click.option("--flag", type=click.Choice(["P", "T"]), default="P", help="Production or test.  [P]")
@window_option
@click.option("--follow", is_flag=True, help="Go on with what arrives, until Ctrl-C.")
def record(
    out: Path,
    config: Path | None,
    flag: Flag,
    window: Window,
    *,
    follow: bool,
    **flags: Any,  # noqa: ANN401 - click hands over the options by name
) -> None:
    """Write what a service has received into the capture OUT: everything, also what it refused.

    An OUT that is there already is continued, and what it has is not written again. Stop with Ctrl-C at any time.
    """
    settings = settings_from(config, flags)
    recording = Recording(out)
    if recording.writer.torn:
        say(f"{out}: {recording.writer.torn}; it is written anew")
    if recording.start is not None:
        window = window._replace(start=max(recording.start, window.start or 0))
    try:
        uvloop.run(_record(settings, flag, recording, window, follow=follow))
    finally:
        recording.close()
        say(f"{out}: {recording.documents:,} documents written, {recording.known:,} were there already")
        if recording.moved:
            say(f"{recording.moved:,} of them were stored late: they stand behind their time of receipt")


async def _record(settings: Settings, flag: Flag, recording: Recording, window: Window, *, follow: bool) -> None:
    start, end = window
    stop = _stop_event()
    async with _linked(settings, flag) as link:
        tip = await last_sequence(link, RAW.name)
        first = 1 if start is None else await first_from(link, start - HOLD_MICROS, tip)
        with progress() as bar:
            task = bar.add_task("recording", total=None if follow else tip + 1 - first)
            is_level = False  # with the stream; from then on Ctrl-C ends behind what has arrived
            while True:
                is_last = stop.is_set() or not follow
                async for seq, arrival in arrivals(link, first, tip):
                    first = seq + 1
                    if window.holds(arrival.recv):
                        recording.add(_captured(arrival))
                    bar.advance(task)
                    if (stop.is_set() and not is_level) or (end is not None and arrival.recv > end + HOLD_MICROS):
                        return
                if is_last:
                    return
                if not is_level:
                    say("all is recorded; going on with what arrives, Ctrl-C ends it")
                    is_level = True
                recording.settle(now_micros() - HOLD_MICROS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), FOLLOW_SECONDS)
                tip = await last_sequence(link, RAW.name)


def _captured(arrival: Arrival) -> Captured:
    return Captured(arrival.recv, arrival.source or "", arrival.format, arrival.encoding, arrival.data)


@asynccontextmanager
async def _linked(settings: Settings, flag: Flag) -> AsyncIterator[Connection]:
    """A connection to the broker of a service; one that does not run has its broker started for as long."""
    async with AsyncExitStack() as stack:
        url = settings.nats if flag == "P" else settings.nats_test
        if url is not None:
            link = await Connection.open(url, name="feed capture", proof=settings.proof(flag), limit=CONNECT_SECONDS)
        elif settings.nats is not None:
            raise click.UsageError("test messages are in an account of their own: --nats-test URL")
        else:
            link = await _of_folder(Path(settings.data), flag, stack)
        stack.push_async_callback(link.close)
        yield link


async def _of_folder(folder: Path, flag: Flag, stack: AsyncExitStack) -> Connection:
    if not (folder / "broker").is_dir():
        hint = "Name the folder with --data, or the NATS server with --nats."
        raise BrokerError(f"no service has its data in folder {folder}", hint=hint)
    try:
        there = beside(folder, flag)
        return await Connection.open(there.url, *there.login, "feed capture")
    except BrokerError:
        broker = Broker(folder)
        await broker.start()
        stack.push_async_callback(broker.stop)
        return await Connection.open(broker.url, *broker.credentials(flag), "feed capture", limit=CONNECT_SECONDS)


@capture.command()
@click.argument("out", type=FILE)
@click.option("--url", default=DEFAULT_URL, show_default=True, help="Where the service listens.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=PORT,
    default=8090,
    show_default=True,
    help="Port to listen on, 0 takes a free one.",
)
def proxy(out: Path, url: str, host: str, port: int) -> None:
    """Stand between the venues and a service: pass documents on, and write each into the capture OUT first.

    Venues get the service's own answers. What cannot be written is passed on all the same, and told here. Prints
    `ready http://HOST:PORT` when venues may send; stop with Ctrl-C.
    """
    address_of(url)  # a mistake in it is told now, and not to the venues
    with CaptureWriter(out) as writer:
        if writer.torn:
            say(f"{out}: {writer.torn}; it is written anew")
        uvloop.run(_proxy(url, writer, host, port))


async def _proxy(url: str, writer: CaptureWriter, host: str, port: int) -> None:
    stop = _stop_event()
    async with proxy_to(url, writer, host, port, say) as (one, address):
        click.echo(f"ready {address}")
        with progress() as bar:
            task = bar.add_task("documents", total=None)
            watching = asyncio.ensure_future(_show(bar, task, lambda: one.passed))
            await stop.wait()
            watching.cancel()
    say(f"{one.passed:,} documents passed on" + (f", {one.missed:,} may be missing in the file" if one.missed else ""))


async def _show(bar: Progress, task: TaskID, count: Callable[[], int]) -> None:
    while True:
        bar.update(task, completed=count())
        await asyncio.sleep(SHOW_SECONDS)


def _stop_event() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM: what was begun is finished, so that the file is whole."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
