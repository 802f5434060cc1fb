"""`feed serve`: the readers' doors alone, for several machines on one broker, or several processes on one port."""

import logging
import sys
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import click
import uvloop

from feed import app, workers
from feed.commands.up import service_options, settings_from, tell_ready
from feed.config import Settings
from feed.errors import FeedError
from feed.ingest.worker import end_with_parent
from feed.logs import set_up_logs
from feed.serve.routes import READING
from feed.tls import doorplate

_log = logging.getLogger("feed.workers")


@click.command()
@service_options
@click.option("--workers", "count", type=click.IntRange(min=1, max=64), default=1, show_default=True)
def serve(config: Path | None, count: int, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Serve readers from a broker that `feed ingest` fills. Needs --nats.

    With --workers N so many processes share the port. A reader that comes back may meet another one: every cursor
    holds everywhere.
    """
    settings = settings_from(config, flags)
    if settings.nats is None:
        raise click.UsageError("feed serve needs the broker that it shares with others: --nats URL")
    if count == 1:
        uvloop.run(app.run(settings, tell_ready, app.Node(READING)))
    else:
        doorplate(settings)  # told once, not by each of them
        uvloop.run(workers.run(settings, count, _work, tell_ready))


def _work(settings: Settings, ready: Pipe) -> None:
    """What each of several processes does."""
    end_with_parent()
    set_up_logs(settings.log_level)
    try:
        uvloop.run(app.run(settings, ready.send, app.Node(READING, shares_port=True)))
    except FeedError as error:
        _log.error("%s", error)
        sys.exit(1)
