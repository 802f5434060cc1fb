"""`feed up`: all roles on one machine."""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import click
import uvloop

from feed import app, workers
from feed.config import Settings, load_settings
from feed.errors import FeedError
from feed.ingest.worker import end_with_parent
from feed.logs import set_up_logs
from feed.notify import notify

_log = logging.getLogger("feed.workers")

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def service_options(command: Callable[..., None]) -> Callable[..., None]:
    """The settings that can be given as flags; all of them can be set in the file or as FEED_*."""
    options: tuple[Decorator, ...] = (
        click.option("--host", help="Address to listen on.  [127.0.0.1]"),
        click.option("--port", type=int, help="Port to listen on, 0 takes a free one.  [8080]"),
        click.option("--data", help="Folder of the embedded broker's streams.  [data]"),
        click.option("--nats", metavar="URL", help="Use this NATS server instead of the embedded one."),
        click.option("--nats-test", metavar="URL", help="Its account for test messages."),
        click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings as TOML."),
        click.option("--log-level", help="debug, info, warning or error.  [info]"),
    )
    for option in reversed(options):
        command = option(command)
    return command


workers_option = click.option(
    *("--workers", "count"),
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="Processes that share the port.",
)


def settings_from(config: Path | None, flags: dict[str, Any]) -> Settings:
    """Settings of a command; logs are set up by them."""
    settings = load_settings(config, os.environ, flags)
    set_up_logs(settings.log_level)
    return settings


def work_as(node: app.Node, settings: Settings, ready: Pipe) -> None:
    """Be one of several processes that share a port; ends it with 1, and a line that says why."""
    end_with_parent()
    set_up_logs(settings.log_level)
    try:
        uvloop.run(app.run(settings, ready.send, node._replace(shares_port=True)))
    except FeedError as error:
        _log.error("%s", error)
        sys.exit(1)


def run_node(settings: Settings, node: app.Node, works: Sequence[workers.Work]) -> None:
    """Be this node, or start several processes that are: each of `works` says so in one of them, by `work_as`."""
    if len(works) == 1:
        uvloop.run(app.run(settings, tell_ready, node))
    else:
        uvloop.run(workers.run(settings, works, tell_ready))


def tell_ready(url: str) -> None:
    """Say that a service may be used: a line for people and scripts, and a word for systemd."""
    click.echo(f"ready {url}")
    notify("READY=1")


@click.command()
@service_options
@workers_option
def up(config: Path | None, count: int, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Run the whole service on this machine, with an embedded broker unless --nats names one.

    With --workers N so many processes share the port and the work; one of them makes what follows from results.
    Prints `ready http://HOST:PORT` when it may be used. Ctrl-C or SIGTERM stops it; nothing acknowledged is lost.
    """
    run_node(settings_from(config, flags), app.WHOLE, [_first, *[_other] * (count - 1)])


def _first(settings: Settings, ready: Pipe) -> None:
    work_as(app.WHOLE, settings, ready)


def _other(settings: Settings, ready: Pipe) -> None:
    work_as(app.WHOLE._replace(derives=False), settings, ready)
