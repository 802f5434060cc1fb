"""`feed ingest`: the venues' doors alone, for several machines on one broker, or several processes on one port."""

from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import click

from feed import app
from feed.commands.up import run_node, service_options, settings_from, work_as, workers_option
from feed.config import Settings
from feed.serve.routes import INGEST

NODE = app.Node(INGEST)


@click.command()
@service_options
@workers_option
def ingest(config: Path | None, count: int, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Receive from the venues and publish; `feed serve` brings it to the readers. Needs --nats.

    Several of them may run at once, with --workers N so many on one port: whichever a venue sends to, every message is
    stored once and in order.
    """
    settings = settings_from(config, flags)
    if settings.nats is None:
        raise click.UsageError("feed ingest needs the broker that it shares with others: --nats URL")
    run_node(settings, NODE, [_work] * count)


def _work(settings: Settings, ready: Pipe) -> None:
    work_as(NODE, settings, ready)
