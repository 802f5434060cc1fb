"""`feed ingest`: the venues' doors alone, for several machines on one broker."""

from pathlib import Path
from typing import Any

import click
import uvloop

from feed import app
from feed.commands.up import service_options, settings_from, tell_ready
from feed.serve.routes import INGEST


@click.command()
@service_options
def ingest(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Receive from the venues and publish; `feed serve` brings it to the readers. Needs --nats.

    Several of them may run at once: whichever a venue sends to, every message is stored once and in order.
    """
    settings = settings_from(config, flags)
    if settings.nats is None:
        raise click.UsageError("feed ingest needs the broker that it shares with others: --nats URL")
    uvloop.run(app.run(settings, tell_ready, app.Node(INGEST)))
