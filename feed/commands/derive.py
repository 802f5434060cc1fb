"""`feed derive`: the feed's own messages (medals), for several machines on one broker."""

from pathlib import Path
from typing import Any

import click
import uvloop

from feed import app
from feed.commands.up import service_options, settings_from, tell_ready


@click.command()
@service_options
def derive(config: Path | None, **flags: Any) -> None:  # noqa: ANN401 - click hands over the options by name
    """Make what follows from results: the medal ledger and its tables. Needs --nats.

    One is enough. Several may run at once, for when one fails: every message is made once.
    """
    settings = settings_from(config, flags)
    if settings.nats is None:
        raise click.UsageError("feed derive needs the broker that it shares with others: --nats URL")
    uvloop.run(app.run(settings, tell_ready, app.Node((), derives=True)))
