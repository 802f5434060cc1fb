"""`feed serve`: the readers' doors alone, for several machines on one broker, or several processes on one port."""

from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import click

from feed import app
from feed.commands.up import run_node, service_options, settings_from, work_as, workers_option
from feed.config import Settings
from feed.serve.routes import READING

NODE = app.Node(READING)


@click.command()
@service_options
@workers_option
def serve(config: Path | None, count: int, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Serve readers from a broker that `feed ingest` fills. Needs --nats.

    With --workers N so many processes share the port. A reader that comes back may meet another one: every cursor
    holds everywhere.
    """
    settings = settings_from(config, flags)
    if settings.nats is None:
        raise click.UsageError("feed serve needs the broker that it shares with others: --nats URL")
    run_node(settings, NODE, [_work] * count)


def _work(settings: Settings, ready: Pipe) -> None:
    work_as(NODE, settings, ready)
